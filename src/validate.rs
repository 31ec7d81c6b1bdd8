//! A value against the author's whole schema: every violation, in words that stay the same.

use std::collections::BTreeMap;

use jsonschema::error::ValidationErrorKind as Rule;
use jsonschema::{PatternOptions, ValidationError};
use serde_json::Value;

use crate::domain::{Pointer, Schema, Violation};

/// Most memory of one compiled `pattern`, in bytes.
const PATTERN_BYTES: usize = 1 << 20;
/// Longest value that a message quotes, in characters.
const QUOTED: usize = 80;

/// A compiled schema.
#[derive(Debug)]
pub struct Validator(jsonschema::Validator);

/// Why a schema cannot be compiled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} (at `{pointer}` in the schema)")]
pub struct SchemaError {
    /// Where in the schema.
    pub pointer: String,
    /// What is wrong.
    pub message: String,
}

impl Validator {
    /// Compiles a schema of any draft from 4 to 2020-12, by its `$schema`.
    ///
    /// `format` is asserted. `pattern` runs in linear time, so look-around and back-references are
    /// errors here. Nothing is fetched: a reference that leaves the document is an error.
    pub fn compile(schema: &Schema) -> Result<Self, SchemaError> {
        let patterns =
            PatternOptions::regex().size_limit(PATTERN_BYTES).dfa_size_limit(PATTERN_BYTES);
        jsonschema::options()
            .with_pattern_options(patterns)
            .should_validate_formats(true)
            .build(&schema.document)
            .map(Self)
            .map_err(|error| SchemaError {
                pointer: error.instance_path().to_string(),
                message: error.to_string(),
            })
    }

    /// Every violation: the gravest first, then by place. None when the value is valid.
    pub fn violations(&self, value: &Value) -> Vec<Violation> {
        if self.0.is_valid(value) {
            return Vec::new();
        }
        let mut violations = Vec::new();
        for error in self.0.iter_errors(value) {
            tell(&error, &mut violations);
        }
        violations.sort_by(|a, b| {
            let key = |v: &Violation| (rank(&v.keyword), v.pointer.clone(), v.schema_path.clone());
            key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message))
        });
        violations.dedup();
        violations
    }
}

/// Values that the case fixes and that are others in the answer.
pub fn expectations(value: &Value, expect: &BTreeMap<Pointer, Value>) -> Vec<Violation> {
    let wrong = expect.iter().filter(|(at, wanted)| value.pointer(at.as_str()) != Some(wanted));
    wrong
        .map(|(at, wanted)| Violation {
            pointer: at.clone(),
            schema_path: String::new(),
            keyword: "expect".to_owned(),
            message: match value.pointer(at.as_str()) {
                Some(found) => format!("expected {}, found {}", quote(wanted), quote(found)),
                None => format!("expected {}, found nothing", quote(wanted)),
            },
        })
        .collect()
}

/// How grave the violation of a keyword is: what is missing goes before what has the wrong type,
/// and that before what has the wrong value.
fn rank(keyword: &str) -> u8 {
    match keyword {
        "required" | "dependentRequired" => 0,
        "type" => 1,
        "enum" | "const" => 2,
        "additionalProperties" | "unevaluatedProperties" => 3,
        "format" => 4,
        "pattern" => 5,
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" => 6,
        "minLength" | "maxLength" => 7,
        "minItems" | "maxItems" | "uniqueItems" | "contains" => 8,
        _ => 9,
    }
}

/// Adds the violation, or, for a choice of which one branch was clearly meant, what that branch
/// finds wrong.
fn tell(error: &ValidationError<'_>, violations: &mut Vec<Violation>) {
    if let Rule::AnyOf { context } | Rule::OneOfNotValid { context } = error.kind()
        && let Some(meant) = meant(context, error.instance())
    {
        for inner in meant {
            tell(inner, violations);
        }
        return;
    }
    let pointer = error.instance_path().to_string().parse().unwrap_or_default();
    violations.push(Violation {
        pointer,
        schema_path: error.schema_path().to_string(),
        keyword: error.kind().keyword().to_owned(),
        message: message(error),
    });
}

/// The branch that was meant: the only one that does not already fail at the value itself, by its
/// type, a constant or a missing member.
fn meant<'e>(
    branches: &'e [Vec<ValidationError<'static>>],
    instance: &Value,
) -> Option<&'e [ValidationError<'static>]> {
    let depth = |error: &ValidationError<'_>| error.instance_path().as_str().matches('/').count();
    let shallowest = branches.iter().flatten().map(depth).min()?;
    let fits = |branch: &&Vec<ValidationError<'static>>| {
        !branch.iter().any(|error| {
            let names = matches!(error.kind(), Rule::Constant { .. });
            let turns_away = matches!(error.kind(), Rule::Type { .. } | Rule::Enum { .. });
            // A constant one level down is what tells tagged branches apart.
            (names && depth(error) <= shallowest + 1) || (turns_away && depth(error) == shallowest)
        })
    };
    let mut fitting = branches.iter().filter(fits);
    match (fitting.next(), fitting.next()) {
        (Some(branch), None) if instance.is_object() || instance.is_array() => Some(branch),
        _ => None,
    }
}

fn message(error: &ValidationError<'_>) -> String {
    let value = quote(error.instance());
    let names = |names: &[String]| {
        names.iter().map(|name| quote(&Value::from(name.as_str()))).collect::<Vec<_>>().join(", ")
    };
    match error.kind() {
        Rule::Required { property } => format!("{} is required and missing", quote(property)),
        Rule::Type { .. } => format!("{value} is not of type {}", types(error)),
        Rule::Enum { options } => format!("{value} is not one of {}", list(options)),
        Rule::Constant { expected_value } => format!("{value} is not {}", quote(expected_value)),
        Rule::AdditionalProperties { unexpected } | Rule::UnevaluatedProperties { unexpected } => {
            format!("{} is not in the schema", names(unexpected))
        }
        Rule::Format { format } => format!("{value} is not a \"{format}\""),
        Rule::Pattern { pattern } => format!("{value} does not match {pattern}"),
        Rule::Minimum { limit } => format!("{value} is below {limit}"),
        Rule::Maximum { limit } => format!("{value} is above {limit}"),
        Rule::ExclusiveMinimum { limit } => format!("{value} is not above {limit}"),
        Rule::ExclusiveMaximum { limit } => format!("{value} is not below {limit}"),
        Rule::MultipleOf { multiple_of } => format!("{value} is no multiple of {multiple_of}"),
        Rule::MinLength { limit } => format!("{value} is shorter than {limit} characters"),
        Rule::MaxLength { limit } => format!("{value} is longer than {limit} characters"),
        Rule::MinItems { limit } => format!("there are fewer than {limit} items"),
        Rule::MaxItems { limit } => format!("there are more than {limit} items"),
        Rule::UniqueItems => "items are there twice".to_owned(),
        Rule::AnyOf { .. } => format!("{value} fits none of the branches of anyOf"),
        Rule::OneOfNotValid { .. } => format!("{value} fits none of the branches of oneOf"),
        Rule::OneOfMultipleValid { .. } => format!("{value} fits several branches of oneOf"),
        Rule::FalseSchema => format!("{value} may not be there"),
        _ => shorten(&error.to_string(), 3 * QUOTED),
    }
}

/// The wanted types, as the schema writes them.
fn types(error: &ValidationError<'_>) -> String {
    let text = error.to_string();
    // The crate ends its sentence with the types, and keeps them private otherwise.
    let wanted = text.rsplit(" of type").next().unwrap_or_default();
    wanted.trim_start_matches('s').trim().to_owned()
}

fn list(options: &Value) -> String {
    let options = options.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut shown: Vec<String> = options.iter().take(8).map(quote).collect();
    if options.len() > shown.len() {
        shown.push(format!("{} more", options.len() - shown.len()));
    }
    shown.join(", ")
}

fn quote(value: &Value) -> String {
    shorten(&value.to_string(), QUOTED)
}

fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let cut: String = text.chars().take(most - 1).collect();
    format!("{cut}…")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn violations(schema: Value, value: &Value) -> Vec<(String, String, String)> {
        let validator = Validator::compile(&Schema::new("s.json", schema)).unwrap();
        let violations = validator.violations(value);
        violations.into_iter().map(|v| (v.pointer.to_string(), v.keyword, v.message)).collect()
    }

    #[test]
    fn all_violations_are_told_gravest_first() {
        let schema = json!({
            "type": "object",
            "properties": {
                "priority": {"enum": ["low", "normal", "urgent"]},
                "total": {"type": "number", "minimum": 0},
                "due": {"type": "string", "format": "date"}
            },
            "required": ["category"],
            "additionalProperties": false
        });
        let value = json!({"priority": "urgent!!", "total": "12", "due": "soon", "x": 1});
        let found = violations(schema, &value);
        let told: Vec<String> = found.iter().map(|(at, _, text)| format!("{at}: {text}")).collect();
        assert_eq!(
            told,
            [
                ": \"category\" is required and missing",
                "/total: \"12\" is not of type \"number\"",
                "/priority: \"urgent!!\" is not one of \"low\", \"normal\", \"urgent\"",
                ": \"x\" is not in the schema",
                "/due: \"soon\" is not a \"date\"",
            ]
        );
    }

    #[test]
    fn the_branch_that_was_meant_says_what_is_wrong() {
        let branch = |tool: &str, field: &str| {
            json!({
                "type": "object",
                "properties": {"tool": {"const": tool}, "arguments": {
                    "type": "object", "required": [field], "properties": {field: {"type": "string"}}
                }},
                "required": ["tool", "arguments"]
            })
        };
        let schema = json!({"anyOf": [branch("refund", "order"), branch("escalate", "reason")]});
        let found = violations(schema, &json!({"tool": "escalate", "arguments": {}}));
        assert_eq!(
            found,
            [(
                "/arguments".to_owned(),
                "required".to_owned(),
                "\"reason\" is required and missing".to_owned()
            )]
        );
    }

    #[test]
    fn a_pattern_that_could_take_for_ever_is_an_error_of_the_schema() {
        let look = Schema::new("s.json", json!({"pattern": "(?=a)b"}));
        assert!(Validator::compile(&look).is_err());
        let nested = json!({"type": "string", "pattern": "^(a+)+$"});
        assert_eq!(violations(nested, &json!(format!("{}!", "a".repeat(50_000)))).len(), 1);
    }

    #[test]
    fn draft_4_takes_no_number_with_a_fraction_for_an_integer_and_later_ones_do() {
        let schema = |draft: &str| json!({"$schema": draft, "type": "integer"});
        let old = schema("http://json-schema.org/draft-04/schema#");
        assert_eq!(violations(old, &json!(12.0)).len(), 1);
        let new = schema("https://json-schema.org/draft/2020-12/schema");
        assert_eq!(violations(new, &json!(12.0)).len(), 0);
    }

    #[test]
    fn a_hard_rule_names_what_was_expected_and_what_came() {
        let expect = BTreeMap::from([
            ("/priority".parse().unwrap(), json!("urgent")),
            ("/gone".parse().unwrap(), json!(1)),
            ("/fine".parse().unwrap(), json!(true)),
        ]);
        let found = expectations(&json!({"priority": "low", "fine": true}), &expect);
        let told: Vec<&str> = found.iter().map(|v| v.message.as_str()).collect();
        assert_eq!(told, ["expected 1, found nothing", "expected \"urgent\", found \"low\""]);
    }
}
