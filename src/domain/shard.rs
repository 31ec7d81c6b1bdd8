//! Parts of a run that several machines ask, each its own.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Hash;

/// One of equal parts of a run: written `2/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Shard {
    /// From 1.
    index: u32,
    count: u32,
}

/// A text names no shard.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no shard: write 1/8 for the first of eight")]
pub struct NoShard(String);

impl Shard {
    /// The shard with this number, from 1; none where there are fewer.
    pub fn new(index: u32, count: u32) -> Option<Self> {
        (1..=count).contains(&index).then_some(Self { index, count })
    }

    /// All shards of a run.
    pub fn all(count: u32) -> impl Iterator<Item = Self> {
        (1..=count).map(move |index| Self { index, count })
    }

    /// How many shards there are.
    pub fn count(self) -> u32 {
        self.count
    }

    /// Its part of a number that all shards share; at least one.
    pub fn part_of(self, whole: usize) -> usize {
        (whole / self.count as usize).max(1)
    }

    /// The things of this shard, each with a weight: all shards weigh about the same, and the same things
    /// in the same order are always parted alike.
    pub fn of<T>(self, things: Vec<(T, f64)>) -> Vec<T> {
        let whole: f64 = things.iter().map(|(_, weight)| weight).sum();
        let (first, last) = (f64::from(self.index - 1), f64::from(self.index));
        let [start, end] = [first, last].map(|edge| whole * edge / f64::from(self.count));
        let mut before = 0.0;
        let mut mine = Vec::new();
        for (thing, weight) in things {
            let middle = before + weight / 2.0;
            before += weight;
            if start <= middle && (middle < end || self.index == self.count) {
                mine.push(thing);
            }
        }
        mine
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

impl FromStr for Shard {
    type Err = NoShard;

    fn from_str(text: &str) -> Result<Self, NoShard> {
        let parts = text.split_once('/');
        let numbers = parts.and_then(|(index, count)| index.parse().ok().zip(count.parse().ok()));
        let shard = numbers.and_then(|(index, count)| Self::new(index, count));
        shard.ok_or_else(|| NoShard(text.to_owned()))
    }
}

impl TryFrom<String> for Shard {
    type Error = NoShard;

    fn try_from(text: String) -> Result<Self, NoShard> {
        text.parse()
    }
}

impl From<Shard> for String {
    fn from(shard: Shard) -> Self {
        shard.to_string()
    }
}

/// Which part of which run is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShardOf {
    pub shard: Shard,
    /// Names what all shards together ask.
    pub question: Hash,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_shard_is_a_number_of_a_number() {
        assert_eq!("2/8".parse(), Ok(Shard { index: 2, count: 8 }));
        for text in ["0/8", "9/8", "1/0", "1", "a/b", "-1/2", "1/2/3", ""] {
            assert_eq!(text.parse::<Shard>(), Err(NoShard(text.to_owned())));
        }
    }

    proptest! {
        #[test]
        fn every_thing_is_in_one_shard_and_shards_weigh_about_the_same(
            weights in prop::collection::vec(0.1..10.0, 0..60),
            count in 1u32..12,
        ) {
            let things: Vec<(usize, f64)> = weights.iter().copied().enumerate().collect();
            let whole: f64 = weights.iter().sum();
            let mut all = Vec::new();
            for shard in Shard::all(count) {
                let mine = shard.of(things.clone());
                let weight: f64 = mine.iter().map(|at| weights[*at]).sum();
                prop_assert!(weight <= whole / f64::from(count) + 10.0);
                all.extend(mine);
            }
            prop_assert_eq!(all, (0..weights.len()).collect::<Vec<_>>());
        }
    }
}
