//! `promptmatrix import`: answers that others recorded become a run, judged like any other. Asks
//! nobody.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::Context as _;

use super::run::{header_of, put_up};
use crate::cli::args::{Import, ImportKind};
use crate::cli::clock::SystemClock;
use crate::cli::failure::Failure;
use crate::cli::github;
use crate::cli::outputs::Targets;
use crate::cli::prices;
use crate::cli::session::Session;
use crate::domain::{Cell, CellId, Clock, Diagnostic, Exit, Given, Model, Suite};
use crate::run;
use crate::suite;

/// Runs the command.
pub(in crate::cli) fn import(session: &Session, args: &Import) -> Result<Exit, Failure> {
    match args.what {
        ImportKind::Answers => answers(session, args),
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
