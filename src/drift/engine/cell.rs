//! One cell: what was accepted, what came now, and how it deviates.

use super::cache::{Cache, Known};
use crate::domain::{CellId, FacetFamily};
use crate::drift::baseline::{Base, Row, Words};

/// An answer that does not have a facet.
const NONE: u32 = u32::MAX;

/// A cell with its answers. Answers are kept as numbers of categories, a row per answer.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    pub(super) id: CellId,
    pub(super) base: Base,
    /// The facets that were accepted, in order.
    pub(super) seats: Vec<Seat>,
    seen: Vec<u32>,
    /// The numbers of the first new answer.
    pub(super) numbers: Vec<(u32, f64)>,
    /// For each answer, whether it was no valid one.
    pub(super) broken: Vec<bool>,
    /// How often more was asked for, by side.
    pub(super) asked: Asked,
    /// Whether something came since it was last weighed.
    pub(super) is_fresh: bool,
}

/// Further answers that were asked for.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Asked {
    pub(super) candidate: u32,
    pub(super) accepted: u32,
}

/// One facet of a cell.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seat {
    pub(super) facet: u32,
    pub(super) family: FacetFamily,
    pub(super) group: u32,
    pub(super) weights: u32,
    /// Where its rows begin and end in the base.
    from: u32,
    to: u32,
    /// The usual category.
    pub(super) usual: u32,
    /// Accepted answers that have it.
    pub(super) total: u32,
    /// What the new answers say; `None` where none has the facet.
    pub(super) evidence: Option<Known>,
    /// Probability that the cell changed here.
    pub(super) posterior: f64,
    /// How the new answers deviate here.
    pub(super) deviation: Deviation,
}

/// How the new answers deviate at one facet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Deviation {
    /// New answers that have the facet.
    pub(super) answers: u32,
    /// Of these, how many are not as usual.
    pub(super) count: u32,
    /// What they have instead, most often.
    pub(super) seen: Option<u32>,
}

impl Cell {
    pub(super) fn new(id: CellId, base: Base, words: &Words) -> Self {
        let mut cell = Self {
            id,
            base,
            seats: Vec::new(),
            seen: Vec::new(),
            numbers: Vec::new(),
            broken: Vec::new(),
            asked: Asked::default(),
            is_fresh: false,
        };
        cell.seats = seats(&cell.base.rows, words);
        cell
    }

    /// New answers so far.
    pub(super) fn answers(&self) -> u32 {
        u32::try_from(self.broken.len()).unwrap_or(u32::MAX)
    }

    /// How many there are or were asked for.
    pub(super) fn taken(&self) -> u32 {
        self.answers().max(self.asked.candidate + u32::from(self.answers() > 0))
    }

    pub(super) fn broken(&self) -> u32 {
        u32::try_from(self.broken.iter().filter(|broken| **broken).count()).unwrap_or(u32::MAX)
    }

    /// Whether none of the new answers is valid.
    pub(super) fn is_dead(&self) -> bool {
        !self.broken.is_empty() && self.broken.iter().all(|broken| *broken)
    }

    /// Counts a new answer.
    pub(super) fn add(&mut self, categories: &[(u32, u32)], is_broken: bool) {
        let category = |seat: &Seat| {
            let found = categories.iter().find(|(facet, _)| *facet == seat.facet);
            found.map_or(NONE, |(_, text)| *text)
        };
        self.seen.extend(self.seats.iter().map(category));
        self.broken.push(is_broken);
        self.is_fresh = true;
    }

    /// Counts one more answer of the accepted side. Facets that were not accepted stay out.
    pub(super) fn deepen(&mut self, categories: &[(u32, u32)], words: &Words) {
        for (facet, text) in categories {
            if self.seats.iter().any(|seat| seat.facet == *facet) {
                self.base.add(*facet, *text, 1);
            }
        }
        self.base.n += 1;
        let old = std::mem::take(&mut self.seats);
        self.seats = seats(&self.base.rows, words);
        for (seat, old) in self.seats.iter_mut().zip(old) {
            let Seat { group, weights, evidence, posterior, deviation, .. } = old;
            *seat = Seat { group, weights, evidence, posterior, deviation, ..*seat };
        }
        self.is_fresh = true;
    }

    pub(super) fn rows(&self, seat: &Seat) -> &[Row] {
        self.base.rows.get(seat.from as usize..seat.to as usize).unwrap_or_default()
    }

    /// Categories of the new answers at a facet, in order.
    fn sequence(&self, at: usize) -> impl Iterator<Item = u32> + '_ {
        let width = self.seats.len().max(1);
        self.seen.iter().skip(at).step_by(width).copied().filter(|text| *text != NONE)
    }

    fn deviation(&self, at: usize, words: &Words) -> Deviation {
        let usual = self.seats.get(at).map_or(NONE, |seat| seat.usual);
        let mut found = Deviation::default();
        let mut alike = 0;
        for text in self.sequence(at) {
            found.answers += 1;
            if text == usual {
                continue;
            }
            found.count += 1;
            let count = self.sequence(at).filter(|other| *other == text).count();
            // Of equal counts the first by name, so that the order of answers does not show.
            let before = found.seen.is_some_and(|seen| words.text(text) >= words.text(seen));
            if count > alike || (count == alike && !before) {
                alike = count;
                found.seen = Some(text);
            }
        }
        found
    }

    /// Weighs the new answers at every facet.
    pub(super) fn weigh(&mut self, cache: &mut Cache, words: &Words) {
        let mut ask = Question::default();
        for at in 0..self.seats.len() {
            let Some(seat) = self.seats.get(at) else { continue };
            ask.fill(self.rows(seat), self.sequence(at));
            let evidence = ask.put(cache, seat.weights);
            let deviation = self.deviation(at, words);
            if let Some(seat) = self.seats.get_mut(at) {
                seat.evidence = evidence;
                seat.deviation = deviation;
            }
        }
        self.is_fresh = false;
    }

    /// The evidence at a facet if `more` further answers repeat what deviates, and `accepted` ones
    /// of the other side what is usual; `None` where nothing deviates.
    pub(super) fn at_best(
        &self,
        at: usize,
        (more, accepted): (u32, u32),
        cache: &mut Cache,
    ) -> Option<Known> {
        let seat = self.seats.get(at)?;
        let top = seat.deviation.seen?;
        let mut rows = self.rows(seat).to_vec();
        for row in rows.iter_mut().filter(|row| row.text == seat.usual) {
            row.count += accepted;
        }
        let mut ask = Question::default();
        ask.fill(&rows, self.sequence(at).chain((0..more).map(|_| top)));
        ask.put(cache, seat.weights)
    }
}

fn seats(rows: &[Row], words: &Words) -> Vec<Seat> {
    let mut seats = Vec::new();
    let mut from = 0;
    for rows in rows.chunk_by(|one, two| one.facet == two.facet) {
        let to = from + u32::try_from(rows.len()).unwrap_or(u32::MAX);
        let usual = rows.iter().max_by(|one, two| {
            one.count.cmp(&two.count).then_with(|| words.text(two.text).cmp(words.text(one.text)))
        });
        if let Some(usual) = usual {
            seats.push(Seat {
                facet: usual.facet,
                family: words.family(usual.facet),
                group: NONE,
                weights: 0,
                from,
                to,
                usual: usual.text,
                total: rows.iter().map(|row| row.count).sum(),
                evidence: None,
                posterior: 0.0,
                deviation: Deviation::default(),
            });
        }
        from = to;
    }
    seats
}

/// A question to the cache, in the form that all alike questions have: accepted categories by
/// count and then by when they come, new ones by when they come.
#[derive(Default)]
struct Question {
    rows: Vec<Row>,
    texts: Vec<u32>,
    counts: Vec<u32>,
    sequence: Vec<u32>,
}

impl Question {
    fn fill(&mut self, rows: &[Row], sequence: impl Iterator<Item = u32>) {
        self.sequence.clear();
        self.sequence.extend(sequence);
        self.rows.clear();
        self.rows.extend(rows);
        if self.rows.len() > 1 {
            let sequence = &self.sequence;
            let place = |row: &Row| sequence.iter().position(|seen| *seen == row.text);
            self.rows.sort_by_key(|row| {
                (std::cmp::Reverse(row.count), place(row).unwrap_or(usize::MAX))
            });
        }
        self.texts.clear();
        self.texts.extend(self.rows.iter().map(|row| row.text));
        self.counts.clear();
        self.counts.extend(self.rows.iter().map(|row| row.count));
        for text in &mut self.sequence {
            let known = self.texts.iter().position(|known| known == text);
            let at = known.unwrap_or_else(|| {
                self.texts.push(*text);
                self.texts.len() - 1
            });
            *text = u32::try_from(at).unwrap_or(NONE);
        }
    }

    fn put(&self, cache: &mut Cache, weights: u32) -> Option<Known> {
        (!self.sequence.is_empty()).then(|| cache.weigh(&self.counts, &self.sequence, weights))
    }
}
