//! Answers that others recorded become a run, judged like any other, and a run that took place
//! elsewhere is taken in as it is. Asks nobody.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use super::asking::requested;
use super::{Error, Project, Ran, Result, clock};
use crate::domain::{
    Cell, CellId, CellRecord, Diagnostic, Hash, ImportedAnswer, Model, RunHead, RunRecord, Suite,
};
use crate::run;
use crate::store::{RunError, read_record};
use crate::suite;

/// A run that took place elsewhere, and is here now.
#[derive(Debug)]
pub struct ImportedRun {
    /// The run, as it was.
    pub record: RunRecord,
    /// How many of its cells this suite has.
    pub here: usize,
    /// How many of those it compared with the answers that are accepted here.
    pub fitting: usize,
}

impl Project {
    /// Makes a run of recorded answers, one JSON object a line.
    pub fn import_answers(&self, file: &Path) -> Result<Ran> {
        let given = suite::answers(file, &self.suite)?;
        let prepared = self.prepare_unasked(&answered(&self.suite, &given)?)?;
        let _turn = self.turn(None)?;
        let (now, runs, run_history) = (clock::now(), self.runs(), self.run_history()?);
        let head = RunHead {
            format: RunHead::FORMAT,
            started: now,
            trials: given.len(),
            profile: self.suite.profile.clone(),
            requested: requested(&prepared),
            ..RunHead::default()
        };
        let mut journal = runs.start(head, &std::process::id().to_string())?;
        let header = self.header(&journal.head().id.clone(), Vec::new(), run_history);
        let prices = self.prices()?;
        let drift = &self.suite.run.drift;
        let record = run::import(prepared, given, (header, drift), &prices, now, &mut journal)
            .map_err(|error| Error::while_doing("the answers cannot be kept", error))?;
        runs.save(&record)?;
        self.keep_history(&record, false);
        Ok(self.ran(record))
    }

    /// Takes in a run that took place elsewhere. It is kept as it is; its answers wait as they would
    /// had it taken place here.
    pub fn import_run(&self, file: &Path) -> Result<ImportedRun> {
        let record = read_record(file).map_err(|error| unreadable(file, error))?;
        let known: BTreeSet<&CellId> = self.suite.cells.iter().map(|cell| &cell.id).collect();
        let here = record.cells.iter().filter(|record| known.contains(&record.cell)).count();
        if here == 0 {
            return Err(Error::usage(
                "import::other-suite",
                format!("{}: no cell of this run is in this suite", file.display()),
                "import it where its prompts are",
            ));
        }
        let bad_id = |error| match error {
            RunError::BadId(_) => unreadable(file, error),
            other => other.into(),
        };
        if !self.runs().import(&record).map_err(bad_id)? {
            return Err(Error::usage(
                "import::other-run",
                format!("there is another run {} here", record.id),
                "the file is not what that run wrote: take the one of the run that is meant",
            ));
        }
        self.keep_history(&record, false);
        let fitting = self.fitting(&record)?;
        // A rehearsal waits to be applied.
        if record.upgrade.is_none() {
            self.stage_pending(&fitting)?;
        }
        Ok(ImportedRun { here, fitting: fitting.cells.len(), record })
    }

    /// The run without cells that it compared with other answers than are accepted here.
    fn fitting(&self, record: &RunRecord) -> Result<RunRecord> {
        let prepared = self.prepare_unasked(&self.suite.cells)?;
        let baselines: BTreeMap<&CellId, Option<Hash>> =
            prepared.iter().map(|cell| (&cell.cell.id, cell.baseline())).collect();
        let fits = |cell: &&CellRecord| baselines.get(&cell.cell) == Some(&cell.baseline);
        let cells = record.cells.iter().filter(fits).cloned().collect();
        Ok(RunRecord { cells, ..record.clone() })
    }
}

fn unreadable(file: &Path, error: RunError) -> Error {
    let help = match &error {
        RunError::Broken { .. } => {
            "a run is written by `promptmatrix run -o run.json`; it also lies in .promptmatrix/runs"
        }
        RunError::Newer { .. } => "update promptmatrix here, or run the older one there",
        RunError::BadId(_) => "take the file as the run wrote it",
        _ => "name the run.json of the artefact",
    };
    let title = match error {
        RunError::File(_) => format!("cannot read {}: {error}", file.display()),
        error => error.to_string(),
    };
    Error::usage("import::run", title, help)
}

/// The cells that are answered, each with the model id that was asked for.
fn answered(suite: &Suite, given: &[ImportedAnswer]) -> Result<Vec<Cell>> {
    let mut requested: BTreeMap<&CellId, BTreeSet<Option<&str>>> = BTreeMap::new();
    for given in given {
        requested.entry(&given.cell).or_default().insert(given.requested.as_deref());
    }
    let mut cells = Vec::new();
    for cell in &suite.cells {
        let Some(ids) = requested.get(&cell.id) else { continue };
        let ids: BTreeSet<&str> = ids.iter().map(|id| id.unwrap_or(&cell.model.id)).collect();
        let mut ids = ids.into_iter();
        let (Some(id), None) = (ids.next(), ids.next()) else {
            let title = format!("the answers of `{}` were asked of several model ids", cell.id);
            let problem = Diagnostic::error("answers::several-ids", title)
                .at(cell.place.clone(), "this case")
                .help("import the answers of each id by themselves, and compare: diff RUN..RUN");
            return Err(Error::Suite(problem.into()));
        };
        let model = Model { id: id.to_owned(), ..Model::clone(&cell.model) };
        cells.push(Cell { model: Arc::new(model), ..cell.clone() });
    }
    Ok(cells)
}
