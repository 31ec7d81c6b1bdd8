//! `[store]`: what is recorded, and in which folder of the suite. Makes no folder.

use crate::domain::{Diagnostic, StoreSettings};

use super::source::{FileArea, Folder, Source, file_problem};
use super::tree::Node;

/// The settings, or a problem where the folder does not lie in the suite.
pub(super) fn settings(
    folder: &Folder,
    source: &Source,
    (node, problems): (&Node, &mut Vec<Diagnostic>),
) -> StoreSettings {
    let default = StoreSettings::default();
    let record = node.at(&["store", "record"]).and_then(|entry| entry.node.flag());
    let mut inside = |key: &str, help: &str| {
        let entry = node.at(&["store", key])?;
        let path = entry.node.text()?;
        match folder.inside(path) {
            Ok(path) => Some(path),
            Err(fault) => {
                let place = source.place(entry.node.span.clone());
                let problem = file_problem(FileArea::Config, path, &fault);
                problems.push(problem.at(place, "named here").help(help));
                None
            }
        }
    };
    let recordings = inside("recordings", "name a folder in the suite's own folder");
    let prices = inside("prices", "name a file in the suite's own folder");
    let ledger = node.at(&["store", "ledger"]).and_then(|entry| entry.node.flag());
    let keep_runs = node.at(&["store", "keep-runs"]).and_then(|entry| entry.node.integer());
    let keep_runs = keep_runs.and_then(|runs| runs.try_into().ok());
    StoreSettings {
        record: record.unwrap_or(default.record),
        recordings,
        prices,
        ledger: ledger.unwrap_or(default.ledger),
        keep_runs: keep_runs.unwrap_or(default.keep_runs),
    }
}
