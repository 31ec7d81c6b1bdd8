//! `.promptmatrix/history`: what a verdict needs of earlier runs, in one file that CI can cache.
//!
//! The first line names the format and the runs; then one line for each cell:
//! `["triage/refund@swift","0123456789abcdef",[[0,1,1],[1,3,3,{"unseen V /label":1}]]]`, its runs as
//! number of the run, answers, valid answers, and how many answers deviate by how.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::files::{FileError, write_whole};
use crate::domain::{CellHistory, CellId, Deviation, Hash, History, Seen};

/// The file of a suite's history.
#[derive(Debug, Clone)]
pub(crate) struct HistoryFile {
    path: PathBuf,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    format: u32,
    runs: Vec<String>,
}

type Line = (CellId, Hash, Vec<Run>);

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Run {
    Deviating(usize, u32, u32, BTreeMap<Deviation, u32>),
    Quiet(usize, u32, u32),
}

impl HistoryFile {
    const FORMAT: u32 = 1;

    /// That of the suite in this folder.
    pub(crate) fn open(root: &Path) -> Self {
        Self { path: root.join(".promptmatrix").join("history") }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// What it holds; `None` where there is no file, and an error where it cannot be read.
    pub(crate) fn read(&self) -> io::Result<Option<History>> {
        let text = match std::fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.failed(0, &error)),
        };
        let mut lines = text.lines().enumerate().filter(|(_, line)| !line.is_empty());
        let Some((_, head)) = lines.next() else { return Ok(Some(History::default())) };
        let head: Head = serde_json::from_str(head).map_err(|error| self.failed(1, &error))?;
        if head.format != Self::FORMAT {
            let why = format!("format {} is not known to this version", head.format);
            return Err(self.failed(1, &why));
        }
        let mut history = History::default();
        for (at, line) in lines {
            let (cell, baseline, runs): Line =
                serde_json::from_str(line).map_err(|error| self.failed(at + 1, &error))?;
            let runs = runs.into_iter().map(|run| seen(run, &head.runs)).collect();
            history.cells.insert(cell, CellHistory { baseline, runs });
        }
        Ok(Some(history))
    }

    fn failed(&self, line: usize, why: &dyn std::fmt::Display) -> io::Error {
        let path = self.path.display();
        io::Error::other(format!(
            "{path}:{line}: {why}: this run decides as on a fresh machine, and writes the file anew"
        ))
    }

    /// Puts this in its place.
    pub(crate) fn write(&self, history: &History) -> Result<(), FileError> {
        let known = history.cells.values().flat_map(|cell| &cell.runs);
        let mut runs: Vec<String> = known.map(|seen| seen.run.clone()).collect();
        runs.sort_unstable();
        runs.dedup();
        let mut text = format!("{}\n", json!({"format": Self::FORMAT, "runs": runs}));
        for (cell, CellHistory { baseline, runs: seen }) in &history.cells {
            let lines: Vec<Run> = seen.iter().map(|seen| run(seen, &runs)).collect();
            text.push_str(&json!([cell, baseline, lines]).to_string());
            text.push('\n');
        }
        write_whole(&self.path, text.as_bytes())
    }
}

fn seen(run: Run, runs: &[String]) -> Seen {
    let (at, asked, readable, deviations) = match run {
        Run::Deviating(at, asked, readable, deviations) => (at, asked, readable, deviations),
        Run::Quiet(at, asked, readable) => (at, asked, readable, BTreeMap::new()),
    };
    Seen { run: runs.get(at).cloned().unwrap_or_default(), asked, readable, deviations }
}

fn run(seen: &Seen, runs: &[String]) -> Run {
    let at = runs.binary_search(&seen.run).unwrap_or_default();
    let Seen { asked, readable, deviations, .. } = seen;
    if deviations.is_empty() {
        Run::Quiet(at, *asked, *readable)
    } else {
        Run::Deviating(at, *asked, *readable, deviations.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again_and_a_torn_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = HistoryFile::open(folder.path());
        assert_eq!(file.read().unwrap(), None);
        let mut history = History::default();
        let cell: CellId = "p/c@m".parse().unwrap();
        let baseline = Hash::from("0123456789abcdef".to_owned());
        let quiet = Seen { run: "r1".into(), asked: 1, readable: 1, ..Seen::default() };
        let deviations = [("unseen V /label".parse().unwrap(), 2), (Deviation::broken(), 1)].into();
        let loud = Seen { run: "r2".into(), asked: 3, readable: 2, deviations };
        history.add(cell.clone(), baseline.clone(), quiet);
        history.add(cell, baseline, loud);
        file.write(&history).unwrap();
        assert_eq!(file.read().unwrap(), Some(history));
        let path = folder.path().join(".promptmatrix/history");
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(
            text.lines().nth(1),
            Some(
                r#"["p/c@m","0123456789abcdef",[[0,1,1],[1,3,2,{"broken":1,"unseen V /label":2}]]]"#
            )
        );
        std::fs::write(&path, &text[..text.len() - 9]).unwrap();
        let error = file.read().unwrap_err().to_string();
        assert!(
            error.contains("history:2:") && error.contains("decides as on a fresh machine"),
            "{error}"
        );
    }
}
