//! Answers made from the schema when none is scripted: valid, and always the same for the same
//! words of the user.
//!
//! Keywords that state facts about several members at once (`if`, `not`, `dependentRequired`) are
//! not read. What the request does not say cannot be kept: a bound that was left out on the way
//! here may be broken.

mod object;
mod scalar;

use std::cell::Cell;

use serde_json::{Value, json};

use super::ask::{Ask, Form};
use super::reply::{Draft, Shape};
use super::schema::{self, has_type};
use super::words::Noise;

/// Deeper than this, whatever may be left out is left out.
const SHALLOW: usize = 6;
/// Deeper than this there is only null: a schema that requires itself has no finite answer.
const DEEPEST: usize = 40;
/// Most values of one answer, for schemas that require themselves twice.
const MOST: usize = 5_000;

/// An answer to a question that is not scripted.
pub(super) fn draft(ask: &Ask, seed: u64) -> Draft {
    let noise = Noise::new([seed.to_string().as_str(), &ask.user]);
    let writer =
        |root| Writer { root, noise: &noise, words: words_of(&ask.user), left: Cell::new(MOST) };
    match &ask.form {
        Form::Text => {
            let text = writer(&Value::Null).sentence("");
            Draft { shape: Shape::Text, value: text.into() }
        }
        Form::Json { schema, .. } => {
            let schema = schema.clone().unwrap_or_else(any_object);
            Draft { shape: Shape::Json, value: writer(&schema).value(&schema, "", 0) }
        }
        // One tool is most often a schema in disguise: the answer is what its schema describes.
        Form::Call(offers) if offers.len() < 2 => {
            let schema = offers.first().map_or_else(any_object, |offer| offer.parameters.clone());
            Draft { shape: Shape::Json, value: writer(&schema).value(&schema, "", 0) }
        }
        Form::Call(offers) => {
            let Some(offer) = offers.get(noise.pick("tool", offers.len())) else {
                return Draft { shape: Shape::Json, value: json!({}) };
            };
            let arguments = writer(&offer.parameters).value(&offer.parameters, "/arguments", 1);
            Draft {
                shape: Shape::Decision,
                value: json!({"tool": offer.name, "arguments": arguments}),
            }
        }
    }
}

/// What is answered where JSON is asked for without a schema.
fn any_object() -> Value {
    json!({"type": "object", "properties": {"answer": {"type": "string"}}, "required": ["answer"]})
}

fn words_of(text: &str) -> Vec<&str> {
    let bare = |word: &str| word.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '.'));
    text.split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|word| !word.is_empty() && word.len() <= 24 && bare(word))
        .take(500)
        .collect()
}

/// Writes one answer.
struct Writer<'a> {
    root: &'a Value,
    noise: &'a Noise,
    words: Vec<&'a str>,
    /// How many values it may still write.
    left: Cell<usize>,
}

impl Writer<'_> {
    /// A value that satisfies `schema`; `place` is its pointer, which also seeds its choices.
    fn value(&self, schema: &Value, place: &str, depth: usize) -> Value {
        if depth > DEEPEST || self.left.get() == 0 {
            return Value::Null;
        }
        self.left.set(self.left.get() - 1);
        let schema = schema::resolve(self.root, schema);
        if let Some(merged) = merged(self.root, schema) {
            return self.value(&merged, place, depth + 1);
        }
        if let Some(only) = schema.get("const") {
            return only.clone();
        }
        if schema::allows_null(self.root, schema) && !self.includes(place, depth) {
            return Value::Null;
        }
        if let Some(choices) = schema.get("enum").and_then(Value::as_array) {
            let choices: Vec<&Value> = choices.iter().filter(|c| !c.is_null()).collect();
            let at = self.noise.pick(place, choices.len());
            return choices.get(at).map_or(Value::Null, |choice| (*choice).clone());
        }
        let branches = schema::branches(self.root, schema);
        let somethings: Vec<_> = branches.iter().filter(|one| !is_null(one)).collect();
        match somethings.get(self.branch(place, depth, &somethings)) {
            Some(branch) if !std::ptr::eq(**branch, schema) => {
                self.value(&with_siblings(schema, branch), place, depth + 1)
            }
            _ => self.plain(schema, place, depth),
        }
    }

    /// Whether an optional or nullable place gets a value: about half of them do.
    fn includes(&self, place: &str, depth: usize) -> bool {
        depth <= SHALLOW && self.noise.unit(&format!("{place}?")) < 0.5
    }

    /// Which alternative is taken: deep down, one that leads no deeper.
    fn branch(&self, place: &str, depth: usize, branches: &[&&Value]) -> usize {
        if depth <= SHALLOW {
            return self.noise.pick(&format!("{place}|"), branches.len());
        }
        let leads_on = |schema: &Value| {
            ["properties", "items", "anyOf", "oneOf", "allOf"]
                .iter()
                .any(|word| schema.get(word).is_some())
        };
        branches.iter().position(|branch| !leads_on(branch)).unwrap_or_default()
    }

    fn plain(&self, schema: &Value, place: &str, depth: usize) -> Value {
        if has_type(schema, "object") || schema.get("properties").is_some() {
            self.object(schema, place, depth)
        } else if has_type(schema, "array") || schema.get("items").is_some() {
            self.array(schema, place, depth)
        } else if has_type(schema, "integer") {
            self.integer(schema, place)
        } else if has_type(schema, "number") {
            self.number(schema, place)
        } else if has_type(schema, "boolean") {
            Value::Bool(self.noise.unit(place) < 0.5)
        } else if has_type(schema, "null") {
            Value::Null
        } else {
            self.string(schema, place).into()
        }
    }
}

fn is_null(schema: &Value) -> bool {
    schema.get("type").is_some_and(|name| name == "null")
        || schema.get("const").is_some_and(Value::is_null)
}

/// One schema for all members of `allOf`; `None` where there is no `allOf`.
fn merged(root: &Value, schema: &Value) -> Option<Value> {
    let parts = schema.get("allOf")?.as_array()?;
    let mut whole = schema.as_object()?.clone();
    whole.remove("allOf");
    let mut whole = Value::Object(whole);
    for part in parts {
        join(&mut whole, schema::resolve(root, part));
    }
    Some(whole)
}

/// The branch of an alternative together with what stands beside the alternative.
fn with_siblings(schema: &Value, branch: &Value) -> Value {
    let mut beside = schema.as_object().cloned().unwrap_or_default();
    for word in ["anyOf", "oneOf", "$ref", "$defs", "definitions", "description"] {
        beside.remove(word);
    }
    let mut whole = branch.clone();
    join(&mut whole, &Value::Object(beside));
    whole
}

fn join(whole: &mut Value, part: &Value) {
    let (Some(whole), Some(part)) = (whole.as_object_mut(), part.as_object()) else { return };
    for (word, says) in part {
        match (whole.get_mut(word), says) {
            (Some(Value::Object(mine)), Value::Object(theirs)) => {
                for (name, schema) in theirs {
                    mine.entry(name.clone()).or_insert_with(|| schema.clone());
                }
            }
            (Some(Value::Array(mine)), Value::Array(theirs)) if word == "required" => {
                mine.extend(theirs.iter().cloned());
            }
            (Some(_), _) => {}
            (None, _) => drop(whole.insert(word.clone(), says.clone())),
        }
    }
}
