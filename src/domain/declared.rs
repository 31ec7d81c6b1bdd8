//! What a schema says of one place: read from the document, without checking anything.

use serde_json::Value;

use super::{FieldRole, Pointer, referred};

/// The parts of a schema that speak of one place: several, where alternatives do.
#[derive(Debug, Clone, Default)]
pub(crate) struct Declared<'a> {
    document: Option<&'a Value>,
    parts: Vec<&'a Value>,
}

/// Whether a place can be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Presence {
    /// The schema forbids it.
    Never,
    /// The schema names its neighbours, and leaves others open.
    Undeclared,
    /// The schema has it, or says nothing there.
    Possible,
}

/// Most parts that are followed at once; a schema with more alternatives says nothing.
const MOST_PARTS: usize = 256;

impl<'a> Declared<'a> {
    /// What a schema says of the whole answer.
    pub(crate) fn whole(schema: &'a Value) -> Self {
        Self { document: Some(schema), parts: applying(schema, vec![schema]) }
    }

    /// What a schema says of one place.
    pub(crate) fn at(schema: &'a Value, pointer: &Pointer) -> Self {
        pointer.steps().fold(Self::whole(schema), |place, step| place.below(&step))
    }

    /// What it says of a member or an item of this place.
    #[must_use]
    pub(crate) fn below(&self, step: &str) -> Self {
        let Some(document) = self.document else { return Self::default() };
        let below = self.parts.iter().flat_map(|part| child(part, step)).collect();
        Self { document: self.document, parts: applying(document, below) }
    }

    /// The members that it names, in order, each once.
    pub(crate) fn members(&self) -> Vec<&'a str> {
        let mut names: Vec<&str> = Vec::new();
        for part in &self.parts {
            let properties = part.get("properties").and_then(Value::as_object);
            for name in properties.into_iter().flat_map(|properties| properties.keys()) {
                if !names.contains(&name.as_str()) {
                    names.push(name);
                }
            }
        }
        names
    }

    /// Whether members of any name are wanted, all of one kind: a dictionary.
    pub(crate) fn is_dictionary(&self) -> bool {
        let describes = |word| {
            self.parts.iter().any(|part| {
                let rule = part.get(word).and_then(Value::as_object);
                rule.is_some_and(|rule| !rule.is_empty())
            })
        };
        self.members().is_empty()
            && (describes("additionalProperties") || describes("patternProperties"))
    }

    /// Whether the member of that name has to be there.
    pub(crate) fn requires(&self, name: &str) -> bool {
        let lists = |part: &&Value| {
            let required = part.get("required").and_then(Value::as_array);
            required.is_some_and(|names| names.iter().any(|listed| listed == name))
        };
        self.parts.iter().any(lists)
    }

    /// Whether members that it does not name are forbidden.
    pub(crate) fn is_closed(&self) -> bool {
        let words = ["additionalProperties", "unevaluatedProperties"];
        let forbids =
            |part: &&Value| words.iter().any(|word| part.get(word) == Some(&false.into()));
        self.parts.iter().any(forbids)
    }

    /// Whether the places that a pattern names can be there, as far as the schema says.
    pub(crate) fn presence(&self, steps: &[String]) -> Presence {
        let Some((step, rest)) = steps.split_first() else { return Presence::Possible };
        if self.parts.iter().all(|part| part.is_boolean()) {
            let is_shut = !self.parts.is_empty() && self.parts.iter().all(|part| **part == false);
            return if is_shut { Presence::Never } else { Presence::Possible };
        }
        let has = |word| self.parts.iter().any(|part| part.get(word).is_some());
        let any = || self.members().into_iter().chain(["0"]).map(str::to_owned).collect();
        let names: Vec<String> = if step == "*" { any() } else { vec![step.clone()] };
        let of = |name: &String| {
            let below = self.below(name);
            match below.parts.as_slice() {
                [] if self.is_closed() => Presence::Never,
                [] if has("patternProperties") || self.members().is_empty() => Presence::Possible,
                [] => Presence::Undeclared,
                _ if rest.is_empty() && below.parts.iter().all(|part| **part == false) => {
                    Presence::Never
                }
                _ => below.presence(rest),
            }
        };
        names.iter().map(of).max().unwrap_or(Presence::Possible)
    }

    /// Whether `null` may stand there.
    pub(crate) fn allows_null(&self) -> bool {
        let lists = |word: &str| {
            let listed = self.parts.iter().filter_map(|part| part.get(word)?.as_array());
            listed.flatten().any(Value::is_null)
        };
        let words = ["type", "enum", "const", "not"];
        let is_free = |part: &&'a Value| words.iter().all(|word| part.get(word).is_none());
        self.names("null") || lists("enum") || self.parts.iter().all(is_free)
    }

    /// The values of its closed lists.
    pub(crate) fn choices(&self) -> Vec<&'a Value> {
        let lists = self.parts.iter().filter_map(|part| part.get("enum")?.as_array());
        lists.flatten().collect()
    }

    /// Whether the value is one of a closed list, or true and false.
    pub(crate) fn is_enumerable(&self) -> bool {
        let closed = |part: &&Value| part.get("enum").is_some() || part.get("const").is_some();
        self.parts.iter().any(closed) || self.names("boolean")
    }

    /// Whether no item of the array may occur twice.
    pub(crate) fn is_unique(&self) -> bool {
        self.parts.iter().any(|part| part.get("uniqueItems") == Some(&Value::Bool(true)))
    }

    /// The `format` of a text.
    pub(crate) fn format(&self) -> Option<&'a str> {
        self.parts.iter().find_map(|part| part.get("format").and_then(Value::as_str))
    }

    /// Whether a text has to match a `pattern`.
    pub(crate) fn has_pattern(&self) -> bool {
        self.parts.iter().any(|part| part.get("pattern").is_some())
    }

    /// What the schema itself says that the place is for.
    pub(crate) fn role(&self) -> Option<FieldRole> {
        let mut words = self.parts.iter().filter_map(|part| part.get(FieldRole::KEYWORD)?.as_str());
        words.find_map(|word| word.parse().ok())
    }

    /// What the place is for by the words that the schema has for all: closed lists, formats,
    /// patterns, unique items.
    pub(crate) fn implied_role(&self) -> Option<FieldRole> {
        if self.is_enumerable() {
            return Some(FieldRole::Enumerable);
        }
        match self.format() {
            Some("date" | "date-time" | "time") => Some(FieldRole::Format),
            Some("uuid" | "email" | "uri") => Some(FieldRole::Identifier),
            _ if self.has_pattern() => Some(FieldRole::Identifier),
            _ if self.is_unique() => Some(FieldRole::Set),
            _ => None,
        }
    }

    /// Whether a member tells which of several alternatives an object is: both values are the only
    /// one that some alternative allows.
    pub(crate) fn is_discriminator(&self, member: &str, before: &Value, after: &Value) -> bool {
        let fixed = |value: &Value| {
            let rules = self.parts.iter().flat_map(|part| child(part, member));
            rules.into_iter().any(|rule| rule.get("const") == Some(value))
        };
        before != after && fixed(before) && fixed(after)
    }

    /// Whether both values stand in closed lists (`enum`, `const`).
    pub(crate) fn lists(&self, before: &Value, after: &Value) -> bool {
        let listed = |value: &Value| {
            self.parts.iter().any(|part| {
                let one_of = part.get("enum").and_then(Value::as_array);
                one_of.is_some_and(|list| list.contains(value)) || part.get("const") == Some(value)
            })
        };
        listed(before) && listed(after)
    }

    /// Whether the place is declared as an integer and not as a number.
    pub(crate) fn is_integer(&self) -> bool {
        self.names("integer") && !self.names("number")
    }

    /// Whether a text is the only thing but `null` that can stand at the place.
    pub(crate) fn is_text(&self) -> bool {
        let others = ["number", "integer", "boolean", "array", "object"];
        let choices = self.choices();
        let lists_texts = !choices.is_empty() && choices.iter().all(|choice| choice.is_string());
        (self.names("string") || lists_texts) && !others.iter().any(|name| self.names(name))
    }

    /// Whether the place is declared as a number.
    pub(crate) fn is_number(&self) -> bool {
        self.names("number")
    }

    /// Whether it leaves no choice of type: exactly one, no `null`, and no alternatives. An integer
    /// can still be written as a fraction.
    pub(crate) fn fixes_type(&self) -> bool {
        let words = ["anyOf", "oneOf", "if", "not"];
        let mut types: Vec<&Value> = Vec::new();
        for part in &self.parts {
            if words.iter().any(|word| part.get(word).is_some()) {
                return false;
            }
            match part.get("type") {
                Some(Value::Array(several)) => types.extend(several),
                Some(one) => types.push(one),
                None => {}
            }
        }
        types.dedup();
        matches!(types[..], [one] if one != "null" && one != "integer")
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
    schema.pointer(referred(schema, reference)?.as_str())
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
