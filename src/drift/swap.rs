//! A model that is swapped in silence: its answers are unlike the accepted ones in all cells at
//! once, a little in each. No call is made for it.

use std::collections::BTreeMap;

use super::stats::{mad, median};
use crate::domain::{PromptName, Sample, Swap};

/// Earlier runs that make a history.
const HISTORY: usize = 7;

/// Alarm from so many deviations above what earlier runs showed.
const WITH_HISTORY: f64 = 4.0;

/// Alarm without a history: serving alone moves the statistic up to about half of that.
const WITHOUT: f64 = 8.0;

/// One cell: accepted answers and a new one, in short.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ranked<'a> {
    /// Of which prompt.
    pub prompt: &'a PromptName,
    /// The accepted answers.
    pub accepted: &'a [Sample],
    /// The first new one.
    pub now: &'a Sample,
}

/// Ranks each new answer among the accepted ones of its cell by how far it is from the others. If
/// nothing changed, it is as likely to be the farthest as any of them. `history` has the `z` of
/// earlier runs of the slot.
pub fn swap(cells: &[Ranked<'_>], history: &[f64]) -> Swap {
    let mut all = Sum::default();
    let mut prompts: BTreeMap<PromptName, Sum> = BTreeMap::new();
    for cell in cells.iter().filter(|cell| !cell.accepted.is_empty()) {
        let found = rank(cell);
        all.add(found);
        prompts.entry(cell.prompt.clone()).or_default().add(found);
    }
    let z = all.z();
    let usual = median(history).filter(|_| history.len() >= HISTORY);
    let against_history =
        usual.zip(mad(history)).map(|(usual, mad)| (z - usual) / (1.4826 * mad).max(1.0));
    Swap {
        z,
        against_history,
        alarm: against_history.map_or(z >= WITHOUT, |z| z >= WITH_HISTORY),
        cells: all.cells,
        prompts: prompts.into_iter().map(|(prompt, sum)| (prompt, sum.z())).collect(),
    }
}

#[derive(Default)]
struct Sum {
    excess: f64,
    variance: f64,
    cells: u32,
}

impl Sum {
    fn add(&mut self, (excess, variance): (f64, f64)) {
        self.excess += excess;
        self.variance += variance;
        self.cells += 1;
    }

    fn z(&self) -> f64 {
        if self.variance > 0.0 { self.excess / self.variance.sqrt() } else { 0.0 }
    }
}

/// By how much the rank of the new answer exceeds the mean rank, and the variance of that.
fn rank(cell: &Ranked<'_>) -> (f64, f64) {
    let samples: Vec<&Sample> = cell.accepted.iter().chain([cell.now]).collect();
    let count = number(samples.len());
    let far = |one: &Sample| {
        let sum: f64 = samples.iter().map(|other| distance(one, other)).sum();
        (sum / (count - 1.0) * 1e9).round() / 1e9
    };
    let far: Vec<f64> = samples.iter().map(|sample| far(sample)).collect();
    let ranks: Vec<f64> = far
        .iter()
        .map(|one| {
            let below = number(far.iter().filter(|other| other.total_cmp(one).is_lt()).count());
            let same = number(far.iter().filter(|other| other.total_cmp(one).is_eq()).count());
            (below + same / 2.0) / count
        })
        .collect();
    let mean = ranks.iter().sum::<f64>() / count;
    let variance = ranks.iter().map(|rank| (rank - mean).powi(2)).sum::<f64>() / count;
    (ranks.last().map_or(0.0, |rank| rank - mean), variance)
}

/// How unlike two answers are: by the beginning of their texts, their values, and their lengths.
fn distance(one: &Sample, two: &Sample) -> f64 {
    let values = if one.values == two.values { 0.0 } else { 1.0 };
    let length = |sample: &Sample| f64::from(sample.length.max(1)).ln();
    hamming(&one.head, &two.head) + values + (length(one) - length(two)).abs()
}

/// The share of characters that differ, place by place.
fn hamming(one: &str, two: &str) -> f64 {
    let longest = one.chars().count().max(two.chars().count());
    let same = one.chars().zip(two.chars()).filter(|(one, two)| one == two).count();
    if longest == 0 { 0.0 } else { number(longest - same) / number(longest) }
}

fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Hash;
    use crate::drift::drill::Dice;

    /// A text of words drawn by chance; another model has other words.
    fn sample(dice: &mut Dice, words: &[&str]) -> Sample {
        let text: Vec<&str> = (0..20).map(|_| words[dice.below(words.len())]).collect();
        let text = text.join(" ");
        Sample {
            length: u32::try_from(text.len()).unwrap(),
            head: text.chars().take(Sample::HEAD).collect(),
            values: Hash::of_bytes(b"same"),
        }
    }

    const OLD: [&str; 4] = ["late", "order", "parcel", "refund"];
    const NEW: [&str; 4] = ["delayed", "purchase", "shipment", "reimburse"];

    fn swapped(cells: usize, now: &[&str], history: &[f64], seed: u64) -> Swap {
        let mut dice = Dice::new(seed);
        let prompt = PromptName::new("triage").unwrap();
        let drawn: Vec<(Vec<Sample>, Sample)> = (0..cells)
            .map(|_| ((0..5).map(|_| sample(&mut dice, &OLD)).collect(), sample(&mut dice, now)))
            .collect();
        let ranked: Vec<Ranked<'_>> =
            drawn.iter().map(|(accepted, now)| Ranked { prompt: &prompt, accepted, now }).collect();
        swap(&ranked, history)
    }

    #[test]
    fn an_unchanged_model_stays_near_zero_and_another_one_does_not() {
        let quiet: Vec<f64> = (0..60).map(|seed| swapped(40, &OLD, &[], seed).z).collect();
        let mean = quiet.iter().sum::<f64>() / 60.0;
        let deviation = (quiet.iter().map(|z| (z - mean).powi(2)).sum::<f64>() / 60.0).sqrt();
        assert!(mean.abs() < 0.4 && (0.7..1.3).contains(&deviation), "{mean} {deviation}");
        let found = swapped(60, &NEW, &[], 1);
        assert!(found.alarm && found.z > 8.0, "{found:?}");
        assert!((found.prompts.values().next().unwrap() - found.z).abs() < 1e-9);
    }

    #[test]
    fn a_history_lowers_the_bar_and_a_restless_one_raises_it() {
        let calm = [0.1, -0.4, 0.9, -1.0, 0.3, 0.2, -0.6];
        let few = swapped(20, &NEW, &[], 2);
        assert!(!few.alarm && few.z > 4.5, "{few:?}");
        assert!(swapped(20, &NEW, &calm, 2).alarm);
        let restless = calm.map(|z| z * 5.0 + 3.0);
        assert!(!swapped(20, &NEW, &restless, 2).alarm);
        assert!(swapped(20, &OLD, &calm[..6], 2).against_history.is_none());
    }

    #[test]
    fn cells_without_accepted_answers_or_without_a_difference_say_nothing() {
        let prompt = PromptName::new("triage").unwrap();
        let one = sample(&mut Dice::new(3), &OLD);
        let same = [one.clone(), one.clone()];
        let cells = [
            Ranked { prompt: &prompt, accepted: &[], now: &one },
            Ranked { prompt: &prompt, accepted: &same, now: &one },
        ];
        let found = swap(&cells, &[]);
        assert_eq!((found.cells, found.alarm), (1, false));
        assert!(found.z.abs() < 1e-12);
    }
}
