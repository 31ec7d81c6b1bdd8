//! `expect` of a case: a value is what must stand at its place, a table holds rules for it.

use serde_json::{Number, Value};

use super::tree::{Entry, Node, Tree};
use crate::domain::Expectation;
use crate::validate;

/// The rules for one place, whose shape is checked; else what is wrong, and with which node.
pub(super) fn rules(node: &Node) -> Result<Vec<Expectation>, (&Node, String)> {
    let Tree::Table(entries) = &node.tree else {
        return Ok(vec![Expectation::Equals(node.to_json())]);
    };
    if entries.is_empty() {
        let empty = "this expects nothing: an object is written as `{ equals = {…} }`";
        return Err((node, empty.to_owned()));
    }
    let mut rules = Vec::new();
    for entry in entries {
        let of = rule(entry);
        let wrong = of.iter().find_map(|rule| match rule {
            Expectation::Matches(text) | Expectation::NotMatches(text) => {
                validate::expression(text).err()
            }
            _ => None,
        });
        if let Some(why) = wrong {
            return Err((&entry.node, why));
        }
        rules.extend(of);
    }
    Ok(rules)
}

fn rule(entry: &Entry) -> Vec<Expectation> {
    let node = &entry.node;
    let texts = |of: fn(String) -> Expectation| match node.text() {
        Some(text) => vec![of(text.to_owned())],
        None => node.texts().map(|(text, _)| of(text.to_owned())).collect(),
    };
    let number = |of: fn(Number) -> Expectation| match &node.tree {
        Tree::Number(number) => vec![of(number.clone())],
        _ => Vec::new(),
    };
    match entry.key.as_str() {
        "equals" => vec![Expectation::Equals(node.to_json())],
        "one-of" => {
            let values: Vec<Value> = node.items().iter().map(Node::to_json).collect();
            vec![Expectation::OneOf(values)]
        }
        "contains" => texts(Expectation::Contains),
        "not-contains" => texts(Expectation::NotContains),
        "matches" => texts(Expectation::Matches),
        "not-matches" => texts(Expectation::NotMatches),
        "at-least" => number(Expectation::AtLeast),
        "at-most" => number(Expectation::AtMost),
        _ => Vec::new(), // told by its shape
    }
}
