//! One way to write an answer: what the suite ignores is left out, what has no order is sorted.
//!
//! Numbers and texts stay as they are; how far they may move is for the comparison to say.

use serde_json::{Map, Value};

use crate::domain::{CompareRules, Pointer, canonical_json};

/// The value as it is compared and kept: ignored members left out, ignored items null (so that the
/// others keep their places), unordered arrays sorted, keys sorted.
///
/// Normalising twice equals once. Inside an unordered array an item has no number, so only `*`
/// names it there.
pub fn normalise(value: &Value, rules: &CompareRules) -> Value {
    walk(value, &Pointer::root(), rules)
}

// Bounded: a value comes from a parser that refuses more than 128 levels.
fn walk(value: &Value, at: &Pointer, rules: &CompareRules) -> Value {
    if rules.is_ignored(at) {
        return Value::Null;
    }
    match value {
        Value::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            names.sort();
            let members: Map<String, Value> = names
                .into_iter()
                .filter(|name| !rules.is_ignored(&at.key(name)))
                .filter_map(|name| {
                    let value = walk(members.get(name)?, &at.key(name), rules);
                    Some((name.clone(), value))
                })
                .collect();
            Value::Object(members)
        }
        Value::Array(items) if rules.is_unordered(at) => {
            let at = at.key("*");
            let mut items: Vec<(String, Value)> = items
                .iter()
                .map(|item| walk(item, &at, rules))
                .map(|item| (canonical_json(&item), item))
                .collect();
            items.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Array(items.into_iter().map(|(_, item)| item).collect())
        }
        Value::Array(items) => {
            let items = items.iter().enumerate();
            Value::Array(items.map(|(i, item)| walk(item, &at.index(i), rules)).collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn rules() -> CompareRules {
        let pattern = |text: &str| text.parse().unwrap();
        CompareRules {
            ignore: vec![pattern("/id"), pattern("/a/*/b"), pattern("/a/0"), pattern("/s/*/t")],
            unordered: vec![pattern("/s"), pattern("/a/*")],
            ..CompareRules::default()
        }
    }

    #[test]
    fn ignored_places_vanish_and_sets_are_sorted() {
        let value = json!({"s": [3, 1, 2], "id": "x", "k": {"z": 1, "y": 2}});
        let text = canonical_json(&normalise(&value, &rules()));
        assert_eq!(text, r#"{"k":{"y":2,"z":1},"s":[1,2,3]}"#);
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (-3i64..3).prop_map(Value::from),
            "[a-c]{0,2}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("(id|a|b|s|t|0)", inner, 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn normalising_twice_equals_once(value in values()) {
            let once = normalise(&value, &rules());
            prop_assert_eq!(normalise(&once, &rules()), once);
        }
    }
}
