//! What is watched of one answer, as categories that can be counted.

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::observe::Observation;
use super::places::{Found, Known, Places, places};
use super::roles::Roles;
use super::texts;
use crate::domain::{Declared, Facet, FacetFamily, FieldRole, How, PointerPattern, canonical_json};

/// The facets of one answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facets {
    /// Categories that stand by themselves, in order of their facets.
    pub categories: Vec<(Facet, String)>,
    /// Numbers and lengths: which category they are in depends on the baseline's median.
    pub numbers: Vec<(Facet, f64)>,
}

/// The facets of an answer. Without a value only whether it is valid is known.
///
/// Inside arrays a place has several values: of their types, formats and scripts the set counts, of
/// numbers the median, of texts the whole length. The values themselves count with the array.
pub fn facets(answer: &Observation<'_>, schema: Option<&Value>, roles: &Roles) -> Facets {
    let mut facets = Facets::default();
    facets.push(FacetFamily::Contract, &PointerPattern::root(), answer.code.clone());
    let Some(value) = answer.value else { return facets };
    let places = places(value, schema, Known::Of(roles));
    for (place, found) in &places.found {
        facets.place(place, found, roles);
    }
    let undeclared: Vec<&str> = places.undeclared.iter().map(PointerPattern::as_str).collect();
    let undeclared = if undeclared.is_empty() { "none".into() } else { undeclared.join(" ") };
    facets.push(FacetFamily::Undeclared, &PointerPattern::root(), undeclared);
    facets.layout(answer, &places);
    facets.categories.sort();
    facets
}

impl Facets {
    /// The category of a facet, where it stands by itself.
    pub fn category(&self, facet: &Facet) -> Option<&str> {
        let found = self.categories.iter().find(|(known, _)| known == facet);
        found.map(|(_, category)| category.as_str())
    }

    fn push(&mut self, family: FacetFamily, place: &PointerPattern, category: String) {
        let facet = Facet::at(family, place.clone());
        self.categories.push((facet, texts::category(category)));
    }

    fn number(&mut self, family: FacetFamily, place: &PointerPattern, number: f64) {
        self.numbers.push((Facet::at(family, place.clone()), number));
    }

    fn place(&mut self, place: &PointerPattern, found: &Found<'_>, roles: &Roles) {
        let role = roles.of(place);
        if role == Some(FieldRole::Volatile) {
            return;
        }
        if !found.is_fixed {
            self.shape(place, found);
        }
        if found.is_opened {
            return;
        }
        let values: Vec<&Value> =
            found.values.iter().copied().flatten().filter(|value| !value.is_null()).collect();
        let Some(first) = values.first() else { return };
        let role = role.unwrap_or(FieldRole::Exact);
        match first {
            Value::String(_) => self.texts(place, &values, role, &found.declared),
            Value::Number(_) if role == FieldRole::Numeric => {
                let numbers: Vec<f64> = values.iter().filter_map(|value| value.as_f64()).collect();
                if let Some(middle) = super::stats::median(&numbers) {
                    self.number(FacetFamily::Magnitude, place, middle);
                }
                return;
            }
            Value::Array(_) => self.arrays(place, &values, role),
            _ => {}
        }
        let is_prose = first.is_string() && role == FieldRole::FreeText;
        if !found.is_inside && !is_prose {
            self.push(FacetFamily::Value, place, written(first, place, roles));
        }
    }

    fn shape(&mut self, place: &PointerPattern, found: &Found<'_>) {
        let shapes = found.values.iter().map(|value| shape(*value, &found.declared));
        self.push(FacetFamily::Shape, place, set(shapes));
    }

    fn texts(
        &mut self,
        place: &PointerPattern,
        values: &[&Value],
        role: FieldRole,
        declared: &Declared<'_>,
    ) {
        let texts: Vec<&str> = values.iter().filter_map(|value| value.as_str()).collect();
        if role != FieldRole::FreeText {
            // The format of a closed list's values says nothing that the values do not.
            if declared.choices().is_empty() {
                let formats = texts.iter().map(|text| texts::format_of(text));
                self.push(FacetFamily::Format, place, set(formats));
            }
            return;
        }
        let kind = |text: &&str| {
            let script = texts::script(text);
            if texts::is_placeholder(text) {
                format!("{script} placeholder")
            } else {
                script.into()
            }
        };
        self.push(FacetFamily::Text, place, set(texts.iter().map(kind)));
        let decorated = texts.iter().any(|text| texts::is_markdown(text));
        let decorated = if decorated { "markdown" } else { "plain" };
        self.push(FacetFamily::Markdown, place, decorated.to_owned());
        let length: usize = texts.iter().map(|text| text.chars().count()).sum();
        let length = f64::from(u32::try_from(length.max(1)).unwrap_or(u32::MAX));
        self.number(FacetFamily::Length, place, length);
    }

    fn arrays(&mut self, place: &PointerPattern, values: &[&Value], role: FieldRole) {
        let arrays: Vec<&Vec<Value>> = values.iter().filter_map(|value| value.as_array()).collect();
        self.push(FacetFamily::Count, place, set(arrays.iter().map(|items| bucket(items.len()))));
        if role == FieldRole::Set || arrays.iter().all(|items| items.len() < 2) {
            return;
        }
        let is_sorted = arrays.iter().all(|items| items.is_sorted_by_key(canonical_json));
        let order = if is_sorted { "sorted" } else { "as is" };
        self.push(FacetFamily::Order, place, order.to_owned());
    }

    fn layout(&mut self, answer: &Observation<'_>, places: &Places<'_>) {
        let Some(text) = answer.text.filter(|_| answer.how != Some(How::Text)) else { return };
        let layout = match answer.how {
            Some(How::Fenced) => "fenced",
            _ if text.trim().contains('\n') => "pretty",
            _ => "flat",
        };
        self.push(FacetFamily::Layout, &PointerPattern::root(), layout.to_owned());
        if let Some(keys) = keys(text) {
            let root = PointerPattern::root();
            let declared = |key: &String| !places.undeclared.contains(&root.key(key));
            let keys: Vec<String> = keys.into_iter().filter(declared).collect();
            self.push(FacetFamily::KeyOrder, &root, keys.join(" "));
        }
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

/// The keys of the first object of a text, in the order in which they are written.
fn keys(text: &str) -> Option<Vec<String>> {
    struct Keys;
    impl<'de> Visitor<'de> for Keys {
        type Value = Vec<String>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Vec<String>, A::Error> {
            let mut keys = Vec::new();
            while let Some((key, IgnoredAny)) = map.next_entry::<String, IgnoredAny>()? {
                keys.push(key);
            }
            Ok(keys)
        }
    }
    let start = text.find('{')?;
    serde_json::Deserializer::from_str(text.get(start..)?).deserialize_map(Keys).ok()
}

#[cfg(test)]
mod tests;
