//! Paired replay: what a route would have cost, taken and answered, from the recorded answers of its
//! models to the same cases. Nothing is assumed to be independent, and nothing is asked again.

use super::routing::per_valid;
use super::stats::Weighted;

/// One model's answer to one case.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Answer {
    /// Whether an application could use it.
    pub valid: bool,
    /// What it cost, in USD.
    pub usd: f64,
    /// How long it took, in milliseconds.
    pub ms: f64,
}

/// What deciding costs before any model answers.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Decision {
    /// In USD.
    pub usd: f64,
    /// In milliseconds.
    pub ms: f64,
}

/// One way that one case goes through a route.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Path {
    /// How much of the case goes this way, from 0 to 1.
    pub weight: f64,
    /// Everything that was paid on the way, in USD.
    pub usd: f64,
    /// Everything that was waited for, in milliseconds.
    pub ms: f64,
    /// Whether a valid answer stands at the end.
    pub valid: bool,
    /// How many models were called.
    pub calls: usize,
    /// Whether the first call went to the route's first, cheapest model.
    pub small: bool,
}

impl Path {
    fn weighing(self, weight: f64) -> Self {
        Self { weight, ..self }
    }

    fn after(self, decision: Decision) -> Self {
        Self { usd: self.usd + decision.usd, ms: self.ms + decision.ms, ..self }
    }
}

/// Asks one model and takes what it says.
pub(crate) fn only(answer: Answer) -> Path {
    cascade(&[answer])
}

/// Asks the models in order until one gives a valid answer. All calls on the way are paid and waited
/// for.
pub(crate) fn cascade(answers: &[Answer]) -> Path {
    let mut path = Path { weight: 1.0, usd: 0.0, ms: 0.0, valid: false, calls: 0, small: true };
    for answer in answers {
        path.usd += answer.usd;
        path.ms += answer.ms;
        path.calls += 1;
        if answer.valid {
            path.valid = true;
            break;
        }
    }
    path
}

/// A decision, then the models from the chosen one on, each the fallback of the one before.
pub(crate) fn routed(decision: Decision, chosen: usize, answers: &[Answer]) -> Path {
    let path = cascade(answers.get(chosen..).unwrap_or_default()).after(decision);
    Path { small: chosen == 0, ..path }
}

/// The path of somebody who knows the answers beforehand: the cheapest valid one, or the last
/// model's where none is.
pub(crate) fn oracle(answers: &[Answer]) -> Option<Path> {
    let valid = answers.iter().enumerate().filter(|(_, answer)| answer.valid);
    let (at, answer) = valid
        .min_by(|one, two| one.1.usd.total_cmp(&two.1.usd))
        .or_else(|| answers.iter().enumerate().next_back())?;
    Some(Path { small: at == 0, ..only(*answer) })
}

/// A router that was learned: how often it sends a case to the small model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Learned {
    /// Where the small model's answer is valid.
    pub easy: f64,
    /// Where it is not: how often the router sees that, and spares the call.
    pub hard: f64,
}

impl Learned {
    /// A router that knows nothing and sends this share to the small model.
    pub(crate) fn random(share: f64) -> Self {
        Self { easy: share, hard: 1.0 - share }
    }

    /// The two ways of a case, by how often each is gone.
    pub(crate) fn paths(self, decision: Decision, small: Answer, large: Answer) -> [Path; 2] {
        let share = if small.valid { self.easy } else { 1.0 - self.hard };
        let answers = [small, large];
        [
            routed(decision, 0, &answers).weighing(share),
            routed(decision, 1, &answers).weighing(1.0 - share),
        ]
    }
}

/// What a route comes to over all cases.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, schemars::JsonSchema)]
pub struct Outcome {
    /// USD per request.
    pub usd: f64,
    /// Share of the requests with a valid answer at the end.
    pub valid: f64,
    /// USD per valid answer; absent where none is valid.
    pub usd_per_valid: Option<f64>,
    /// How long an answer takes.
    pub ms: Times,
    /// Share of the requests for which a second model was called.
    pub second_call: f64,
    /// Share of the requests that went to the first model first.
    pub small: f64,
}

impl Outcome {
    /// Of paths over all cases; `None` where there are none.
    pub fn of(paths: &[Path]) -> Option<Self> {
        let total: f64 = paths.iter().map(|path| path.weight).sum();
        if total <= 0.0 {
            return None;
        }
        let share = |of: &dyn Fn(&Path) -> f64| {
            paths.iter().map(|path| path.weight * of(path)).sum::<f64>() / total
        };
        let part = |holds: bool| f64::from(u8::from(holds));
        let usd = share(&|path| path.usd);
        let valid = share(&|path| part(path.valid));
        Some(Self {
            usd,
            valid,
            usd_per_valid: per_valid(usd, valid),
            ms: Times::of(&Weighted::new(paths.iter().map(|path| (path.ms, path.weight))))?,
            second_call: share(&|path| part(path.calls > 1)),
            small: share(&|path| part(path.small)),
        })
    }
}

/// Times of answers in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, schemars::JsonSchema)]
pub struct Times {
    pub mean: f64,
    /// Half are faster.
    pub p50: f64,
    /// Nine in ten are faster.
    pub p90: f64,
    /// 95 in 100 are faster.
    pub p95: f64,
    /// 99 in 100 are faster.
    pub p99: f64,
}

impl Times {
    /// Of times with weights; `None` where there are none.
    pub fn of(weighted: &Weighted) -> Option<Self> {
        Some(Self {
            mean: weighted.mean()?,
            p50: weighted.quantile(0.50)?,
            p90: weighted.quantile(0.90)?,
            p95: weighted.quantile(0.95)?,
            p99: weighted.quantile(0.99)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn answer(usd: std::ops::Range<f64>) -> impl Strategy<Value = Answer> {
        (any::<bool>(), usd, 1.0_f64..3000.0).prop_map(|(valid, usd, ms)| Answer { valid, usd, ms })
    }

    fn cases() -> impl Strategy<Value = Vec<[Answer; 2]>> {
        let case = (answer(0.0..0.001), answer(0.001..0.01)).prop_map(|(one, two)| [one, two]);
        prop::collection::vec(case, 1..30)
    }

    fn outcome(cases: &[[Answer; 2]], path: impl Fn(&[Answer; 2]) -> Vec<Path>) -> Outcome {
        Outcome::of(&cases.iter().flat_map(path).collect::<Vec<_>>()).unwrap()
    }

    proptest! {
        #[test]
        fn nobody_beats_the_one_who_knows(
            cases in cases(), easy in 0.0_f64..1.0, hard in 0.0_f64..1.0, fee in 0.0_f64..0.001,
        ) {
            let decision = Decision { usd: fee, ms: 10.0 };
            let learned = |router: Learned| {
                move |[small, large]: &[Answer; 2]| router.paths(decision, *small, *large).to_vec()
            };
            let best = outcome(&cases, |case| vec![oracle(case).unwrap()]);
            let others = [
                outcome(&cases, |case| vec![cascade(case)]),
                outcome(&cases, |[_, large]| vec![only(*large)]),
                outcome(&cases, learned(Learned { easy, hard })),
                outcome(&cases, learned(Learned::random(easy))),
            ];
            for other in others {
                prop_assert!(best.usd <= other.usd + 1e-12, "{best:?} {other:?}");
                prop_assert!(best.valid >= other.valid - 1e-12);
            }
            // The small model alone may be cheaper, where it is wrong.
            let small = outcome(&cases, |[small, _]| vec![only(*small)]);
            if cases.iter().all(|[one, two]| one.valid || two.valid) && small.valid >= best.valid {
                prop_assert!(best.usd <= small.usd + 1e-12);
            }
        }

        #[test]
        fn a_router_that_sends_all_to_the_large_model_is_the_monolith(cases in cases()) {
            let none = Decision::default();
            let never = outcome(&cases, |[small, large]| {
                Learned { easy: 0.0, hard: 1.0 }.paths(none, *small, *large).to_vec()
            });
            let large = outcome(&cases, |[_, large]| vec![only(*large)]);
            prop_assert!((never.usd - large.usd).abs() < 1e-12);
            prop_assert!((never.valid - large.valid).abs() < 1e-12);
            prop_assert!(never.second_call.abs() < 1e-12 && never.small.abs() < 1e-12);
        }

        #[test]
        fn a_router_that_sends_all_to_the_small_model_is_a_cascade(cases in cases()) {
            let all = outcome(&cases, |[small, large]| {
                Learned { easy: 1.0, hard: 0.0 }.paths(Decision::default(), *small, *large).to_vec()
            });
            let cascade = outcome(&cases, |case| vec![cascade(case)]);
            prop_assert!((all.usd - cascade.usd).abs() < 1e-12);
            prop_assert!((all.second_call - cascade.second_call).abs() < 1e-12);
        }
    }

    #[test]
    fn a_cascade_of_three_stops_at_the_first_valid_answer() {
        let at = |valid, usd| Answer { valid, usd, ms: 100.0 };
        let path = cascade(&[at(false, 1.0), at(true, 2.0), at(true, 4.0)]);
        assert!(path.valid && path.calls == 2);
        assert!((path.usd - 3.0).abs() < 1e-12 && (path.ms - 200.0).abs() < 1e-12);
        assert_eq!(oracle(&[]), None);
        assert_eq!(Outcome::of(&[]), None);
    }
}
