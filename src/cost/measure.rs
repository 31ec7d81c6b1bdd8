//! Measurements in the place of assumptions: every parameter with its value, its range, and what it
//! rests on.

use std::collections::BTreeMap;

use super::interval::{Share, mean};
use super::people::People;
use crate::domain::kit::{length, median};
use crate::domain::{Assumptions, CostSettings, PARAMETERS, Param, ParamInfo, string_enum};

string_enum! {
    /// What a value rests on.
    pub enum Basis {
        /// So many observations.
        Measured = "measured",
        /// A table of facts with a date.
        Table = "table",
        /// What the suite says.
        Written = "written",
        /// Nothing but a preset.
        Assumed = "assumed",
    }
}

/// A parameter with its value and what it rests on.
#[derive(Debug, Clone, PartialEq, serde::Serialize, schemars::JsonSchema)]
pub struct Figure {
    pub param: Param,
    pub value: f64,
    /// The lowest value to expect.
    pub low: f64,
    pub high: f64,
    /// What it rests on.
    pub basis: Basis,
    /// How many observations; 0 where it is not measured.
    pub n: usize,
    /// In words: what was observed, or where it is written.
    pub source: String,
}

impl Figure {
    fn measured(param: Param, found: Measured) -> Self {
        let Measured { value, low, high, n, of } = found;
        Self { param, value, low, high, basis: Basis::Measured, n, source: of }
    }
}

/// Every parameter, in the order of the table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Figures(pub Vec<Figure>);

/// Something measured: value, low, high, how many observations, of what.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Measured {
    pub value: f64,
    /// The lowest value to expect.
    pub low: f64,
    pub high: f64,
    pub n: usize,
    pub of: String,
}

impl Figures {
    /// What the suite says before the preset, and a measurement before both. Measurements of the
    /// ledger are made here; others come in.
    pub(crate) fn new(
        settings: &CostSettings,
        people: &People,
        mut measured: BTreeMap<Param, Measured>,
    ) -> Self {
        for (param, found) in of_people(people) {
            measured.entry(param).or_insert(found);
        }
        let assumed = settings.assumed();
        let figure = |row: &ParamInfo| {
            let [low, _, high] = row.values;
            let value = assumed.get(row.param);
            let is_written = settings.written.contains_key(&row.param);
            match measured.remove(&row.param) {
                // What people write of their rate or their retries is no guess to be overruled.
                Some(found) if !is_written => Figure::measured(row.param, found),
                _ => Figure {
                    param: row.param,
                    value,
                    low: low.min(value),
                    high: high.max(value),
                    basis: if is_written { Basis::Written } else { Basis::Assumed },
                    n: 0,
                    source: if is_written {
                        row.key.to_owned()
                    } else if row.preset {
                        format!("preset {}", settings.preset)
                    } else {
                        "middle of a range".to_owned()
                    },
                },
            }
        };
        Self(PARAMETERS.iter().map(figure).collect())
    }

    /// The figure of a parameter.
    pub(crate) fn get(&self, param: Param) -> Option<&Figure> {
        self.0.iter().find(|figure| figure.param == param)
    }

    /// Puts a measurement in the place of a figure that nobody wrote.
    pub(crate) fn put(&mut self, param: Param, found: Measured) {
        let figure = self.0.iter_mut().find(|figure| figure.param == param);
        if let Some(figure) = figure.filter(|figure| figure.basis != Basis::Written) {
            *figure = Figure::measured(param, found);
        }
    }

    /// All values, to calculate with.
    pub(crate) fn values(&self) -> Assumptions {
        let start = Assumptions::preset(crate::domain::Preset::Default);
        self.0.iter().fold(start, |all, figure| all.with(figure.param, figure.value))
    }
}

/// From so many observations on a measurement takes the place of an assumption.
const REVIEWS: usize = 10;
const TRIAGES: usize = 5;
const FIXES: usize = 5;
const BUMPS: usize = 3;

fn of_people(people: &People) -> BTreeMap<Param, Measured> {
    let mut found = BTreeMap::new();
    let spread = |values: &[f64], value: f64, of: &str| {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let at = |share| super::stats::quantile(&sorted, share).unwrap_or(value);
        let (low, high) = (at(0.10).min(value), at(0.90).max(value));
        Measured { value, low, high, n: values.len(), of: of.to_owned() }
    };
    if people.reviews.len() >= REVIEWS
        && let Some(value) = median(&people.reviews)
    {
        found.insert(Param::ReviewMinutes, spread(&people.reviews, value, "answers taken"));
    }
    if people.triages.len() >= TRIAGES
        && let Some(value) = median(&people.triages)
    {
        found.insert(Param::TriageMinutes, spread(&people.triages, value, "answers thrown away"));
    }
    // Fixes are few and long: a median would hide the bad week.
    let fixed = people.bumps.iter().filter(|bump| bump.fixes > 0 && bump.minutes.noted > 0.0);
    let each: Vec<f64> = fixed
        .flat_map(|bump| {
            let one = bump.minutes.noted / length(bump.fixes);
            std::iter::repeat_n(one, bump.fixes)
        })
        .collect();
    if each.len() >= FIXES
        && let Some(value) = mean(&each)
    {
        found.insert(Param::FixMinutes, spread(&each, value, "fixed prompts"));
    }
    let whole = people.bumps.iter().filter(|bump| bump.minutes.sum() > 0.0);
    let fixed_part = |bump: &super::people::BumpTime| {
        let noted = if bump.fixes == 0 { bump.minutes.noted } else { 0.0 };
        bump.minutes.overhead + noted
    };
    let overheads: Vec<f64> = whole.map(fixed_part).collect();
    if overheads.len() >= BUMPS
        && let Some(value) = mean(&overheads)
    {
        found.insert(Param::BumpMinutes, spread(&overheads, value, "bumps with sessions or notes"));
    }
    found.extend(shares(people));
    found
}

/// Shares of cells that bumps change and break: every bump of the ledger moves the belief.
fn shares(people: &People) -> Vec<(Param, Measured)> {
    let moves = people.bumps.iter().filter(|bump| bump.event.class.moves_answers());
    let compared: Vec<_> = moves.filter(|bump| bump.event.cells > 0).collect();
    if compared.is_empty() {
        return Vec::new();
    }
    let sum = |of: &dyn Fn(&super::people::BumpTime) -> usize| {
        compared.iter().map(|bump| of(bump) as u64).sum::<u64>()
    };
    let cells = sum(&|bump| bump.event.cells);
    let broken = sum(&|bump| bump.event.broken_loud + bump.event.broken_silent);
    let changed = sum(&|bump| bump.event.changed);
    let measured = |prior: Share, hits: u64| {
        let belief = prior.seen(hits.min(cells), cells);
        Measured {
            value: belief.mean(),
            low: belief.quantile(0.10),
            high: belief.quantile(0.90),
            n: compared.len(),
            of: format!("bumps, {cells} cells compared"),
        }
    };
    vec![
        (Param::BrokenShare, measured(Share::prior(0.5, 4.5), broken)),
        (Param::ChangedShare, measured(Share::prior(1.75, 3.25), changed)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Preset;

    fn people(reviews: usize) -> People {
        People { reviews: vec![2.0; reviews], triages: vec![4.0, 8.0], ..People::default() }
    }

    #[test]
    fn enough_observations_take_the_place_of_an_assumption() {
        let settings = CostSettings::default();
        let few = Figures::new(&settings, &people(9), BTreeMap::new());
        let figure = few.get(Param::ReviewMinutes).unwrap();
        assert_eq!((figure.basis, figure.n), (Basis::Assumed, 0));
        assert_eq!(figure.source, "preset default");
        let many = Figures::new(&settings, &people(10), BTreeMap::new());
        let figure = many.get(Param::ReviewMinutes).unwrap();
        assert_eq!((figure.basis, figure.n), (Basis::Measured, 10));
        assert!((many.values().get(Param::ReviewMinutes) - 2.0).abs() < 1e-12);
        assert!((many.values().get(Param::TriageMinutes) - 6.0).abs() < 1e-12, "two are too few");
    }

    #[test]
    fn what_is_written_holds() {
        let mut settings = CostSettings { preset: Preset::Heavy, ..CostSettings::default() };
        settings.written.insert(Param::ReviewMinutes, 3.0);
        let figures = Figures::new(&settings, &people(50), BTreeMap::new());
        let figure = figures.get(Param::ReviewMinutes).unwrap();
        assert_eq!((figure.basis, figure.source.as_str()), (Basis::Written, "cost.minutes.review"));
        assert!((figures.values().get(Param::FixMinutes) - 480.0).abs() < 1e-12);
    }
}
