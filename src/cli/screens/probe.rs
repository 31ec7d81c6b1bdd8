//! What each slot answered to one tiny call.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::project::{ProbeState, Probed, ProbedSlot};
use crate::report::escape;
use crate::report::paint::{self, BAD, BOLD, DIM, GOOD, REVIEW, paint};

const COLUMNS: usize = 80;

/// As data.
pub(in crate::cli) fn data(probed: &Probed) -> Value {
    let Probed { slots, bill, interrupted } = probed;
    json!({"format": 1, "slots": slots, "bill": bill, "interrupted": interrupted})
}

/// For people.
pub(in crate::cli) fn render(probed: &Probed) -> String {
    let slots = paint::count(probed.slots.len(), "slot");
    let cost = probed.bill;
    let mut out =
        format!("{}   {slots} asked once, nothing recorded   {cost}\n", paint(BOLD, "Probe"));
    let width = probed.slots.iter().map(|one| one.slot.as_str().chars().count()).max();
    for one in &probed.slots {
        let style = match one.state {
            ProbeState::Answers => GOOD,
            ProbeState::Moved | ProbeState::Unanswered => REVIEW,
            ProbeState::Refused => BAD,
        };
        let state = paint(style, format!("{:<10}", one.state));
        let name = format!("{:<1$}", one.slot, width.unwrap_or_default());
        let rest = COLUMNS.saturating_sub(name.chars().count() + 16);
        let _ = writeln!(out, "  {name}  {state}  {}", escape::short(&who(one), rest));
        let _ = match &one.detail {
            Some(why) => writeln!(out, "    {}", escape::short(why, COLUMNS * 2 - 4)),
            None => writeln!(out, "    {}", paint(DIM, around(one))),
        };
    }
    out
}

/// Who answered.
fn who(one: &ProbedSlot) -> String {
    let asked = &one.requested;
    match (&one.served, one.state) {
        (_, ProbeState::Refused | ProbeState::Unanswered) => asked.clone(),
        (None, _) => format!("{asked}   does not say which version answers"),
        (Some(served), ProbeState::Moved) => {
            format!("{served}   accepted from {}", one.confirmed.join(", "))
        }
        (Some(served), _) if served == asked => asked.clone(),
        (Some(served), _) => format!("{served}   asked for {asked}"),
    }
}

/// What is known beside.
fn around(one: &ProbedSlot) -> String {
    let time = one.latency_ms.map(paint::seconds);
    let cost = one.usd_pico.map_or("no price known".to_owned(), |cost| cost.to_string());
    let fingerprint = one.fingerprint.as_deref().map(|text| escape::short(text, 40));
    [time, Some(cost), fingerprint].into_iter().flatten().collect::<Vec<_>>().join("   ")
}
