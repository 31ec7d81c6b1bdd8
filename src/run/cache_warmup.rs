//! Who goes first, where the others gain by waiting for the first call.
//!
//! Where a provider caches the system prompt, the first call writes the cache and the others read it.
//! Calls that are sent together all find it empty, and each pays for writing it: twenty of them cost
//! more than without any cache. And of an id that never answered, one call tells whether there is
//! such a model.

use std::collections::BTreeMap;

use tokio::sync::watch;

use super::Prepared;
use crate::domain::{Hash, Slot};
use crate::provider;

/// What calls of a round share, each with the end of its first call.
#[derive(Default)]
pub(super) struct CacheWarmup(BTreeMap<(Slot, Hash), watch::Receiver<()>>);

/// When a call may go.
#[derive(Default)]
pub(super) struct WarmupGate {
    /// First calls that it waits for.
    firsts: Vec<watch::Receiver<()>>,
    /// Of a first call: the others go when this is dropped.
    overs: Vec<watch::Sender<()>>,
}

impl CacheWarmup {
    /// The gate of the next call of this cell. Of an id that is not known one call goes alone.
    pub(super) fn gate(&mut self, cell: &Prepared, is_known: bool) -> WarmupGate {
        let id = || (cell.cell.id.model.clone(), Hash::of_bytes(cell.cell.model.id.as_bytes()));
        let mut gate = WarmupGate::default();
        for shared in [(!is_known).then(id), cached_prefix(cell)].into_iter().flatten() {
            if let Some(first) = self.0.get(&shared) {
                gate.firsts.push(first.clone());
            } else {
                let (over, first) = watch::channel(());
                self.0.insert(shared, first);
                gate.overs.push(over);
            }
        }
        gate
    }
}

impl WarmupGate {
    /// Waits for the first calls, where there are any to wait for.
    pub(super) async fn come(&mut self) {
        for first in &mut self.firsts {
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
