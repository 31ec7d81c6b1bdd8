//! What a gate is worth, as people read it: how often it cries wolf, what it notices, and what it lets
//! slip.

mod alarms;
mod drill;

use std::collections::BTreeMap;

use super::evidence;
use super::paint::{BOLD, Look, paint};
use crate::domain::{Calibration, Detectable, Slot};

/// The whole page; `all` leaves nothing out.
pub fn render(found: &Calibration, look: Look, all: bool) -> String {
    let alarms = found.alarms.as_ref().map(|alarms| alarms::render(alarms, look, all));
    let drill = found.drill.as_ref().map(|drill| drill::render(drill, look, all));
    let parts = [alarms, Some(detectable(&found.detectable)), drill];
    let parts = parts.into_iter().flatten().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("\n")
}

/// What would be noticed of a run that breaks now and then: the worst slot.
fn detectable(slots: &BTreeMap<Slot, Detectable>) -> String {
    let worst = |of: fn(&Detectable) -> Option<f64>| {
        let shares = slots.values().map(|slot| of(slot).unwrap_or(f64::INFINITY));
        shares.max_by(f64::total_cmp).filter(|share| share.is_finite())
    };
    let told = |share: Option<f64>, of: &str| Some(format!("{} {of}", evidence::part(share?)));
    let broken: Vec<String> = [
        told(worst(|slot| slot.slot), "of a slot"),
        told(worst(|slot| slot.prompt), "of a prompt"),
        told(worst(|slot| slot.cell), "of a cell"),
    ]
    .into_iter()
    .flatten()
    .collect();
    if broken.is_empty() {
        return String::new();
    }
    let value = told(worst(|slot| slot.value), "of a prompt");
    let value =
        value.map(|value| format!(",\n        and answers with another value from {value} on"));
    format!(
        "{} Four times out of five, a run notices broken answers from {} on{}.\n",
        paint(BOLD, "Notices"),
        broken.join(", "),
        value.unwrap_or_default()
    )
}
