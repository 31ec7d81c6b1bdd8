//! What was accepted of many cells, small enough for a hundred thousand of them.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexSet;
use jiff::civil::Date;

use super::count::{self, Counted};
use super::facets::Facets;
use super::prior::{Prior, Weights};
use super::relative::relative;
use super::stats::Patterns;
use crate::domain::{CellId, Facet, FacetFamily, Profile, PromptName, Slot};

/// Most answers that count for a cell. The newest are kept, and all that a person accepted.
const MOST: u32 = 20;

/// A prompt and a slot: the cells that share their facets.
pub(super) type Pair = (PromptName, Slot);

/// What was accepted: profiles, and later answers of cells that passed.
#[derive(Debug, Clone, Default)]
pub struct Baseline {
    pub(super) words: Words,
    pub(super) cells: BTreeMap<CellId, Base>,
    /// Weights as they were frozen, of pairs that have no later answers.
    frozen: BTreeMap<(u32, u32), Weights>,
    deepened: BTreeSet<u32>,
    pub(super) pairs: IndexSet<Pair>,
}

/// Facets and categories by number.
#[derive(Debug, Clone, Default)]
pub(super) struct Words {
    pub(super) facets: IndexSet<Facet>,
    pub(super) texts: IndexSet<String>,
}

/// What was accepted of one cell.
#[derive(Debug, Clone, Default)]
pub(super) struct Base {
    /// Number of its prompt and slot.
    pub(super) pair: u32,
    /// Ordered by facet.
    pub(super) rows: Vec<Row>,
    /// The numbers of its answers.
    pub(super) middles: Vec<Middle>,
    /// Answers that are counted.
    pub(super) n: u32,
    pub(super) nights: Vec<Date>,
}

/// How often a category of a facet was accepted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub(super) facet: u32,
    pub(super) text: u32,
    pub(super) count: u32,
}

/// The middle of a number over the accepted answers, and how far they lie from it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Middle {
    pub(super) facet: u32,
    pub(super) median: f64,
    pub(super) mad: f64,
}

impl Words {
    pub(super) fn facet(&self, number: u32) -> Option<&Facet> {
        self.facets.get_index(number as usize)
    }

    pub(super) fn family(&self, number: u32) -> FacetFamily {
        self.facet(number).map_or(FacetFamily::Contract, |facet| facet.family)
    }

    pub(super) fn text(&self, number: u32) -> &str {
        self.texts.get_index(number as usize).map_or("", String::as_str)
    }

    /// Facet and category of everything that is watched of an answer. Numbers without a median are
    /// left out.
    pub(super) fn resolve(&mut self, answer: &Facets, middles: &[Middle]) -> Vec<(u32, u32)> {
        let mut found = Vec::with_capacity(answer.categories.len() + answer.numbers.len());
        for (facet, category) in &answer.categories {
            found.push((self.facet_number(facet), self.text_number(category)));
        }
        for (facet, number) in &answer.numbers {
            let facet_number = self.facet_number(facet);
            let middle = middles.iter().find(|middle| middle.facet == facet_number);
            if let Some(middle) = middle {
                let category = relative(facet.family, *number, middle.median);
                found.push((facet_number, self.text_number(&category)));
            }
        }
        found
    }

    /// The numbers of an answer that are looked at together with those of other cells.
    pub(super) fn numbers(&self, answer: &Facets) -> Vec<(u32, f64)> {
        let pooled = answer.numbers.iter().filter(|(f, _)| f.family == FacetFamily::Magnitude);
        pooled
            .filter_map(|(facet, n)| Some((number(self.facets.get_index_of(facet)?), *n)))
            .collect()
    }

    fn facet_number(&mut self, facet: &Facet) -> u32 {
        let known = self.facets.get_index_of(facet);
        number(known.unwrap_or_else(|| self.facets.insert_full(facet.clone()).0))
    }

    fn text_number(&mut self, text: &str) -> u32 {
        let known = self.texts.get_index_of(text);
        number(known.unwrap_or_else(|| self.texts.insert_full(text.to_owned()).0))
    }
}

fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

impl Base {
    /// Counts one more.
    pub(super) fn add(&mut self, facet: u32, text: u32, count: u32) {
        let at = self.rows.partition_point(|row| (row.facet, row.text) < (facet, text));
        match self.rows.get_mut(at) {
            Some(row) if row.facet == facet && row.text == text => row.count += count,
            _ => self.rows.insert(at, Row { facet, text, count }),
        }
    }
}

impl Baseline {
    /// Takes in what was accepted of a prompt in a slot.
    pub fn add(&mut self, profile: &Profile) {
        let (prompt, slot) = (&profile.prompt, &profile.slot);
        let pair = number(self.pairs.insert_full((prompt.clone(), slot.clone())).0);
        for (name, case) in &profile.cases {
            let nights = case.nights.clone();
            let mut base = Base { pair, n: case.n, nights, ..Base::default() };
            for (facet, counts) in &case.facets {
                let facet = self.words.facet_number(facet);
                for (text, count) in counts {
                    base.add(facet, self.words.text_number(text), *count);
                }
            }
            for (facet, spread) in &case.numbers {
                let facet = self.words.facet_number(facet);
                base.middles.push(Middle { facet, median: spread.median, mad: spread.mad });
            }
            let (prompt, model) = (prompt.clone(), slot.clone());
            self.cells.insert(CellId { prompt, case: name.clone(), model }, base);
        }
        for (facet, weights) in &profile.weights {
            let facet = self.words.facet_number(facet);
            self.frozen.insert((pair, facet), *weights);
        }
    }

    /// Counts a later answer of a cell that passed, newest first: beyond twenty in all the rest is
    /// left out. Answers to another request, or of a run that did not pass, do not belong here.
    pub fn observe(&mut self, cell: &CellId, answer: &Counted) {
        let Some(base) = self.cells.get_mut(cell).filter(|base| base.n > 0 && base.n < MOST) else {
            return;
        };
        for (facet, text) in self.words.resolve(&answer.facets, &base.middles) {
            // A facet that was never accepted here would be taken for a change of all before it.
            if base.rows.iter().any(|row| row.facet == facet) {
                base.add(facet, text, 1);
            }
        }
        base.n += 1;
        base.nights.push(answer.night);
        base.nights.sort_unstable();
        base.nights.dedup();
        self.deepened.insert(base.pair);
    }

    /// How many answers count for a cell, and from how many days they are; `None` where nothing was
    /// accepted.
    pub fn depth(&self, cell: &CellId) -> Option<(u32, usize)> {
        self.cells.get(cell).map(|base| (base.n, base.nights.len()))
    }

    /// How much each facet of each pair varies.
    pub(super) fn weights(&self) -> BTreeMap<(u32, u32), Weights> {
        let mut families: BTreeMap<FacetFamily, Patterns> = BTreeMap::new();
        let mut groups: BTreeMap<(u32, u32), Patterns> = BTreeMap::new();
        for base in self.cells.values() {
            for rows in base.rows.chunk_by(|one, two| one.facet == two.facet) {
                let Some(facet) = rows.first().map(|row| row.facet) else { continue };
                let counts = || rows.iter().map(|row| &row.count);
                let family = self.words.family(facet);
                count::add(families.entry(family).or_default(), counts());
                count::add(groups.entry((base.pair, facet)).or_default(), counts());
            }
        }
        let usual = count::usual(&families);
        let mut learned: BTreeMap<(FacetFamily, Patterns), Weights> = BTreeMap::new();
        let mut weights = BTreeMap::new();
        for (key, patterns) in groups {
            let frozen = self.frozen.get(&key).filter(|_| !self.deepened.contains(&key.0));
            let found = frozen.copied().unwrap_or_else(|| {
                let family = self.words.family(key.1);
                let prior = usual.get(&family).unwrap_or(&Prior::of(family).weights);
                let group = learned.entry((family, patterns));
                *group.or_insert_with_key(|(_, patterns)| count::of_group(patterns, prior))
            });
            weights.insert(key, found);
        }
        weights
    }
}
