//! Which JSON Schema keywords each server enforces in native mode, as one table. What a row does
//! not list is refused, ignored or uncertain there, and is moved into words by the lowering.
//!
//! Sources: the providers' structured-output guides, SDK types and error texts, November 2026.

mod keywords;
mod table;

use std::fmt;

pub use table::SUBSETS;

/// The part of JSON Schema that a server takes.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is a rule that a server has or has not")]
pub struct Subset {
    /// As named by the table of dialects.
    pub name: &'static str,
    /// Keywords that may be sent; `None` means that the schema is sent as it is.
    pub keywords: Option<&'static [&'static str]>,
    /// Keywords with which the server refuses a request.
    pub rejects: &'static [&'static str],
    /// Keywords that it takes and does not enforce. What is in no list is uncertain.
    pub ignores: &'static [&'static str],
    /// Values of `format` that may be sent.
    pub formats: &'static [&'static str],
    /// The root must be one object schema, not a union.
    pub object_root: bool,
    /// Every object must say `additionalProperties: false`.
    pub closed_objects: bool,
    /// Every property must be required; an optional one becomes nullable.
    pub every_property_required: bool,
    /// A definition may refer to itself.
    pub recursion: bool,
    /// References are taken at all; if not, their targets are put in place.
    pub references: bool,
    /// An `enum` may hold booleans and null beside strings and numbers.
    pub mixed_enums: bool,
    /// Every schema must say its type.
    pub typed: bool,
    /// `minimum` and its like are read on integers only.
    pub integer_bounds_only: bool,
    /// Lengths may stand beside `pattern` or `format`.
    pub lengths_beside_pattern: bool,
    /// Highest values of numeric keywords.
    pub ceilings: &'static [(&'static str, u64)],
    /// Which regular expressions `pattern` takes.
    pub pattern: PatternRule,
    /// How large a schema may be. Servers move these limits, so that a schema above them is noted
    /// and sent.
    pub limits: &'static [(Limit, usize)],
}

/// What a server counts in a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Properties of all objects.
    Properties,
    /// Objects and lists inside each other.
    Depth,
    /// Values of all `enum`s.
    EnumValues,
    /// Characters of one `enum` of more than 250 texts.
    LongEnum,
    /// Characters of all names of properties, and of all values of `enum` and `const`.
    Texts,
    /// Unions of which two objects begin with the same property.
    AlikeBranches,
    /// Properties that are not required.
    Optional,
    /// Places of more than one type.
    Unions,
}

impl fmt::Display for Limit {
    /// What is counted, in the plural.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Properties => "properties",
            Self::Depth => "levels of objects and lists",
            Self::EnumValues => "values of `enum`",
            Self::LongEnum => "characters in one `enum` of more than 250 texts",
            Self::Texts => "characters of names and values",
            Self::AlikeBranches => "unions of objects with the same first property",
            Self::Optional => "optional properties",
            Self::Unions => "places of more than one type",
        })
    }
}

/// Which regular expressions a server takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatternRule {
    /// No look-around, no back-references, no word boundaries.
    Plain,
    /// The same, and it begins with `^` and ends with `$`.
    Anchored,
}

/// The subset of this name.
pub fn subset(name: &str) -> Option<&'static Subset> {
    SUBSETS.iter().find(|subset| subset.name == name)
}

/// What a server does with a keyword.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stance {
    /// Enforces it.
    Enforces,
    /// Refuses the request.
    Rejects,
    /// Takes it, and does not enforce it.
    Ignores,
    /// Its sources disagree or say nothing.
    Uncertain,
}

impl Stance {
    /// Before `by` and the server.
    pub fn words(self) -> &'static str {
        match self {
            Self::Enforces => "enforced",
            Self::Rejects => "refused",
            Self::Ignores => "not enforced",
            Self::Uncertain => "perhaps not enforced",
        }
    }
}

impl Subset {
    /// What the server does with a keyword.
    pub fn stance(&self, keyword: &str) -> Stance {
        if self.allows(keyword) {
            Stance::Enforces
        } else if self.rejects.contains(&keyword) {
            Stance::Rejects
        } else if self.ignores.contains(&keyword) {
            Stance::Ignores
        } else {
            Stance::Uncertain
        }
    }

    /// Whether the keyword may be sent.
    pub fn allows(&self, keyword: &str) -> bool {
        self.keywords.is_none_or(|keywords| keywords.contains(&keyword))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_subset_can_say_what_the_lowering_writes() {
        let names: BTreeSet<_> = SUBSETS.iter().map(|row| row.name).collect();
        assert_eq!(names.len(), SUBSETS.len());
        for row in SUBSETS {
            for word in ["type", "properties", "required", "items", "enum", "anyOf", "description"]
            {
                assert!(row.allows(word), "{} lacks {word}", row.name);
            }
            assert_eq!(row.formats.is_empty(), !row.allows("format") || row.keywords.is_none());
        }
    }

    /// Keywords that mean something only beside others.
    const PLANTED: &str = r#"{
        "allOf": {"allOf": [{"type": "string"}, {"type": "string", "enum": ["x", "y"]}]},
        "oneOf": {"oneOf": [{"type": "string"}, {"type": "integer"}]},
        "not": {"type": "string", "not": {"enum": ["x"]}},
        "if": {"if": {"required": ["b"]}, "then": {"required": ["c"]}, "else": {"required": ["b"]}},
        "dependentRequired": {"dependentRequired": {"b": ["c"]}},
        "dependentSchemas": {"dependentSchemas": {"b": {"required": ["c"]}}},
        "default": {"type": "string", "default": "x"},
        "patternProperties": {"patternProperties": {"^x": {"type": "string"}}},
        "propertyNames": {"propertyNames": {"maxLength": 3}},
        "unevaluatedProperties": {"unevaluatedProperties": false},
        "minProperties": {"minProperties": 1},
        "maxProperties": {"maxProperties": 2},
        "prefixItems": {"type": "array", "prefixItems": [{"type": "string"}]},
        "unevaluatedItems": {"unevaluatedItems": false},
        "uniqueItems": {"uniqueItems": true},
        "contains": {"contains": {"enum": ["x"]}, "minContains": 2, "maxContains": 3},
        "minItems": {"minItems": 2},
        "maxItems": {"maxItems": 2},
        "minLength": {"type": "string", "minLength": 2},
        "maxLength": {"type": "string", "maxLength": 2},
        "pattern": {"type": "string", "pattern": "^x+$"},
        "format": {"type": "string", "format": "date"}
    }"#;

    /// A schema of a property `a` that uses the keyword in a way that nothing can be left out of.
    fn planted(keyword: &str) -> serde_json::Value {
        use serde_json::{Value, json};
        let known: Value = serde_json::from_str(PLANTED).unwrap();
        let home = match keyword {
            "then" | "else" => "if",
            "minContains" | "maxContains" => "contains",
            other => other,
        };
        let mut a = known.get(home).cloned().unwrap_or(json!({"type": "integer", keyword: 2}));
        let members = a.as_object_mut().unwrap();
        if !members.contains_key("type") && !["allOf", "oneOf"].contains(&keyword) {
            let (kind, inner) = match keyword {
                word if word.ends_with("Items") || word.to_lowercase().ends_with("contains") => {
                    ("array", ("items", json!({"type": "string"})))
                }
                _ => {
                    let both = json!({"b": {"type": "string"}, "c": {"type": "string"}});
                    ("object", ("properties", both))
                }
            };
            members.insert("type".to_owned(), kind.into());
            members.insert(inner.0.to_owned(), inner.1);
        }
        json!({
            "type": "object",
            "properties": {"a": a},
            "required": ["a"],
            "additionalProperties": false
        })
    }

    #[test]
    fn what_a_server_refuses_or_ignores_is_found_wherever_it_is_planted_and_is_not_sent() {
        let mut pairs = 0;
        let mut lacks = Vec::new();
        for row in SUBSETS {
            for keyword in row.rejects.iter().chain(row.ignores) {
                let schema = planted(keyword);
                assert!(schema["properties"]["a"].get(keyword).is_some(), "{keyword}");
                let lowered = crate::provider::lower(&schema, row).unwrap();
                let found = lowered.notes.iter().any(|note| {
                    note.keyword == *keyword && row.stance(&note.keyword) != Stance::Enforces
                });
                if !found {
                    lacks.push(format!("{}: {keyword}: {:?}", row.name, lowered.notes));
                    continue;
                }
                let again = crate::provider::lower(&lowered.document, row).unwrap();
                assert_eq!(again.document, lowered.document, "{}: {keyword}", row.name);
                let alarms =
                    again.notes.iter().filter(|note| row.rejects.contains(&&*note.keyword));
                assert_eq!(alarms.count(), 0, "{}: {keyword}: {:?}", row.name, again.notes);
                pairs += 1;
            }
        }
        assert!(lacks.is_empty(), "{lacks:#?}");
        assert!(pairs >= 60, "{pairs}");
    }
}
