//! How a suite stands.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Value, json};

use super::pending;
use crate::domain::{CellId, RunRecord, StaleReason};
use crate::project::{Resumed, SuiteStatus, Suspect};
use crate::report::paint::{self, DIM, HINT, paint};
use crate::report::{column, evidence};

/// Most cells that are named for one reason.
const NAMED: usize = 6;

/// As data.
pub(in crate::cli) fn data(status: &SuiteStatus) -> Value {
    let SuiteStatus { upkeep, last, .. } = status;
    let seen = last.iter().flat_map(|run| &run.models);
    let identity: BTreeMap<_, _> =
        seen.filter_map(|(slot, model)| Some((slot, model.identity.as_ref()?))).collect();
    let obsolete: Vec<_> = upkeep.obsolete.iter().map(|(_, path)| path).collect();
    json!({
        "format": 1,
        "cells": status.cells,
        "pending": upkeep.pending,
        "groups": status.open.groups,
        "missing": upkeep.missing,
        "stale": upkeep.stale,
        "obsolete": obsolete,
        "strays": upkeep.strays,
        "depth": upkeep.depth,
        "suspects": status.suspects,
        "identity": identity,
        "running": status.running.as_ref().map(ToString::to_string),
        "interrupted": status.interrupted.as_ref().map(|run| {
            json!({"id": run.run, "answers": run.answers, "trials": run.trials})
        }),
        "uncollected": status.uncollected,
        "last_run": last.as_ref().map(|run| json!({"id": run.id, "exit_code": run.exit_code})),
    })
}

/// For people.
pub(in crate::cli) fn render(status: &SuiteStatus, verbose: bool) -> String {
    let SuiteStatus { upkeep, last, .. } = status;
    let mut out = String::new();
    let pending = by_prompt(upkeep.pending.iter());
    let next = "promptmatrix report --open";
    line(&mut out, upkeep.pending.len(), "pending", &pending, next);
    out.push_str(&pending::list(&status.open));
    let missing = by_prompt(upkeep.missing.iter());
    line(&mut out, upkeep.missing.len(), "missing", &missing, "promptmatrix run");
    let stale = by_reason(&upkeep.stale);
    line(&mut out, upkeep.stale.len(), "stale", &stale, "promptmatrix run, then accept");
    out.push_str(&stale_cells(&upkeep.stale, verbose));
    let obsolete = upkeep.obsolete.iter().map(|(_, path)| path.as_str()).take(3);
    let obsolete = obsolete.collect::<Vec<_>>().join(", ");
    line(&mut out, upkeep.obsolete.len(), "obsolete", &obsolete, "promptmatrix prune");
    let strays = upkeep.strays.join(", ");
    line(&mut out, upkeep.strays.len(), "stray", &strays, "not ours: nothing touches them");
    if out.is_empty() {
        let cells = paint::count(status.cells, "cell");
        let _ = writeln!(out, "{cells}, every one with a snapshot that fits");
    }
    out.push_str(&depths(&upkeep.depth));
    let last_run = last
        .as_ref()
        .map_or("none yet".to_owned(), |run| format!("{}, exit code {}", run.id, run.exit_code));
    let _ = writeln!(out, "{}", paint(DIM, format_args!("last run  {last_run}")));
    if let Some(holder) = &status.running {
        let _ = writeln!(out, "now       {holder}");
    }
    if let Some(Resumed { run, answers, trials, .. }) = &status.interrupted {
        let (answers, trials) = (paint::grouped(*answers), paint::count(*trials, "answer"));
        let next = paint(HINT, format_args!("promptmatrix run --resume {run}"));
        let _ = writeln!(out, "run {run} was cut short: {answers} of {trials} are there   {next}");
    }
    for run in &status.uncollected {
        let next = paint(HINT, format_args!("promptmatrix run --resume {run}"));
        let _ = writeln!(out, "run {run} is pending: its batches are not collected   {next}");
    }
    out.push_str(&held(&status.suspects));
    out.push_str(&identities(last.as_ref(), verbose));
    out
}

fn held(suspects: &[Suspect]) -> String {
    let mut out = String::new();
    for Suspect { cell, place, since } in suspects {
        let place = if place.is_empty() { "the whole answer" } else { place.as_str() };
        let _ = writeln!(out, "suspect   {cell}: {place}, first seen by run {since}");
    }
    out
}

/// Who answered in the last run, where that is not the one that was confirmed; with `verbose`, in
/// every slot.
fn identities(last: Option<&RunRecord>, verbose: bool) -> String {
    let mut out = String::new();
    for (slot, model) in last.iter().flat_map(|run| &run.models) {
        let Some(seen) = &model.identity else { continue };
        if verbose || seen.news.is_some() {
            let _ = writeln!(out, "      {}", column::identity(slot, model));
        }
    }
    out
}

/// `   96 cells judged by 5 accepted answers: …`, the shallowest first.
fn depths(depth: &BTreeMap<CellId, u32>) -> String {
    let mut cells: BTreeMap<u32, usize> = BTreeMap::new();
    for answers in depth.values() {
        *cells.entry(*answers).or_default() += 1;
    }
    let mut out = String::new();
    for (answers, number) in cells {
        let judged = format!("judged by {}", paint::count(answers as usize, "accepted answer"));
        let _ = writeln!(out, "{number:>5} {judged}: {}", evidence::depth(answers));
    }
    out
}

fn line(out: &mut String, number: usize, word: &str, what: &str, next: &str) {
    if number > 0 {
        let _ = writeln!(out, "{number:>5} {word:<9} {what}   {}", paint(HINT, next));
    }
}

/// Every stale cell by name, under what changed for it.
fn stale_cells(stale: &BTreeMap<CellId, Vec<StaleReason>>, verbose: bool) -> String {
    let mut alike: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (cell, reasons) in stale {
        let reasons: Vec<String> = reasons.iter().map(ToString::to_string).collect();
        alike.entry(reasons.join(", ")).or_default().push(cell.to_string());
    }
    let mut out = String::new();
    for (reasons, cells) in alike {
        let most = if verbose { usize::MAX } else { NAMED };
        let mut names = cells.iter().take(most).cloned().collect::<Vec<_>>().join("  ");
        if cells.len() > most {
            let _ = write!(names, "  and {} more; -v names them", cells.len() - most);
        }
        let _ = writeln!(out, "{:16}{}", "", paint(DIM, format_args!("{reasons}: {names}")));
    }
    out
}

fn by_prompt<'c>(cells: impl Iterator<Item = &'c CellId>) -> String {
    let mut prompts: BTreeMap<&str, usize> = BTreeMap::new();
    for cell in cells {
        *prompts.entry(cell.prompt.as_str()).or_default() += 1;
    }
    counts(prompts.iter())
}

fn by_reason(stale: &BTreeMap<CellId, Vec<StaleReason>>) -> String {
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for reason in stale.values().flatten() {
        *reasons.entry(reason.to_string()).or_default() += 1;
    }
    format!("accepted under another {}", counts(reasons.iter()))
}

fn counts<N: std::fmt::Display>(
    numbers: impl Iterator<Item = (N, impl std::fmt::Display)>,
) -> String {
    numbers.map(|(name, number)| format!("{name} {number}")).collect::<Vec<_>>().join(", ")
}
