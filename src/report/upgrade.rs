//! A rehearsed upgrade as people read it: what it would change, whether that is safe, and what to
//! type next.

use std::collections::BTreeMap;
use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

use super::paint::{self, BAD, BOLD, DIM, GOOD, HINT, Look, REVIEW, paint};
use super::{changes, column, compared, escape, evidence, words};
use crate::cost::forecast::Forecast;
use crate::domain::{
    Because, ChangeGroup, ColumnChange, Diagnostic, Exit, Family, Measure, Metric, Outcome,
    OutcomeCounts, Pico, RunRecord, Safety, Status, Upgrade,
};
use crate::drift::MOST_OF_CELL;

/// What a rehearsal is about to ask, and what that costs. `further` are the calls that it makes at most
/// beside, of both versions, to tell a change from noise.
pub(crate) fn plan(
    upgrade: &Upgrade,
    forecast: &Forecast,
    further: usize,
    (refused, lints): (&BTreeMap<&'static str, String>, &[Diagnostic]),
) -> String {
    let more = match further {
        0 => String::new(),
        n => format!(
            ". Where answers differ, up to {} more calls, to the new and to the old version; \
             where a cell breaks, up to {MOST_OF_CELL} more of it",
            paint::grouped(n)
        ),
    };
    let mut text = format!(
        "{}  {} of `{}` on {}: {}, {}{more}\n",
        paint(BOLD, "Plan"),
        paint::count(forecast.cells, "cell"),
        upgrade.slot,
        escape::line(&upgrade.to),
        paint::count(forecast.total.calls, "call"),
        super::forecast::money(&forecast.total),
    );
    for (key, why) in refused {
        let _ = writeln!(
            text,
            "{}  every request of it will be refused: `{key}` is set for `{}`, but {}",
            paint(BOLD, "Note"),
            upgrade.slot,
            escape::line(why),
        );
    }
    for lint in lints {
        let _ = writeln!(text, "{}  {}", paint(BOLD, "Note"), escape::line(&lint.to_string()));
    }
    text
}

pub(crate) fn render(record: &RunRecord, look: Look) -> String {
    let Some(upgrade) = &record.upgrade else { return String::new() };
    let mut out = format!(
        "{}  {}  in place of  {}   {}\n\n",
        paint(BOLD, "Candidate"),
        paint(HINT, escape::line(&upgrade.to)),
        paint(HINT, escape::line(&upgrade.from)),
        paint(DIM, paint::count(record.cells.len(), "cell")),
    );
    let groups = changes::render(&unexplained(&record.groups), &record.cells, look);
    let columns = record.columns.iter();
    let columns = columns.map(|of| ColumnChange { because: other(&of.because), ..of.clone() });
    let moved = column::render(&columns.collect::<Vec<_>>(), look);
    let unanswered = changes::unanswered(&record.cells, look);
    for block in [groups, moved, unanswered].iter().filter(|block| !block.is_empty()) {
        let _ = writeln!(out, "{block}");
    }
    let Some(outcome) = &upgrade.outcome else {
        out.push_str("The rehearsal was cut short: it says nothing of the new version.\n");
        return out;
    };
    out.push_str(&measures(&outcome.measures));
    if let Some(flips) = &outcome.flips {
        let _ = writeln!(out, "{}\n", compared::flips(flips));
    }
    out.push_str(&prompts(outcome, look));
    out + &verdict(record, upgrade, outcome)
}

/// The changes, without the one cause that whoever asks for another model knows.
fn unexplained(groups: &[ChangeGroup]) -> Vec<ChangeGroup> {
    let without =
        |group: &ChangeGroup| ChangeGroup { because: other(&group.because), ..group.clone() };
    groups.iter().map(without).collect()
}

/// Causes that are news.
fn other(because: &[Because]) -> Vec<Because> {
    if because == [Because::ModelChanged] { Vec::new() } else { because.to_vec() }
}

/// Several rehearsals, one line each, and what to type for those that are safe.
pub(crate) fn table(records: &[RunRecord]) -> String {
    let records = || records.iter().filter_map(|record| Some((record, record.upgrade.as_ref()?)));
    let head = ["slot", "candidate", "verdict", "broken", "to look at", "noise", "hold"];
    let mut rows: Vec<(Option<Safety>, Vec<String>)> = vec![(
        None,
        head.into_iter().chain(MEASURES.map(|(_, name, _)| name)).map(str::to_owned).collect(),
    )];
    for (_, upgrade) in records() {
        rows.push((upgrade.outcome.as_ref().map(|outcome| outcome.safety), row(upgrade)));
    }
    let columns = rows.first().map_or(0, |(_, row)| row.len());
    let width = |at: usize| rows.iter().filter_map(|(_, row)| row.get(at)).map(|t| t.width()).max();
    let widths: Vec<usize> = (0..columns).map(|at| width(at).unwrap_or(0)).collect();
    let mut out = String::new();
    for (safety, row) in &rows {
        let mut line = String::new();
        for (at, (text, width)) in row.iter().zip(&widths).enumerate() {
            let pad = " ".repeat(width - text.width());
            let text = match (at, safety) {
                (2, Some(safety)) => paint(colour(*safety), text),
                (_, None) => paint(DIM, text),
                _ => text.clone(),
            };
            let _ = write!(line, "{text}{pad}   ");
        }
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out.push('\n');
    for (record, upgrade) in records() {
        let safe = upgrade.outcome.as_ref().is_some_and(|outcome| outcome.safety == Safety::Safe);
        let (command, what) = if safe {
            (
                "upgrade --apply",
                format!("take {} for `{}`", escape::line(&upgrade.to), upgrade.slot),
            )
        } else {
            ("report", format!("why not {} for `{}`", escape::line(&upgrade.to), upgrade.slot))
        };
        let _ = writeln!(out, "promptmatrix {command} {}   {}", record.id, paint(DIM, what));
    }
    out
}

fn row(upgrade: &Upgrade) -> Vec<String> {
    let mut row = vec![upgrade.slot.to_string(), escape::line(&upgrade.to)];
    let Some(outcome) = &upgrade.outcome else {
        row.push("cut short".to_owned());
        row.resize(7 + MEASURES.len(), String::new());
        return row;
    };
    let OutcomeCounts { breaking, review, open, unknown, noise, same } = outcome.tally;
    row.push(outcome.safety.word().to_owned());
    row.extend([breaking, review + open + unknown, noise, same].map(paint::grouped));
    for (metric, ..) in MEASURES {
        let measure = outcome.measures.iter().find(|measure| measure.metric == metric);
        row.push(measure.map(|measure| percent(measure.change)).unwrap_or_default());
    }
    row
}

/// The numbers around answers that people ask for, with their names and units.
const MEASURES: [(Metric, &str, &str); 3] = [
    (Metric::Cost, "cost", ""),
    (Metric::LatencyMs, "latency", " ms"),
    (Metric::OutputTokens, "output", " tokens"),
];

/// What changes around the answers, with the range in which the true change lies.
fn measures(measures: &[Measure]) -> String {
    let mut out = String::new();
    for (metric, name, unit) in MEASURES {
        let Some(measure) = measures.iter().find(|measure| measure.metric == metric) else {
            continue;
        };
        if out.is_empty() {
            let head = format!(
                "  {:<10}{:>14}{:>14}{:>16}",
                "", "in place", "candidate", "a typical cell"
            );
            let _ = writeln!(out, "{}", paint(DIM, head));
        }
        let shown = |number: f64| match metric {
            Metric::Cost => dollars(number),
            _ => format!("{number:.0}{unit}"),
        };
        let range = match measure.range {
            Some((low, high)) if percent(low) != percent(high) => {
                format!("   surely between {} and {}", percent(low), percent(high))
            }
            Some(_) => String::new(),
            None => "   too few cells to be sure".to_owned(),
        };
        let _ = writeln!(
            out,
            "  {name:<10}{:>14}{:>14}{:>16}{}",
            shown(measure.before),
            shown(measure.after),
            percent(measure.change),
            paint(DIM, range),
        );
    }
    if out.is_empty() { out } else { out + "\n" }
}

/// Pico-dollars as money is shown everywhere.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a price of an answer; casting a float saturates"
)]
fn dollars(pico: f64) -> String {
    Pico::new(pico.round() as u128).to_string()
}

fn percent(change: f64) -> String {
    let shown = format!("{:+.0} %", change * 100.0);
    shown.replace('-', "−").replace("−0 %", "0 %").replace("+0 %", "0 %")
}

/// Go or no-go, prompt by prompt.
fn prompts(outcome: &Outcome, look: Look) -> String {
    let width = outcome.prompts.iter().map(|p| p.prompt.as_str().width()).max().unwrap_or(0);
    let mut out = String::new();
    for prompt in &outcome.prompts {
        let (status, word) = match prompt.safety {
            Safety::Safe => (Status::Same, "go"),
            Safety::Inconclusive => (Status::Suspect, "not known"),
            Safety::NotSafe => (Status::Broken, "no-go"),
        };
        let name = prompt.prompt.as_str();
        let pad = " ".repeat(width - name.width());
        let word = format!("{}{word:<9}", look.glyph(status));
        let why = if prompt.reasons.is_empty() {
            counted(prompt.tally)
        } else {
            prompt.reasons.join(", ")
        };
        let word = paint(colour(prompt.safety), word);
        let _ = writeln!(out, "  {name}{pad}   {word}  {}", escape::line(&why));
    }
    out.push('\n');
    out
}

fn colour(safety: Safety) -> anstyle::Style {
    match safety {
        Safety::Safe => GOOD,
        Safety::Inconclusive => REVIEW,
        Safety::NotSafe => BAD,
    }
}

/// `3 cells break, 1 to look at, 2 were noise, 18 hold`.
fn counted(tally: OutcomeCounts) -> String {
    let counts = [
        (tally.breaking, if tally.breaking == 1 { "breaks" } else { "break" }),
        (tally.review, "to look at"),
        (tally.open, "not decided"),
        (tally.unknown, "not known"),
        (tally.noise, if tally.noise == 1 { "was noise" } else { "were noise" }),
        (tally.same, if tally.same == 1 { "holds" } else { "hold" }),
    ];
    let mut words: Vec<String> = counts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| format!("{} {what}", paint::grouped(*number)))
        .collect();
    if let Some(first) = words.first_mut() {
        let (number, what) = first.split_once(' ').unwrap_or((first, ""));
        let noun = if number == "1" { "cell" } else { "cells" };
        *first = format!("{number} {noun} {what}");
    }
    if words.is_empty() { "no cell was asked".to_owned() } else { words.join(", ") }
}

fn verdict(record: &RunRecord, upgrade: &Upgrade, outcome: &Outcome) -> String {
    let slot = &upgrade.slot;
    let meaning = match outcome.safety {
        Safety::Safe => format!("`{slot}` can move to {}", escape::line(&upgrade.to)),
        Safety::NotSafe => format!("do not move `{slot}` yet"),
        Safety::Inconclusive => format!("it is not known yet whether `{slot}` can move"),
    };
    let mut out = format!(
        "{}  {}  {meaning}: {}. No file was changed.{}\n",
        paint(BOLD, "Verdict"),
        paint(colour(outcome.safety), outcome.safety),
        counted(outcome.tally),
        words::sources(record).map(|text| format!("   {text}")).unwrap_or_default(),
    );
    if outcome.minutes > 0.0 {
        let _ = writeln!(out, "{}     {}", paint(BOLD, "Work"), work(record, outcome));
    }
    if let Some(trust) = evidence::trust(record) {
        let _ = writeln!(out, "{}    {}", paint(BOLD, "Trust"), paint(DIM, trust));
    }
    out + &next(record, upgrade, outcome)
}

/// `about 70 min: 66 min field-removed /due (in the JSON Schema)`.
fn work(record: &RunRecord, outcome: &Outcome) -> String {
    let group = |id: &str| record.groups.iter().find(|group| group.id == id);
    let parts = outcome.findings.iter().filter_map(|finding| {
        let change = &group(&finding.group)?.change;
        let place = change.kind.info().fix.place();
        Some(format!("{} {} ({place})", minutes(finding.minutes), words::headline(change)))
    });
    let parts: Vec<String> = parts.take(4).collect();
    let more = outcome.findings.len() - parts.len();
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    let parts = escape::line(&parts.join(", "));
    format!("a person needs about {}, by estimate: {parts}{more}", minutes(outcome.minutes))
}

fn minutes(minutes: f64) -> String {
    if minutes < 90.0 { format!("{minutes:.0} min") } else { format!("{:.1} h", minutes / 60.0) }
}

/// What to type now.
fn next(record: &RunRecord, upgrade: &Upgrade, outcome: &Outcome) -> String {
    let weighty = |group: &&ChangeGroup| group.weighs();
    let again = format!("upgrade {} --to {}", upgrade.slot, escape::line(&upgrade.to));
    let apply = format!("upgrade --apply {}", record.id);
    let mut hints: Vec<(String, String)> = Vec::new();
    match outcome.safety {
        Safety::Safe => hints.push((apply, "take exactly these answers, and the new id".into())),
        Safety::NotSafe => {
            let of_cells = record.groups.iter().find(weighty).map(|group| group.change.kind);
            let of_columns = || Some(record.columns.iter().find(|change| change.fails)?.kind);
            if let Some(kind) = of_cells.or_else(of_columns) {
                hints.push((
                    format!("explain {kind}"),
                    "what it does to callers, how to fix it".into(),
                ));
            }
            hints.push((again, "after fixing".into()));
            let unusable = |group: &ChangeGroup| group.change.kind.info().family == Family::Cause;
            if !record.groups.iter().filter(weighty).any(unusable) {
                hints.push((apply, "or move in spite of it, breaks included".into()));
            }
        }
        Safety::Inconclusive if record.exit() == Exit::Usage => {
            let other = format!("upgrade {} --to ID", upgrade.slot);
            hints.push((other, "with an id that the provider knows".into()));
        }
        Safety::Inconclusive => {
            if outcome.tally.open > 0 {
                let deeper = format!("run @{} --samples 5", upgrade.slot);
                hints.push((
                    deeper,
                    "more answers of the version in place (pin it first, if its alias moved), then"
                        .into(),
                ));
                hints.push((
                    "accept --deepen RUN".into(),
                    "with the run that this prints, then".into(),
                ));
            }
            let unasked = if outcome.tally.unknown > 0 {
                "once every cell has a snapshot and can be asked"
            } else {
                "with that baseline"
            };
            hints.push((again, unasked.into()));
        }
    }
    let width = hints.iter().map(|(command, _)| command.width()).max().unwrap_or(0);
    let mut out = String::new();
    for (at, (command, what)) in hints.iter().enumerate() {
        let head = if at == 0 { "Next" } else { "" };
        let head = paint(BOLD, format_args!("{head:<9}"));
        let pad = " ".repeat(width - command.width());
        let _ = writeln!(out, "{head}promptmatrix {command}{pad}   {}", paint(DIM, what));
    }
    out
}
