//! E-values that were already computed: cells repeat each other, and most answers are as usual.

use std::collections::HashMap;
use std::sync::Arc;

use crate::drift::prior::Weights;
use crate::drift::stats::{Evidence, Shared, common_change, weigh};

/// Number of an evidence in the cache.
pub(super) type Known = u32;

/// Weights and evidence, each by number.
#[derive(Debug, Clone, Default)]
pub(super) struct Cache {
    weights: Vec<Weights>,
    weight_numbers: HashMap<[u64; 7], u32>,
    evidence: Vec<Evidence>,
    numbers: HashMap<Box<[u32]>, Known>,
    shared: HashMap<Box<[u64]>, Arc<Shared>>,
    key: Vec<u32>,
}

impl Cache {
    /// The number of these weights.
    pub(super) fn weights(&mut self, weights: &Weights) -> u32 {
        let next = u32::try_from(self.weights.len()).unwrap_or(u32::MAX);
        let number = *self.weight_numbers.entry(weights.map(f64::to_bits)).or_insert(next);
        if number == next {
            self.weights.push(*weights);
        }
        number
    }

    /// The weights behind a number.
    pub(super) fn weights_of(&self, number: u32) -> Weights {
        self.weights.get(number as usize).copied().unwrap_or_default()
    }

    pub(super) fn get(&self, known: Known) -> Evidence {
        self.evidence.get(known as usize).copied().unwrap_or(Evidence::NONE)
    }

    /// Weighs a sequence. `counts` are those of the accepted categories, and `sequence` names
    /// categories as [`weigh`] wants them. Alike questions must be asked in the same form.
    pub(super) fn weigh(&mut self, counts: &[u32], sequence: &[u32], weights: u32) -> Known {
        self.key.clear();
        self.key.push(weights);
        self.key.push(u32::try_from(counts.len()).unwrap_or(u32::MAX));
        self.key.extend_from_slice(counts);
        self.key.extend_from_slice(sequence);
        if let Some(known) = self.numbers.get(self.key.as_slice()) {
            return *known;
        }
        let known = u32::try_from(self.evidence.len()).unwrap_or(u32::MAX);
        let sequence: Vec<usize> = sequence.iter().map(|category| *category as usize).collect();
        self.evidence.push(weigh(counts, &sequence, &self.weights_of(weights)));
        self.numbers.insert(self.key.clone().into_boxed_slice(), known);
        known
    }

    /// What cells say together. Most groups are as quiet as others, so it is kept.
    pub(super) fn share(
        &mut self,
        kinds: &[(Known, u32)],
        change: f64,
        common: f64,
    ) -> Arc<Shared> {
        let mut key = vec![change.to_bits(), common.to_bits()];
        key.extend(
            kinds.iter().map(|(known, count)| (u64::from(*known) << 32) | u64::from(*count)),
        );
        if let Some(shared) = self.shared.get(key.as_slice()) {
            return Arc::clone(shared);
        }
        let cells: Vec<(Evidence, u32)> =
            kinds.iter().map(|(known, count)| (self.get(*known), *count)).collect();
        let shared = Arc::new(common_change(&cells, change, common));
        self.shared.insert(key.into_boxed_slice(), Arc::clone(&shared));
        shared
    }
}
