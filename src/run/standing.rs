//! Whether a provider knows the model ids that are asked for: one call speaks for all cells of a slot.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use super::Prepared;
use crate::domain::{Kind, Slot, Trial};

/// The ids of a run, by slot. Where an upgrade is rehearsed, a slot has two.
pub(super) struct Standings(BTreeMap<(Slot, String), Arc<Standing>>);

/// What is known of one id.
#[derive(Debug, Default)]
pub(super) struct Standing {
    /// Whether it ever answered.
    has_answered: AtomicBool,
    /// The answer that says that it is gone.
    gone: OnceLock<Trial>,
}

impl Standings {
    pub(super) fn of<'c>(cells: impl IntoIterator<Item = &'c Arc<Prepared>>) -> Self {
        let mut all: BTreeMap<(Slot, String), Arc<Standing>> = BTreeMap::new();
        for cell in cells {
            let standing = all.entry(key(cell)).or_default();
            let accepted = cell.accepted.as_ref();
            if accepted.is_some_and(|accepted| accepted.meta.requested == cell.cell.model.id) {
                standing.has_answered.store(true, Ordering::Relaxed);
            }
        }
        Self(all)
    }

    pub(super) fn get(&self, cell: &Prepared) -> Arc<Standing> {
        self.0.get(&key(cell)).cloned().unwrap_or_default()
    }
}

fn key(cell: &Prepared) -> (Slot, String) {
    (cell.cell.id.model.clone(), cell.cell.model.id.clone())
}

impl Standing {
    /// Whether the id ever answered.
    pub(super) fn has_answered(&self) -> bool {
        self.has_answered.load(Ordering::Relaxed)
    }

    /// Takes note of an answer. An id that never answered is no model that is gone, but none at all.
    pub(super) fn heard(&self, id: &str, mut trial: Trial) -> Trial {
        match trial.cause {
            Some(Kind::ModelRetired) => {
                if !self.has_answered() {
                    trial.cause = Some(Kind::NoSuchModel);
                    let said = trial.detail.take().unwrap_or_default();
                    trial.detail = Some(format!("there is no model `{id}`: {said}"));
                }
                self.gone.get_or_init(|| trial.clone());
            }
            _ if trial.text.is_some() || trial.usage.is_some() => {
                self.has_answered.store(true, Ordering::Relaxed);
            }
            _ => {}
        }
        trial
    }

    /// The answer of a call that is not made, since another one said that the model is gone.
    pub(super) fn gone(&self, number: u32) -> Option<Trial> {
        let said = self.gone.get()?;
        Some(Trial { number, attempts: Vec::new(), latency_ms: 0, ..said.clone() })
    }
}
