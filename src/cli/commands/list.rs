//! `promptmatrix list`: the cells, with what the last run said of them.

use std::fmt::Write;

use serde_json::json;

use crate::cli::args::Cells;
use crate::cli::output;
use crate::cli::screens::recorded;
use crate::cli::session::Session;
use crate::domain::{CellRecord, Exit, Pico, Status};
use crate::project::{Recorded, Result};
use crate::report::paint::{self, DIM, paint};
use crate::run::Prepared;

/// Runs the command.
pub(in crate::cli) fn list(session: &Session, args: &Cells) -> Result<Exit> {
    let project = session.project()?;
    let prepared = project.cells(&args.selection())?;
    let last = project.runs().latest()?;
    let status = |id| last.as_ref().and_then(|run| run.cell(id)).map(|record| record.status);
    let cost = |id| last.as_ref().and_then(|run| run.cell(id)).and_then(CellRecord::cost);
    let recordings = project.recordings();
    let of_cell = |cell: &Prepared| Recorded::of(cell, &recordings);
    if session.global.json {
        let cells: Vec<_> = prepared
            .iter()
            .map(|cell| {
                json!({
                    "cell": cell.cell.id,
                    "requested": cell.cell.model.id,
                    "request": cell.hashes.request,
                    "accepted": cell.accepted.is_some(),
                    "recorded": recorded::data(&of_cell(cell)),
                    "last_status": status(&cell.cell.id),
                    "last_cost_usd": cost(&cell.cell.id).map(Pico::usd),
                })
            })
            .collect();
        output::print_json(&json!({"format": 1, "cells": cells}))?;
        return Ok(Exit::Pass);
    }
    let widest = prepared.iter().map(|cell| cell.cell.id.to_string().chars().count()).max();
    let mut out = String::new();
    for cell in &prepared {
        let word = status(&cell.cell.id).map_or("-", Status::word);
        let style = status(&cell.cell.id).map_or(DIM, paint::status);
        let _ = writeln!(
            out,
            "  {:<width$}  {}  {}  {}  {}  {}",
            cell.cell.id,
            paint(DIM, cell.hashes.request.short(12)),
            paint(style, format_args!("{word:<8}")),
            paint(DIM, format_args!("{:<8}", recorded::brief(&of_cell(cell)))),
            paint(
                DIM,
                format_args!("{:<9}", cost(&cell.cell.id).map_or("-".into(), |c| c.to_string()))
            ),
            cell.cell.model.id,
            width = widest.unwrap_or(0),
        );
    }
    output::print(&out)?;
    Ok(Exit::Pass)
}
