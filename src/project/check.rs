//! Config, prompts, schemas and snapshots, checked without the network.

use std::collections::BTreeMap;

use super::lifecycles::{ModelLives, gate, kept};
use super::lint::lints;
use super::model_lint::of_models;
use super::{Project, Result, Upkeep};
use crate::cost::lifecycle::Retirement;
use crate::domain::{Change, Diagnostic, Pointer, Severity, Slot};
use crate::run::{Prepared, violations_of};
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
    /// Keywords of schemas that a server does not enforce, and what is sent in their place.
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
        warnings.extend(limits(&prepared));
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
        let mut lints = lints(&self.suite.root, &prepared);
        let (notes, odd): (Vec<_>, Vec<_>) =
            of_models(&prepared).into_iter().partition(|one| one.severity == Severity::Note);
        lints.extend(notes);
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

/// Schemas that are larger than their server is known to take, each once for its slot.
fn limits(prepared: &[Prepared]) -> Vec<Diagnostic> {
    let mut told = BTreeMap::new();
    for ready in prepared {
        let (cell, lowered) = (&ready.cell, &ready.wire_schema);
        for limit in lowered.iter().flat_map(|lowered| &lowered.exceeded) {
            let file = cell.output.schema().map_or("", |schema| &schema.file);
            let title = format!("slot `{}`: {file}: {limit}", cell.model.slot);
            told.entry(title).or_insert_with(|| cell.place.clone());
        }
    }
    let warning = |(title, place)| {
        Diagnostic::warning("model::schema-limit", title)
            .at(place, "asked by this case")
            .help("make the schema smaller, or split the prompt")
    };
    told.into_iter().map(warning).collect()
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
