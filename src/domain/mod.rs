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
mod expect;
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
pub(crate) mod number;
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

pub(crate) use bill::{Bill, PriceKey, PriceLayer, PriceSource};
pub use bill::{Billing, RecordedCall};
pub(crate) use bump::{BumpClass, BumpEvent, Commit, Touched};
pub(crate) use calibration::{AlarmRate, Calibration, Catch, Drill, FalseAlarms, LeftOut, Shot};
pub use cell::CellId;
pub use change::Change;
pub use change::Level;
pub(crate) use change::{Because, ChangeGroup, ColumnChange, Pair, Prefixes};
pub use code::CODES;
pub(crate) use completion::ToolCall;
pub use completion::{Completion, ErrorClass, Identity, ProviderError, StopReason, Usage};
pub(crate) use cost::CostGate;
pub use cost::{BumpPolicy, CostSettings};
pub use decision::Break;
pub(crate) use decision::{
    CellDecision, Conclusion, Deviation, DeviationKind, Evidence, Finding, Sight, Weight,
};
pub use decision::{Scope, Setting};
pub(crate) use declared::{Declared, Presence};
pub(crate) use diagnostic::Place;
pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use event::{Clock, RunEvent, Sink};
pub use exit::{EXITS, Exit};
pub use expect::{AnswerLimits, Expectation};
pub(crate) use facet::{Facet, FacetFamily};
pub use hash::Hash;
pub(crate) use hash::{canonical_json, pretty_json};
pub use history::History;
pub(crate) use history::{CellHistory, Seen};
pub use http::{
    Channel, Cloud, Header, HeaderValue, HttpRequest, HttpResponse, TransportError, TransportFault,
};
pub use identity::Identities;
pub(crate) use identity::{Confirmed, IdentityNews, IdentityRecord, IdentityState, TokensMoved};
pub(crate) use kind::FixClass;
pub use kind::{Family, KINDS, Kind, KindFamily, KindInfo};
pub(crate) use ledger::{
    FixEvent, LedgerEvent, LedgerLine, NoteEvent, ReviewAction, ReviewEvent, RunKind, RunSummary,
    SlotSummary,
};
pub(crate) use model::Retiring;
pub use model::{Model, ModelLimits, Params, ProviderKind, Structured};
pub use money::Pico;
pub(crate) use money::{MoneyError, decimal};
pub(crate) use name::{CaseName, NameError};
pub use name::{EnvName, PromptName, Slot};
pub(crate) use outcome::{
    Flips, Measure, Outcome, OutcomeCounts, PromptOutcome, Safety, Shift, UpgradeFinding,
};
pub(crate) use parameter::{Assumptions, ParamInfo};
pub use parameter::{PARAMETERS, Param, Preset};
pub use pattern::Selection;
pub(crate) use pattern::{CellPattern, PatternError};
pub(crate) use pointer::{Pointer, PointerPattern};
pub(crate) use price::Price;
pub use price::Rates;
pub use profile::Profile;
pub(crate) use profile::{CaseProfile, CategoryCounts, Metric};
pub use record::CellRecord;
pub use record::{Accepted, Batch, JournalEntry, RunHead, RunRecord, SnapshotMeta};
pub(crate) use record::{Hashes, ModelRecord, RunCommand, Totals, Upgrade};
pub(crate) use reference::{percent_decoded, referred};
pub use request::{Calls, Message, Output, Request, Role, Tool};
pub(crate) use role::ChangeClass;
pub use role::{FieldRole, WEIGHTS};
pub use route::RoutePlan;
pub(crate) use route::{Route, RouteCell, RouteKind, RouteRecord};
pub use rule::{CompareRules, RULES};
pub(crate) use rule::{Rule, RuleInfo};
pub(crate) use served::{discloses, moved};
pub(crate) use settings::{DriftSettings, Gate, Levels, Retries, RunSettings};
pub use settings::{ServedModelPolicy, StoreSettings, Strictness};
pub(crate) use shard::{NoShard, Shard, ShardOf};
pub(crate) use status::StaleReason;
pub use status::{STATUSES, Status};
pub(crate) use string_enum::string_enum;
pub(crate) use suite::{Case, Prompt, Variant};
pub use suite::{Cell, Schema, Suite};
pub use telemetry::Telemetry;
pub(crate) use telemetry::{CellTelemetry, SlotTelemetry};
pub use trial::Trial;
pub(crate) use trial::{Attempt, How};
pub use trial::{Content, ImportedAnswer, Source, Violation};
