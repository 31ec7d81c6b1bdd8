//! `promptmatrix import`: answers that others recorded become a run, judged like any other, and a run
//! that took place elsewhere is taken in as it is. Asks nobody.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::Arc;

use anyhow::Context as _;

use super::run::{header_of, put_up};
use crate::cli::args::{Import, ImportKind};
use crate::cli::clock::SystemClock;
use crate::cli::failure::Failure;
use crate::cli::github;
use crate::cli::output;
use crate::cli::outputs::Targets;
use crate::cli::pending::Pending;
use crate::cli::prices;
use crate::cli::session::Session;
use crate::domain::{
    Cell, CellId, CellRecord, Clock, Diagnostic, Exit, Given, Hash, Model, RunRecord, Suite,
};
use crate::report::paint;
use crate::run;
use crate::store::{RunError, read_record};
use crate::suite;

/// Runs the command.
pub(in crate::cli) fn import(session: &Session, args: &Import) -> Result<Exit, Failure> {
    match args.what {
        ImportKind::Answers => answers(session, args),
        ImportKind::Run => whole(session, args),
    }
}

/// Takes in a run that took place elsewhere. It is kept as it is; its answers wait as they would had
/// it taken place here.
fn whole(session: &Session, args: &Import) -> Result<Exit, Failure> {
    let targets = Targets::new(&args.outputs, session)?;
    let (suite, _) = session.suite()?;
    let record = read_record(&args.file).map_err(|error| unreadable(args, error))?;
    let known: BTreeSet<&CellId> = suite.cells.iter().map(|cell| &cell.id).collect();
    let here = record.cells.iter().filter(|record| known.contains(&record.cell)).count();
    if here == 0 {
        return Err(Failure::usage(
            "import::other-suite",
            format!("{}: no cell of this run is in this suite", args.file.display()),
            "import it where its prompts are",
        ));
    }
    let runs = Session::runs(&suite);
    let bad_id = |error| match error {
        RunError::BadId(_) => unreadable(args, error),
        other => other.into(),
    };
    if !runs.import(&record).map_err(bad_id)? {
        return Err(Failure::usage(
            "import::other-run",
            format!("there is another run {} here", record.id),
            "the file is not what that run wrote: take the one of the run that is meant",
        ));
    }
    // A rehearsal waits for `upgrade --apply`.
    let fitting = fitting(&suite, &record)?;
    if record.upgrade.is_none() {
        put_up(&suite, &fitting, &suite.cells)?;
    }
    targets.write(&record, session)?;
    if targets.has_stdout() {
        return Ok(Exit::Pass);
    }
    let mut text = format!("imported run {}: {}\n", record.id, paint::count(here, "cell"));
    for (left, why) in [
        (record.cells.len() - here, "not in this suite"),
        (here - fitting.cells.len(), "compared with other accepted answers than there are here"),
    ] {
        if left > 0 {
            let _ = writeln!(text, "{} of it left out: {why}", paint::count(left, "cell"));
        }
    }
    if record.upgrade.is_some() {
        let _ = writeln!(text, "Next    promptmatrix upgrade --apply {}", record.id);
    } else {
        text.push_str(&Pending::of(&suite)?.render(session.look()));
    }
    output::print(&text)?;
    Ok(Exit::Pass)
}

/// The run without cells that it compared with other answers than are accepted here.
fn fitting(suite: &Suite, record: &RunRecord) -> Result<RunRecord, Failure> {
    let prepared = Session::prepare_with(suite, &suite.cells, |_| true)?;
    let baselines: BTreeMap<&CellId, Option<Hash>> =
        prepared.iter().map(|cell| (&cell.cell.id, cell.baseline())).collect();
    let fits = |cell: &&CellRecord| baselines.get(&cell.cell) == Some(&cell.baseline);
    let cells = record.cells.iter().filter(fits).cloned().collect();
    Ok(RunRecord { cells, ..record.clone() })
}

fn unreadable(args: &Import, error: RunError) -> Failure {
    let help = match &error {
        RunError::Broken { .. } => {
            "a run is written by `promptmatrix run -o run.json`; it also lies in .promptmatrix/runs"
        }
        RunError::Newer { .. } => "update promptmatrix here, or run the older one there",
        RunError::BadId(_) => "take the file as the run wrote it",
        _ => "name the run.json of the artefact",
    };
    match error {
        RunError::File(_) => {
            let file = args.file.display();
            Failure::usage("import::run", format!("cannot read {file}: {error}"), help)
        }
        error => Failure::usage("import::run", error.to_string(), help),
    }
}

fn answers(session: &Session, args: &Import) -> Result<Exit, Failure> {
    let targets = Targets::new(&args.outputs, session)?.or_text();
    let (suite, _) = session.suite()?;
    let given = suite::answers(&args.file, &suite)?;
    let cells = cells(&suite, &given)?;
    let prepared = Session::prepare_with(&suite, &cells, |_| true)?;
    let known = Session::remember(&suite)?;
    let now = SystemClock.now();
    let runs = Session::runs(&suite);
    let mut journal = runs.start(now, &std::process::id().to_string())?;
    let header = header_of(session, &suite, &journal, Vec::new(), known.witness);
    let prices = prices::of(&suite)?;
    let record =
        run::import(prepared, given, (header, &suite.run.drift), &prices, now, &mut journal)
            .context("the answers cannot be kept")?;
    runs.save(&record)?;
    if !record.ci {
        put_up(&suite, &record, &cells)?;
    }
    targets.write(&record, session)?;
    if session.environment.github {
        github::tell(session, &suite.root, &record)?;
    }
    Ok(record.exit())
}

/// The cells that are answered, each with the model id that was asked for.
fn cells(suite: &Suite, given: &[Given]) -> Result<Vec<Cell>, Failure> {
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
            return Err(Failure::Suite(problem.into()));
        };
        let model = Model { id: id.to_owned(), ..Model::clone(&cell.model) };
        cells.push(Cell { model: Arc::new(model), ..cell.clone() });
    }
    Ok(cells)
}
