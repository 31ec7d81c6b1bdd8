//! The accounts of a suite: every recorded call counted once, and the last answers of each cell kept, to
//! forecast and to compare with.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;

use super::compare::CaseAnswers;
use super::replay::{Answer, Decision};
use super::spend::{CallKind, Paid, Spend, Tally};
use crate::domain::{
    CaseName, CellId, Pico, PromptName, RecordedCall, Route, RoutePlan, RunHead, Slot, Usage,
};

/// From when to when is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first moment.
    pub from: Timestamp,
    /// The moment after the last.
    pub to: Timestamp,
}

impl Window {
    /// Whether a moment lies in it.
    pub fn contains(self, at: Timestamp) -> bool {
        self.from <= at && at < self.to
    }

    /// The time of the same length before it.
    #[must_use]
    pub fn before(self) -> Self {
        let length = self.to.duration_since(self.from);
        Self { from: self.from.checked_sub(length).unwrap_or(Timestamp::MIN), to: self.from }
    }
}

/// What calls cost; the caller knows prices and models.
pub trait Billing {
    /// What a call cost when it was made, and whether by the price of its family; `None` where that
    /// is not known.
    fn then(&mut self, head: &RunHead, call: &RecordedCall<'_>) -> Option<(Pico, bool)>;
    /// What the same tokens of a slot cost today.
    fn today(&mut self, slot: &Slot, usage: &Usage) -> Option<Pico>;
}

/// One answer of the last run in which a cell was asked.
#[derive(Debug, Clone, PartialEq)]
pub struct LastAnswer {
    /// Whether it is valid.
    pub valid: bool,
    /// What it would cost today; `None` where that is not known.
    pub usd: Option<f64>,
    /// How long it took, in milliseconds.
    pub ms: f64,
    /// Its tokens.
    pub usage: Option<Usage>,
    /// What a router decided by it.
    pub decision: Option<Slot>,
}

/// A run of the window.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RunSpend {
    /// When its first answer was asked for.
    pub at: Option<Timestamp>,
    pub tally: Tally,
}

/// The accounts of a suite.
#[derive(Debug, Clone)]
pub struct Accounts<'s> {
    window: Window,
    routes: &'s BTreeMap<Slot, Route>,
    /// How the ids of the runs begin that are counted; `None` counts all.
    only: Option<Vec<String>>,
    /// The id that each slot asks for today.
    current: BTreeMap<Slot, String>,
    /// What was spent in the window.
    pub spend: Spend,
    /// What was spent in the time of the same length before it.
    pub before: Spend,
    /// The runs of the window.
    pub runs: BTreeMap<String, RunSpend>,
    /// The last answers of each cell, by the models of today.
    last: BTreeMap<CellId, (String, Vec<LastAnswer>)>,
}

impl<'s> Accounts<'s> {
    /// Empty accounts of a suite whose slots ask for these ids.
    pub fn new(
        window: Window,
        routes: &'s BTreeMap<Slot, Route>,
        current: BTreeMap<Slot, String>,
    ) -> Self {
        Self {
            window,
            routes,
            only: None,
            current,
            spend: Spend::default(),
            before: Spend::default(),
            runs: BTreeMap::new(),
            last: BTreeMap::new(),
        }
    }

    /// The same, counting only runs whose ids begin like one of these.
    #[must_use]
    pub fn only(self, runs: Vec<String>) -> Self {
        Self { only: Some(runs), ..self }
    }

    /// Counts a call.
    pub fn call(&mut self, head: &RunHead, call: &RecordedCall<'_>, billing: &mut impl Billing) {
        self.keep(head, call, billing);
        let is_wanted =
            |runs: &Vec<String>| runs.iter().any(|run| head.id.starts_with(run.as_str()));
        if !self.only.as_ref().is_none_or(is_wanted) {
            return;
        }
        let in_window = self.window.contains(call.at);
        let spend = if in_window {
            &mut self.spend
        } else if self.window.before().contains(call.at) {
            &mut self.before
        } else {
            return;
        };
        if call.replayed {
            return;
        }
        let billed = if call.answered { billing.then(head, call) } else { None };
        let paid = Paid {
            cell: &call.cell,
            kind: kind(self.routes, head, call),
            at: call.at,
            cost: billed.map(|(cost, _)| cost),
            answered: call.answered,
            failed: call.failed,
            valid: call.valid,
            by_family: billed.is_some_and(|(_, by_family)| by_family),
        };
        spend.add(&paid);
        if in_window {
            if !self.runs.contains_key(&head.id) {
                self.runs.insert(head.id.clone(), RunSpend::default());
            }
            if let Some(run) = self.runs.get_mut(&head.id) {
                run.at = Some(run.at.map_or(call.at, |at| at.min(call.at)));
                run.tally.add(paid.tally());
            }
        }
    }

    /// Keeps an answer where it is of the last run that has its cell.
    fn keep(&mut self, head: &RunHead, call: &RecordedCall<'_>, billing: &mut impl Billing) {
        let slot = &call.cell.model;
        let asked = head.requested.get(slot).or_else(|| self.current.get(slot));
        // What another model said is no evidence of this one.
        if head.upgrade.is_some() || !call.answered || asked != self.current.get(slot) {
            return;
        }
        let usd = call.usage.as_ref().and_then(|usage| billing.today(slot, usage));
        let answer = LastAnswer {
            valid: call.valid,
            usd: usd.map(Pico::dollars),
            ms: crate::domain::kit::real(call.latency_ms),
            usage: call.usage,
            decision: decision(self.routes, call),
        };
        match self.last.get_mut(&call.cell) {
            Some((run, answers)) if *run == head.id => answers.push(answer),
            // Runs come oldest first.
            Some(known) => *known = (head.id.clone(), vec![answer]),
            None => {
                self.last.insert(call.cell.clone(), (head.id.clone(), vec![answer]));
            }
        }
    }

    /// The last answers of a cell; none where no run had it.
    pub fn last(&self, cell: &CellId) -> &[LastAnswer] {
        self.last.get(cell).map_or(&[], |(_, answers)| answers)
    }

    /// The last answers of every case, for a comparison. A price that is not known is in none: the
    /// slot is left out of the case.
    pub fn cases<'c>(&self, cells: impl IntoIterator<Item = &'c CellId>) -> Vec<CaseAnswers> {
        let mut cases: BTreeMap<(PromptName, CaseName), BTreeMap<Slot, Vec<Answer>>> =
            BTreeMap::new();
        for cell in cells {
            if self.routes.keys().any(|route| route.as_str() == cell.prompt.as_str()) {
                continue;
            }
            let answer =
                |one: &LastAnswer| Some(Answer { valid: one.valid, usd: one.usd?, ms: one.ms });
            let answers: Option<Vec<Answer>> = self.last(cell).iter().map(answer).collect();
            let case = cases.entry((cell.prompt.clone(), cell.case.clone())).or_default();
            if let Some(answers) = answers.filter(|answers| !answers.is_empty()) {
                case.insert(cell.model.clone(), answers);
            }
        }
        let whole = |((prompt, case), answers)| {
            let decisions = self.decisions(&prompt, &case);
            CaseAnswers { prompt, case, answers, decisions }
        };
        cases.into_iter().map(whole).collect()
    }

    fn decisions(
        &self,
        prompt: &PromptName,
        case: &CaseName,
    ) -> BTreeMap<Slot, Vec<(Option<Slot>, Decision)>> {
        let of = |route: &Route| {
            let RoutePlan::Router { classifier, decisions, .. } = &route.plan else { return None };
            let case = Route::decision_case(prompt, case)?;
            let cell = CellId { prompt: decisions.clone(), case, model: classifier.clone() };
            let made = |one: &LastAnswer| {
                Some((one.decision.clone(), Decision { usd: one.usd?, ms: one.ms }))
            };
            let made: Option<Vec<_>> = self.last(&cell).iter().map(made).collect();
            Some((route.name.clone(), made.filter(|made| !made.is_empty())?))
        };
        self.routes.values().filter_map(of).collect()
    }
}

fn router<'r>(routes: &'r BTreeMap<Slot, Route>, cell: &CellId) -> Option<&'r Route> {
    let decides = |route: &&Route| matches!(&route.plan, RoutePlan::Router { decisions, .. } if *decisions == cell.prompt);
    routes.values().find(decides)
}

fn kind(routes: &BTreeMap<Slot, Route>, head: &RunHead, call: &RecordedCall<'_>) -> CallKind {
    match (&head.upgrade, call.number) {
        (Some(_), _) => CallKind::Upgrade,
        _ if router(routes, &call.cell).is_some() => CallKind::Router,
        (None, ..=1) => CallKind::Answer,
        (None, _) => CallKind::Repeat,
    }
}

fn decision(routes: &BTreeMap<Slot, Route>, call: &RecordedCall<'_>) -> Option<Slot> {
    #[derive(Deserialize)]
    struct Choice {
        model: Slot,
    }
    router(routes, &call.cell)?;
    let choice: Choice = serde_json::from_str(call.value.filter(|_| call.valid)?).ok()?;
    Some(choice.model)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Flat;

    impl Billing for Flat {
        fn then(&mut self, _: &RunHead, call: &RecordedCall<'_>) -> Option<(Pico, bool)> {
            call.cost.map(|cost| (cost, false))
        }
        fn today(&mut self, _: &Slot, usage: &Usage) -> Option<Pico> {
            usage.input.map(|tokens| Pico::new(u128::from(tokens) * 1_000_000))
        }
    }

    fn slot(name: &str) -> Slot {
        Slot::new(name).unwrap()
    }

    fn head(id: &str, asked: &str) -> RunHead {
        RunHead {
            id: id.into(),
            requested: [(slot("m"), asked.into())].into(),
            ..RunHead::default()
        }
    }

    fn call(cell: &str, at: i64, number: u32) -> RecordedCall<'static> {
        RecordedCall {
            cell: cell.parse().unwrap(),
            number,
            at: Timestamp::from_second(at).unwrap(),
            replayed: false,
            latency_ms: 100,
            answered: true,
            failed: 0,
            valid: true,
            value: Some(r#"{"model":"m"}"#),
            usage: Some(Usage { input: Some(1000), output: Some(10), ..Usage::default() }),
            served: None,
            cost: Some(Pico::new(5)),
            by_family: false,
        }
    }

    fn routes() -> BTreeMap<Slot, Route> {
        let plan = RoutePlan::Router {
            models: vec![slot("m"), slot("n")],
            fallback: None,
            classifier: slot("m"),
            decisions: PromptName::new("smart").unwrap(),
        };
        [(slot("smart"), Route { name: slot("smart"), plan })].into()
    }

    fn accounts(routes: &BTreeMap<Slot, Route>) -> Accounts<'_> {
        let at = |second| Timestamp::from_second(second).unwrap();
        let window = Window { from: at(1000), to: at(2000) };
        Accounts::new(window, routes, [(slot("m"), "x-1".to_owned())].into())
    }

    #[test]
    fn every_call_is_counted_once_in_its_time_and_kind() {
        let routes = routes();
        let mut accounts = accounts(&routes);
        let upgrade = crate::domain::Upgrade {
            slot: slot("m"),
            from: "x-1".into(),
            to: "x-2".into(),
            outcome: None,
        };
        for (run, at) in [("r1", 500), ("r2", 1500)] {
            accounts.call(&head(run, "x-1"), &call("p/a@m", at, 1), &mut Flat);
            accounts.call(&head(run, "x-1"), &call("p/a@m", at, 2), &mut Flat);
            accounts.call(&head(run, "x-1"), &call("smart/p.a@m", at, 1), &mut Flat);
        }
        let rehearsal = RunHead { upgrade: Some(upgrade), ..head("r3", "x-2") };
        accounts.call(&rehearsal, &call("p/a@m", 1600, 1), &mut Flat);
        let replay = RecordedCall { replayed: true, ..call("p/a@m", 1700, 1) };
        accounts.call(&head("r4", "x-1"), &replay, &mut Flat);
        accounts.call(&head("r0", "x-1"), &call("p/a@m", -5000, 1), &mut Flat);
        let kinds: Vec<(CallKind, u64)> =
            accounts.spend.by_kind().into_iter().map(|(kind, tally)| (kind, tally.calls)).collect();
        let wanted = [CallKind::Answer, CallKind::Repeat, CallKind::Router, CallKind::Upgrade];
        assert_eq!(kinds, wanted.map(|kind| (kind, 1)));
        assert_eq!(accounts.before.total().calls, 3);
        assert_eq!(accounts.runs.keys().collect::<Vec<_>>(), ["r2", "r3"]);
        assert_eq!(accounts.spend.total().cost, Pico::new(20));
    }

    #[test]
    fn the_last_answers_are_those_of_the_last_run_of_todays_model() {
        let routes = routes();
        let mut accounts = accounts(&routes);
        accounts.call(&head("r1", "x-1"), &call("p/a@m", 1100, 1), &mut Flat);
        accounts.call(&head("r2", "x-1"), &call("p/a@m", 1200, 1), &mut Flat);
        accounts.call(&head("r2", "x-1"), &call("p/a@m", 1200, 2), &mut Flat);
        accounts.call(&head("r2", "x-1"), &call("smart/p.a@m", 1200, 1), &mut Flat);
        accounts.call(&head("r3", "x-0"), &call("p/a@m", 1300, 1), &mut Flat);
        let cells: Vec<CellId> = ["p/a@m", "smart/p.a@m"].map(|cell| cell.parse().unwrap()).into();
        assert_eq!(accounts.last(&cells[0]).len(), 2, "x-0 is another model");
        let cases = accounts.cases(&cells);
        assert_eq!(cases.len(), 1, "a decision is no case");
        assert!((cases[0].answers[&slot("m")][0].usd - 0.001).abs() < 1e-12);
        let decided = &cases[0].decisions[&slot("smart")][0];
        assert_eq!(decided.0, Some(slot("m")));
    }
}
