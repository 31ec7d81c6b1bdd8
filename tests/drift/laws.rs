//! What e-values promise: under noise their mean is 1, however long one looks.

use promptmatrix::drift::drill::Dice;
use promptmatrix::drift::prior::{GRID, PRIORS, Weights};
use promptmatrix::drift::stats::{log_likelihood, weigh};
use proptest::prelude::*;

/// All sequences of this length over known categories and new ones, numbered as they come.
fn sequences(known: usize, length: usize) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    for _ in 0..length {
        all = all
            .into_iter()
            .flat_map(|sequence: Vec<usize>| {
                let next =
                    sequence.iter().copied().max().map_or(known, |most| (most + 1).max(known));
                (0..=next).map(move |category| {
                    let mut longer = sequence.clone();
                    longer.push(category);
                    longer
                })
            })
            .collect();
    }
    all
}

/// The probability of a sequence after these counts, if nothing changed.
fn unchanged(base: &[u32], sequence: &[usize], weights: &Weights) -> f64 {
    let mut counts = base.to_vec();
    for category in sequence {
        counts.resize(counts.len().max(category + 1), 0);
        counts[*category] += 1;
    }
    let sum = |counts: &[u32]| -> f64 {
        let pairs = GRID.iter().zip(weights);
        pairs.map(|(grid, weight)| weight.max(1e-12) * log_likelihood(counts, *grid).exp()).sum()
    };
    sum(&counts) / sum(base)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn the_mean_of_each_e_value_under_noise_is_exactly_one(
        base in prop::collection::vec(1u32..7, 1..4),
        length in 1usize..4,
        family in 0..PRIORS.len(),
    ) {
        let weights = PRIORS[family].weights;
        let mut means = [0.0; 3];
        let mut all = 0.0;
        for sequence in sequences(base.len(), length) {
            let chance = unchanged(&base, &sequence, &weights);
            all += chance;
            for (mean, e) in means.iter_mut().zip(weigh(&base, &sequence, &weights).all()) {
                *mean += chance * e;
            }
        }
        prop_assert!((all - 1.0).abs() < 1e-9, "{all}");
        for mean in means {
            prop_assert!((mean - 1.0).abs() < 1e-6, "{means:?}");
        }
    }
}

/// One draw from an urn.
fn draw(dice: &mut Dice, counts: &mut Vec<u32>, concentration: f64) -> usize {
    let all: u32 = counts.iter().sum();
    let mut at = dice.unit() * (f64::from(all) + concentration);
    for (category, count) in counts.iter_mut().enumerate() {
        at -= f64::from(*count);
        if at < 0.0 {
            *count += 1;
            return category;
        }
    }
    counts.push(1);
    counts.len() - 1
}

#[test]
fn whoever_stops_at_the_first_large_e_value_is_wrong_no_more_often_than_it_says() {
    let mut dice = Dice::new(4);
    for row in PRIORS {
        let (mut wrong, tries) = (0, 4000);
        for _ in 0..tries {
            let mut left = dice.unit();
            let chosen = row.weights.iter().position(|weight| {
                left -= weight;
                left < 0.0
            });
            let concentration = GRID[chosen.unwrap_or(0)];
            let mut counts = Vec::new();
            (0..5).for_each(|_| {
                draw(&mut dice, &mut counts, concentration);
            });
            let base = counts.clone();
            let mut sequence = Vec::new();
            wrong += u32::from((0..8).any(|_| {
                sequence.push(draw(&mut dice, &mut counts, concentration));
                weigh(&base, &sequence, &row.weights).alone() >= 20.0
            }));
        }
        let share = f64::from(wrong) / f64::from(tries);
        assert!(share <= 1.0 / 20.0, "{:?}: {share}", row.family);
    }
}
