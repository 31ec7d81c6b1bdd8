//! Which of the models is the small one, and which the large.

use std::collections::BTreeMap;

use super::CaseAnswers;
use crate::domain::Slot;
use crate::domain::kit::length;

/// The small and the large slot: as named, else the cheapest and the one with the most valid answers;
/// of equally good ones the dearer, which is what teams pay for. `None` where fewer than two slots
/// answered the same case.
pub fn choose(
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
