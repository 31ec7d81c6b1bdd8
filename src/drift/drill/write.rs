//! Answers as text that no client can read, and some that it can.

use serde_json::Value;

use super::Broken;
use crate::domain::StopReason;

/// One line, keys in the order that the value has.
pub(super) fn flat(value: &Value) -> String {
    value.to_string()
}

fn complete(text: String) -> Broken {
    Broken { text, stop: StopReason::Complete, status: None }
}

pub(super) fn refusal_text(_: &Value) -> Broken {
    complete("I'm sorry, but I can't help with that request.".to_owned())
}

pub(super) fn refusal_flag(_: &Value) -> Broken {
    Broken { text: String::new(), stop: StopReason::Refused, status: None }
}

pub(super) fn truncated(value: &Value) -> Broken {
    let text = flat(value);
    let kept = text.chars().count() * 3 / 5;
    let text = text.chars().take(kept).collect();
    Broken { text, stop: StopReason::Truncated, status: None }
}

pub(super) fn fenced(value: &Value) -> Broken {
    complete(format!("```json\n{value:#}\n```"))
}

pub(super) fn prose(value: &Value) -> Broken {
    complete(format!("Here is the JSON you requested:\n{value}"))
}

pub(super) fn stray_prefix(value: &Value) -> Broken {
    complete(format!("ny{value}"))
}

pub(super) fn duplicate_key(value: &Value) -> Broken {
    let text = flat(value);
    let first = value.as_object().and_then(|members| members.iter().next());
    let doubled = first
        .zip(text.strip_prefix('{'))
        .map(|((name, value), rest)| format!("{{{}: {value}, {rest}", Value::String(name.clone())));
    // Without a member there is none to double; the text is then no JSON at all.
    complete(doubled.unwrap_or_else(|| format!("{text}{text}")))
}

pub(super) fn trailing_comma(value: &Value) -> Broken {
    let text = flat(value);
    let open = text.strip_suffix(['}', ']']).unwrap_or(&text);
    let end = text.get(open.len()..).unwrap_or_default();
    complete(format!("{open},{end}"))
}

pub(super) fn empty(_: &Value) -> Broken {
    complete(String::new())
}

pub(super) fn rejected(_: &Value) -> Broken {
    Broken { text: String::new(), stop: StopReason::Unknown, status: Some(400) }
}
