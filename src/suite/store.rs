//! `[store]`: what is recorded, and in which folder of the suite. Makes no folder.

use crate::domain::{Diagnostic, StoreSettings};

use super::source::{FileArea, Folder, Source, file_problem};
use super::tree::Node;

/// What `[store] url` begins with.
const SCHEMES: &[&str] = &["s3", "gs", "az", "file"];

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
                let problem = file_problem(FileArea::Config, path, &fault, place);
                problems.push(problem.help(help));
                None
            }
        }
    };
    let recordings = inside("recordings", "name a folder in the suite's own folder");
    let prices = inside("prices", "name a file in the suite's own folder");
    let ledger = node.at(&["store", "ledger"]).and_then(|entry| entry.node.flag());
    let url = node.at(&["store", "url"]).and_then(|entry| {
        let address = entry.node.text()?;
        let (scheme, rest) = address.split_once("://").unwrap_or_default();
        let place = source.place(entry.node.span.clone());
        let problem = if rest.split('/').next().is_some_and(|host| host.contains('@')) {
            Diagnostic::error("config::secret", "`url` holds who asks the store")
                .at(place, "this would be committed")
                .help("take it out: credentials are read from the environment")
        } else if SCHEMES.contains(&scheme) && rest.contains(|c| c != '/') {
            return Some(address.to_owned());
        } else {
            Diagnostic::error("config::wrong-value", format!("`{address}` is no address of a store"))
                .at(place, "here")
                .help("write s3://BUCKET/FOLDER, gs://BUCKET/FOLDER, az://CONTAINER/FOLDER or file:///FOLDER")
        };
        problems.push(problem);
        None
    });
    let keep_runs = node.at(&["store", "keep-runs"]).and_then(|entry| entry.node.whole());
    StoreSettings {
        record: record.unwrap_or(default.record),
        recordings,
        prices,
        ledger: ledger.unwrap_or(default.ledger),
        keep_runs: keep_runs.unwrap_or(default.keep_runs),
        url,
    }
}
