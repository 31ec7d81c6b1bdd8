//! Every architecture, replayed on the cases that the small and the large model both answered.

use std::collections::{BTreeMap, BTreeSet};

use super::{CaseAnswers, Kind, Question};
use crate::cost::interval::wilson;
use crate::cost::replay::{
    Answer, Decision, Learned, Outcome, Path, cascade, only, oracle, routed,
};
use crate::cost::route::steps;
use crate::domain::kit::length;
use crate::domain::{PromptName, Route, RoutePlan, Slot};

/// An architecture before it is weighed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Replayed {
    /// What people call it.
    pub name: String,
    pub kind: Kind,
    /// Whether the suite names it.
    pub configured: bool,
    /// The models that it needs.
    pub models: Vec<Slot>,
    /// How many cases it was replayed on.
    pub cases: usize,
    /// What it comes to.
    pub outcome: Outcome,
    /// What a decision costs on average, in USD; 0 where none is made.
    pub decision_usd: f64,
}

/// Replays every architecture. Those that no case can be replayed for are left out.
pub(crate) fn evaluate(question: &Question) -> Vec<Replayed> {
    let replay = Replay::new(question);
    let mut all = Vec::new();
    let slots: BTreeSet<&Slot> = replay.cases.iter().flat_map(|case| case.answers.keys()).collect();
    let mut others: Vec<&Slot> =
        slots.into_iter().filter(|slot| **slot != question.large).collect();
    others.insert(0, &question.large);
    for slot in others {
        let path = |answers: &[Answer]| answers.first().map(|answer| vec![only(*answer)]);
        all.extend(replay.over(
            (format!("only {slot}"), Kind::Monolith),
            &|_| Some(vec![slot]),
            &path,
        ));
    }
    let pair = [&question.small, &question.large];
    let switch = replay.switch();
    let one = |case: &CaseAnswers| switch.get(&case.prompt).map(|slot| vec![*slot]);
    let first = |answers: &[Answer]| answers.first().map(|answer| vec![only(*answer)]);
    all.extend(replay.over(("static".into(), Kind::Static), &one, &first));
    let both = |_: &CaseAnswers| Some(pair.to_vec());
    let down = |answers: &[Answer]| Some(vec![cascade(answers)]);
    all.extend(replay.over(("cascade".into(), Kind::Cascade), &both, &down));
    all.extend(replay.learned(&both));
    for route in &question.routes {
        all.extend(replay.route(route));
    }
    let known = |answers: &[Answer]| oracle(answers).map(|path| vec![path]);
    all.extend(replay.over(("oracle".into(), Kind::Oracle), &both, &known));
    all
}

struct Replay<'q> {
    question: &'q Question,
    /// The cases that both models answered.
    cases: Vec<&'q CaseAnswers>,
}

/// What an architecture is called, and how it works.
type Named = (String, Kind);
/// The models that a case may go to, in order.
type Models<'q, 'f> = &'f dyn Fn(&'q CaseAnswers) -> Option<Vec<&'q Slot>>;

impl<'q> Replay<'q> {
    fn new(question: &'q Question) -> Self {
        let pair = [&question.small, &question.large];
        let both = |case: &&CaseAnswers| pair.iter().all(|slot| answered(case, slot));
        Self { question, cases: question.cases.iter().filter(both).collect() }
    }

    /// Replays each case by the answers of its models; a case that one of them did not answer is left
    /// out. Of several answers the first go with the first, the second with the second.
    fn over(
        &self,
        (name, kind): Named,
        models: Models<'q, '_>,
        path: &dyn Fn(&[Answer]) -> Option<Vec<Path>>,
    ) -> Option<Replayed> {
        let mut used: Vec<Slot> = Vec::new();
        let mut paths = Vec::new();
        let mut cases = 0;
        for case in &self.cases {
            let Some(slots) = models(case) else { continue };
            let Some(rounds) = rounds(case, &slots) else { continue };
            let weight = 1.0 / length(rounds.len());
            let ways = rounds.iter().filter_map(|answers| path(answers)).flatten();
            paths.extend(ways.map(|way| Path { weight: way.weight * weight, ..way }));
            cases += 1;
            used.extend(slots.into_iter().cloned());
        }
        let models = in_order(used);
        let outcome = Outcome::of(&paths)?;
        let decision_usd = 0.0;
        Some(Replayed { name, kind, configured: false, models, cases, outcome, decision_usd })
    }

    /// The cheapest model that is surely good enough, by prompt; else the large one.
    fn switch(&self) -> BTreeMap<&'q PromptName, &'q Slot> {
        let prompts: BTreeSet<&PromptName> = self.cases.iter().map(|case| &case.prompt).collect();
        let chosen = prompts.into_iter().map(|prompt| {
            let mine: Vec<&CaseAnswers> =
                self.cases.iter().copied().filter(|case| case.prompt == *prompt).collect();
            let slots: BTreeSet<&Slot> = mine.iter().flat_map(|case| case.answers.keys()).collect();
            let good = slots.into_iter().filter_map(|slot| {
                let all: Vec<&Answer> =
                    mine.iter().filter_map(|case| case.answers.get(slot)).flatten().collect();
                let everywhere = mine.iter().all(|case| answered(case, slot));
                let valid = all.iter().filter(|answer| answer.valid).count() as u64;
                let sure = wilson(valid, all.len() as u64).low >= self.question.target;
                let usd: f64 = all.iter().map(|answer| answer.usd).sum();
                (everywhere && sure).then(|| (slot, usd / length(all.len())))
            });
            let cheapest = good.min_by(|one, two| one.1.total_cmp(&two.1)).map(|(slot, _)| slot);
            (prompt, cheapest.unwrap_or(&self.question.large))
        });
        chosen.collect()
    }

    /// A router that was never measured: what it knows, or nothing.
    fn learned(&self, both: Models<'q, '_>) -> Option<Replayed> {
        let question = self.question;
        let knows = question.learned;
        let router = knows.unwrap_or_else(|| Learned::random(question.share));
        let name = match knows {
            Some(Learned { easy, hard }) => format!("router ({easy:.2}, {hard:.2})"),
            None => format!("router (random {:.2})", question.share),
        };
        let path = |answers: &[Answer]| match answers {
            [small, large] => Some(router.paths(question.decision, *small, *large).to_vec()),
            _ => None,
        };
        let replayed = self.over((name, Kind::Router), both, &path)?;
        Some(Replayed { decision_usd: question.decision.usd, ..replayed })
    }

    /// A route of the suite; a router by the decisions that it made.
    fn route(&self, route: &'q Route) -> Option<Replayed> {
        let named = (route.name.to_string(), Kind::from(route.kind()));
        let RoutePlan::Router { .. } = &route.plan else {
            let models = |case: &'q CaseAnswers| {
                Some(steps(route, &case.prompt, None)).filter(|slots| !slots.is_empty())
            };
            let path = |answers: &[Answer]| Some(vec![cascade(answers)]);
            let replayed = self.over(named, &models, &path)?;
            return Some(Replayed { configured: true, models: owned(route), ..replayed });
        };
        let mut paths = Vec::new();
        let (mut cases, mut paid, mut decided) = (0, 0.0, 0.0);
        for case in &self.cases {
            let decisions = case.decisions.get(&route.name).map_or(&[][..], Vec::as_slice);
            let ways: Vec<Path> = decisions
                .iter()
                .enumerate()
                .filter_map(|(at, (choice, decision))| {
                    way(route, case, at, choice.as_ref(), *decision)
                })
                .collect();
            if ways.is_empty() {
                continue;
            }
            let weight = 1.0 / length(ways.len());
            paths.extend(ways.into_iter().map(|way| Path { weight, ..way }));
            paid += decisions.iter().map(|(_, decision)| decision.usd).sum::<f64>();
            decided += length(decisions.len());
            cases += 1;
        }
        let (name, kind) = named;
        let outcome = Outcome::of(&paths)?;
        let decision_usd = if decided > 0.0 { paid / decided } else { 0.0 };
        let models = owned(route);
        Some(Replayed { name, kind, configured: true, models, cases, outcome, decision_usd })
    }
}

/// The way of a case by one decision of a router.
fn way(
    route: &Route,
    case: &CaseAnswers,
    at: usize,
    choice: Option<&Slot>,
    decision: Decision,
) -> Option<Path> {
    let slots = steps(route, &case.prompt, choice);
    let rounds = rounds(case, &slots)?;
    let answers = rounds.get(at.min(rounds.len().saturating_sub(1)))?;
    let small = route.models().first().copied() == slots.first().copied();
    Some(Path { small, ..routed(decision, 0, answers) })
}

fn owned(route: &Route) -> Vec<Slot> {
    route.models().into_iter().cloned().collect()
}

/// The answers of these slots to a case, round by round; `None` where one of them has none.
fn rounds(case: &CaseAnswers, slots: &[&Slot]) -> Option<Vec<Vec<Answer>>> {
    let lists: Option<Vec<&Vec<Answer>>> =
        slots.iter().map(|slot| case.answers.get(*slot)).collect();
    let lists = lists?;
    let number = lists.iter().map(|list| list.len()).min().filter(|number| *number > 0)?;
    let round = |at: usize| lists.iter().filter_map(|list| list.get(at).copied()).collect();
    Some((0..number).map(round).collect())
}

/// Each slot once, in the order in which it first came.
fn in_order(slots: Vec<Slot>) -> Vec<Slot> {
    let mut seen = BTreeSet::new();
    slots.into_iter().filter(|slot| seen.insert(slot.clone())).collect()
}

/// The small and the large slot: as named, else the cheapest and the one with the most valid answers;
/// of equally good ones the more expensive, which is what teams pay for. `None` where fewer than two slots
/// answered the same case.
pub(crate) fn choose(
    cases: &[CaseAnswers],
    small: Option<&Slot>,
    large: Option<&Slot>,
) -> Option<(Slot, Slot)> {
    let mut sums: BTreeMap<&Slot, (f64, f64, f64)> = BTreeMap::new();
    for (slot, answers) in cases.iter().flat_map(|case| &case.answers) {
        let (number, valid, usd) = sums.entry(slot).or_default();
        *number += length(answers.len());
        *valid += length(answers.iter().filter(|answer| answer.valid).count());
        *usd += answers.iter().map(|answer| answer.usd).sum::<f64>();
    }
    let seen: Vec<(&Slot, f64, f64)> = sums
        .into_iter()
        .filter(|(_, (number, ..))| *number > 0.0)
        .map(|(slot, (number, valid, usd))| (slot, valid / number, usd / number))
        .collect();
    let known = |slot: &&Slot| seen.iter().any(|(one, ..)| one == slot);
    let large = large.filter(known).or_else(|| {
        let others = seen.iter().filter(|(slot, ..)| Some(*slot) != small);
        others
            .max_by(|one, two| one.1.total_cmp(&two.1).then(one.2.total_cmp(&two.2)))
            .map(|(slot, ..)| *slot)
    })?;
    let small = small.filter(known).filter(|slot| *slot != large).or_else(|| {
        let others = seen.iter().filter(|(slot, ..)| *slot != large);
        others.min_by(|one, two| one.2.total_cmp(&two.2)).map(|(slot, ..)| *slot)
    })?;
    let both = |case: &&CaseAnswers| [small, large].iter().all(|slot| answered(case, slot));
    cases.iter().any(|case| both(&case)).then(|| (small.clone(), large.clone()))
}

/// Whether a slot answered a case.
pub(super) fn answered(case: &CaseAnswers, slot: &Slot) -> bool {
    case.answers.get(slot).is_some_and(|answers| !answers.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cost::replay::Answer;
    use crate::domain::{CaseName, PromptName};

    fn slot(name: &str) -> Slot {
        Slot::new(name).unwrap()
    }

    fn case(answers: &[(&str, bool, f64)]) -> CaseAnswers {
        CaseAnswers {
            prompt: PromptName::new("p").unwrap(),
            case: CaseName::new("c").unwrap(),
            answers: answers
                .iter()
                .map(|(name, valid, usd)| {
                    (slot(name), vec![Answer { valid: *valid, usd: *usd, ms: 1.0 }])
                })
                .collect(),
            decisions: BTreeMap::new(),
        }
    }

    #[test]
    fn the_cheapest_is_small_and_the_best_is_large() {
        let cases =
            [case(&[("a", true, 0.9), ("b", true, 0.5), ("c", false, 0.1), ("d", true, 0.2)])];
        let pick = |small: Option<&str>, large: Option<&str>| {
            let (small, large) = (small.map(slot), large.map(slot));
            choose(&cases, small.as_ref(), large.as_ref()).unwrap()
        };
        assert_eq!(pick(None, None), (slot("c"), slot("a")));
        assert_eq!(pick(Some("b"), None), (slot("b"), slot("a")));
        assert_eq!(pick(None, Some("c")), (slot("d"), slot("c")));
        assert_eq!(pick(Some("a"), None), (slot("a"), slot("b")));
        assert_eq!(choose(&[case(&[("a", true, 1.0)])], None, None), None);
        let apart = [case(&[("a", true, 1.0)]), case(&[("b", true, 2.0)])];
        assert_eq!(choose(&apart, None, None), None, "no case was answered by both");
    }
}
