//! The table of targets: ours, the limit, and what the reference reaches.

use promptmatrix::domain::{FacetFamily, Weight};
use promptmatrix::drift::drill::{BREAKAGES, Breakage, Dice};
use promptmatrix::drift::prior::{Prior, QUIET};
use promptmatrix::drift::stats::{common_change, weigh};

use crate::measure::{Quiet, Scope, Shot};

#[derive(Default)]
pub(crate) struct Results {
    pub(crate) quiet: Quiet,
    pub(crate) shifting: Quiet,
    pub(crate) shots: Vec<Shot>,
}

/// How bad a breakage is: nothing usable, against the schema, another form, another answer.
const TIERS: [&str; 4] = ["S1", "S2", "S3", "S4"];

fn tier(row: &Breakage) -> usize {
    match row.weight {
        Weight::Contract => usize::from(row.against_schema),
        Weight::Form => 2,
        Weight::Answer => 3,
        Weight::Cosmetic => 4,
    }
}

struct Line {
    name: String,
    ours: f64,
    limit: f64,
    at_most: bool,
    reference: &'static str,
    of: String,
}

/// Prints the table for a baseline of `n` answers; says whether every target is reached.
pub(crate) fn print(n: usize, results: &Results, detail: bool) -> bool {
    let lines = lines(n, results);
    println!("{:<66} {:>8} {:>9} {:>10}   of", "", "ours", "target", "reference");
    let mut all = true;
    for line in &lines {
        let met = if line.at_most { line.ours <= line.limit } else { line.ours >= line.limit };
        all &= met;
        let sign = if line.at_most { "≤" } else { "≥" };
        println!(
            "{} {:<64} {:>8.3} {:>9} {:>10}   {}",
            if met { "✓" } else { "✗" },
            line.name,
            line.ours,
            format!("{sign} {}", line.limit),
            line.reference,
            line.of
        );
    }
    println!();
    if detail {
        by_breakage(&results.shots);
    }
    all
}

fn lines(n: usize, results: &Results) -> Vec<Line> {
    let deep = n >= 10;
    let by_depth = |five: f64, ten: f64| if deep { ten } else { five };
    let words = |five: &'static str, ten: &'static str| if deep { ten } else { five };
    let mut lines = Vec::new();
    let mut add = |name: &str, ours: f64, at_most: bool, limit: f64, reference, of: String| {
        lines.push(Line { name: name.to_owned(), ours, limit, at_most, reference, of });
    };
    let quiet = &results.quiet;
    let nights = format!("{} cell-nights", quiet.cells);
    let thousand = |part: f64, all: &Quiet| 1000.0 * part / all.cells;
    add(
        "false alarms per 1,000 unchanged cells, same night",
        thousand(quiet.alarms, quiet),
        true,
        by_depth(1.0, 0.8),
        words("0.62", "0.49"),
        format!("{nights}, {} alarms, {} of the contract", quiet.alarms, quiet.contract),
    );
    let twice = format!("{} alarms", quiet.twice);
    add("  the same, two-run rule", thousand(quiet.twice, quiet), true, 0.05, "0", twice);
    let jitter = &results.shifting;
    add(
        "false alarms when noise shifts from night to night, same night",
        thousand(jitter.alarms, jitter),
        true,
        by_depth(4.0, 3.5),
        words("3.5", "2.9"),
        format!("{} alarms", jitter.alarms),
    );
    add(
        "  the same, two-run rule",
        thousand(jitter.twice, jitter),
        true,
        by_depth(0.5, 0.4),
        words("0.35", "0.21"),
        format!("{} alarms", jitter.twice),
    );
    add(
        "false incidents of a prompt and slot per night",
        quiet.incidents / quiet.nights,
        true,
        by_depth(0.06, 0.05),
        words("0.025", "0"),
        format!(
            "{} in {} nights; {} of slots",
            quiet.incidents, quiet.nights, quiet.slot_incidents
        ),
    );
    let calls = quiet.calls / quiet.cells;
    add(
        "calls per cell, unchanged night",
        calls,
        true,
        by_depth(1.10, 1.08),
        words("1.06", "1.05"),
        String::new(),
    );
    add_recall(n, &results.shots, &mut add);
    add(
        "incident of a fence in 88 % of 10 cells, one answer on each side",
        fence(),
        false,
        0.99,
        "1.00",
        "2,000 draws at the published rate".to_owned(),
    );
    lines
}

fn add_recall(
    n: usize,
    shots: &[Shot],
    add: &mut impl FnMut(&str, f64, bool, f64, &'static str, String),
) {
    let deep = n >= 10;
    let by_depth = |five: f64, ten: f64| if deep { ten } else { five };
    let words = |five: &'static str, ten: &'static str| if deep { ten } else { five };
    let chosen = |scope: Scope, rate: f64| {
        shots.iter().filter(move |shot| shot.scope == scope && (shot.rate - rate).abs() < 1e-9)
    };
    let (mut extra, mut affected) = (0.0, 0.0);
    for shot in chosen(Scope::Prompt, 1.0).chain(chosen(Scope::Model, 1.0)) {
        if shot.affected >= 20.0 && shot.row.matters() {
            extra += shot.extra;
            affected += shot.affected;
        }
    }
    let of = format!("{affected} cells");
    let name = "extra calls per affected cell, 20 or more cells break at 100 %";
    add(name, extra / affected, true, 0.05, words("0.01", "0.00"), of);
    let mut cells = |scope, name: &str, targets: [f64; 4], references: [&'static str; 4]| {
        for (at, (target, reference)) in targets.into_iter().zip(references).enumerate() {
            let here = || chosen(scope, 1.0).filter(|shot| tier(shot.row) == at);
            let visible: f64 = here().map(|shot| shot.visible).sum();
            let hits: f64 = here().map(|shot| shot.hits).sum();
            let name = format!("{name}: {}", TIERS[at]);
            add(&name, hits / visible, false, target, reference, format!("{visible} cells"));
        }
    };
    let references =
        if deep { ["1.00", "1.00", "0.98", "0.98"] } else { ["1.00", "1.00", "0.99", "0.97"] };
    cells(Scope::Prompt, "cells found, 100 %, 20 cells", [0.99, 0.99, 0.97, 0.95], references);
    let references =
        if deep { ["1.00", "1.00", "0.95", "0.89"] } else { ["1.00", "1.00", "0.97", "0.78"] };
    let answer = by_depth(0.65, 0.80);
    cells(Scope::Cell, "cells found, 100 %, a single cell", [0.97, 0.97, 0.90, answer], references);
    let mut noticed = |name: &str, scope, rate, tiers: &[usize], target, reference| {
        let here = || {
            chosen(scope, rate).filter(|shot| tiers.contains(&tier(shot.row)) && shot.visible > 0.0)
        };
        let all = here().count() as f64;
        let hits = here().filter(|shot| shot.noticed).count() as f64;
        add(name, hits / all, false, target, reference, format!("{all} breakages"));
    };
    noticed(
        "breakages noticed, 25 %, whole model: S1–S4",
        Scope::Model,
        0.25,
        &[0, 1, 2, 3],
        0.98,
        "1.00",
    );
    let name = "breakages noticed, 25 %, 20 cells";
    noticed(
        &format!("{name}: S1"),
        Scope::Prompt,
        0.25,
        &[0],
        by_depth(0.95, 0.90),
        words("1.00", "0.95"),
    );
    noticed(
        &format!("{name}: S2"),
        Scope::Prompt,
        0.25,
        &[1],
        by_depth(0.90, 0.95),
        words("0.94", "1.00"),
    );
    noticed(
        &format!("{name}: S3"),
        Scope::Prompt,
        0.25,
        &[2],
        by_depth(0.75, 0.70),
        words("0.88", "0.77"),
    );
    let name = "breakages noticed, 5 %, whole model";
    noticed(
        &format!("{name}: S1"),
        Scope::Model,
        0.05,
        &[0],
        by_depth(0.90, 0.95),
        words("0.95", "1.00"),
    );
    noticed(&format!("{name}: S2"), Scope::Model, 0.05, &[1], 0.95, "1.00");
    let named: Vec<f64> = shots.iter().filter_map(|shot| shot.named).collect();
    let accuracy = named.iter().sum::<f64>() / named.len() as f64;
    let of = format!("{} breakages", named.len());
    add(
        "confirmed S1 and S2 cells named as what they are",
        accuracy,
        false,
        0.97,
        words("0.987", "0.988"),
        of,
    );
    let synonyms: f64 = shots
        .iter()
        .filter(|shot| shot.row.name == "text-synonyms")
        .map(|shot| shot.text_alarms)
        .sum();
    add("alarms about a text that is only worded anew", synonyms, true, 0.0, "0", String::new());
}

/// How often ten cells with one answer on each side give away that 88 % are fenced now.
fn fence() -> f64 {
    let contract = Prior::of(FacetFamily::Contract);
    let one = |category| weigh(&[1], &[category], &contract.weights);
    let (usual, fenced) = (one(0), one(1));
    let mut dice = Dice::new(1);
    let seen = (0..2000).filter(|_| {
        let hits = (0..10).filter(|_| dice.happens(0.88)).count() as u32;
        let cells = [(fenced, hits), (usual, 10 - hits)];
        hits >= 3 && common_change(&cells, contract.change, QUIET).posterior >= 0.99
    });
    seen.count() as f64 / 2000.0
}

fn by_breakage(shots: &[Shot]) {
    println!(
        "{:<24} {:>10} {:>10} {:>15} {:>14} {:>14} {:>8}",
        "", "one cell", "20 cells", "20 cells, 25 %", "model, 25 %", "model, 5 %", "named"
    );
    for row in BREAKAGES {
        let here = |scope, rate: f64| {
            shots.iter().filter(move |shot| {
                shot.row.name == row.name && shot.scope == scope && (shot.rate - rate).abs() < 1e-9
            })
        };
        let cells = |scope| {
            let visible: f64 = here(scope, 1.0).map(|shot| shot.visible).sum();
            here(scope, 1.0).map(|shot| shot.hits).sum::<f64>() / visible
        };
        let noticed = |scope, rate| {
            let all = here(scope, rate).count() as f64;
            here(scope, rate).filter(|shot| shot.noticed).count() as f64 / all
        };
        let same = shots.iter().filter(|shot| shot.row.name == row.name);
        let named: Vec<f64> = same.filter_map(|shot| shot.named).collect();
        let named = match named.iter().sum::<f64>() / named.len() as f64 {
            share if share.is_nan() => "-".to_owned(),
            share => format!("{share:.3}"),
        };
        println!(
            "{:<24} {:>10.2} {:>10.2} {:>15.2} {:>14.2} {:>14.2} {named:>8}",
            row.name,
            cells(Scope::Cell),
            cells(Scope::Prompt),
            noticed(Scope::Prompt, 0.25),
            noticed(Scope::Model, 0.25),
            noticed(Scope::Model, 0.05),
        );
    }
    let collateral: f64 = shots.iter().map(|shot| shot.collateral).sum();
    println!("alarms in cells without a visible change, over all breakages: {collateral}\n");
}
