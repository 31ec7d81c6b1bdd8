//! The sentence of each violation: short, stable, and never longer than the answer deserves.

use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use jsonschema::{JsonType, ValidationError};
use serde_json::Value;

use crate::domain::Expectation;

/// Most characters of a value that are shown.
const LONGEST_VALUE: usize = 60;

/// Most members of a closed list that are shown.
const LONGEST_LIST: usize = 8;

pub(super) fn sentence(error: &ValidationError<'_>) -> String {
    let found = error.instance().as_ref();
    let shown = show(found);
    match error.kind() {
        Kind::Type { kind } => wrong_type(found, kind),
        Kind::Enum { options } => outside(found, options),
        Kind::Constant { expected_value } => format!("{shown} is not {}", show(expected_value)),
        Kind::Required { property } => format!("{} is missing", show(property)),
        Kind::FalseSchema => format!("{shown} stands where the schema allows nothing"),
        Kind::Format { format } => format!("{shown} is not a valid {format}"),
        Kind::Pattern { pattern } => format!("{shown} does not match `{pattern}`"),
        Kind::Minimum { limit } => format!("{shown} is less than {limit}"),
        Kind::Maximum { limit } => format!("{shown} is more than {limit}"),
        Kind::ExclusiveMinimum { limit } => format!("{shown} is not more than {limit}"),
        Kind::ExclusiveMaximum { limit } => format!("{shown} is not less than {limit}"),
        Kind::MultipleOf { multiple_of } => format!("{shown} is not a multiple of {multiple_of}"),
        Kind::MinLength { limit } => format!("{shown} is shorter than {limit} characters"),
        Kind::MaxLength { limit } => format!("{shown} is longer than {limit} characters"),
        Kind::MinItems { limit } => format!("{} items are fewer than {limit}", count(found)),
        Kind::MaxItems { limit } => format!("{} items are more than {limit}", count(found)),
        Kind::MinProperties { limit } => format!("{} fields are fewer than {limit}", count(found)),
        Kind::MaxProperties { limit } => format!("{} fields are more than {limit}", count(found)),
        Kind::AdditionalItems { limit } => {
            format!("{} items, where the schema describes {limit}", count(found))
        }
        Kind::UnevaluatedItems { .. } => "items that the schema does not describe".to_owned(),
        Kind::UniqueItems => "two of the items are equal".to_owned(),
        Kind::Contains => "no item is as `contains` wants it".to_owned(),
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
            format!("{shown} fits none of {} alternatives", context.len())
        }
        Kind::OneOfMultipleValid { .. } => {
            format!("{shown} fits more than one alternative of `oneOf`")
        }
        Kind::Not { .. } => format!("{shown} is what `not` forbids"),
        Kind::PropertyNames { error } => format!("the name of a field: {}", sentence(error)),
        _ => error.to_string(),
    }
}

/// What is wrong with a schema.
pub(super) fn flaw(error: &ValidationError<'_>) -> String {
    match error.kind() {
        Kind::Format { format } if format == "regex" => format!(
            "{} is not a pattern that can be matched: it is malformed or too large",
            show(error.instance())
        ),
        _ => sentence(error),
    }
}

pub(super) fn undeclared(field: &str) -> String {
    format!("{} is not a field of the schema", name(field))
}

/// Why a value, or none, breaks a rule of its case.
pub(super) fn unexpected(found: Option<&Value>, rule: &Expectation) -> String {
    let wish = match rule {
        Expectation::Equals(wanted) => show(wanted),
        Expectation::OneOf(wanted) => format!("one of {}", few(wanted)),
        Expectation::Contains(part) | Expectation::NotContains(part) => {
            format!("a text with {}", name(part))
        }
        Expectation::Matches(expression) | Expectation::NotMatches(expression) => {
            format!("a match of `{expression}`")
        }
        Expectation::AtLeast(limit) => format!("at least {limit}"),
        Expectation::AtMost(limit) => format!("at most {limit}"),
    };
    match found {
        None => format!("missing, where the case expects {wish}"),
        Some(found) if rule.forbids() => {
            format!("{} is {wish}, which the case forbids", show(found))
        }
        Some(found) => format!("{} is not {wish}, which the case expects", show(found)),
    }
}

pub(super) fn name(field: &str) -> String {
    show(&Value::from(field))
}

fn show(value: &Value) -> String {
    let text = match value {
        Value::String(text) => {
            // Cut before quoting: a huge text is not copied whole only to be thrown away.
            let head: String = text.chars().take(LONGEST_VALUE + 1).collect();
            Value::String(head).to_string()
        }
        Value::Array(items) if items.len() > LONGEST_VALUE => {
            return format!("an array of {} items", items.len());
        }
        Value::Object(members) if members.len() > LONGEST_VALUE => {
            return format!("an object of {} fields", members.len());
        }
        other => other.to_string(),
    };
    match text.char_indices().nth(LONGEST_VALUE) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

fn count(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.len(),
        Value::Object(members) => members.len(),
        _ => 1,
    }
}

fn outside(found: &Value, options: &Value) -> String {
    let none = Vec::new();
    let options = options.as_array().unwrap_or(&none);
    let hint =
        alike(found, options).map(|option| format!("; {} is only written otherwise", show(option)));
    format!("{} is not one of {}{}", show(found), few(options), hint.unwrap_or_default())
}

/// The first values of a list.
fn few(options: &[Value]) -> String {
    let mut shown: Vec<String> = options.iter().take(LONGEST_LIST).map(show).collect();
    if options.len() > LONGEST_LIST {
        shown.push(format!("{} more", options.len() - LONGEST_LIST));
    }
    shown.join(", ")
}

/// The member of a closed list that a value is, but for how it is written.
fn alike<'a>(found: &Value, options: &'a [Value]) -> Option<&'a Value> {
    let found = folded(found)?;
    options.iter().find(|option| folded(option).is_some_and(|option| option == found))
}

/// Whether the value of an error is the one that was wanted, but for case, spaces, dashes and
/// underscores.
pub(super) fn is_only_written_otherwise(error: &ValidationError<'_>) -> bool {
    let found = error.instance().as_ref();
    match error.kind() {
        Kind::Enum { options } => {
            options.as_array().is_some_and(|options| alike(found, options).is_some())
        }
        Kind::Constant { expected_value } => {
            alike(found, std::slice::from_ref(expected_value)).is_some()
        }
        _ => false,
    }
}

/// A text without case, spaces, dashes and underscores; `None` for long ones and other values.
fn folded(value: &Value) -> Option<String> {
    let text = value.as_str().filter(|text| text.len() <= 200)?;
    Some(text.to_lowercase().chars().filter(|c| !matches!(c, ' ' | '-' | '_')).collect())
}

fn wrong_type(found: &Value, kind: &TypeKind) -> String {
    let wanted: Vec<JsonType> = match kind {
        TypeKind::Single(one) => vec![*one],
        TypeKind::Multiple(set) => set.iter().collect(),
    };
    let names: Vec<&str> = wanted.iter().map(|one| with_article(*one)).collect();
    let hint = found.as_str().and_then(|text| inside(text, &wanted)).unwrap_or_default();
    format!("{} is not {}{hint}", show(found), names.join(" or "))
}

/// What a text holds, where that is what was wanted.
fn inside(text: &str, wanted: &[JsonType]) -> Option<&'static str> {
    let wants = |one| wanted.contains(&one);
    match serde_json::from_str::<Value>(text).ok()? {
        Value::Number(_) if wants(JsonType::Number) || wants(JsonType::Integer) => {
            Some("; the number stands in a text")
        }
        Value::Object(_) if wants(JsonType::Object) => Some("; the object stands in a text"),
        Value::Array(_) if wants(JsonType::Array) => Some("; the array stands in a text"),
        Value::Bool(_) if wants(JsonType::Boolean) => Some("; the boolean stands in a text"),
        _ => None,
    }
}

fn with_article(one: JsonType) -> &'static str {
    match one {
        JsonType::Null => "null",
        JsonType::Boolean => "a boolean",
        JsonType::Integer => "an integer",
        JsonType::Number => "a number",
        JsonType::String => "a string",
        JsonType::Array => "an array",
        JsonType::Object => "an object",
    }
}
