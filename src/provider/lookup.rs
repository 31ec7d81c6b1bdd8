//! What the table of dialects says of a slot.

use crate::domain::{Model, ProviderKind};

use super::dialect::Dialect;
use super::floating::{DEMO, floats};
use super::table::DIALECTS;

/// The dialect of this name.
pub fn dialect(name: &str) -> Option<&'static Dialect> {
    DIALECTS.iter().find(|dialect| dialect.name == name)
}

/// Whose prices hold for a server, as price tables name the provider.
pub(crate) fn billed_by(provider: ProviderKind, dialect_name: &str) -> Option<&'static str> {
    match provider {
        ProviderKind::Demo => Some("demo"),
        _ => dialect(dialect_name)?.billed_by,
    }
}

/// Provider and id under which the price tables have a model, asked for by this id.
pub(crate) fn price_key(model: &Model) -> (Option<&str>, &str) {
    match &model.billing.price_as {
        Some(key) => (Some(&key.provider), &key.id),
        None => (billed_by(model.provider, &model.dialect), &model.id),
    }
}

/// Most tokens that an answer can have: as the slot says, or as is sent in its place.
pub(crate) fn most_output(model: &Model) -> Option<u64> {
    let sent = || dialect(&model.dialect)?.max_tokens_default;
    model.params.max_output_tokens.or_else(sent)
}

/// Whether the system prompt is cached: because the slot asks for it, or because the server does so by
/// itself with prompts of that length (four bytes are taken for a token).
pub(crate) fn caches(model: &Model, system: &str) -> bool {
    let by_itself = dialect(&model.dialect).and_then(|dialect| dialect.caches_from);
    model.cache_system_prompt || by_itself.is_some_and(|tokens| system.len() / 4 >= tokens)
}

/// The parameters that the slot sets and its dialect cannot carry, each with the reason. They are
/// not sent; `check` warns of them.
pub(crate) fn unsupported(model: &Model) -> Vec<(String, String)> {
    let Some(dialect) = dialect(&model.dialect) else { return Vec::new() };
    let params = &model.params;
    let set = [
        ("api-version", params.api_version.is_some()),
        ("max-output-tokens", params.max_output_tokens.is_some()),
        ("reasoning-effort", params.reasoning_effort.is_some()),
        ("seed", params.seed.is_some()),
        ("stream", params.stream),
        ("stop", !params.stop.is_empty()),
        ("temperature", params.temperature.is_some()),
        ("top-p", params.top_p.is_some()),
    ];
    set.into_iter()
        .filter(|(_, is_set)| *is_set)
        .filter_map(|(name, _)| dialect.refusal(name).map(|why| (name.to_owned(), why.to_owned())))
        .collect()
}

/// Whether the id can come to mean another version of the model on a server of this dialect.
pub(crate) fn is_floating(dialect: &Dialect, id: &str) -> bool {
    floats(dialect.floating, id)
}

/// Whether the slot's id can come to mean another version. A demo model floats unless its id ends
/// in a date, whatever format it imitates.
pub(crate) fn has_floating_id(model: &Model) -> bool {
    match model.provider {
        ProviderKind::Demo => floats(DEMO, &model.id),
        _ => dialect(&model.dialect).is_some_and(|dialect| is_floating(dialect, &model.id)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Map, Value};

    use super::*;
    use crate::domain::Structured;
    use crate::provider::dialect::ToolChoice;
    use crate::provider::subset::subset;

    fn floating(name: &str, id: &str) -> bool {
        is_floating(dialect(name).unwrap(), id)
    }

    #[test]
    fn an_alias_floats_and_a_pin_does_not() {
        for (name, alias, pin) in [
            ("openai", "gpt-4o", "gpt-4o-2024-08-06"),
            ("openai-responses", "chat-latest", "gpt-6-sol"),
            ("anthropic", "claude-sonnet-4-5", "claude-sonnet-4-5-20250929"),
            ("anthropic", "claude-3-5-sonnet-latest", "claude-sonnet-4-6"),
            ("gemini", "gemini-flash-latest", "gemini-3.5-flash"),
            ("gemini", "gemini-3-pro-preview", "gemini-2.5-pro-preview-05-06"),
            ("ollama", "llama3.1", "llama3.1:8b-instruct-q8_0"),
            ("ollama", "llama3.1:latest", "llama3.1:8b"),
            ("mistral", "mistral-large-latest", "mistral-large-2512"),
            ("openrouter", "~anthropic/claude-latest", "anthropic/claude-sonnet-4.5"),
            ("xai", "grok-4", "grok-4-0709"),
        ] {
            assert!(floating(name, alias), "{alias}");
            assert!(!floating(name, pin), "{pin}");
        }
        assert!(!floating("azure", "gpt-4o"), "a deployment's name says nothing");
    }

    #[test]
    fn a_demo_id_is_pinned_by_a_date_at_its_end() {
        assert!(floats(DEMO, "acme-large"));
        assert!(floats(DEMO, "acme-large-2"));
        assert!(floats(DEMO, "2026-05"));
        assert!(!floats(DEMO, "acme-large-2026-05"));
        assert!(!floats(DEMO, "acme-large-2026-05-14"));
    }

    #[test]
    fn every_row_has_its_own_name_and_a_readable_body() {
        let names: BTreeSet<_> = DIALECTS.iter().map(|row| row.name).collect();
        assert_eq!(names.len(), DIALECTS.len());
        for row in DIALECTS {
            assert!(serde_json::from_str::<Map<String, Value>>(row.body).is_ok(), "{}", row.name);
            assert!(!row.modes.is_empty() && row.has(Structured::Prompt), "{}", row.name);
            assert!(subset(row.native_subset).is_some(), "{}", row.name);
            assert!(subset(row.tool_subset).is_some(), "{}", row.name);
            assert_eq!(
                row.has(Structured::Tool),
                matches!(row.tool_choice, ToolChoice::AnyOrNamed | ToolChoice::Named),
                "{}: the tool mode forces a tool",
                row.name
            );
        }
    }

    #[test]
    fn every_provider_of_the_config_has_a_row_but_the_demo_which_borrows_one() {
        for kind in ProviderKind::ALL {
            let rows = DIALECTS.iter().filter(|row| row.provider == kind).count();
            assert_eq!(rows == 0, kind == ProviderKind::Demo, "{kind}");
        }
    }
}
