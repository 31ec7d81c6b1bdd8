//! The words: plain data that every floor above speaks.
//!
//! Parsing, display and order only. Nothing here reads a file, opens a socket, looks at a clock or
//! decides a verdict.

mod because;
mod bill;
mod bump;
mod calibration;
mod call;
mod canonical;
mod cell;
mod change;
mod clock;
mod code;
mod column;
mod commit;
mod completion;
mod cost;
mod decision;
mod declared;
mod diagnostic;
mod event;
mod evidence;
mod exit;
mod facet;
mod given;
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
mod rates;
mod record;
mod request;
mod retiring;
mod role;
mod route;
mod rule;
mod rules;
mod schema;
mod served;
mod settings;
mod signs;
mod status;
mod string_enum;
mod suite;
pub(crate) mod texts;
mod trial;
mod weight;

pub use because::Because;
pub use bill::{Bill, Billing, PriceKey, PriceKeyError, PriceLayer, PriceSource};
pub use bump::{BumpClass, BumpEvent};
pub use calibration::{AlarmRate, Calibration, Catch, Drill, FalseAlarms, LeftOut, Shot};
pub use call::{RecordedCall, RunHead};
pub use canonical::{canonical_json, pretty_json, sorted};
pub use cell::CellId;
pub use change::{Change, ChangeGroup, Level, Pair, Prefixes};
pub use clock::Clock;
pub use code::{CODES, Code};
pub use column::ColumnChange;
pub use commit::{Commit, Touched};
pub use completion::{
    Completion, ErrorClass, Identity, ProviderError, StopReason, ToolCall, Usage,
};
pub use cost::{BumpPolicy, CostGate, CostSettings};
pub use decision::{CellDecision, Conclusion, Deviation, DeviationKind, Finding, Scope, Weight};
pub use declared::Declared;
pub use diagnostic::{Diagnostic, Diagnostics, Place, Severity};
pub use event::{RunEvent, Sink};
pub use evidence::{Evidence, Setting, Sight};
pub use exit::{EXITS, Exit, ExitInfo};
pub use facet::{Facet, FacetError, FacetFamily};
pub use given::{Content, Given};
pub use hash::Hash;
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
pub use model::{Model, Params, ProviderKind, Structured};
pub use money::{MoneyError, Pico, decimal};
pub use name::{CaseName, EnvName, NameError, PromptName, Slot};
pub use outcome::{Measure, Outcome, PromptOutcome, Safety, Tally, UpgradeFinding};
pub use parameter::{Assumptions, PARAMETERS, Param, ParamInfo, Preset};
pub use pattern::{CellPattern, PatternError, Selection};
pub use pointer::{Pointer, PointerError, PointerPattern};
pub use price::Price;
pub use profile::{CaseProfile, Metric, Profile};
pub use rates::Rates;
pub use record::{
    Accepted, CellRecord, Hashes, JournalEntry, ModelRecord, RunRecord, SnapshotMeta, Totals,
    Upgrade,
};
pub use request::{Message, Output, Request, Role, Tool};
pub use retiring::Retiring;
pub use role::FieldRole;
pub use route::{Route, RouteCell, RouteKind, RoutePlan, RouteRecord};
pub use rule::{RULES, Rule, RuleInfo};
pub use rules::CompareRules;
pub use schema::Schema;
pub use served::{Likeness, discloses, moved};
pub use settings::{
    DriftSettings, Gate, Levels, Retries, RunSettings, ServedModelPolicy, StoreSettings, Strictness,
};
pub use signs::{Flips, Shift};
pub use status::{STATUSES, StaleReason, Status, StatusInfo};
pub(crate) use string_enum::string_enum;
pub use suite::{Case, Cell, Prompt, Suite, Variant};
pub use trial::{Attempt, How, Source, Trial, Violation};
pub use weight::{ChangeClass, WEIGHTS, WeightRow};
