//! The hard rules of a case.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

use super::{options, readable, wording};
use crate::domain::{AnswerLimits, Expectation, Pico, Pointer, Trial, Violation};

/// Which of the case's rules the value breaks, in order of their places.
pub fn expectations(value: &Value, expect: &BTreeMap<Pointer, Vec<Expectation>>) -> Vec<Violation> {
    let broken = |pointer: &Pointer, rules: &[Expectation]| {
        let found = value.pointer(pointer.as_str());
        let broken: Vec<Violation> = rules
            .iter()
            .filter(|rule| !meets(found, rule))
            .map(|rule| violation(pointer.clone(), wording::unexpected(found, rule)))
            .collect();
        broken
    };
    expect.iter().flat_map(|(pointer, rules)| broken(pointer, rules)).collect()
}

/// Which of the case's limits an answer breaks. Where nobody says what it took, it breaks none.
pub fn exceeded(trial: &Trial, limits: &AnswerLimits) -> Vec<Violation> {
    let cost = trial.usd_pico.zip(limits.usd).filter(|(cost, most)| cost > most);
    let cost = cost.map(|(cost, most): (Pico, Pico)| {
        format!("costs {} USD, where the case allows {}", cost.usd(), most.usd())
    });
    let slow = limits.latency.filter(|most| u128::from(trial.latency_ms) > most.as_millis());
    let slow = slow.map(|most| {
        format!("took {} ms, where the case allows {} ms", trial.latency_ms, most.as_millis())
    });
    cost.into_iter().chain(slow).map(|said| violation(Pointer::root(), said)).collect()
}

/// The pattern of a rule, compiled; `Err` says why it is none.
pub fn pattern(text: &str) -> Result<Validator, String> {
    let schema = readable(&json!({"type": "string", "pattern": text}));
    options(Draft::default()).build(&schema).map_err(|error| wording::flaw(&error))
}

/// Compiled once, for a suite has few patterns and many answers.
fn compiled(text: &str) -> Option<Arc<Validator>> {
    static COMPILED: LazyLock<RwLock<HashMap<String, Arc<Validator>>>> =
        LazyLock::new(RwLock::default);
    let known = COMPILED.read().unwrap_or_else(PoisonError::into_inner).get(text).cloned();
    known.or_else(|| {
        let pattern = Arc::new(pattern(text).ok()?);
        let mut compiled = COMPILED.write().unwrap_or_else(PoisonError::into_inner);
        Some(compiled.entry(text.to_owned()).or_insert(pattern).clone())
    })
}

fn violation(pointer: Pointer, message: String) -> Violation {
    Violation {
        pointer,
        schema_path: String::new(),
        keyword: Violation::EXPECT.to_owned(),
        rule: None,
        case_only: false,
        message,
    }
}

fn meets(found: Option<&Value>, rule: &Expectation) -> bool {
    let Some(found) = found else { return rule.forbids() };
    let finds = |expression: &str| {
        compiled(expression).is_some_and(|pattern| pattern.is_valid(&json!(text(found))))
    };
    match rule {
        Expectation::Equals(wanted) => same(found, wanted),
        Expectation::OneOf(wanted) => wanted.iter().any(|wanted| same(found, wanted)),
        Expectation::Contains(part) => text(found).contains(part),
        Expectation::NotContains(part) => !text(found).contains(part),
        Expectation::Matches(expression) => finds(expression),
        Expectation::NotMatches(expression) => !finds(expression),
        Expectation::AtLeast(limit) => number(found) >= limit.as_f64() && found.is_number(),
        Expectation::AtMost(limit) => number(found) <= limit.as_f64() && found.is_number(),
    }
}

fn text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => text.into(),
        other => other.to_string().into(),
    }
}

fn number(value: &Value) -> Option<f64> {
    value.as_f64()
}

fn same(found: &Value, wanted: &Value) -> bool {
    match (found, wanted) {
        (Value::Number(one), Value::Number(two)) => one == two || one.as_f64() == two.as_f64(),
        (Value::Array(one), Value::Array(two)) => {
            one.len() == two.len() && one.iter().zip(two).all(|(one, two)| same(one, two))
        }
        (Value::Object(one), Value::Object(two)) => {
            one.len() == two.len()
                && one.iter().all(|(name, one)| two.get(name).is_some_and(|two| same(one, two)))
        }
        (one, two) => one == two,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaks(value: &Value, at: &str, rule: Expectation) -> Option<String> {
        let rules = BTreeMap::from([(at.parse().unwrap(), vec![rule])]);
        expectations(value, &rules).pop().map(|broken| broken.message)
    }

    #[test]
    fn each_rule_says_what_breaks_it() {
        use Expectation::{AtLeast, AtMost, Contains, Matches, NotContains, NotMatches, OneOf};
        let order = json!({"id": "NL-20817", "count": 3, "note": "Sorry!"});
        let holds = [
            ("/id", Contains("208".into())),
            ("", Contains("\"count\":3".into())),
            ("/gone", NotContains("x".into())),
            ("/id", Matches("^NL-[0-9]{5}$".into())),
            ("/note", Matches("(?i)sorry".into())),
            ("/id", NotMatches("(?=X)".into())),
            ("/count", OneOf(vec![json!(2), json!(3.0)])),
            ("/count", AtLeast(3.into())),
            ("/count", AtMost(3.into())),
        ];
        for (at, rule) in holds {
            assert_eq!(breaks(&order, at, rule.clone()), None, "{rule:?}");
        }
        let broken = [
            (
                "/id",
                Contains("X".into()),
                "\"NL-20817\" is not a text with \"X\", which the case expects",
            ),
            ("/gone", Contains("X".into()), "missing, where the case expects a text with \"X\""),
            (
                "/note",
                NotContains("orr".into()),
                "\"Sorry!\" is a text with \"orr\", which the case forbids",
            ),
            (
                "/id",
                Matches("^X".into()),
                "\"NL-20817\" is not a match of `^X`, which the case expects",
            ),
            (
                "/note",
                NotMatches("(?i)SORRY".into()),
                "\"Sorry!\" is a match of `(?i)SORRY`, which the case forbids",
            ),
            (
                "/count",
                OneOf(vec![json!(1), json!("3")]),
                "3 is not one of 1, \"3\", which the case expects",
            ),
            ("/count", AtLeast(4.into()), "3 is not at least 4, which the case expects"),
            ("/note", AtMost(4.into()), "\"Sorry!\" is not at most 4, which the case expects"),
        ];
        for (at, rule, said) in broken {
            assert_eq!(breaks(&order, at, rule).as_deref(), Some(said));
        }
    }
}
