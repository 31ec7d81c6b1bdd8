//! The table of models and their ends that is a part of the program.
//!
//! Each row names its sources, and the day on which they were read: the providers' pages on
//! deprecations by way of several public transcriptions of them.

use super::{Confidence, EndKind, Life, LifeSource};
use crate::cost::price::Day;

const TEXT: &str = include_str!("table.csv");

/// Every row: who bills the model, and what is known of its life.
pub(super) fn rows() -> impl Iterator<Item = (&'static str, Life)> {
    TEXT.lines().skip(1).filter_map(row)
}

/// What is not known is empty; the columns stand in the first line.
fn row(text: &'static str) -> Option<(&'static str, Life)> {
    let mut cells = text.split(',').map(|cell| (!cell.is_empty()).then_some(cell));
    let mut next = || cells.next().flatten();
    let vendor = next()?;
    let mut life = Life::new(next()?, LifeSource::Table);
    life.tier = next().filter(|tier| *tier != "-").map(str::to_owned);
    let day = |cell: Option<&str>| cell.and_then(|day| day.parse::<Day>().ok());
    life.released = day(next());
    life.announced = day(next());
    life.shutdown = day(next());
    let _kind = next();
    life.end = next().and_then(|kind| kind.parse::<EndKind>().ok());
    let _effective = next();
    life.replacement = next().map(str::to_owned);
    life.answers_as = next().map(str::to_owned);
    life.billed_as = next().filter(|id| *id != "unknown").map(str::to_owned);
    life.not_before = day(next());
    let _sources = next();
    life.read = day(next());
    life.confidence = next().and_then(|word| word.parse::<Confidence>().ok());
    Some((vendor, life))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_line_is_a_row_and_its_days_and_words_are_such() {
        let mut seen = BTreeSet::new();
        for (line, (vendor, life)) in TEXT.lines().skip(1).zip(rows()) {
            let cells: Vec<&str> = line.split(',').collect();
            assert_eq!(cells.len(), 17, "{line}");
            for (cell, read) in
                [(4, life.announced), (5, life.shutdown), (12, life.not_before), (14, life.read)]
            {
                assert_eq!(read.map(|day| day.to_string()).unwrap_or_default(), cells[cell]);
            }
            assert_eq!(life.end.map_or("", EndKind::as_str), cells[7], "{line}");
            assert_eq!(life.confidence.map(Confidence::as_str), Some(cells[15]), "{line}");
            assert_eq!(life.end == Some(EndKind::Redirected), life.redirects(), "{line}");
            assert!(seen.insert((vendor, life.id.clone())), "{line} is there twice");
            assert!(life.released < life.shutdown || life.shutdown.is_none(), "{line}");
        }
        assert_eq!(seen.len(), TEXT.lines().count() - 1);
        assert!(seen.len() >= 254);
    }
}
