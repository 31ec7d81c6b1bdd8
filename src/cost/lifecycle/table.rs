//! The table of models and their ends that is a part of the program.
//!
//! Sources: the providers' pages on deprecations, modeldeprecations.dev and litellm, read in
//! November 2026.

use super::{Life, LifeSource};

const TEXT: &str = include_str!("table.csv");

/// Every row: who bills the model, and what is known of its life.
pub(super) fn rows() -> impl Iterator<Item = (&'static str, Life)> {
    TEXT.lines().skip(1).filter_map(row)
}

/// `provider,id,tier,released,announced,shutdown,replacement`; what is not known is empty.
fn row(text: &'static str) -> Option<(&'static str, Life)> {
    let mut cells = text.split(',').map(|cell| (!cell.is_empty()).then_some(cell));
    let mut next = || cells.next().flatten();
    let vendor = next()?;
    let mut life = Life::new(next()?, LifeSource::Table);
    life.tier = next().map(str::to_owned);
    life.released = next().and_then(|day| day.parse().ok());
    life.announced = next().and_then(|day| day.parse().ok());
    life.shutdown = next().and_then(|day| day.parse().ok());
    life.replacement = next().map(str::to_owned);
    Some((vendor, life))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_line_is_a_row_and_its_days_are_days() {
        let mut seen = BTreeSet::new();
        for (line, (vendor, life)) in TEXT.lines().skip(1).zip(rows()) {
            let day = |day: Option<crate::cost::price::Day>| day.map(|day| day.to_string());
            let cells = [
                Some(vendor.to_owned()),
                Some(life.id.clone()),
                life.tier.clone(),
                day(life.released),
                day(life.announced),
                day(life.shutdown),
                life.replacement.clone(),
            ];
            assert_eq!(cells.map(Option::unwrap_or_default).join(","), line);
            assert!(seen.insert((vendor, life.id.clone())), "{line} is there twice");
            assert!(life.released < life.shutdown || life.shutdown.is_none(), "{line}");
        }
        assert_eq!(seen.len(), TEXT.lines().count() - 1);
        assert!(seen.len() > 150);
    }
}
