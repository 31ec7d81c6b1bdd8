//! Who goes first where a provider caches the system prompt.
//!
//! The first call of a prompt writes the cache and the others read it. Calls that are sent together all
//! find it empty, and each pays for writing it: twenty of them cost more than without any cache.

use std::collections::BTreeMap;

use tokio::sync::watch;

use super::Prepared;
use crate::domain::{Hash, Slot};
use crate::provider;

/// The calls of a round that share a cached prompt, each group with the end of its first call.
#[derive(Default)]
pub(super) struct Leads(BTreeMap<(Slot, Hash), watch::Receiver<()>>);

/// When a call may go.
#[derive(Default)]
pub(super) struct Turn {
    /// The first call of its group, which it waits for.
    first: Option<watch::Receiver<()>>,
    /// Of the first call: the others go when this is dropped.
    _over: Option<watch::Sender<()>>,
}

impl Leads {
    /// The turn of the next call of this cell.
    pub(super) fn turn(&mut self, cell: &Prepared) -> Turn {
        let Some(prefix) = cached_prefix(cell) else { return Turn::default() };
        if let Some(first) = self.0.get(&prefix) {
            return Turn { first: Some(first.clone()), _over: None };
        }
        let (over, first) = watch::channel(());
        self.0.insert(prefix, first);
        Turn { first: None, _over: Some(over) }
    }
}

impl Turn {
    /// Waits for the first call, where there is one to wait for.
    pub(super) async fn come(&mut self) {
        if let Some(first) = &mut self.first {
            while first.changed().await.is_ok() {}
        }
    }
}

/// The slot, and what stands before the messages; `None` where none of it is cached.
fn cached_prefix(cell: &Prepared) -> Option<(Slot, Hash)> {
    let system = &cell.cell.system;
    if !provider::caches(&cell.cell.model, system) {
        return None;
    }
    let schema = cell.hashes.lowering.as_ref().map_or("", Hash::as_str);
    let prefix = Hash::of_bytes(format!("{schema}\n{system}").as_bytes());
    Some((cell.cell.id.model.clone(), prefix))
}
