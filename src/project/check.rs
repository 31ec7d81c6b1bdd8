//! Config, prompts, schemas and snapshots, checked without the network.

use super::lifecycles::{ModelLives, gate, kept};
use super::{Project, Result, Upkeep};
use crate::cost::lifecycle::Retirement;
use crate::domain::{Change, Diagnostic, Pointer, Severity, Slot};
use crate::run::violations_of;
use crate::store::{IdentityFile, Ledger, Snapshots};

/// What is warned of models that end within so many days in any case.
const SOON_DAYS: u32 = 30;

/// A suite that can be loaded, and what is odd about it.
#[derive(Debug)]
pub struct Checked {
    /// What its snapshots look like today.
    pub upkeep: Upkeep,
    /// How many accepted answers no longer fit.
    pub violations: usize,
    /// What is odd.
    pub warnings: Vec<Diagnostic>,
    /// What servers and models do not enforce or do not go by, which fails nothing.
    pub lints: Vec<Diagnostic>,
}

impl Project {
    /// Looks at every snapshot, and at the ends of models. What keeps a suite from being loaded is
    /// said by [`Project::open`].
    pub fn check(&self) -> Result<Checked> {
        // What accepting and reviewing read must be readable too.
        IdentityFile::open(&self.suite.root).read()?;
        if self.suite.store.ledger {
            Ledger::open(&self.suite.root).read()?;
        }
        let prepared = self.prepare(&self.suite.cells)?;
        let mut warnings = self.warnings.clone();
        let mut violations = 0;
        for cell in &prepared {
            if let Some(change) = violations_of(cell).first() {
                violations += 1;
                let (path, why) = (Snapshots::file(&cell.cell.id), why(change));
                warnings.push(
                    Diagnostic::warning("snapshot::unfit", format!("{path} no longer fits: {why}"))
                        .at(cell.cell.place.clone(), "the case it belongs to")
                        .help(format!("promptmatrix run {}", cell.cell.id)),
                );
            }
        }
        warnings.extend(self.retiring()?);
        let (lints, odd): (Vec<_>, Vec<_>) =
            self.lint(&prepared).into_iter().partition(|one| one.severity == Severity::Note);
        warnings.extend(odd);
        Ok(Checked { upkeep: self.upkeep(&prepared)?, violations, warnings, lints })
    }

    /// Models that end soon: within the days of their gate, and within a month in any case.
    fn retiring(&self) -> Result<Vec<Diagnostic>> {
        let last = self.runs().latest()?;
        let days = |slot: &Slot| Some(gate(&self.suite, slot).unwrap_or_default().max(SOON_DAYS));
        let ending = ModelLives::new(self, last.as_ref())?.ending(days);
        let warning = |one: Retirement| {
            let title = kept(&one).sentence();
            let help = one.command().unwrap_or_else(|| "promptmatrix bumps --live".to_owned());
            Diagnostic::warning("config::retiring-model", title).help(help)
        };
        Ok(ending.into_iter().map(warning).collect())
    }
}

/// `schema-violation at /priority: "urgent!!" is none of …`
fn why(change: &Change) -> String {
    let place = if change.pointer == Pointer::root() {
        String::new()
    } else {
        format!(" at {}", change.pointer)
    };
    format!("{}{place}: {}", change.kind, change.detail.as_deref().unwrap_or_default())
}
