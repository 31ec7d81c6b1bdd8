//! What is done to a value.

use serde_json::{Map, Number, Value, json};

use super::Broken;
use crate::domain::{Declared, PointerPattern};

/// How an answer is broken.
#[derive(Debug, Clone, Copy)]
pub(super) enum Act {
    /// Written in a way that is no answer.
    Text(fn(&Value) -> Broken),
    /// Changed as a whole.
    Whole(fn(&mut Value)),
    /// The place is left out.
    Remove,
    /// The value at the place is replaced; `None` leaves it.
    Value(fn(&Value, &About<'_>) -> Option<Value>),
    /// Written over many lines.
    Pretty,
}

/// What is known of a place.
pub(super) struct About<'a> {
    /// What usually stands there; `None` inside arrays.
    pub(super) usual: Option<&'a Value>,
    pub(super) declared: &'a Declared<'a>,
}

/// Does something to every value at a place.
pub(super) fn each(
    value: &mut Value,
    place: &PointerPattern,
    change: &mut dyn FnMut(&mut Value) -> Option<()>,
) {
    let steps: Vec<String> = place.steps().collect();
    descend(value, &steps, change);
}

fn descend(value: &mut Value, steps: &[String], change: &mut dyn FnMut(&mut Value) -> Option<()>) {
    let Some((step, rest)) = steps.split_first() else {
        change(value);
        return;
    };
    match value {
        Value::Array(items) if step == "*" => {
            for item in items {
                descend(item, rest, change);
            }
        }
        Value::Object(members) => {
            if let Some(member) = members.get_mut(step) {
                descend(member, rest, change);
            }
        }
        _ => {}
    }
}

/// Leaves out the member at a place.
pub(super) fn remove(value: &mut Value, place: &PointerPattern) {
    let mut steps: Vec<String> = place.steps().collect();
    let Some(last) = steps.pop() else { return };
    descend(value, &steps, &mut |parent| {
        parent.as_object_mut()?.shift_remove(&last);
        Some(())
    });
}

pub(super) fn shout(value: &Value, _: &About<'_>) -> Option<Value> {
    Some(format!("{}_ISSUE", value.as_str()?.to_uppercase()).into())
}

pub(super) fn other_case(value: &Value, _: &About<'_>) -> Option<Value> {
    let text = value.as_str()?;
    let mut letters = text.chars();
    let first: String = letters.next()?.to_uppercase().collect();
    let capital = format!("{first}{}", letters.as_str());
    Some(if capital == text { text.to_lowercase() } else { capital }.into())
}

#[expect(clippy::unnecessary_wraps, reason = "as all changes of a value")]
pub(super) fn as_text(value: &Value, _: &About<'_>) -> Option<Value> {
    Some(Value::String(value.to_string()))
}

#[expect(clippy::unnecessary_wraps, reason = "as all changes of a value")]
pub(super) fn null(_: &Value, _: &About<'_>) -> Option<Value> {
    Some(Value::Null)
}

pub(super) fn shrunk(value: &Value, _: &About<'_>) -> Option<Value> {
    let items = value.as_array()?;
    let kept = (items.len() / 3).max(1);
    Some(items.iter().take(kept).cloned().collect())
}

pub(super) fn reversed(value: &Value, _: &About<'_>) -> Option<Value> {
    Some(value.as_array()?.iter().rev().cloned().collect())
}

pub(super) fn fraction(value: &Value, _: &About<'_>) -> Option<Value> {
    Number::from_f64(value.as_f64()?).map(Value::Number)
}

pub(super) fn long_date(value: &Value, _: &About<'_>) -> Option<Value> {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let parts: Vec<&str> = value.as_str()?.split('-').collect();
    let [year, month, day] = parts[..] else { return None };
    let month: usize = month.parse().ok()?;
    let day: u32 = day.parse().ok()?;
    Some(format!("{} {day}, {year}", MONTHS.get(month.checked_sub(1)?)?).into())
}

pub(super) fn grouped(value: &Value, _: &About<'_>) -> Option<Value> {
    let (whole, rest) = value.as_str()?.split_once('.')?;
    let digits: Vec<char> = whole.chars().collect();
    let mut written = String::new();
    for (at, digit) in digits.iter().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            written.push(',');
        }
        written.push(*digit);
    }
    Some(format!("{written}.{rest}").into())
}

pub(super) fn other_language(value: &Value, _: &About<'_>) -> Option<Value> {
    let start: String = value.as_str()?.chars().take(10).collect();
    Some(format!("这 个 订 单 延 误 因 为 仓 库 {start}").into())
}

pub(super) fn collapsed(_: &Value, about: &About<'_>) -> Option<Value> {
    let choices = about.declared.choices();
    choices.get(1).or(choices.first()).map(|value| (*value).clone())
}

pub(super) fn without_prefix(value: &Value, _: &About<'_>) -> Option<Value> {
    value.as_str()?.split_once('-').map(|(_, rest)| rest.into())
}

pub(super) fn in_percent(value: &Value, _: &About<'_>) -> Option<Value> {
    Some(json!((value.as_f64()? * 1000.0).round() / 10.0))
}

#[expect(clippy::unnecessary_wraps, reason = "as all changes of a value")]
pub(super) fn placeholder(_: &Value, _: &About<'_>) -> Option<Value> {
    Some("N/A".into())
}

/// The next of the list after the usual one.
pub(super) fn next_choice(value: &Value, about: &About<'_>) -> Option<Value> {
    let choices = about.declared.choices();
    let usual = about.usual.unwrap_or(value);
    let at = choices.iter().position(|choice| *choice == usual)?;
    choices.get((at + 1) % choices.len()).map(|value| (*value).clone())
}

pub(super) fn negated(value: &Value, about: &About<'_>) -> Option<Value> {
    Some((!about.usual.unwrap_or(value).as_bool()?).into())
}

pub(super) fn two_more(value: &Value, about: &About<'_>) -> Option<Value> {
    Some((about.usual.unwrap_or(value).as_i64()? + 2).into())
}

pub(super) fn doubled(value: &Value, _: &About<'_>) -> Option<Value> {
    let text = value.as_str()?;
    Some(format!("{text} {text}").into())
}

pub(super) fn markdown(value: &Value, _: &About<'_>) -> Option<Value> {
    let words: Vec<&str> = value.as_str()?.split_whitespace().collect();
    let (first, rest) = words.split_first()?;
    let last = rest.last()?;
    Some(format!("**{first}** {}\n- {last}", rest.join(" ")).into())
}

pub(super) fn synonyms(value: &Value, _: &About<'_>) -> Option<Value> {
    Some(value.as_str()?.replace("the", "a").into())
}

pub(super) fn extra_key(value: &mut Value) {
    if let Some(members) = value.as_object_mut() {
        members.insert("reasoning".to_owned(), "because of the text".into());
    }
}

pub(super) fn envelope(value: &mut Value) {
    *value = json!({"result": value.take()});
}

pub(super) fn reversed_keys(value: &mut Value) {
    if let Some(members) = value.as_object_mut() {
        let turned: Map<String, Value> = std::mem::take(members).into_iter().rev().collect();
        *members = turned;
    }
}
