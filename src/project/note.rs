//! Minutes of people that nothing else measures, for the ledger.

use super::{Error, Project, Result, clock, slot_of};
use crate::domain::{LedgerEvent, LedgerLine, NoteEvent};
use crate::store::Ledger;

/// What is noted.
#[derive(Debug, Clone)]
pub struct NoteOptions {
    /// How many minutes.
    pub minutes: f64,
    /// The bump that they were for: its id, or how that begins.
    pub bump: Option<String>,
    /// The slot that they were for.
    pub model: Option<String>,
    /// What for.
    pub why: String,
}

impl Project {
    /// Appends a note to the ledger.
    pub fn note(&mut self, options: &NoteOptions) -> Result<LedgerLine> {
        let mut commit = self.change()?;
        let ledger = Ledger::open(&self.suite.root);
        let known = ledger.read()?.lines;
        let bump = options.bump.as_ref().map(|prefix| bump_of(&known, prefix)).transpose()?;
        let slot = |name: &String| slot_of(&self.suite, "cost::unknown-slot", name).cloned();
        let model = options.model.as_ref().map(slot).transpose()?;
        let note = NoteEvent { bump, model, minutes: options.minutes, why: options.why.clone() };
        let line = LedgerLine::new(clock::now(), LedgerEvent::Note(note));
        ledger.append(&mut commit, std::slice::from_ref(&line))?;
        commit.finish()?;
        Ok(line)
    }
}

/// The id of the one bump that begins like this.
fn bump_of(lines: &[LedgerLine], prefix: &str) -> Result<String> {
    let bumps: Vec<&LedgerLine> =
        lines.iter().filter(|line| matches!(line.event, LedgerEvent::Bump(_))).collect();
    let mut fitting = bumps.iter().filter(|line| !prefix.is_empty() && line.id.starts_with(prefix));
    match (fitting.next(), fitting.next()) {
        (Some(one), None) => Ok(one.id.clone()),
        (found, _) => {
            let title = match found {
                Some(_) => format!("several bumps begin with `{prefix}`"),
                None => format!("the ledger has no bump `{prefix}`"),
            };
            let last: Vec<&str> =
                bumps.iter().rev().take(5).filter_map(|line| line.id.get(..8)).collect();
            let help = match last.as_slice() {
                [] => "leave `--bump` out; no bump is known yet".to_owned(),
                last => format!("the last bumps are: {}", last.join(", ")),
            };
            Err(Error::usage("cost::unknown-bump", title, help))
        }
    }
}
