//! Which JSON Schema keywords each server enforces in native mode, as one table. What a row does
//! not list is refused, ignored or uncertain there, and is moved into words by the lowering.
//!
//! Sources: the providers' structured-output guides, SDK types and error texts, November 2026.

use std::fmt;

/// The part of JSON Schema that a server takes.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is a rule that a server has or has not")]
pub struct Subset {
    /// As named by the table of dialects.
    pub name: &'static str,
    /// Keywords that may be sent; `None` means that the schema is sent as it is.
    pub keywords: Option<&'static [&'static str]>,
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

const COMMON: &[&str] = &[
    "type",
    "properties",
    "required",
    "items",
    "enum",
    "anyOf",
    "$defs",
    "$ref",
    "additionalProperties",
    "description",
];
const OPENAI: &[&str] = &[
    "type",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "const",
    "anyOf",
    "$defs",
    "$ref",
    "pattern",
    "format",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minItems",
    "maxItems",
    "description",
];
const AZURE: &[&str] = &[
    "type",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "const",
    "anyOf",
    "$defs",
    "$ref",
    "description",
];
const ANTHROPIC: &[&str] = &[
    "type",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "const",
    "anyOf",
    "$ref",
    "$defs",
    "default",
    "format",
    "pattern",
    "minItems",
    "description",
];
const GEMINI: &[&str] = &[
    "$defs",
    "$ref",
    "type",
    "format",
    "description",
    "enum",
    "items",
    "prefixItems",
    "minItems",
    "maxItems",
    "minimum",
    "maximum",
    "anyOf",
    "properties",
    "additionalProperties",
    "required",
    "propertyOrdering",
];
const XAI: &[&str] = &[
    "type",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "const",
    "anyOf",
    "$ref",
    "$defs",
    "pattern",
    "format",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "description",
];
const GRAMMAR: &[&str] = &[
    "type",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "const",
    "anyOf",
    "$ref",
    "$defs",
    "minItems",
    "maxItems",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "pattern",
    "format",
    "description",
];

const OPENAI_FORMATS: &[&str] =
    &["date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"];
const ANTHROPIC_FORMATS: &[&str] =
    &["date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"];
const GEMINI_FORMATS: &[&str] = &["date-time", "date", "time"];
const XAI_FORMATS: &[&str] = &["date", "time", "date-time", "email", "uuid", "ipv4", "ipv6", "uri"];
const LLAMA_FORMATS: &[&str] = &["date", "time", "date-time", "uuid"];
const XGRAMMAR_FORMATS: &[&str] = &[
    "email",
    "date",
    "time",
    "date-time",
    "duration",
    "ipv4",
    "ipv6",
    "hostname",
    "uuid",
    "uri",
    "uri-reference",
    "uri-template",
    "json-pointer",
    "relative-json-pointer",
];

/// What every server with a published list takes.
const STRICTEST: Subset = Subset {
    name: "common",
    keywords: Some(COMMON),
    formats: &[],
    object_root: true,
    closed_objects: true,
    every_property_required: true,
    recursion: false,
    references: true,
    mixed_enums: false,
    typed: true,
    integer_bounds_only: false,
    lengths_beside_pattern: true,
    ceilings: &[],
    pattern: PatternRule::Plain,
    limits: &[],
};
/// A decoder that turns the schema into a grammar.
const CONSTRAINED: Subset = Subset {
    object_root: false,
    closed_objects: false,
    every_property_required: false,
    recursion: true,
    mixed_enums: true,
    typed: false,
    ..STRICTEST
};
const WHOLE: Subset = Subset { name: "whole", keywords: None, ..CONSTRAINED };

/// Every subset; the dialects name them.
pub const SUBSETS: &[Subset] = &[
    WHOLE,
    // The arguments of a tool that nobody enforces: any schema, but of an object.
    Subset { name: "arguments", object_root: true, ..WHOLE },
    STRICTEST,
    Subset { name: "common-inline", references: false, ..STRICTEST },
    Subset {
        name: "openai",
        keywords: Some(OPENAI),
        formats: OPENAI_FORMATS,
        recursion: true,
        mixed_enums: true,
        limits: &[
            (Limit::Properties, 5000),
            (Limit::Depth, 10),
            (Limit::EnumValues, 1000),
            (Limit::LongEnum, 15_000),
            (Limit::Texts, 120_000),
            (Limit::AlikeBranches, 0),
        ],
        ..STRICTEST
    },
    Subset {
        name: "azure",
        keywords: Some(AZURE),
        recursion: true,
        mixed_enums: true,
        limits: &[
            (Limit::Properties, 100),
            (Limit::Depth, 5),
            (Limit::LongEnum, 15_000),
            (Limit::AlikeBranches, 0),
        ],
        ..STRICTEST
    },
    Subset {
        name: "anthropic",
        keywords: Some(ANTHROPIC),
        formats: ANTHROPIC_FORMATS,
        every_property_required: false,
        mixed_enums: true,
        typed: false,
        ceilings: &[("minItems", 1)],
        limits: &[(Limit::Optional, 24), (Limit::Unions, 16)],
        ..STRICTEST
    },
    Subset {
        name: "gemini",
        keywords: Some(GEMINI),
        formats: GEMINI_FORMATS,
        mixed_enums: false,
        ..CONSTRAINED
    },
    Subset { name: "groq", recursion: true, ..STRICTEST },
    Subset { name: "deepseek", references: false, ..STRICTEST },
    Subset {
        name: "xai",
        keywords: Some(XAI),
        formats: XAI_FORMATS,
        recursion: false,
        ceilings: &[
            ("minLength", 2048),
            ("maxLength", 2048),
            ("minItems", 256),
            ("maxItems", 256),
            ("minProperties", 64),
            ("maxProperties", 64),
        ],
        ..CONSTRAINED
    },
    Subset {
        name: "llama-cpp",
        keywords: Some(GRAMMAR),
        formats: LLAMA_FORMATS,
        integer_bounds_only: true,
        pattern: PatternRule::Anchored,
        ..CONSTRAINED
    },
    Subset {
        name: "xgrammar",
        keywords: Some(GRAMMAR),
        formats: XGRAMMAR_FORMATS,
        lengths_beside_pattern: false,
        ..CONSTRAINED
    },
];

/// The subset of this name.
pub fn subset(name: &str) -> Option<&'static Subset> {
    SUBSETS.iter().find(|subset| subset.name == name)
}

impl Subset {
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
}
