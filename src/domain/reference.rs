//! What a `$ref` within one schema document means.

use serde_json::Value;

use super::Pointer;

/// The place in the document that a reference means: by JSON Pointer or anchor, percent-encoded or
/// not, alone or after the `$id` of the document or of a part of it.
pub(crate) fn referred(document: &Value, reference: &str) -> Option<Pointer> {
    let (id, fragment) = reference.split_once('#').unwrap_or((reference, ""));
    let fragment = percent_decoded(fragment);
    let start = if id.is_empty() { String::new() } else { resource(document, id)? };
    let below = if fragment.is_empty() || fragment.starts_with('/') {
        fragment
    } else {
        find(document.pointer(&start)?, &|part| has_anchor(part, &fragment))?
    };
    let place = format!("{start}{below}");
    document.pointer(&place)?;
    place.parse().ok()
}

/// A part of a URI with its `%20` resolved.
pub(crate) fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let digits = tail.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let code = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match code {
            Some(code) if *first == b'%' => {
                bytes.push(code);
                rest = tail.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Where the part of this `$id` stands.
fn resource(document: &Value, id: &str) -> Option<String> {
    let base = own_id(document).unwrap_or_default();
    let wanted = joined(base, id);
    find(document, &|part| own_id(part).is_some_and(|id| joined(base, id) == wanted))
}

fn own_id(part: &Value) -> Option<&str> {
    let id = part.get("$id").or_else(|| part.get("id")).and_then(Value::as_str)?;
    Some(id.trim_end_matches('#')).filter(|id| !id.is_empty() && !id.starts_with('#'))
}

/// A relative URI reference against its base.
fn joined(base: &str, id: &str) -> String {
    let folder = base.rfind('/').and_then(|at| base.get(..=at)).unwrap_or_default();
    let id = id.trim_start_matches("./");
    if id.contains(':') || folder.is_empty() { id.to_owned() } else { format!("{folder}{id}") }
}

/// `$anchor` since draft 2019-09, `$id: "#NAME"` before.
fn has_anchor(part: &Value, name: &str) -> bool {
    let is = |key: &str| part.get(key).and_then(Value::as_str);
    ["$anchor", "$dynamicAnchor"].into_iter().any(|key| is(key) == Some(name))
        || ["$id", "id"]
            .into_iter()
            .any(|key| is(key).and_then(|id| id.strip_prefix('#')) == Some(name))
}

/// The place of the first part that passes.
fn find(value: &Value, passes: &dyn Fn(&Value) -> bool) -> Option<String> {
    if passes(value) {
        return Some(String::new());
    }
    match value {
        Value::Object(members) => members.iter().find_map(|(name, part)| {
            let below = find(part, passes)?;
            Some(format!("/{}{below}", name.replace('~', "~0").replace('/', "~1")))
        }),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(index, part)| find(part, passes).map(|below| format!("/{index}{below}"))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_reference_is_followed_however_it_is_written() {
        let document = json!({
            "$id": "https://schemas.example/order.json",
            "$defs": {
                "List<Item>": {"type": "array"},
                "a/b": {"type": "null"},
                "amount": {"$anchor": "sum", "type": "number"},
                "person": {"$id": "person.json", "$defs": {"age": {"type": "integer"}}},
                "old": {"$id": "#oldest", "type": "boolean"},
            }
        });
        for (reference, place) in [
            ("#", ""),
            ("#/$defs/List%3CItem%3E", "/$defs/List<Item>"),
            ("#/$defs/a~1b", "/$defs/a~1b"),
            ("#sum", "/$defs/amount"),
            ("#oldest", "/$defs/old"),
            ("https://schemas.example/order.json#sum", "/$defs/amount"),
            ("order.json#/$defs/amount", "/$defs/amount"),
            ("person.json", "/$defs/person"),
            ("https://schemas.example/person.json#/$defs/age", "/$defs/person/$defs/age"),
        ] {
            let found = referred(&document, reference);
            assert_eq!(found.as_ref().map(Pointer::as_str), Some(place), "{reference}");
        }
        for reference in ["#/$defs/none", "#none", "other.json", "https://elsewhere.example/a"] {
            assert_eq!(referred(&document, reference), None, "{reference}");
        }
    }
}
