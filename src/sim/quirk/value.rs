//! Quirks of the value: what a version answers differently, before it is written down.

use serde_json::{Map, Value, json};

use super::{Quirk, QuirkKind};
use crate::domain::{Pointer, PointerPattern};
use crate::sim::ask::{Ask, Form};
use crate::sim::reply::{Draft, Shape};
use crate::sim::words::Noise;
use crate::sim::{schema, words};

/// The schema that describes a draft, as far as the request tells.
pub(super) fn schema_of(draft: &Draft, ask: &Ask) -> Value {
    match (&ask.form, draft.shape) {
        (Form::Json { schema: Some(schema), .. }, _) => schema.clone(),
        (Form::Call(offers), Shape::Decision) => {
            let names: Vec<&str> = offers.iter().map(|offer| offer.name.as_str()).collect();
            let called = draft.value.get("tool").and_then(Value::as_str).unwrap_or_default();
            let arguments = offers.iter().find(|offer| offer.name == called);
            let arguments = arguments.map_or(Value::Bool(true), |offer| offer.parameters.clone());
            json!({"properties": {"tool": {"enum": names}, "arguments": arguments},
                "required": ["tool", "arguments"]})
        }
        (Form::Call(offers), _) => {
            offers.first().map_or(Value::Bool(true), |offer| offer.parameters.clone())
        }
        _ => Value::Bool(true),
    }
}

/// Applies one quirk of stage `Value` to every place it names, or to one that it chooses.
pub(super) fn bend(quirk: &Quirk, value: &mut Value, schema: &Value, noise: &Noise) {
    match quirk.kind {
        QuirkKind::FieldAdded => return add_field(quirk, value),
        QuirkKind::KeyOrder => return turn_keys(value),
        QuirkKind::SchemaViolation if quirk.pointer.is_none() => return violate(value, schema),
        _ => {}
    }
    // Backwards, so that leaving out an item does not move those still to come.
    for place in targets(quirk, value, schema, noise).iter().rev() {
        if matches!(quirk.kind, QuirkKind::FieldRemoved) {
            take_out(value, place.as_str());
        } else if let Some(target) = value.pointer_mut(place.as_str())
            && let Some(new) = changed(quirk, target, &schema::choices(schema, place.as_str()))
        {
            *target = new;
        }
    }
}

/// The new value of one place; `None` leaves it as it is.
fn changed(quirk: &Quirk, old: &Value, choices: &[Value]) -> Option<Value> {
    match quirk.kind {
        QuirkKind::EnumShifted => shifted(quirk, old, choices),
        QuirkKind::CaseChanged => old.as_str().map(|text| words::other_case(text).into()),
        QuirkKind::TypeChanged => Some(retyped(quirk.text(default_type(old)), old)),
        QuirkKind::ValueToNull => Some(Value::Null),
        QuirkKind::ReorderedArray => {
            old.as_array().map(|items| items.iter().rev().cloned().collect())
        }
        QuirkKind::ItemDropped => {
            let (_, rest) = old.as_array()?.split_last()?;
            Some(Value::from(rest))
        }
        QuirkKind::NumberScaled => scaled(old, quirk.number(100.0)),
        QuirkKind::TextReworded => {
            old.as_str().map(|text| words::reworded(text, quirk.text("In short:")).into())
        }
        QuirkKind::Longer => {
            old.as_str().map(|text| words::lengthened(text, quirk.number(2.0)).into())
        }
        QuirkKind::SchemaViolation => Some(match old {
            Value::String(text) => format!("{text}!!").into(),
            other => Value::from(other.to_string()),
        }),
        _ => None,
    }
}

fn shifted(quirk: &Quirk, old: &Value, choices: &[Value]) -> Option<Value> {
    if let Some(table) = &quirk.to {
        return table.get(old.as_str()?).cloned();
    }
    let at = choices.iter().position(|choice| choice == old)?;
    choices.get((at + 1) % choices.len()).cloned()
}

fn default_type(old: &Value) -> &'static str {
    if old.is_number() { "string" } else { "array" }
}

fn retyped(to: &str, old: &Value) -> Value {
    match (to, old) {
        ("string", Value::String(_)) | ("number", Value::Number(_)) => old.clone(),
        ("string", _) => old.to_string().into(),
        ("number", Value::String(text)) => {
            text.trim().parse::<f64>().map_or_else(|_| json!(text.len()), Value::from)
        }
        ("number", Value::Bool(yes)) => json!(u8::from(*yes)),
        ("number", _) => json!(0),
        ("boolean", _) => Value::Bool(!matches!(old, Value::Null | Value::Bool(false))),
        ("object", _) => json!({ "value": old }),
        _ => json!([old]),
    }
}

fn scaled(old: &Value, factor: f64) -> Option<Value> {
    if let (Some(whole), true) = (old.as_i64(), factor.fract() == 0.0) {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a saturating cast of a whole factor"
        )]
        return whole.checked_mul(factor as i64).map(Value::from);
    }
    let product = old.as_f64()? * factor;
    serde_json::Number::from_f64((product * 1e6).round() / 1e6).map(Value::Number)
}

/// The places that a quirk works on, in document order.
fn targets(quirk: &Quirk, value: &Value, schema: &Value, noise: &Noise) -> Vec<Pointer> {
    let mut places = Vec::new();
    walk(value, &Pointer::root(), &mut places);
    if let Some(text) = &quirk.pointer {
        let Ok(pattern) = text.parse::<PointerPattern>() else { return Vec::new() };
        places.retain(|place| pattern.matches(place));
        return places;
    }
    places.retain(|place| suits(quirk.kind, value, schema, place));
    if matches!(quirk.kind, QuirkKind::TextReworded | QuirkKind::Longer) {
        return places;
    }
    if matches!(quirk.kind, QuirkKind::FieldRemoved) {
        let optional: Vec<_> =
            places.iter().filter(|place| !required(schema, place)).cloned().collect();
        if !optional.is_empty() {
            places = optional;
        }
    }
    let at = noise.pick(quirk.kind.id(), places.len());
    places.into_iter().skip(at).take(1).collect()
}

/// Whether a quirk without a pointer may choose this place.
fn suits(kind: QuirkKind, value: &Value, schema: &Value, place: &Pointer) -> bool {
    let Some(here) = value.pointer(place.as_str()) else { return false };
    match kind {
        QuirkKind::FieldRemoved | QuirkKind::ValueToNull => parent_is_object(value, place),
        QuirkKind::EnumShifted | QuirkKind::CaseChanged => {
            here.is_string() && !schema::choices(schema, place.as_str()).is_empty()
        }
        QuirkKind::TypeChanged => !here.is_object() && !place.as_str().is_empty(),
        QuirkKind::ReorderedArray => here.as_array().is_some_and(|items| items.len() > 1),
        QuirkKind::ItemDropped => here.as_array().is_some_and(|items| !items.is_empty()),
        QuirkKind::NumberScaled => here.is_number(),
        QuirkKind::TextReworded | QuirkKind::Longer => {
            here.as_str().is_some_and(|text| text.split_whitespace().count() > 2)
        }
        _ => false,
    }
}

fn split(place: &str) -> (&str, String) {
    let (parent, name) = place.rsplit_once('/').unwrap_or(("", place));
    (parent, name.replace("~1", "/").replace("~0", "~"))
}

fn parent_is_object(value: &Value, place: &Pointer) -> bool {
    let (parent, _) = split(place.as_str());
    !place.as_str().is_empty() && value.pointer(parent).is_some_and(Value::is_object)
}

fn required(root: &Value, place: &Pointer) -> bool {
    let (parent, name) = split(place.as_str());
    schema::at(root, parent).iter().any(|object| {
        let member = object.get("properties").and_then(|members| members.get(&name));
        schema::is_required(object, &name)
            && !member.is_some_and(|member| schema::allows_null(root, member))
    })
}

fn take_out(value: &mut Value, place: &str) {
    let (parent, name) = split(place);
    match value.pointer_mut(parent) {
        Some(Value::Object(members)) => drop(members.shift_remove(&name)),
        Some(Value::Array(items)) => {
            if let Some(at) = name.parse().ok().filter(|at| *at < items.len()) {
                items.remove(at);
            }
        }
        _ => {}
    }
}

fn add_field(quirk: &Quirk, value: &mut Value) {
    let (parent, name) = split(quirk.pointer.as_deref().unwrap_or("/note"));
    let Ok(pattern) = parent.parse::<PointerPattern>() else { return };
    let new = quirk.to.clone().unwrap_or_else(|| "Checked against the text.".into());
    let mut places = Vec::new();
    walk(value, &Pointer::root(), &mut places);
    for place in places.iter().filter(|place| pattern.matches(place)) {
        if let Some(Value::Object(members)) = value.pointer_mut(place.as_str()) {
            members.insert(name.clone(), new.clone());
        }
    }
}

fn turn_keys(value: &mut Value) {
    match value {
        Value::Object(members) => {
            let turned: Map<String, Value> = std::mem::take(members)
                .into_iter()
                .rev()
                .map(|(name, mut member)| {
                    turn_keys(&mut member);
                    (name, member)
                })
                .collect();
            *members = turned;
        }
        Value::Array(items) => items.iter_mut().for_each(turn_keys),
        _ => {}
    }
}

/// Breaks the schema in the way that its own words offer first.
fn violate(value: &mut Value, schema: &Value) {
    let mut places = Vec::new();
    walk(value, &Pointer::root(), &mut places);
    let closed = places.iter().find(|place| {
        value.pointer(place.as_str()).is_some_and(Value::is_string)
            && !schema::choices(schema, place.as_str()).is_empty()
    });
    if let Some(Value::String(text)) = closed.and_then(|place| value.pointer_mut(place.as_str())) {
        text.push_str("!!");
    } else if let Some(place) = places.iter().find(|place| required(schema, place)) {
        take_out(value, place.as_str());
    } else {
        *value = Value::from(value.to_string());
    }
}

fn walk(value: &Value, here: &Pointer, places: &mut Vec<Pointer>) {
    places.push(here.clone());
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                walk(member, &here.key(name), places);
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                walk(item, &here.index(at), places);
            }
        }
        _ => {}
    }
}
