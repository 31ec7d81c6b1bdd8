//! Checks a value against a JSON Schema and against the hard rules of its case.
//!
//! All drafts from 4 to 2020-12, formats asserted (those of younger drafts too), patterns with
//! look-around, nothing fetched. What an answer looked like before it was a value is not known here.

mod expect;
mod explain;
mod pattern;
mod rule;
#[cfg(test)]
mod tests;
mod wording;

use jsonschema::{Draft, PatternOptions, ValidationError, ValidationOptions};
use serde_json::{Value, json};

use crate::domain::{Pointer, Schema, Violation};

pub use expect::{exceeded, expectations, pattern as expression};

/// A schema that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SchemaError {
    /// Where in the schema's document.
    pub pointer: Pointer,
    /// What is wrong there.
    pub message: String,
}

/// A schema, ready to check values.
#[derive(Debug)]
pub struct Validator {
    compiled: jsonschema::Validator,
    /// Names of the fields that the schema declares at the top.
    fields: Vec<String>,
}

/// Most bytes that one compiled pattern may take.
const PATTERN_SIZE: usize = 1 << 20;

/// Most steps back that a pattern with look-around may take on one text.
const BACKTRACKS: usize = 200_000;

/// Formats that came with later drafts. Authors use them in older ones, and their tools check them.
const YOUNGER_FORMATS: [&str; 14] = [
    "date",
    "time",
    "duration",
    "uuid",
    "idn-email",
    "idn-hostname",
    "iri",
    "iri-reference",
    "uri-reference",
    "uri-template",
    "json-pointer",
    "relative-json-pointer",
    "regex",
    "hostname",
];

/// The document with its patterns in words that the engine reads; other tools read more of ECMA-262.
pub fn readable(document: &Value) -> Value {
    let reads =
        |pattern: &str| options(Draft::default()).build(&json!({"pattern": pattern})).is_ok();
    pattern::translated(document, &reads)
}

/// How every schema is compiled.
pub fn options<'i>(draft: Draft) -> ValidationOptions<'i> {
    let patterns = PatternOptions::fancy_regex()
        .backtrack_limit(BACKTRACKS)
        .size_limit(PATTERN_SIZE)
        .dfa_size_limit(PATTERN_SIZE);
    let mut options = jsonschema::options()
        .with_draft(draft)
        .should_validate_formats(true)
        .with_pattern_options(patterns)
        .offline();
    for format in YOUNGER_FORMATS {
        if options.is_known_format(draft, format) {
            continue;
        }
        let schema = json!({"format": format});
        let newest = jsonschema::draft202012::options().should_validate_formats(true);
        if let Ok(newest) = newest.build(&schema) {
            options = options.with_format(format, move |text: &str| newest.is_valid(&text.into()));
        }
    }
    options
}

/// Values with more parts than this are checked up to the first violation only: the checker holds
/// all violations in memory at once.
const MOST_PARTS: usize = 200_000;

impl Validator {
    /// Compiles a schema; `$schema` names the draft, 2020-12 where it is missing.
    ///
    /// # Errors
    /// The document is not a valid schema, or refers to something outside itself.
    pub fn compile(schema: &Schema) -> Result<Self, SchemaError> {
        let compiled = options(Draft::default().detect(&schema.document))
            .build(&readable(&schema.document))
            .map_err(|error| SchemaError {
                pointer: explain::pointer(error.instance_path()),
                message: wording::flaw(&error),
            })?;
        let declared = schema.document.get("properties").and_then(Value::as_object);
        let fields = declared.map(|fields| fields.keys().cloned().collect()).unwrap_or_default();
        Ok(Self { compiled, fields })
    }

    /// Every violation, worst first; equal values give equal lists.
    ///
    /// Of an `anyOf` or `oneOf` that fits nowhere, the violations of the one alternative that was
    /// meant are given, where that is clear.
    pub fn violations(&self, value: &Value) -> Vec<Violation> {
        if self.compiled.is_valid(value) {
            return Vec::new();
        }
        let huge = parts(value, MOST_PARTS) > MOST_PARTS;
        let errors: Vec<ValidationError<'_>> = if huge {
            self.compiled.validate(value).err().into_iter().collect()
        } else {
            self.compiled.iter_errors(value).collect()
        };
        let mut violations = explain::violations(&errors, value);
        if !huge {
            rule::unwrap_texts(&mut violations, value, &self.compiled);
        }
        violations.extend(self.envelope(value).map(rule::envelope));
        explain::rank(&mut violations);
        violations
    }

    /// The name under which an otherwise valid answer is wrapped.
    fn envelope<'v>(&self, value: &'v Value) -> Option<&'v str> {
        let members = value.as_object().filter(|members| members.len() == 1)?;
        let (name, inner) = members.iter().next()?;
        let wraps =
            inner.is_object() && !self.fields.contains(name) && self.compiled.is_valid(inner);
        wraps.then_some(name.as_str())
    }
}

/// How many parts a value has; stops counting soon after `most`.
fn parts(value: &Value, most: usize) -> usize {
    let count = |total: usize, part: &Value| {
        if total > most { total } else { total + parts(part, most) }
    };
    match value {
        Value::Array(items) => items.iter().fold(1, count),
        Value::Object(members) => members.values().fold(1, count),
        _ => 1,
    }
}
