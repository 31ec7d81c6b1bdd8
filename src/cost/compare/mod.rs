//! Architectures side by side, on the answers that the models of the matrix gave to the same cases.

mod curve;
mod essay;
mod evaluate;
mod judge;
#[cfg(test)]
mod tests;
mod weigh;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::break_even::Crossing;
use super::decide::{Bar, Odds, Verdict};
use super::dominance::Dominance;
use super::replay::{Answer, Decision, Learned, Outcome};
use crate::domain::{CaseName, PromptName, Route, RouteKind, Slot};

pub(crate) use curve::Curve;
pub(crate) use essay::{EssayRow, Upkeep, essay};
pub(crate) use evaluate::choose;
pub(crate) use judge::{CacheFacts, Context, compare};

/// One case, as the models of the matrix answered it.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseAnswers {
    pub prompt: PromptName,
    /// Which case.
    pub case: CaseName,
    /// The answers of each slot, in order.
    pub answers: BTreeMap<Slot, Vec<Answer>>,
    /// The decisions of each router about it, in order: what was chosen, and what deciding cost.
    pub decisions: BTreeMap<Slot, Vec<(Option<Slot>, Decision)>>,
}

/// What is compared.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Question {
    /// Every case that somebody answered.
    pub cases: Vec<CaseAnswers>,
    /// The slot that would be tried first.
    pub small: Slot,
    /// The slot that would do it all.
    pub large: Slot,
    /// The routes of the suite.
    pub routes: Vec<Route>,
    /// The share of valid answers that makes a model good enough for a prompt.
    pub target: f64,
    /// What a router would know; `None` is a router that knows nothing.
    pub learned: Option<Learned>,
    /// The share of requests that a router which knows nothing sends to the small model.
    pub share: f64,
    /// What a decision of a router is assumed to cost, where none was measured.
    pub decision: Decision,
}

/// How requests are answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// One model does it all.
    Monolith,
    /// A model per prompt, written down.
    Static,
    /// The small model first, the large one where the answer is not valid.
    Cascade,
    /// A decision first.
    Router,
    /// Somebody knows the answers beforehand: a bound, not a choice.
    Oracle,
}

impl From<RouteKind> for Kind {
    fn from(kind: RouteKind) -> Self {
        match kind {
            RouteKind::Static => Self::Static,
            RouteKind::Cascade => Self::Cascade,
            RouteKind::Router => Self::Router,
        }
    }
}

/// One way to answer requests, replayed.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Architecture {
    /// What people call it: `cascade`, or the name of a route.
    pub name: String,
    pub kind: Kind,
    /// Whether the suite names it under `[routes]`.
    pub configured: bool,
    /// The models that it needs.
    pub models: Vec<Slot>,
    /// How many cases it was replayed on.
    pub cases: usize,
    /// What it comes to.
    pub outcome: Outcome,
    /// Whether it gives as many valid answers as the large model, or as many as are wanted.
    pub good_enough: bool,
    /// Hours of people in a month that its models and its decisions need.
    pub hours_month: f64,
    /// Features that all of its models have.
    pub features: Vec<String>,
    /// What it wins over the large model alone; absent for monoliths, the bound, and a
    /// switch that leaves everything to the large model.
    pub balance: Option<Balance>,
}

/// What an architecture wins over the large model alone.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Balance {
    /// USD per request.
    pub saving: f64,
    /// USD a month that it costs whatever the traffic.
    pub standing_month: f64,
    /// Every volume at which it begins or ceases to pay; none is never, or always.
    pub break_even: Vec<Crossing>,
    /// USD won in a month at the volume of the suite; absent where that is not known.
    pub net_month: Option<f64>,
    /// What is said of it; absent where it cannot be said: the volume is not known, or the formulas
    /// do not fit.
    pub judgement: Option<Judgement>,
}

/// What is said of an architecture, and what that hangs on.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Judgement {
    /// How sure it is to pay, per year.
    pub odds: Odds,
    pub verdict: Verdict,
    /// Everything that it hangs on, the heaviest first.
    pub tornado: Vec<Bar>,
}

/// The comparison.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Comparison {
    /// The slot that would be tried first.
    pub small: Slot,
    /// The slot that would do it all.
    pub large: Slot,
    /// How many cases both answered.
    pub cases: usize,
    /// Requests a month; absent where it is not known.
    pub volume: Option<f64>,
    pub architectures: Vec<Architecture>,
    /// The name of the one that wins most, the large model alone included.
    pub best: String,
    /// What stands before any verdict on a router.
    pub dominance: Vec<Dominance>,
    /// What a request to the large model costs more when routing thins its cache, in USD; absent
    /// where its answers show no cache.
    pub caching_lost: Option<f64>,
    /// What the best route wins at any volume; absent where the formulas do not fit it.
    pub curve: Option<Curve>,
}

impl Comparison {
    /// The route that wins most of those that are good enough, whether or not that is more than
    /// nothing; of all, where none is.
    pub fn best_route(&self) -> Option<&Architecture> {
        let routes = || self.architectures.iter().filter(|one| one.balance.is_some());
        // What is cheap because it is wrong is no bargain.
        let good = routes().filter(|one| one.good_enough);
        good.max_by(|one, two| worth(one).total_cmp(&worth(two)))
            .or_else(|| routes().max_by(|one, two| worth(one).total_cmp(&worth(two))))
    }
}

/// What routes are ranked by: what they win in a month, else what they save per request.
fn worth(architecture: &Architecture) -> f64 {
    let balance = architecture.balance.as_ref();
    balance.map_or(f64::NEG_INFINITY, |balance| balance.net_month.unwrap_or(balance.saving))
}
