//! References as the work follows them.

use serde_json::Value;

use crate::domain::referred;

/// The schema with every reference as a plain JSON Pointer, and nothing beside one where the draft
/// (up to 7) reads nothing there.
pub(super) fn canonical(document: &Value) -> Value {
    let draft = document.get("$schema").and_then(Value::as_str).unwrap_or_default();
    let is_old = ["draft-04", "draft-06", "draft-07"].iter().any(|name| draft.contains(name));
    let mut plain = document.clone();
    rewrite(&mut plain, document, is_old);
    plain
}

fn rewrite(schema: &mut Value, document: &Value, is_old: bool) {
    const DATA: [&str; 4] = ["enum", "const", "default", "examples"];
    match schema {
        Value::Object(map) => {
            if is_old && map.get("$ref").is_some_and(Value::is_string) {
                map.retain(|name, _| {
                    matches!(name.as_str(), "$ref" | "description" | "$defs" | "definitions")
                });
            }
            // What they lead to without another schema in between.
            for word in ["$dynamicRef", "$recursiveRef"] {
                if map.get(word).is_some_and(Value::is_string)
                    && let Some(target) = map.remove(word)
                {
                    map.entry("$ref").or_insert(target);
                }
            }
            for (name, value) in map {
                match value {
                    Value::String(target) if name == "$ref" => {
                        if let Some(place) = referred(document, target) {
                            *target = format!("#{place}");
                        }
                    }
                    _ if DATA.contains(&name.as_str()) => {}
                    _ => rewrite(value, document, is_old),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rewrite(item, document, is_old)),
        _ => {}
    }
}
