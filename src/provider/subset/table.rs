//! The rows of the table of subsets.

use super::keywords::{
    ANTHROPIC, ANTHROPIC_FORMATS, ANTHROPIC_REJECTS, AZURE, AZURE_REJECTS, COHERE, COHERE_FORMATS,
    COHERE_REJECTS, COMMON, DEEPSEEK_REJECTS, GEMINI, GEMINI_FORMATS, GEMINI_IGNORES, GRAMMAR,
    LLAMA_FORMATS, LLAMA_IGNORES, OPENAI, OPENAI_FORMATS, OPENAI_REJECTS, XAI, XAI_FORMATS,
    XAI_IGNORES, XAI_REJECTS, XGRAMMAR_FORMATS, XGRAMMAR_REJECTS,
};
use super::{Limit, PatternRule, Subset};

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
    // A fine-tuned model refuses what older ones did.
    Subset {
        name: "openai-fine-tuned",
        keywords: Some(AZURE),
        rejects: AZURE_REJECTS,
        recursion: true,
        mixed_enums: true,
        limits: &[(Limit::Properties, 5000), (Limit::Depth, 10), (Limit::EnumValues, 1000)],
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
    // A pattern may have neither `^` nor `$` there, and one without them means something else.
    Subset {
        name: "cohere",
        keywords: Some(COHERE),
        rejects: COHERE_REJECTS,
        formats: COHERE_FORMATS,
        object_root: true,
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
