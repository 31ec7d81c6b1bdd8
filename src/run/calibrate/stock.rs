//! Answers that are at hand: those of stored runs to today's requests, by the version that people
//! accepted.

use std::collections::BTreeMap;

use crate::domain::{CellId, CellRecord, RunRecord, Source, Trial};
use crate::run::Prepared;
use crate::run::past::first;

/// Answers by cell, newest run first.
pub type Stock = BTreeMap<CellId, Vec<Trial>>;

/// Collects the answers of stored runs, newest first. Those that were asked for because others
/// deviated are left out: they would make the model look more fickle than it is. So are replays, which
/// say the same again, and answers of a version that is not the accepted one.
pub fn stock(cells: &[Prepared], runs: &[RunRecord]) -> Stock {
    let mut stock = Stock::new();
    for cell in cells {
        let records = runs.iter().filter(|run| run.upgrade.is_none());
        let records = records.filter_map(|run| run.cell(&cell.cell.id));
        let answers = records.flat_map(|record| answers(cell, record)).cloned();
        stock.insert(cell.cell.id.clone(), answers.collect());
    }
    stock
}

fn answers<'r>(cell: &Prepared, record: &'r CellRecord) -> impl Iterator<Item = &'r Trial> {
    let served = cell.accepted.as_ref().and_then(|accepted| accepted.meta.served.clone());
    let is_same = record.hashes.request == cell.hashes.request;
    first(record).filter(move |trial| {
        let by_other =
            served.as_ref().zip(trial.identity.served.as_ref()).is_some_and(|(a, b)| a != b);
        let is_evidence =
            trial.cause.is_none_or(|kind| kind.info().family != crate::domain::Family::NoEvidence);
        let is_own = matches!(trial.source, Source::Fresh | Source::Imported);
        is_same && is_own && is_evidence && !by_other
    })
}
