//! What is said of whole columns: who answers, and what moved around the answers.

use std::fmt::Write;

use super::paint::{self, DIM, HINT, Look, paint};
use super::{changes, escape, words};
use crate::domain::{
    Because, ColumnChange, IdentityNews, IdentityRecord, IdentityState, Kind, Level, Metric,
    ModelRecord, Pointer, Shift, Slot,
};

/// One sentence about what the identity of a slot says of this kind.
pub(crate) fn of_identity(kind: Kind, slot: &Slot, identity: &IdentityRecord) -> Option<String> {
    match kind {
        Kind::SilentModelSwap => Some(format!(
            "`{slot}` behaves otherwise than when its answers were accepted, and its provider names no other version: {}",
            behaviour(identity)
        )),
        Kind::InputTokensChanged => {
            let tokens = identity.tokens.as_ref()?;
            let cell = tokens.cells.first()?;
            Some(format!(
                "{} of {} requests that were sent before to the letter are counted otherwise: {cell} has {} input tokens, {} before",
                tokens.cells.len(),
                tokens.compared,
                tokens.is,
                tokens.was
            ))
        }
        Kind::FingerprintNew => {
            let ids: Vec<String> =
                identity.new_fingerprints.iter().take(3).map(|id| escape::short(id, 40)).collect();
            Some(format!(
                "every answer came from a backend that was never seen: {}",
                ids.join(", ")
            ))
        }
        _ => None,
    }
}

/// What shows that a slot behaves otherwise.
fn behaviour(identity: &IdentityRecord) -> String {
    let mut parts = Vec::new();
    if identity.shared_changes > 0 {
        let number = paint::count(identity.shared_changes, "change");
        parts.push(format!("{number} that several cells share"));
    }
    if identity.tokens.is_some() {
        parts.push("the same requests are counted otherwise".to_owned());
    }
    if !identity.new_fingerprints.is_empty() {
        parts.push("the fingerprints are new".to_owned());
    }
    parts.join("; ")
}

/// One sentence about a number around the answers.
pub(crate) fn of_shift(shift: &Shift) -> String {
    let what = match shift.metric {
        Metric::OutputTokens => "answers have",
        Metric::ReasoningTokens => "reasoning takes",
        Metric::LatencyMs => "answers take",
        Metric::Cost => "answers cost",
    };
    let unit = match shift.metric {
        Metric::OutputTokens => " output tokens",
        Metric::ReasoningTokens => " tokens",
        Metric::LatencyMs => " time",
        Metric::Cost => "",
    };
    let percent = |by: f64| format!("{:.0} %", by.abs() * 100.0);
    let more = if shift.by < 0.0 { "less" } else { "more" };
    let mut out = format!(
        "{what} {} {more}{unit} in the middle of {}",
        percent(shift.by),
        paint::count(shift.cells as usize, "cell")
    );
    if let Some((low, high)) = shift.within {
        let _ = write!(out, " (95 % interval {:+.0} % to {:+.0} %)", low * 100.0, high * 100.0);
    }
    out
}

/// One sentence about a closed list of which one value is left.
pub(crate) fn collapsed(place: &Pointer, only: &str, before: usize, cells: usize) -> String {
    format!(
        "{place} is {} in all of {}, where the accepted answers have {before} values",
        escape::short(only, 60),
        paint::count(cells, "cell"),
    )
}

/// Draws what changed of whole columns; with `verbose`, what weighs nothing too.
pub(crate) fn render(columns: &[ColumnChange], look: Look) -> String {
    let weighty = |change: &&ColumnChange| look.verbose || change.level > Level::Info;
    let mut out = String::new();
    for change in columns.iter().filter(weighty) {
        let status = changes::status_of(change.level);
        let kind = words::kind(change.kind, look.verbose);
        let head = format!("{}{:<9}{kind}  {}", look.glyph(status), status.word(), change.name());
        let _ = writeln!(out, "{}", paint(paint::status(status), head));
        let _ = writeln!(out, "    {}", escape::short(&change.detail, 400));
        if let Some(sentence) = Because::sentence(&change.because) {
            let _ = writeln!(out, "    {}", paint(DIM, sentence));
        }
    }
    out
}

/// One line about who answers for a slot: `flagship  gpt-4o  repointed: …`.
pub(crate) fn identity(slot: &Slot, model: &ModelRecord) -> String {
    let none = IdentityRecord::default();
    let seen = model.identity.as_ref().unwrap_or(&none);
    let requested = paint(HINT, escape::short(&model.requested, 60));
    let list = |ids: &[String]| {
        let ids: Vec<String> = ids.iter().map(|id| escape::short(id, 60)).collect();
        ids.join(", ")
    };
    let known = list(&seen.confirmed);
    let what = match (seen.news, seen.state) {
        (Some(IdentityNews::AliasMoved), _) => {
            let now = list(&model.served);
            format!("alias moved: accepted from {known}, answered by {now} now")
        }
        (Some(IdentityNews::SilentSwap), _) => format!("silent swap: {}", behaviour(seen)),
        (Some(IdentityNews::BackendOnly), _) => {
            format!("backend only: {}", around(seen))
        }
        (None, Some(IdentityState::Confirmed)) => format!("confirmed: {known}"),
        (None, Some(IdentityState::SpeltOtherwise)) => {
            format!("confirmed: {known}, spelt otherwise: {}", list(&model.served))
        }
        (None, Some(IdentityState::Undisclosed)) => {
            "undisclosed: the provider does not say which version answers".to_owned()
        }
        (None, _) => "not confirmed yet: accepting its answers does".to_owned(),
    };
    format!("{slot}  {requested}  {what}")
}

fn around(seen: &IdentityRecord) -> String {
    let words = behaviour(seen);
    if words.is_empty() { "something around the model".to_owned() } else { words }
}
