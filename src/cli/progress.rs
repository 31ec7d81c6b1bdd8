//! Progress of a run on stderr: a bar, a counter, or nothing.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::domain::{CellId, RunEvent, Sink, Status};
use crate::report::{escape, paint};

/// A bar that is redrawn in place, with the counts so far and one of the cells being asked.
#[derive(Debug)]
pub(crate) struct Bar {
    line: ProgressBar,
    counts: BTreeMap<Status, usize>,
    asking: Vec<CellId>,
}

impl Bar {
    /// A bar on stderr.
    pub(crate) fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(15));
        // The template is ours and fixed; a bad one would only cost the bar its shape.
        let style = ProgressStyle::with_template("  Running  {bar:24} {pos}/{len}  {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.enable_steady_tick(Duration::from_millis(200));
        Self { line: bar, counts: BTreeMap::new(), asking: Vec::new() }
    }

    fn message(&self) -> String {
        let counts = self.counts.iter().filter(|(status, _)| **status != Status::Same);
        let mut parts: Vec<String> = counts.map(|(status, n)| format!("{n} {status}")).collect();
        parts.extend(self.asking.first().map(ToString::to_string));
        parts.join("  ")
    }
}

impl Sink for Bar {
    fn event(&mut self, event: &RunEvent) {
        match event {
            RunEvent::Started { trials, .. } => self.line.set_length(*trials as u64),
            RunEvent::Asking { cell, .. } => self.asking.push(cell.clone()),
            RunEvent::Answered { cell, .. } => {
                if let Some(at) = self.asking.iter().position(|asking| asking == cell) {
                    self.asking.remove(at);
                }
                self.line.inc(1);
            }
            RunEvent::Judged { status, .. } => *self.counts.entry(*status).or_default() += 1,
            RunEvent::Retrying { cell, reason, wait_ms } => {
                let reason = escape::short(reason, 80);
                self.line.println(format!("  {cell}: {reason}; again in {wait_ms} ms"));
            }
            RunEvent::AskingAgain { trials, wait_ms } => {
                self.line.inc_length(*trials as u64);
                self.line.println(format!("  {}", asking_again(*trials, *wait_ms)));
            }
            RunEvent::OverBudget => self.line.println("  Stopping: the budget is used up"),
            RunEvent::Stopping => {
                self.line.println("  Stopping: running calls may end, none is started");
            }
        }
        self.line.set_message(self.message());
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.line.finish_and_clear();
    }
}

/// Why there are more calls than cells.
fn asking_again(trials: usize, wait_ms: u64) -> String {
    let calls = match trials {
        1 => "1 more call".to_owned(),
        n => format!("{} more calls", paint::grouped(n)),
    };
    let wait =
        if wait_ms == 0 { String::new() } else { format!(" in {}", paint::seconds(wait_ms)) };
    format!("{calls}{wait}: change or noise?")
}

/// One line per finished prompt, for logs.
#[derive(Debug)]
pub(crate) struct Counter<W> {
    out: W,
    cells: usize,
    judged: usize,
    left: BTreeMap<String, usize>,
}

impl<W: Write> Counter<W> {
    /// Counts the given cells.
    pub(crate) fn new<'c>(out: W, cells: impl Iterator<Item = &'c CellId>) -> Self {
        let mut left = BTreeMap::new();
        for cell in cells {
            *left.entry(cell.prompt.to_string()).or_default() += 1;
        }
        Self { out, cells: left.values().sum(), judged: 0, left }
    }
}

impl<W: Write + Send> Sink for Counter<W> {
    // A closed stderr is no reason to lose a run, so what cannot be written is left out.
    fn event(&mut self, event: &RunEvent) {
        match event {
            RunEvent::Judged { cell, .. } => {
                self.judged += 1;
                let left = self.left.entry(cell.prompt.to_string()).or_default();
                *left = left.saturating_sub(1);
                if *left == 0 {
                    let (judged, cells) = (self.judged, self.cells);
                    let _ = writeln!(self.out, "  {judged}/{cells}  {} done", cell.prompt);
                }
            }
            RunEvent::Retrying { cell, reason, wait_ms } => {
                let reason = escape::short(reason, 80);
                let _ = writeln!(self.out, "  {cell}: {reason}; again in {wait_ms} ms");
            }
            RunEvent::AskingAgain { trials, wait_ms } => {
                let _ = writeln!(self.out, "  {}", asking_again(*trials, *wait_ms));
            }
            RunEvent::OverBudget => {
                let _ = writeln!(self.out, "  stopping: the budget is used up");
            }
            RunEvent::Stopping => {
                let _ = writeln!(self.out, "  stopping: running calls may end, none is started");
            }
            RunEvent::Started { .. } | RunEvent::Asking { .. } | RunEvent::Answered { .. } => {}
        }
    }
}
