//! What a run or an answer cost, in words.

use crate::domain::{Pico, ProviderKind, RunRecord};

/// What the run cost: `$0.027`; nothing of a record that was not billed. Prices of the demo provider
/// are made up, and said to be.
pub(crate) fn spent(record: &RunRecord) -> Option<String> {
    record.prices.as_ref()?;
    let mut models = record.models.values();
    let is_demo = models.all(|model| model.provider == ProviderKind::Demo);
    let bill = record.totals.bill;
    let made_up = if is_demo && bill.cost > Pico::ZERO { " (demo)" } else { "" };
    Some(format!("{bill}{made_up}"))
}
