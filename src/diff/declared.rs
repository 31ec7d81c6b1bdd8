//! What a schema says of one place: read from the document, without checking anything.

use serde_json::Value;

use crate::domain::Pointer;

/// The parts of a schema that speak of one place: several, where alternatives do.
#[derive(Default)]
pub(super) struct Declared<'a> {
    parts: Vec<&'a Value>,
}

/// Most parts that are followed at once; a schema with more alternatives says nothing.
const MOST_PARTS: usize = 256;

impl<'a> Declared<'a> {
    pub(super) fn at(schema: &'a Value, pointer: &Pointer) -> Self {
        let mut parts = applying(schema, vec![schema]);
        for step in pointer.steps() {
            let below = parts.iter().flat_map(|part| child(part, &step)).collect();
            parts = applying(schema, below);
        }
        Self { parts }
    }

    /// Whether both values stand in closed lists (`enum`, `const`).
    pub(super) fn lists(&self, before: &Value, after: &Value) -> bool {
        let listed = |value: &Value| {
            self.parts.iter().any(|part| {
                let one_of = part.get("enum").and_then(Value::as_array);
                one_of.is_some_and(|list| list.contains(value)) || part.get("const") == Some(value)
            })
        };
        listed(before) && listed(after)
    }

    /// Whether the place is declared as an integer and not as a number.
    pub(super) fn is_integer(&self) -> bool {
        self.names("integer") && !self.names("number")
    }

    /// Whether the place is declared as a number.
    pub(super) fn is_number(&self) -> bool {
        self.names("number")
    }

    fn names(&self, name: &str) -> bool {
        self.parts.iter().any(|part| match part.get("type") {
            Some(Value::String(one)) => one == name,
            Some(Value::Array(several)) => several.iter().any(|one| one == name),
            _ => false,
        })
    }
}

/// The parts with everything that applies at the same place: references and alternatives.
fn applying<'a>(schema: &'a Value, mut parts: Vec<&'a Value>) -> Vec<&'a Value> {
    let mut next = 0;
    while let Some(part) = parts.get(next).copied() {
        next += 1;
        let several = ["allOf", "anyOf", "oneOf"].into_iter().filter_map(|word| part.get(word));
        let single = ["then", "else"].into_iter().filter_map(|word| part.get(word));
        let target = part.get("$ref").and_then(Value::as_str).and_then(|to| inside(schema, to));
        let more = several.filter_map(Value::as_array).flatten().chain(single).chain(target);
        for one in more {
            if parts.len() < MOST_PARTS && !parts.iter().any(|seen| std::ptr::eq(*seen, one)) {
                parts.push(one);
            }
        }
    }
    parts
}

fn inside<'a>(schema: &'a Value, reference: &str) -> Option<&'a Value> {
    schema.pointer(reference.strip_prefix('#')?)
}

/// What a part says of a member or an item of its place.
fn child<'a>(part: &'a Value, step: &str) -> Vec<&'a Value> {
    let number = step.parse::<usize>().ok();
    let tuple = |word| part.get(word).and_then(Value::as_array);
    let named = part.get("properties").and_then(|fields| fields.get(step));
    let placed = number.and_then(|at| {
        tuple("prefixItems").and_then(|row| row.get(at)).or_else(|| tuple("items")?.get(at))
    });
    let each = number.and_then(|_| part.get("items").filter(|items| items.is_object()));
    let further = number.and_then(|_| part.get("additionalItems"));
    let open = part.get("additionalProperties");
    match (named, placed) {
        (None, None) => each.into_iter().chain(further).chain(open).collect(),
        (named, placed) => named.into_iter().chain(placed).collect(),
    }
}
