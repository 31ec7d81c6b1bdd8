//! What is watched of one answer, as categories that can be counted.

use serde_json::{Map, Number, Value};

use super::observe::Observation;
use super::places::{Found, OpenMembers, places};
use super::roles::Roles;
use super::texts;
use crate::domain::{Declared, Facet, FacetFamily, FieldRole, PointerPattern, canonical_json};

/// The facets of one answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Facets {
    /// Categories that stand by themselves, in order of their facets.
    pub categories: Vec<(Facet, String)>,
    /// Numbers that vary.
    pub numbers: Vec<(Facet, f64)>,
}

/// The facets of an answer. Without a value only whether it is valid is known.
///
/// Inside arrays a place has several values: of their types and classes the set counts, of numbers
/// the median. The values themselves count with the array.
pub(crate) fn facets(answer: &Observation<'_>, schema: Option<&Value>, roles: &Roles) -> Facets {
    let mut facets = Facets::default();
    facets.push(FacetFamily::Contract, &PointerPattern::root(), answer.code.clone());
    let Some(value) = answer.value else { return facets };
    let places = places(value, schema, OpenMembers::Of(roles));
    for (place, found) in &places.found {
        facets.place(place, found, roles);
    }
    let undeclared: Vec<&str> = places.undeclared.iter().map(PointerPattern::as_str).collect();
    let undeclared = if undeclared.is_empty() { "none".into() } else { undeclared.join(" ") };
    facets.push(FacetFamily::Undeclared, &PointerPattern::root(), undeclared);
    facets.categories.sort();
    facets
}

impl Facets {
    /// The category of a facet, where it stands by itself.
    pub(crate) fn category(&self, facet: &Facet) -> Option<&str> {
        let found = self.categories.iter().find(|(known, _)| known == facet);
        found.map(|(_, category)| category.as_str())
    }

    fn push(&mut self, family: FacetFamily, place: &PointerPattern, category: String) {
        let facet = Facet::at(family, place.clone());
        self.categories.push((facet, texts::category(category)));
    }

    fn place(&mut self, place: &PointerPattern, found: &Found<'_>, roles: &Roles) {
        if !found.is_fixed {
            let shapes = found.values.iter().map(|value| shape(*value, &found.declared));
            self.push(FacetFamily::Shape, place, set(shapes));
        }
        if found.is_opened {
            return;
        }
        let values: Vec<&Value> =
            found.values.iter().copied().flatten().filter(|value| !value.is_null()).collect();
        let Some(first) = values.first() else { return };
        let role = roles.of(place).unwrap_or(FieldRole::Exact);
        match first {
            Value::String(_) if found.declared.choices().is_empty() => {
                let texts = values.iter().filter_map(|value| value.as_str());
                self.push(FacetFamily::Class, place, set(texts.map(|text| class(text, role))));
            }
            Value::Number(_) if role == FieldRole::Numeric => {
                let numbers: Vec<f64> = values.iter().filter_map(|value| value.as_f64()).collect();
                if let Some(middle) = crate::domain::kit::median(&numbers) {
                    self.numbers.push((Facet::at(FacetFamily::Number, place.clone()), middle));
                }
                return;
            }
            Value::Array(_) => {
                let arrays = values.iter().filter_map(|value| value.as_array());
                let counts = arrays.map(|items| bucket(items.len()));
                self.push(FacetFamily::Count, place, set(counts));
            }
            _ => {}
        }
        let varies =
            role == FieldRole::Volatile || (first.is_string() && role == FieldRole::FreeText);
        if !found.is_inside && !varies {
            self.push(FacetFamily::Value, place, written(first, place, roles));
        }
    }
}

/// How a text is built, whatever it says. Of what people read only the script counts, and whether it
/// says anything.
fn class(text: &str, role: FieldRole) -> String {
    match role {
        FieldRole::FreeText if texts::is_placeholder(text) => {
            format!("{} placeholder", texts::script(text))
        }
        FieldRole::FreeText => texts::script(text).to_owned(),
        _ => texts::class_of(text),
    }
}

/// The names of several things, each once.
fn set(names: impl Iterator<Item = String>) -> String {
    let names: std::collections::BTreeSet<String> = names.collect();
    names.into_iter().collect::<Vec<_>>().join("|")
}

/// The JSON type of a value. A whole number and a fraction are two types, unless the schema
/// promises no more than a number.
fn shape(value: Option<&Value>, declared: &Declared<'_>) -> String {
    let name = match value {
        None => "absent",
        Some(Value::Null) => "null",
        Some(Value::Bool(_)) => "bool",
        Some(Value::Number(_)) if declared.is_number() => "number",
        Some(Value::Number(number)) if number.is_f64() => "float",
        Some(Value::Number(_)) => "int",
        Some(Value::String(_)) => "string",
        Some(Value::Array(_)) => "array",
        Some(Value::Object(_)) => "object",
    };
    name.to_owned()
}

fn bucket(items: usize) -> String {
    match items {
        0..=3 => items.to_string(),
        4 | 5 => "4-5".to_owned(),
        6..=8 => "6-8".to_owned(),
        9..=16 => "9-16".to_owned(),
        _ => "17+".to_owned(),
    }
}

/// A value in canonical form, without what varies by itself inside it.
fn written(value: &Value, place: &PointerPattern, roles: &Roles) -> String {
    match settled(value, place, roles) {
        Value::String(text) => text,
        other => canonical_json(&other),
    }
}

fn settled(value: &Value, place: &PointerPattern, roles: &Roles) -> Value {
    let role = roles.of(place);
    if matches!(role, Some(FieldRole::FreeText | FieldRole::Volatile | FieldRole::Numeric)) {
        return Value::Null;
    }
    match value {
        Value::String(text) => Value::String(texts::plain(text)),
        Value::Number(number) => Value::Number(whole(number)),
        Value::Array(items) => {
            let each = place.each();
            let mut items: Vec<Value> =
                items.iter().map(|item| settled(item, &each, roles)).collect();
            if role == Some(FieldRole::Set) {
                items.sort_by_cached_key(canonical_json);
            }
            Value::Array(items)
        }
        Value::Object(members) => {
            // Members of a dictionary share one pattern.
            let below = |name: &str| {
                let own = place.key(name);
                let known = roles.of(&own).is_some() || !roles.below(&own).is_empty();
                if known { own } else { place.each() }
            };
            let members: Map<String, Value> = members
                .iter()
                .map(|(name, value)| (name.clone(), settled(value, &below(name), roles)))
                .collect();
            Value::Object(members)
        }
        other => other.clone(),
    }
}

/// `12.0` as `12`: how a number is written is the shape's matter.
#[expect(clippy::cast_possible_truncation, reason = "below 2^53 a whole double is an integer")]
fn whole(number: &Number) -> Number {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match number.as_f64() {
        Some(float) if number.is_f64() && float.fract().abs() <= 0.0 && float.abs() < EXACT => {
            Number::from(float as i64)
        }
        _ => number.clone(),
    }
}

#[cfg(test)]
mod tests;
