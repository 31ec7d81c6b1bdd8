//! A comparison for people and for programs.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::json;

use crate::domain::kit::real;
use crate::domain::{CellDecision, CellId, Pico, Status};
use crate::project::{Comparison, SlotFigures};
use crate::report::paint::{self, BOLD, DIM, paint};
use crate::report::{Look, changes, compared};
use crate::run::ENOUGH;

/// As data.
pub(in crate::cli) fn data(compared: &Comparison) -> serde_json::Value {
    let cells: BTreeMap<String, Status> =
        compared.cells.iter().map(|one| (one.cell.to_string(), one.status)).collect();
    let records = &compared.told.records;
    let decisions: Vec<&CellDecision> =
        records.iter().filter_map(|record| record.decision.as_ref()).collect();
    let notes =
        records.iter().filter_map(|record| Some((record.cell.to_string(), record.note.clone()?)));
    json!({
        "format": 1,
        "left": compared.left,
        "right": compared.right,
        "cells": cells,
        "groups": compared.groups,
        "decisions": decisions,
        "notes": notes.collect::<BTreeMap<_, _>>(),
        "unsure": unsure(compared),
        "only_left": compared.only_left,
        "only_right": compared.only_right,
        "flips": compared.flips,
        "slots": compared.slots,
    })
}

/// What two slots took for the same cases, and what the second one buys.
fn slots(both: &[SlotFigures; 2]) -> String {
    let mut out = String::new();
    for one in both {
        let each = |sum: u64| sum / one.answers.max(1);
        let tokens = one.tokens.map_or("tokens unknown".to_owned(), |sum| {
            paint::count(usize::try_from(each(sum)).unwrap_or(usize::MAX), "token")
        });
        let cost = one.cost.map_or("cost unknown".to_owned(), |sum| {
            Pico::new(sum.get() / u128::from(one.answers.max(1))).to_string()
        });
        let _ = writeln!(
            out,
            "{} ({}): {} of {} answers valid, {tokens} and {cost} each",
            one.slot, one.structured, one.valid, one.answers,
        );
    }
    let [old, new] = both;
    let share = |of: &SlotFigures| real(of.valid) / real(of.answers);
    let ratio = |what: &str, old: Option<f64>, new: Option<f64>| {
        let (old, new) = old.zip(new).filter(|(old, _)| *old > 0.0)?;
        Some(format!("{what} {:+.0} %", (new / old - 1.0) * 100.0))
    };
    let tokens = |of: &SlotFigures| Some(real(of.tokens?) / real(of.answers));
    let cost = |of: &SlotFigures| Some(of.cost?.dollars() / real(of.answers));
    let told = [
        Some(format!("validity {:+.1} points", (share(new) - share(old)) * 100.0)),
        ratio("tokens", tokens(old), tokens(new)),
        ratio("cost", cost(old), cost(new)),
    ];
    let told: Vec<String> = told.into_iter().flatten().collect();
    let _ = writeln!(out, "{} in place of {}: {}", new.slot, old.slot, told.join(", "));
    out
}

/// Cells whose change may be noise.
fn unsure(compared: &Comparison) -> Vec<&CellId> {
    compared.cells.iter().filter(|one| one.is_unsure).map(|one| &one.cell).collect()
}

/// For people; with `stat`, only the counts.
pub(in crate::cli) fn render(compared: &Comparison, stat: bool, look: Look) -> String {
    let left = &compared.left;
    let records = &compared.told.records;
    let mut out = format!("{}\n\n", paint(BOLD, format_args!("{left} → {}", compared.right)));
    let judged: Vec<(CellId, Status)> =
        compared.cells.iter().map(|one| (one.cell.clone(), one.status)).collect();
    out.push_str(&compared::table(&judged));
    if !stat {
        let mut groups = changes::render(&compared.groups, records, look);
        groups.push_str(&changes::unanswered(records, look));
        if !groups.is_empty() {
            let _ = write!(out, "\n{groups}");
        }
    }
    let enough = u32::try_from(ENOUGH).unwrap_or(u32::MAX);
    let told = [
        compared::decided(records, left),
        compared::unsure(unsure(compared).len(), enough),
        compared.flips.as_ref().map(compared::flips),
    ];
    for sentence in told.into_iter().flatten() {
        let _ = writeln!(out, "{sentence}");
    }
    out.push_str(&compared.slots.as_ref().map(slots).unwrap_or_default());
    for (side, cells) in [(left, &compared.only_left), (&compared.right, &compared.only_right)] {
        if !cells.is_empty() {
            let number = paint::count(cells.len(), "cell");
            let _ = writeln!(out, "{}", paint(DIM, format_args!("{number} only in {side}")));
        }
    }
    out
}
