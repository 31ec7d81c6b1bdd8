//! `promptmatrix list`: the cells, with what the last run said of them.

use serde_json::{Value, json};

use crate::cli::args::Cells;
use crate::cli::screens::recorded;
use crate::cli::screens::show::Shown;
use crate::cli::session::Session;
use crate::domain::{CellRecord, Exit, Pico, Status, Suite};
use crate::project::Result;
use crate::report::paint::{self, DIM, paint};

/// Runs the command.
pub(in crate::cli) fn list(session: &Session, args: &Cells) -> Result<Exit> {
    let project = session.project()?;
    let prepared = project.cells(&args.selection())?;
    let (last, recordings) = (project.runs().latest()?, project.recordings());
    let cells = prepared.iter().map(|cell| Shown::new(cell, &recordings, last.as_ref()));
    let cells: Vec<Shown<'_>> = cells.collect();
    let data = |shown: &Shown<'_>| data(shown, project.suite());
    let data = || json!({"format": 1, "cells": cells.iter().map(data).collect::<Vec<_>>()});
    session.print(data, || render(&cells))?;
    Ok(Exit::Pass)
}

fn data(shown: &Shown<'_>, suite: &Suite) -> Value {
    let (cell, last) = (shown.cell, shown.last.map(|(_, record)| record));
    json!({
        "cell": cell.cell.id,
        "tags": suite.tags(&cell.cell.id),
        "requested": cell.cell.model.id,
        "request": cell.hashes.request,
        "accepted": cell.accepted.is_some(),
        "recorded": recorded::data(&shown.recorded),
        "last_status": last.map(|record| record.status),
        "last_cost_usd": last.and_then(CellRecord::cost).map(Pico::usd),
    })
}

fn render(cells: &[Shown<'_>]) -> String {
    let width = cells.iter().map(|shown| shown.cell.cell.id.to_string().chars().count()).max();
    let width = width.unwrap_or(0);
    let row = |Shown { cell, recorded, last }: &Shown<'_>| {
        let status = last.map(|(_, record)| record.status);
        let (word, style) = (status.map_or("-", Status::word), status.map_or(DIM, paint::status));
        let cost = last.and_then(|(_, record)| record.cost());
        let cost = cost.map_or("-".to_owned(), |cost| cost.to_string());
        format!(
            "  {:<width$}  {}  {}  {}  {}  {}\n",
            cell.cell.id,
            paint(DIM, cell.hashes.request.short(12)),
            paint(style, format_args!("{word:<8}")),
            paint(DIM, format_args!("{:<8}", recorded::brief(recorded))),
            paint(DIM, format_args!("{cost:<9}")),
            cell.cell.model.id,
        )
    };
    cells.iter().map(row).collect()
}
