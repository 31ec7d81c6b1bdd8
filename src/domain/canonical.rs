//! One way to write a JSON value: keys sorted, so that equal values have equal bytes.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};

/// A value that is written with the keys of every object in order, without a copy of it.
pub(super) struct Sorted<'v>(pub(super) &'v Value);

impl Serialize for Sorted<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(members) => {
                let mut members: Vec<(&String, &Value)> = members.iter().collect();
                members.sort_unstable_by_key(|(name, _)| *name);
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    map.serialize_entry(name, &Sorted(value))?;
                }
                map.end()
            }
            Value::Array(items) => serializer.collect_seq(items.iter().map(Sorted)),
            other => other.serialize(serializer),
        }
    }
}

/// The same value with the keys of every object in order.
pub fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            names.sort();
            let members: Map<String, Value> = names
                .into_iter()
                .filter_map(|name| members.get(name).map(|value| (name.clone(), sorted(value))))
                .collect();
            Value::Object(members)
        }
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        other => other.clone(),
    }
}

/// One line, keys sorted: what is hashed and compared.
pub fn canonical_json(value: &Value) -> String {
    // A value has only keys that are text, and writing into memory does not fail.
    serde_json::to_string(&Sorted(value)).unwrap_or_default()
}

/// Many lines, keys sorted, two spaces: what people read in a snapshot.
pub fn pretty_json(value: &Value) -> String {
    format!("{:#}", sorted(value))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_order_of_keys_does_not_show() {
        let one = json!({"b": 1, "a": [{"d": 2, "c": 3}]});
        let two = json!({"a": [{"c": 3, "d": 2}], "b": 1});
        assert_eq!(canonical_json(&one), canonical_json(&two));
        assert_eq!(canonical_json(&one), r#"{"a":[{"c":3,"d":2}],"b":1}"#);
        assert_eq!(canonical_json(&one), sorted(&one).to_string());
        assert_eq!(pretty_json(&json!({"b": 1, "a": 2})), "{\n  \"a\": 2,\n  \"b\": 1\n}");
    }
}
