//! What is told on stderr while a use case is at work.

use std::fmt::Write;

use super::args::ProgressKind;
use super::output;
use super::progress::{Bar, Counter};
use crate::domain::{CellId, Sink};
use crate::project::{Notice, Observer, OpenBatches, Resumed};
use crate::report::{escape, paint, upgrade};
use crate::store::Recovered;

/// Tells a person.
pub(crate) struct Console {
    /// How the progress of a run is shown.
    pub(crate) progress: ProgressKind,
    /// Whether it is said what a rehearsal is about to ask.
    pub(crate) says_plans: bool,
}

impl Observer for Console {
    fn notice(&self, notice: &Notice) {
        let warning = paint::paint(paint::REVIEW, "warning");
        let text = match notice {
            Notice::Recovered(Recovered::Finished) => "completed an interrupted change\n".into(),
            Notice::Recovered(Recovered::Undone) => "undid an interrupted change\n".into(),
            Notice::HistoryUnreadable(error) => format!("{warning}: {error}\n"),
            Notice::HistoryNotKept(error) => {
                format!("{warning}: the next run will not know of this one: {error}\n")
            }
            Notice::LedgerNotKept(error) => {
                format!("{warning}: the run is not in the ledger: {error}\n")
            }
            Notice::RunsNotPruned(error) => {
                format!("{warning}: old runs are not deleted: {error}\n")
            }
            Notice::BatchesPending(OpenBatches { run, open, batches }) => {
                format!("run {run} waits: {open} of {batches} batches are not answered\n")
            }
            Notice::Waiting(holder) => format!("waiting: {holder}\n"),
            Notice::Joined(run) => {
                format!("run {run} asked the same meanwhile: this is its result\n")
            }
            Notice::Resuming(resumed) => resuming(resumed),
            Notice::NotRecorded { answers, reason } => {
                let answers = paint::count(*answers, "answer");
                format!("{warning}: {answers}: {}\n", escape::short(reason, 300))
            }
            Notice::NotShared(error) => {
                format!(
                    "{warning}: the run is on this machine only: {}\n",
                    escape::short(&error.to_string(), 300)
                )
            }
            Notice::Damaged { run, lines } => format!(
                "{warning}: run {run}: {} damaged, their answers are asked for again\n",
                paint::count(lines.len(), "line")
            ),
            Notice::OutputAssumed { slots, tokens } => {
                let slots: Vec<String> = slots.iter().map(|slot| format!("`{slot}`")).collect();
                format!(
                    "{warning}: {} sets no `max-output-tokens`; the budget takes {tokens} for an answer\n",
                    slots.join(", ")
                )
            }
            Notice::FewFiles { at_once } => format!(
                "{warning}: {} at once: the system allows no more open files (`ulimit -n`)\n",
                paint::count(*at_once, "call")
            ),
            Notice::Rehearsing(plan) if self.says_plans => upgrade::plan(
                &plan.upgrade,
                &plan.forecast,
                plan.further,
                (&plan.refused, &plan.lints),
            ),
            Notice::Rehearsing(_) => return,
        };
        // A closed stderr is no reason to stop.
        let _ = output::eprint(&text);
    }

    fn begins(&self, cells: &[&CellId]) -> Option<Box<dyn Sink>> {
        match self.progress {
            ProgressKind::Bar => Some(Box::new(Bar::new())),
            ProgressKind::Counter | ProgressKind::Auto => {
                Some(Box::new(Counter::new(anstream::stderr(), cells.iter().copied())))
            }
            ProgressKind::None => None,
        }
    }
}

fn resuming(Resumed { run, answers, trials, damaged }: &Resumed) -> String {
    let (answers, trials) = (paint::grouped(*answers), paint::count(*trials, "answer"));
    let mut text = format!("resuming run {run}: {answers} of {trials} are there\n");
    let warning = paint::paint(paint::REVIEW, "warning");
    for line in damaged {
        let file = format!(".promptmatrix/runs/{run}/cells.jsonl:{line}");
        let _ = writeln!(text, "{warning}: {file}: damaged, so its answer is lost");
    }
    text
}
