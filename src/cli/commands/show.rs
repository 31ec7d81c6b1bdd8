//! `promptmatrix show`: everything about one cell, or what models and servers have, without asking anybody.

use crate::cli::args::Show;
use crate::cli::screens::show::{Shown, data, render};
use crate::cli::screens::{models, schemas};
use crate::cli::session::Session;
use crate::domain::{Exit, Selection};
use crate::project::{Error, Result};
use crate::report::escape;

/// Runs the command.
pub(in crate::cli) fn show(session: &Session, args: &Show) -> Result<Exit> {
    let project = session.project()?;
    match args.cell.to_string().as_str() {
        "models" => {
            let slots = project.features();
            session.print(|| models::data(&slots), || models::render(&slots))?;
            return Ok(Exit::Pass);
        }
        "schemas" => {
            let all = project.portability()?;
            session.print(|| schemas::data(&all), || schemas::render(&all, session.look()))?;
            return Ok(Exit::Pass);
        }
        _ => {}
    }
    let prepared = project.cells(&Selection { patterns: vec![args.cell.clone()] })?;
    let [cell] = prepared.as_slice() else {
        let cells: Vec<String> = prepared.iter().map(|cell| cell.cell.id.to_string()).collect();
        return Err(Error::usage(
            "select::several",
            format!("`{}` fits {} cells", args.cell, cells.len()),
            format!("name one of {}", escape::short(&cells.join(", "), 300)),
        ));
    };
    let run = project.runs().latest()?;
    let shown = Shown::new(cell, &project.recordings(), run.as_ref());
    session.print(|| data(&shown), || render(&shown, session.look()))?;
    project.looked([&cell.cell.id])?;
    Ok(Exit::Pass)
}
