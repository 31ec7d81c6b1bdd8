//! The statement: everything that is said about the cost of a suite, ready to be shown or written as
//! JSON.

mod build;

use std::collections::BTreeMap;

use super::compare::{Comparison, EssayRow};
use super::gate::GateLine;
use super::measure::{Basis, Figure};
use super::people::PeopleMinutes;
use super::per_valid::PerValid;
use super::projection::{MonthOutlook, SlotProjection};
use super::spend::{CallKind, CallTotals};
use super::upkeep::{Marginal, Year};
use crate::domain::{BumpClass, BumpPolicy, Preset, Slot};

pub(crate) use build::{Inputs, SlotInput, build};

/// Everything that is said about the cost of a suite.
#[derive(Debug, Clone, PartialEq, serde::Serialize, schemars::JsonSchema)]
pub struct Statement {
    /// Version of this format.
    pub format: u32,
    /// When it was made.
    pub generated_at: String,
    pub window: WindowLine,
    /// How large the matrix is.
    pub matrix: Size,
    pub prices: PriceLine,
    /// What a month costs, by what is known today.
    pub month: MonthLine,
    /// What was spent on calls in the window.
    pub spend: SpendLines,
    /// What people spent on it in the window.
    pub people: PeopleLine,
    /// Every slot, the one that takes most of people's time first.
    pub slots: Vec<SlotLine>,
    /// The bumps of the window, oldest first.
    pub bumps: Vec<BumpLine>,
    /// The runs of the window, oldest first.
    pub runs: Vec<RunLine>,
    /// What one more model, or one more prompt, would add.
    pub marginal: MarginalLines,
    /// A year, all slots together.
    pub year: Year,
    /// Month by month over the horizon.
    pub months: Vec<MonthOutlook>,
    /// Every parameter, with what it rests on.
    pub params: Vec<Figure>,
    /// Architectures side by side; absent where no two models answered the same case.
    pub compare: Option<Comparison>,
    /// The trade-offs of routing, row by row; empty without a comparison.
    pub essay_table: Vec<EssayRow>,
    /// Models that are switched off, and prices that change.
    pub lifecycle: Vec<LifeLine>,
    /// The limits of the suite.
    pub gate: Vec<GateLine>,
    /// Slots whose price is unknown; their calls are in no forecast.
    pub unpriced_models: Vec<Slot>,
    /// Prompts whose cases a free program answers as they are to be.
    pub by_code: Vec<CodeLine>,
    /// What to know before a figure is believed.
    pub warnings: Vec<String>,
}

impl Statement {
    /// Version of the format that this version writes.
    pub const FORMAT: u32 = 1;

    /// Whether every limit holds.
    pub fn passes(&self) -> bool {
        self.gate.iter().all(|line| line.passes)
    }

    /// A parameter with what it rests on.
    pub fn figure(&self, param: crate::domain::Param) -> Option<&Figure> {
        self.params.iter().find(|figure| figure.param == param)
    }
}

/// A prompt that needs no model.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct CodeLine {
    pub prompt: String,
    /// The slot of the program.
    pub slot: Slot,
    /// All cases of the prompt.
    pub cases: usize,
}

/// What is counted.
#[derive(Debug, Clone, PartialEq, serde::Serialize, schemars::JsonSchema)]
pub struct WindowLine {
    /// The first moment.
    pub from: String,
    /// The moment after the last.
    pub to: String,
    /// How long it is.
    pub days: f64,
    /// Whether it is one run instead of all.
    pub run: Option<String>,
}

/// How large the matrix is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Size {
    /// Prompts, without those by which routers decide.
    pub prompts: usize,
    pub models: usize,
    /// Cells, a router's decisions included.
    pub cells: usize,
}

/// Which prices hold.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct PriceLine {
    /// Hash over all tables together.
    pub hash: String,
    /// The tables, strongest first.
    pub layers: Vec<String>,
    /// The day of the built-in table.
    pub built_in: String,
    /// The day by whose prices everything is calculated, where it is not each call's own.
    pub repriced_at: Option<String>,
    /// Whether all models are of the demo provider, whose prices are made up.
    pub made_up: bool,
}

/// What a month costs.
#[derive(Debug, Clone, PartialEq, serde::Serialize, schemars::JsonSchema)]
pub struct MonthLine {
    /// Calls and people, in USD.
    pub usd: f64,
    /// Calls, in USD.
    pub calls_usd: f64,
    /// People, in USD.
    pub people_usd: f64,
    /// People, in hours.
    pub hours: f64,
    /// What asking every cell once costs, in USD.
    pub run_usd: f64,
    /// How many cells that rests on.
    pub run_n: usize,
    /// Whole runs in a day.
    pub runs_per_day: Rated,
    /// Version bumps a year, all slots together.
    pub bumps_per_year: f64,
    /// Of these slots' bumps the ledger knows.
    pub bumps_measured: usize,
    /// Minutes of people per bump, on average.
    pub minutes_per_bump: f64,
    pub policy: BumpPolicy,
    /// What is assumed where nothing is measured.
    pub preset: Preset,
}

/// A value and what it rests on.
#[derive(Debug, Clone, PartialEq, serde::Serialize, schemars::JsonSchema)]
pub struct Rated {
    pub value: f64,
    /// What it rests on.
    pub basis: Basis,
    /// How many observations; 0 where it is not measured.
    pub n: usize,
}

/// What was spent on calls, in parts that add up to the total.
#[derive(Debug, Clone, PartialEq, serde::Serialize, schemars::JsonSchema)]
pub struct SpendLines {
    pub total: CallTotals,
    /// By what calls were for.
    pub by_kind: BTreeMap<CallKind, CallTotals>,
    pub by_model: BTreeMap<Slot, CallTotals>,
    /// By prompt; under an empty name what is not known by prompt.
    pub by_prompt: BTreeMap<String, CallTotals>,
    /// By month, named by its first day.
    pub by_month: BTreeMap<String, CallTotals>,
}

/// What people spent.
#[derive(Debug, Clone, PartialEq, serde::Serialize, schemars::JsonSchema)]
pub struct PeopleLine {
    /// Measured minutes, by what they were for.
    pub measured: PeopleMinutes,
    /// Minutes of bumps that nobody measured, by what is assumed.
    pub estimated_minutes: f64,
    /// Sessions in which answers were looked at.
    pub sessions: usize,
    /// Both, in USD.
    pub usd: f64,
}

/// One slot: what it cost, and what it will.
#[derive(Debug, Clone, PartialEq, serde::Serialize, schemars::JsonSchema)]
pub struct SlotLine {
    pub slot: Slot,
    /// The id that is asked for.
    pub id: String,
    /// What its calls cost in the window.
    pub spent: CallTotals,
    /// Minutes of people in the window, measured.
    pub minutes: PeopleMinutes,
    /// Minutes of its bumps that nobody measured, by what is assumed.
    pub estimated_minutes: f64,
    /// Both, in USD.
    pub people_usd: f64,
    /// Its bumps in the window.
    pub bumps: usize,
    /// Cells that these compared.
    pub compared: usize,
    /// Cells that these broke so that a program notices.
    pub broken_loud: usize,
    /// Cells that these broke so that none does.
    pub broken_silent: usize,
    /// How many of its answers are valid, and what a valid one costs.
    pub per_valid: PerValid,
    /// A year of it.
    pub projection: SlotProjection,
    /// Its share of all money for calls: of what was spent, else of what is forecast.
    pub calls_share: f64,
    /// Its share of all of people's time: of what was spent, else of what is forecast.
    pub people_share: f64,
    /// Whether both shares are of what was spent.
    pub shares_measured: bool,
}

/// One bump: what it broke, and what it took.
#[derive(Debug, Clone, PartialEq, serde::Serialize, schemars::JsonSchema)]
pub struct BumpLine {
    /// The id of its line in the ledger.
    pub id: String,
    /// When it was seen.
    pub at: String,
    pub slot: Slot,
    pub class: BumpClass,
    pub from: String,
    pub to: String,
    /// Cells that were compared.
    pub cells: usize,
    /// Cells that changed and stayed valid.
    pub changed: usize,
    /// Cells that broke so that a program notices.
    pub broken_loud: usize,
    /// Cells that broke so that none does.
    pub broken_silent: usize,
    /// Commits that fixed prompts for it.
    pub fixes: usize,
    /// Minutes of people, measured.
    pub minutes: PeopleMinutes,
    /// Minutes by what is assumed, where nobody measured.
    pub estimated_minutes: f64,
    /// Both, in USD.
    pub people_usd: f64,
    /// What the calls of the runs that showed it cost.
    pub calls: CallTotals,
}

/// One run.
#[derive(Debug, Clone, PartialEq, serde::Serialize, schemars::JsonSchema)]
pub struct RunLine {
    pub id: String,
    /// When its first answer was asked for.
    pub at: String,
    /// What its calls cost.
    pub spent: CallTotals,
}

/// What one more would add.
#[derive(Debug, Clone, PartialEq, serde::Serialize, schemars::JsonSchema)]
pub struct MarginalLines {
    /// One more model like the average of those that are there.
    pub model: Option<Marginal>,
    /// One more prompt, on every model.
    pub prompt: Marginal,
}

/// A model that is switched off, or a price that changes.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct LifeLine {
    pub slot: Slot,
    pub id: String,
    pub on: String,
    /// Days until then; negative where it is past.
    pub days_left: i32,
    /// What happens, in words.
    pub what: String,
    /// What to do about it, as a command; absent where there is nothing.
    pub command: Option<String>,
}
