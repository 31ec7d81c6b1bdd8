//! The cells of a slot, as they would ask another id.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::{Cell, Model, Slot, Suite};
use crate::provider;

/// The cells of the slot, asking for the new id.
pub(super) fn candidates(suite: &Suite, slot: &Slot, to: &str) -> Vec<Cell> {
    let of_slot = suite.cells.iter().filter(|cell| cell.id.model == *slot);
    of_slot
        .map(|cell| {
            let model = Model { id: to.to_owned(), ..Model::clone(&cell.model) };
            Cell { model: Arc::new(model), ..cell.clone() }
        })
        .collect()
}

/// What these cells set or need and their model refuses, where the one in place does not.
pub(super) fn refused(suite: &Suite, candidates: &[Cell]) -> BTreeMap<&'static str, String> {
    let mut refused = BTreeMap::new();
    for candidate in candidates {
        let in_place = suite.cells.iter().find(|cell| cell.id == candidate.id);
        let before =
            in_place.map(|cell| provider::refused(&cell.model, &cell.output)).unwrap_or_default();
        let now = provider::refused(&candidate.model, &candidate.output).into_iter();
        refused.extend(now.filter(|(key, _)| before.iter().all(|(known, _)| known != key)));
    }
    refused
}
