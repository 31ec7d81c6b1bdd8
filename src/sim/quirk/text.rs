//! Quirks of the written answer: fences, prose around it, cuts and refusals. The value inside is
//! already decided.

use serde_json::Value;

use super::{Quirk, QuirkKind};
use crate::sim::reply::{Ending, Reply, Said};
use crate::sim::wire::Wire;

/// What a model says when it declines.
const SORRY: &str = "I'm sorry, but I can't help with that.";

/// Applies one quirk of stage `Text`.
pub(super) fn bend_text(quirk: &Quirk, reply: &mut Reply, wire: Wire) {
    match quirk.kind {
        QuirkKind::DuplicateKey => double_first_key(reply),
        QuirkKind::Nan => write_nan(reply, wire),
        QuirkKind::Fenced => wrap(reply, "```json\n", "\n```"),
        QuirkKind::UnclosedFence => wrap(reply, "```json\n", "\n"),
        QuirkKind::ProseAround => {
            let before = quirk.text("Here is the JSON you asked for:");
            wrap(reply, &format!("{before}\n\n"), "\n\nLet me know if you need anything else.");
        }
        _ => {}
    }
}

/// Applies one quirk of stage `Ending`.
pub(super) fn bend_ending(quirk: &Quirk, reply: &mut Reply, wire: Wire) {
    match quirk.kind {
        QuirkKind::Truncated => {
            let share = quirk.number(0.6).clamp(0.0, 1.0);
            let bytes = bytes_of_share(reply.carrier().len(), share);
            reply.cut_at(bytes);
        }
        QuirkKind::Refused if wire.has_refusals() => {
            reply.said = Said::Text(String::new());
            reply.ending = Ending::Refused(quirk.text(SORRY).to_owned());
        }
        QuirkKind::Refused | QuirkKind::RefusedInText => {
            reply.said = Said::Text(quirk.text(SORRY).to_owned());
            reply.ending = Ending::Done;
        }
        QuirkKind::Filtered => {
            reply.said = Said::Text(String::new());
            reply.ending = Ending::Filtered;
        }
        QuirkKind::Empty => {
            reply.said = Said::Text(String::new());
            reply.ending = Ending::Done;
        }
        _ => {}
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a share from 0 to 1 of a length lies between 0 and that length"
)]
fn bytes_of_share(length: usize, share: f64) -> usize {
    (length as f64 * share) as usize
}

/// Text around the JSON. Where a tool call was wanted, the model writes it as text instead.
fn wrap(reply: &mut Reply, before: &str, after: &str) {
    let text = match &reply.said {
        Said::Text(text) => text,
        Said::Calls(first, _) => &first.arguments,
    };
    reply.said = Said::Text(format!("{before}{text}{after}"));
}

fn double_first_key(reply: &mut Reply) {
    let carrier = reply.carrier();
    let Ok(Value::Object(members)) = serde_json::from_str(carrier) else { return };
    let Some((name, value)) = members.iter().next() else { return };
    let Some(rest) = carrier.trim_start().strip_prefix('{') else { return };
    *carrier = format!("{{{}:{value},{rest}", Value::from(name.as_str()));
}

fn write_nan(reply: &mut Reply, wire: Wire) {
    let word = match &reply.said {
        Said::Calls(..) if wire.has_object_arguments() => "null",
        _ => "NaN",
    };
    let carrier = reply.carrier();
    let Ok(mut value) = serde_json::from_str::<Value>(carrier) else { return };
    let Some(number) = first_number(&mut value) else { return };
    *number = Value::from(MARK);
    let marked = if carrier.contains('\n') { format!("{value:#}") } else { value.to_string() };
    *carrier = marked.replace(&Value::from(MARK).to_string(), word);
}

/// Stands for the number until the value is text.
const MARK: &str = "(not a number)";

fn first_number(value: &mut Value) -> Option<&mut Value> {
    match value {
        Value::Number(_) => Some(value),
        Value::Array(items) => items.iter_mut().find_map(first_number),
        Value::Object(members) => members.values_mut().find_map(first_number),
        _ => None,
    }
}
