//! `promptmatrix prune`: deletes what no cell of the whole matrix needs. Lists it first.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::{Value, json};

use super::status;
use crate::cli::args::Prune;
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::cli::session::Session;
use crate::domain::{CellId, Exit, Hash, Suite};
use crate::report::paint;
use crate::store::{Profiles, RecordingFile, Snapshots};

/// What nothing of today needs.
struct Obsolete {
    snapshots: Vec<(CellId, String)>,
    /// Cells that only a profile knows, or a profile too.
    counted: Vec<CellId>,
    recordings: Vec<RecordingFile>,
}

/// Runs the command. What is obsolete is judged by the whole matrix, never by what ran.
pub(in crate::cli) fn prune(session: &Session, args: &Prune) -> Result<Exit, Failure> {
    let (suite, commit) = if args.yes {
        session.change().map(|(suite, commit)| (suite, Some(commit)))?
    } else {
        (session.suite()?.0, None)
    };
    let recordings = Session::recordings(&suite);
    let known: BTreeSet<&CellId> = suite.cells.iter().map(|cell| &cell.id).collect();
    let profiles = Session::profiles(&suite)?;
    let counted = status::counted(&profiles).map(|(cell, _)| cell);
    let obsolete = Obsolete {
        counted: counted.filter(|cell| !known.contains(cell)).collect(),
        snapshots: status::obsolete(&suite, &Snapshots::open(&suite.root).list()?),
        recordings: recordings.unneeded(&needed(session, &suite)?)?,
    };
    let Some(mut commit) = commit else {
        if session.global.json {
            output::print_json(&obsolete.data(None))?;
        } else {
            output::print(&obsolete.listed())?;
        }
        return Ok(Exit::Pass);
    };
    for (cell, _) in &obsolete.snapshots {
        Snapshots::prune(&mut commit, cell);
    }
    Profiles::open(&suite.root).forget(&mut commit, &obsolete.counted)?;
    commit.finish()?;
    recordings.prune(&obsolete.recordings)?;
    let runs = Session::runs(&suite).prune(args.keep)?;
    if session.global.json {
        output::print_json(&obsolete.data(Some(&runs)))?;
        return Ok(Exit::Pass);
    }
    let mut text = format!(
        "deleted {}, {} and {}\n",
        paint::count(obsolete.snapshots.len(), "snapshot"),
        paint::count(obsolete.recordings.len(), "recording file"),
        paint::count(runs.len(), "run"),
    );
    // What git knows is never deleted without its name.
    if recordings.is_committed() {
        text.extend(obsolete.recordings.iter().map(|file| format!("  {}\n", file.path)));
    }
    output::print(&text)?;
    Ok(Exit::Pass)
}

/// The requests of the matrix under every profile: a nightly run may ask in other words.
fn needed(session: &Session, suite: &Suite) -> Result<BTreeSet<Hash>, Failure> {
    let mut needed = BTreeSet::new();
    let profiles = suite.profiles.iter().map(|name| Some(name.as_str()));
    for profile in std::iter::once(None).chain(profiles) {
        let (suite, _) = session.suite_of(profile)?;
        let prepared = Session::prepare(&suite, &suite.cells)?;
        needed.extend(prepared.into_iter().map(|cell| cell.hashes.request));
    }
    Ok(needed)
}

impl Obsolete {
    /// As data; `runs` are those that were deleted, where anything was.
    fn data(&self, runs: Option<&[String]>) -> Value {
        let snapshots: Vec<&String> = self.snapshots.iter().map(|(_, path)| path).collect();
        let recordings: Vec<&String> = self.recordings.iter().map(|file| &file.path).collect();
        json!({
            "format": 1,
            "deleted": runs.is_some(),
            "snapshots": snapshots,
            "counted": self.counted,
            "recordings": recordings,
            "runs": runs.unwrap_or_default(),
        })
    }

    fn listed(&self) -> String {
        let snapshots = self.snapshots.iter().map(|(_, path)| path.as_str());
        let counted: Vec<String> = self.counted.iter().map(ToString::to_string).collect();
        let recordings = self.recordings.iter().map(|file| file.path.as_str());
        let mut text = String::new();
        for (what, paths) in [
            ("obsolete snapshot", snapshots.collect::<Vec<_>>()),
            ("obsolete profile case", counted.iter().map(String::as_str).collect()),
            ("obsolete recording file", recordings.collect()),
        ] {
            if paths.is_empty() {
                let _ = writeln!(text, "no {} is obsolete", what.trim_start_matches("obsolete "));
            } else {
                let _ = writeln!(text, "{}:", paint::count(paths.len(), what));
                text.extend(paths.iter().map(|path| format!("  {path}\n")));
            }
        }
        if !(self.snapshots.is_empty() && self.counted.is_empty() && self.recordings.is_empty()) {
            text += "Nothing was deleted; --yes deletes them.\n";
        }
        text
    }
}
