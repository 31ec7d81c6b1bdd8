//! `promptmatrix status`: what waits, by group, what no longer fits, how the last run ended. Asks
//! nobody.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::json;

use crate::cli::failure::Failure;
use crate::cli::output;
use crate::cli::pending::Pending;
use crate::cli::session::Session;
use crate::domain::{
    CellId, CellRecord, Exit, Hash, History, Profile, RunRecord, StaleReason, Status, Suite,
};
use crate::report::paint::{self, DIM, HINT, paint};
use crate::report::{column, evidence};
use crate::run::{Prepared, stale_of};
use crate::store::{Listing, Snapshots};

/// Most cells that are named for one reason.
const NAMED: usize = 6;

/// What the snapshots of a suite look like today.
pub(super) struct Upkeep {
    /// Cells with a pending answer.
    pub(super) pending: Vec<CellId>,
    /// Cells without an accepted answer.
    pub(super) missing: Vec<CellId>,
    /// Cells whose snapshot was accepted for another request, and what differs.
    pub(super) stale: BTreeMap<CellId, Vec<StaleReason>>,
    /// Snapshot files of cells that are not in the matrix.
    pub(super) obsolete: Vec<(CellId, String)>,
    /// Files in `snapshots/` that name no cell.
    pub(super) strays: Vec<String>,
    /// How many accepted answers each cell with a snapshot is judged by.
    pub(super) depth: BTreeMap<CellId, u32>,
}

/// Looks at every snapshot; `prepared` are all cells of the suite.
pub(super) fn upkeep(suite: &Suite, prepared: &[Prepared]) -> Result<Upkeep, Failure> {
    let listing = Snapshots::open(&suite.root).list()?;
    let pending = listing.stored.iter().filter(|file| file.pending);
    let stale = prepared.iter().map(|cell| (cell.cell.id.clone(), stale_of(cell)));
    let missing = prepared.iter().filter(|cell| cell.accepted.is_none());
    let counted: BTreeMap<CellId, u32> = counted(&Session::profiles(suite)?).collect();
    let accepted = prepared.iter().filter(|cell| cell.accepted.is_some());
    let depth = accepted.map(|cell| {
        // A snapshot that no profile counts is one answer all the same.
        let id = cell.cell.id.clone();
        let answers = counted.get(&id).copied().unwrap_or_default().max(1);
        (id, answers)
    });
    Ok(Upkeep {
        depth: depth.collect(),
        pending: pending.map(|file| file.cell.clone()).collect(),
        missing: missing.map(|cell| cell.cell.id.clone()).collect(),
        stale: stale.filter(|(_, reasons)| !reasons.is_empty()).collect(),
        obsolete: obsolete(suite, &listing),
        strays: listing.strays,
    })
}

/// The cells that profiles count answers of, and how many.
pub(super) fn counted(profiles: &[Profile]) -> impl Iterator<Item = (CellId, u32)> {
    profiles.iter().flat_map(|profile| {
        profile.cases.iter().map(|(case, counts)| {
            let (prompt, model) = (profile.prompt.clone(), profile.slot.clone());
            (CellId { prompt, case: case.clone(), model }, counts.n)
        })
    })
}

/// Snapshot files of cells that are not in the matrix.
pub(super) fn obsolete(suite: &Suite, listing: &Listing) -> Vec<(CellId, String)> {
    let known: BTreeSet<_> = suite.cells.iter().map(|cell| &cell.id).collect();
    let obsolete = listing.stored.iter().filter(|file| !known.contains(&file.cell));
    obsolete.map(|file| (file.cell.clone(), file.path.clone())).collect()
}

/// Runs the command.
pub(in crate::cli) fn status(session: &Session) -> Result<Exit, Failure> {
    let (suite, _) = session.suite()?;
    let prepared = Session::prepare(&suite, &suite.cells)?;
    let upkeep = upkeep(&suite, &prepared)?;
    let open = Pending::of(&suite)?;
    let last = Session::runs(&suite).latest()?;
    let history = Session::history(&suite)?.unwrap_or_default();
    let suspects = suspects(last.as_ref(), &prepared, &history);
    if session.global.json {
        let seen = last.iter().flat_map(|run| &run.models);
        let identity: BTreeMap<_, _> =
            seen.filter_map(|(slot, model)| Some((slot, model.identity.as_ref()?))).collect();
        let identity = json!(identity);
        let last = last.as_ref().map(|run| json!({"id": run.id, "exit_code": run.exit_code}));
        let obsolete: Vec<_> = upkeep.obsolete.iter().map(|(_, path)| path).collect();
        output::print_json(&json!({
            "format": 1,
            "cells": suite.cells.len(),
            "pending": upkeep.pending,
            "groups": open.groups,
            "missing": upkeep.missing,
            "stale": upkeep.stale,
            "obsolete": obsolete,
            "strays": upkeep.strays,
            "depth": upkeep.depth,
            "suspects": suspects,
            "identity": identity,
            "last_run": last,
        }))?;
    } else {
        let mut text = render(&suite, (&upkeep, &open), last.as_ref(), session.global.verbose);
        text.push_str(&held(&suspects));
        text.push_str(&identities(last.as_ref(), session.global.verbose));
        output::print(&text)?;
    }
    Ok(Exit::Pass)
}

fn render(
    suite: &Suite,
    (upkeep, open): (&Upkeep, &Pending),
    last: Option<&RunRecord>,
    verbose: bool,
) -> String {
    let mut out = String::new();
    let pending = by_prompt(upkeep.pending.iter());
    let next = "promptmatrix report --open";
    line(&mut out, (upkeep.pending.len(), "pending"), &pending, next);
    out.push_str(&open.list());
    let missing = by_prompt(upkeep.missing.iter());
    line(&mut out, (upkeep.missing.len(), "missing"), &missing, "promptmatrix run");
    let stale = by_reason(&upkeep.stale);
    line(&mut out, (upkeep.stale.len(), "stale"), &stale, "promptmatrix run, then accept");
    out.push_str(&stale_cells(&upkeep.stale, verbose));
    let obsolete = upkeep.obsolete.iter().map(|(_, path)| path.as_str()).take(3);
    let obsolete = obsolete.collect::<Vec<_>>().join(", ");
    line(&mut out, (upkeep.obsolete.len(), "obsolete"), &obsolete, "promptmatrix prune");
    let strays = upkeep.strays.join(", ");
    line(&mut out, (upkeep.strays.len(), "stray"), &strays, "not ours: nothing touches them");
    if out.is_empty() {
        let cells = paint::count(suite.cells.len(), "cell");
        let _ = writeln!(out, "{cells}, every one with a snapshot that fits");
    }
    out.push_str(&depths(&upkeep.depth));
    let last = last
        .map_or("none yet".to_owned(), |run| format!("{}, exit code {}", run.id, run.exit_code));
    let _ = writeln!(out, "{}", paint(DIM, format_args!("last run  {last}")));
    out
}

/// A change that the last run held back, and the run that saw it first.
#[derive(Debug, serde::Serialize)]
struct Suspect<'r> {
    cell: &'r CellId,
    place: &'r str,
    since: &'r str,
}

/// What is not armed yet: a further run that sees it again fails. What was decided meanwhile is not.
fn suspects<'r>(
    last: Option<&'r RunRecord>,
    prepared: &[Prepared],
    history: &'r History,
) -> Vec<Suspect<'r>> {
    let today: BTreeMap<&CellId, Option<Hash>> =
        prepared.iter().map(|cell| (&cell.cell.id, cell.baseline())).collect();
    let run = last.filter(|run| run.upgrade.is_none());
    let records = run.into_iter().flat_map(|run| run.cells.iter().map(move |cell| (run, cell)));
    let suspect = |(run, record): (&'r RunRecord, &'r CellRecord)| {
        let baseline = record.baseline.as_ref().filter(|_| record.status == Status::Suspect)?;
        let is_open = today.get(&record.cell)?.as_ref() == Some(baseline);
        let finding = record.decision.as_ref()?.leading().filter(|_| is_open)?;
        let mut runs = history.of(&record.cell, baseline).iter();
        let first = runs.find(|seen| seen.deviations.contains_key(&finding.deviation));
        Some(Suspect {
            cell: &record.cell,
            place: finding.deviation.facet.place.as_str(),
            since: first.map_or(run.id.as_str(), |seen| seen.run.as_str()),
        })
    };
    records.filter_map(suspect).collect()
}

fn held(suspects: &[Suspect<'_>]) -> String {
    let mut out = String::new();
    for Suspect { cell, place, since } in suspects {
        let place = if place.is_empty() { "the whole answer" } else { place };
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

fn line(out: &mut String, (number, word): (usize, &str), what: &str, next: &str) {
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
