//! One form for answers that mean the same: what snapshots hold and what is compared.
//!
//! Texts keep every character, numbers every digit and their type (`12` and `12.0` stay two things,
//! because typed readers tell them apart); what may differ is for the comparison to say.

use serde_json::{Map, Value};

use crate::domain::number::canonical;
use crate::domain::{CompareRules, Pointer, canonical_json};

/// The value without ignored places, with sorted keys and with `unordered` arrays sorted.
///
/// Doing it twice changes nothing. An ignored item of an array leaves `null` behind, so that its
/// neighbours keep their numbers, unless the rule names all items (`/items/*`): then none is left.
/// In an `unordered` array items have no number: only `*` names them.
pub fn normalise(value: &Value, rules: &CompareRules) -> Value {
    let root = Pointer::root();
    if rules.is_ignored(&root) { Value::Null } else { place(value, &root, rules) }
}

/// As [`normalise`], for the part of an answer that stands at a place which is not ignored.
pub fn normalise_at(value: &Value, at: &Pointer, rules: &CompareRules) -> Value {
    place(value, at, rules)
}

fn place(value: &Value, at: &Pointer, rules: &CompareRules) -> Value {
    match value {
        Value::Object(members) => Value::Object(object(members, at, rules)),
        Value::Array(items) => Value::Array(array(items, at, rules)),
        Value::Number(number) => Value::Number(canonical(number)),
        other => other.clone(),
    }
}

/// A place, if any rule asks where it is.
fn below(rules: &CompareRules, place: impl FnOnce() -> Pointer) -> Pointer {
    let asks = !rules.ignore.is_empty() || !rules.unordered.is_empty();
    if asks { place() } else { Pointer::root() }
}

fn object(members: &Map<String, Value>, at: &Pointer, rules: &CompareRules) -> Map<String, Value> {
    let mut members: Vec<(&String, &Value)> = members.iter().collect();
    members.sort_unstable_by_key(|(name, _)| *name);
    let mut normal = Map::with_capacity(members.len());
    for (name, value) in members {
        let at = below(rules, || at.key(name));
        if !rules.is_ignored(&at) {
            normal.insert(name.clone(), place(value, &at, rules));
        }
    }
    normal
}

fn array(items: &[Value], at: &Pointer, rules: &CompareRules) -> Vec<Value> {
    let any_item = below(rules, || at.key("*"));
    if rules.is_ignored(&any_item) {
        return Vec::new();
    }
    if rules.is_unordered(at) {
        let mut items: Vec<Value> =
            items.iter().map(|item| place(item, &any_item, rules)).collect();
        items.sort_by_cached_key(canonical_json);
        return items;
    }
    let item = |(index, item): (usize, &Value)| {
        let at = below(rules, || at.index(index));
        if rules.is_ignored(&at) { Value::Null } else { place(item, &at, rules) }
    };
    items.iter().enumerate().map(item).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn normal(value: &Value, ignore: &[&str], unordered: &[&str]) -> String {
        let patterns = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
        let rules = CompareRules {
            ignore: patterns(ignore),
            unordered: patterns(unordered),
            ..CompareRules::default()
        };
        normalise(value, &rules).to_string()
    }

    #[test]
    fn ignored_places_are_gone_and_keys_are_sorted() {
        let value = json!({"b": {"id": 7, "x": 1}, "a": 2, "request_id": "r"});
        assert_eq!(normal(&value, &["/request_id", "/*/id"], &[]), r#"{"a":2,"b":{"x":1}}"#);
        assert_eq!(normal(&value, &[""], &[]), "null");
    }

    #[test]
    fn an_ignored_item_leaves_its_number_to_nobody_else() {
        let value = json!({"list": ["a", "b", "c"]});
        assert_eq!(normal(&value, &["/list/1"], &[]), r#"{"list":["a",null,"c"]}"#);
        assert_eq!(normal(&value, &["/list/*"], &[]), r#"{"list":[]}"#);
    }

    #[test]
    fn an_unordered_array_is_sorted_after_its_items_are_normal() {
        let value = json!({"tags": [{"z": 1, "at": 9}, {"at": 1, "y": 2}]});
        assert_eq!(normal(&value, &["/tags/*/at"], &["/tags"]), r#"{"tags":[{"y":2},{"z":1}]}"#);
        assert_eq!(normal(&value, &["/tags/0/at"], &["/tags"]), normal(&value, &[], &["/tags"]));
    }

    #[test]
    fn numbers_keep_their_type_and_minus_zero_is_zero() {
        let value: Value =
            serde_json::from_str("[12, 12.0, 1.2e1, -0.0, -0, 123456789012345678901234]").unwrap();
        assert_eq!(normal(&value, &[], &[]), "[12,12.0,12.0,0.0,0,123456789012345678901234]");
    }
}
