//! Plain data that every other module uses.
//!
//! Parsing, display and order only. Nothing here reads a file, opens a socket, looks at a clock or
//! decides a verdict.

mod bill;
mod bump;
mod calibration;
mod cell;
mod change;
mod code;
mod completion;
mod cost;
mod decision;
mod declared;
mod diagnostic;
mod event;
mod exit;
mod facet;
mod hash;
mod history;
mod http;
mod identity;
mod kind;
pub mod kit;
mod ledger;
mod model;
mod money;
mod name;
pub mod number;
mod outcome;
mod parameter;
mod pattern;
mod pointer;
mod price;
mod profile;
mod record;
mod reference;
mod request;
mod role;
mod route;
mod rule;
mod served;
mod settings;
mod shard;
mod status;
mod string_enum;
mod suite;
mod telemetry;
pub(crate) mod texts;
mod trial;

pub use bill::{Bill, Billing, PriceKey, PriceKeyError, PriceLayer, PriceSource, RecordedCall};
pub use bump::{BumpClass, BumpEvent, Commit, Touched};
pub use calibration::{AlarmRate, Calibration, Catch, Drill, FalseAlarms, LeftOut, Shot};
pub use cell::CellId;
pub use change::{Because, Change, ChangeGroup, ColumnChange, Level, Pair, Prefixes};
pub use code::{CODES, Code};
pub use completion::{
    Completion, ErrorClass, Identity, ProviderError, StopReason, ToolCall, Usage,
};
pub use cost::{BumpPolicy, CostGate, CostSettings};
pub use decision::{
    CellDecision, Conclusion, Deviation, DeviationKind, Evidence, Finding, Scope, Setting, Sight,
    Weight,
};
pub use declared::{Declared, Presence};
pub use diagnostic::{Diagnostic, Diagnostics, Place, Severity};
pub use event::{Clock, RunEvent, Sink};
pub use exit::{EXITS, Exit, ExitInfo};
pub use facet::{Facet, FacetError, FacetFamily};
pub use hash::{Hash, canonical_json, pretty_json, sorted};
pub use history::{CellHistory, History, Seen};
pub use http::{
    Door, Header, HeaderValue, HttpRequest, HttpResponse, TransportError, TransportFault,
};
pub use identity::{
    Confirmed, Identities, IdentityNews, IdentityRecord, IdentityState, TokensMoved,
};
pub use kind::{Family, FixClass, KINDS, Kind, KindFamily, KindInfo};
pub use ledger::{
    FixEvent, LedgerEvent, LedgerLine, NoteEvent, ReviewAction, ReviewEvent, RunKind, RunSummary,
    SlotSummary,
};
pub use model::{Model, ModelLimits, Params, ProviderKind, Retiring, Structured};
pub use money::{MoneyError, Pico, decimal};
pub use name::{CaseName, EnvName, NameError, PromptName, Slot};
pub use outcome::{
    Flips, Measure, Outcome, OutcomeCounts, PromptOutcome, Safety, Shift, UpgradeFinding,
};
pub use parameter::{Assumptions, PARAMETERS, Param, ParamInfo, Preset};
pub use pattern::{CellPattern, PatternError, Selection};
pub use pointer::{Pointer, PointerError, PointerPattern};
pub use price::{Price, Rates};
pub use profile::{CaseProfile, Metric, Profile};
pub use record::{
    Accepted, CellRecord, Hashes, JournalEntry, ModelRecord, RunCommand, RunHead, RunRecord,
    SnapshotMeta, Totals, Upgrade,
};
pub use reference::{percent_decoded, referred};
pub use request::{Message, Output, Request, Role, Tool};
pub use role::{ChangeClass, FieldRole, WEIGHTS, WeightRow};
pub use route::{Route, RouteCell, RouteKind, RoutePlan, RouteRecord};
pub use rule::{CompareRules, RULES, Rule, RuleInfo};
pub use served::{Likeness, discloses, moved};
pub use settings::{
    DriftSettings, Gate, Levels, Retries, RunSettings, ServedModelPolicy, StoreSettings, Strictness,
};
pub use shard::{NoShard, Shard, ShardOf};
pub use status::{STATUSES, StaleReason, Status, StatusInfo};
pub(crate) use string_enum::string_enum;
pub use suite::{Case, Cell, Prompt, Schema, Suite, Variant};
pub use telemetry::{CellTelemetry, SlotTelemetry, Telemetry};
pub use trial::{Attempt, Content, How, ImportedAnswer, Source, Trial, Violation};
