//! Which keywords each server enforces, refuses and ignores.

use super::{Limit, PatternRule, Subset};

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

const OPENAI_REJECTS: &[&str] = &[
    "allOf",
    "not",
    "dependentRequired",
    "dependentSchemas",
    "if",
    "then",
    "else",
    "oneOf",
    "default",
    "patternProperties",
    "prefixItems",
    "uniqueItems",
];
const AZURE_REJECTS: &[&str] = &[
    "allOf",
    "not",
    "dependentRequired",
    "dependentSchemas",
    "if",
    "then",
    "else",
    "oneOf",
    "default",
    "patternProperties",
    "prefixItems",
    "uniqueItems",
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "minimum",
    "maximum",
    "multipleOf",
    "unevaluatedProperties",
    "propertyNames",
    "minProperties",
    "maxProperties",
    "unevaluatedItems",
    "contains",
    "minContains",
    "maxContains",
    "minItems",
    "maxItems",
];
const ANTHROPIC_REJECTS: &[&str] = &[
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "maxItems",
];
const GEMINI_IGNORES: &[&str] = &[
    "minLength",
    "maxLength",
    "minProperties",
    "maxProperties",
    "uniqueItems",
    "contains",
    "minContains",
    "maxContains",
];
const DEEPSEEK_REJECTS: &[&str] =
    &["minLength", "maxLength", "minItems", "maxItems", "patternProperties"];
const LLAMA_IGNORES: &[&str] = &[
    "uniqueItems",
    "contains",
    "minContains",
    "maxContains",
    "not",
    "if",
    "then",
    "else",
    "dependentRequired",
    "dependentSchemas",
    "patternProperties",
    "multipleOf",
];
const XGRAMMAR_REJECTS: &[&str] =
    &["multipleOf", "uniqueItems", "contains", "minContains", "maxContains"];
const XAI_REJECTS: &[&str] = &["minContains", "maxContains"];
const XAI_IGNORES: &[&str] = &["not", "if", "then", "else"];

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
    rejects: &[],
    ignores: &[],
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
        rejects: OPENAI_REJECTS,
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
        rejects: AZURE_REJECTS,
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
        rejects: ANTHROPIC_REJECTS,
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
        ignores: GEMINI_IGNORES,
        formats: GEMINI_FORMATS,
        mixed_enums: false,
        ..CONSTRAINED
    },
    Subset { name: "groq", recursion: true, ..STRICTEST },
    Subset { name: "deepseek", references: false, rejects: DEEPSEEK_REJECTS, ..STRICTEST },
    Subset {
        name: "xai",
        keywords: Some(XAI),
        rejects: XAI_REJECTS,
        ignores: XAI_IGNORES,
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
        ignores: LLAMA_IGNORES,
        formats: LLAMA_FORMATS,
        integer_bounds_only: true,
        pattern: PatternRule::Anchored,
        ..CONSTRAINED
    },
    Subset {
        name: "xgrammar",
        keywords: Some(GRAMMAR),
        rejects: XGRAMMAR_REJECTS,
        formats: XGRAMMAR_FORMATS,
        lengths_beside_pattern: false,
        ..CONSTRAINED
    },
];
