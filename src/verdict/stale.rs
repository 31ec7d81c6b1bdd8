//! Whether a snapshot still belongs to what would be asked today.

use crate::domain::{Hash, Hashes, Model, SnapshotMeta, StaleReason};

/// What no longer fits the header of a snapshot, in the order of the reasons; empty where it is
/// still fresh. The hashes of a header may be shortened.
pub fn stale(meta: &SnapshotMeta, hashes: &Hashes, model: &Model) -> Vec<StaleReason> {
    let parameters_fit =
        fits(&meta.parameters, &hashes.parameters) && meta.structured == model.structured;
    let reasons = [
        (StaleReason::Prompt, fits(&meta.prompt, &hashes.prompt)),
        (StaleReason::Schema, both_fit(meta.schema.as_ref(), hashes.schema.as_ref())),
        (StaleReason::Parameters, parameters_fit),
        (StaleReason::Lowering, both_fit(meta.lowering.as_ref(), hashes.lowering.as_ref())),
        (StaleReason::Model, meta.requested == model.id),
    ];
    reasons.into_iter().filter(|(_, fits)| !fits).map(|(reason, _)| reason).collect()
}

fn both_fit(written: Option<&Hash>, whole: Option<&Hash>) -> bool {
    match (written, whole) {
        (Some(written), Some(whole)) => fits(written, whole),
        (written, whole) => written.is_none() && whole.is_none(),
    }
}

fn fits(written: &Hash, whole: &Hash) -> bool {
    !written.as_str().is_empty() && whole.as_str().starts_with(written.as_str())
}
