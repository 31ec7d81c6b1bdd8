//! What a gate is worth, as people read it: how often it cries wolf, and what it lets slip.

mod alarms;
mod drill;

use super::paint::Look;
use crate::domain::Calibration;

/// The whole page; `all` leaves nothing out.
pub fn render(found: &Calibration, look: Look, all: bool) -> String {
    let alarms = found.alarms.as_ref().map(|alarms| alarms::render(alarms, look, all));
    let slots = &found.detectable;
    let drill = found.drill.as_ref().map(|drill| drill::render(drill, slots, look, all));
    alarms.into_iter().chain(drill).collect::<Vec<_>>().join("\n")
}
