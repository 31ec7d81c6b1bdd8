//! A rehearsed upgrade as people read it: what it would change, and whether that is safe.

use std::fmt::Write;

use super::paint::{self, BAD, BOLD, DIM, GOOD, HINT, Look, REVIEW, paint};
use super::{changes, escape, words};
use crate::domain::{CellRecord, Exit, Level, Pico, RunRecord, Status, Upgrade};

/// The whole report. `before` is the last run under the old id, if there is one.
pub fn render(
    record: &RunRecord,
    upgrade: &Upgrade,
    before: Option<&RunRecord>,
    look: Look,
) -> String {
    let mut out = format!(
        "{}  {}  in place of  {}   {}\n\n",
        paint(BOLD, "Candidate"),
        paint(HINT, escape::line(&upgrade.to)),
        paint(HINT, escape::line(&upgrade.from)),
        paint(DIM, paint::count(record.cells.len(), "cell")),
    );
    let groups = changes::render(&record.groups, &record.cells, look);
    let silent = changes::silent(&record.cells, look);
    for block in [groups, silent].iter().filter(|block| !block.is_empty()) {
        let _ = writeln!(out, "{block}");
    }
    let fine = count(record, |cell| matches!(cell.status, Status::Same | Status::Drifted));
    if fine > 0 {
        let glyph = look.glyph(Status::Same);
        let text = format!("{glyph}{} hold", paint::count(fine, "cell"));
        let _ = writeln!(out, "{}\n", paint(GOOD, text));
    }
    if let Some(before) = before {
        out.push_str(&telemetry(record, before));
    }
    out + &verdict(record)
}

fn count(record: &RunRecord, fits: impl Fn(&CellRecord) -> bool) -> usize {
    record.cells.iter().filter(|cell| fits(cell)).count()
}

/// `not safe`, `safe`, or what keeps it from being known.
fn verdict(record: &RunRecord) -> String {
    let worst = |level| {
        count(record, |cell| cell.changes.iter().map(|change| change.level).max() == Some(level))
    };
    let (breaking, review) = (worst(Level::Breaking), worst(Level::Review));
    let (word, next) = match record.exit() {
        Exit::Pass => (paint(GOOD, "SAFE"), "take it"),
        Exit::Fail => (paint(BAD, "NOT SAFE"), "mend the prompt and repeat, or take exactly this"),
        _ => (paint(REVIEW, "INCONCLUSIVE"), "repeat when every cell can be asked"),
    };
    let mut out = format!(
        "{}  {word}  {breaking} breaking, {review} to review.  Nothing was changed.{}\n",
        paint(BOLD, "Verdict"),
        words::sources(record).map(|text| format!("   {text}")).unwrap_or_default(),
    );
    let command = match record.exit() {
        Exit::Pass | Exit::Fail => format!(": promptmatrix upgrade --apply {}", record.id),
        _ => String::new(),
    };
    let _ = writeln!(out, "{}     {next}{command}", paint(BOLD, "Next"));
    out
}

/// Latency, length and cost under the old id and under the new one, over the cells that both answered.
fn telemetry(record: &RunRecord, before: &RunRecord) -> String {
    let pairs: Vec<(&CellRecord, &CellRecord)> = record
        .cells
        .iter()
        .filter_map(|now| Some((before.cell(&now.cell)?, now)))
        .filter(|(then, now)| then.judged.is_some() && now.judged.is_some())
        .collect();
    if pairs.is_empty() {
        return String::new();
    }
    let head = format!("{:<12}{:>12}{:>12}", "", "last run", "candidate");
    let mut out = format!("{}\n", paint(DIM, head));
    let rows: [(&str, Measure, &str); 2] =
        [("latency p50", latency, " ms"), ("output p50", output_tokens, " tok")];
    for (name, of, unit) in rows {
        let then = median(pairs.iter().filter_map(|(then, _)| of(then)).collect());
        let now = median(pairs.iter().filter_map(|(_, now)| of(now)).collect());
        if let (Some(then), Some(now)) = (then, now) {
            let shown = |number: u64| format!("{number}{unit}");
            let change = percent(then.into(), now.into());
            let _ = writeln!(out, "{name:<12}{:>12}{:>12}   {change}", shown(then), shown(now));
        }
    }
    let costs = pairs.iter().filter_map(|(then, now)| Some((then.cost()?, now.cost()?)));
    let (then, now): (Vec<Pico>, Vec<Pico>) = costs.unzip();
    if !then.is_empty() {
        let (then, now): (Pico, Pico) = (then.into_iter().sum(), now.into_iter().sum());
        let change = percent(then.get(), now.get());
        let shown = |cost: Pico| cost.to_string();
        let _ = writeln!(out, "{:<12}{:>12}{:>12}   {change}", "cost", shown(then), shown(now));
    }
    out.push('\n');
    out
}

/// A number that a cell of a run has.
type Measure = fn(&CellRecord) -> Option<u64>;

fn latency(cell: &CellRecord) -> Option<u64> {
    median(cell.trials.iter().map(|trial| trial.latency_ms).collect())
}

fn output_tokens(cell: &CellRecord) -> Option<u64> {
    median(cell.trials.iter().filter_map(|trial| trial.usage?.output).collect())
}

fn median(mut numbers: Vec<u64>) -> Option<u64> {
    numbers.sort_unstable();
    numbers.get(numbers.len() / 2).copied()
}

fn percent(then: u128, now: u128) -> String {
    if then == 0 {
        return String::new();
    }
    #[expect(clippy::cast_precision_loss, reason = "shown without digits behind the point")]
    let change = (now as f64 / then as f64 - 1.0) * 100.0;
    format!("{change:+.0} %")
}
