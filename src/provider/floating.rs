//! Model ids that can come to mean another version without a change of the config: rules as data.

use crate::domain::{Model, ProviderKind};

use super::dialect::{Dialect, dialect};

/// One rule that makes an id float.
#[derive(Debug, Clone, Copy)]
pub enum FloatRule {
    /// The id is exactly this.
    Is(&'static str),
    /// The id begins like this.
    Starts(&'static str),
    /// The id ends like this.
    Ends(&'static str),
    /// The id does not end in a date: groups of digits of these lengths, each after a dash.
    Undated(&'static [&'static [usize]]),
    /// The id has no tag after a colon.
    Untagged,
}

use FloatRule::{Ends, Is, Starts, Undated, Untagged};

/// `-2026-05`, `-2026-05-14` and `-20260514`.
const DATE: &[&[usize]] = &[&[4, 2], &[4, 2, 2], &[8]];
/// The same, or `-0514`.
const DATE_OR_DAY: &[&[usize]] = &[&[4, 2], &[4, 2, 2], &[8], &[4]];

pub(super) const LATEST: &[FloatRule] = &[Ends("-latest")];
/// Undated ids that have dated targets; the newest families have no dated ids and do not float.
pub(super) const OPENAI: &[FloatRule] = &[
    Ends("-latest"),
    Is("gpt-3.5-turbo"),
    Is("gpt-4"),
    Is("gpt-4-turbo"),
    Is("gpt-4o"),
    Is("gpt-4o-mini"),
    Is("gpt-4.1"),
    Is("gpt-4.1-mini"),
    Is("gpt-4.1-nano"),
    Is("gpt-5"),
    Is("gpt-5-mini"),
    Is("gpt-5-nano"),
    Is("gpt-5.1"),
    Is("gpt-5.2"),
    Is("gpt-5.4"),
    Is("gpt-5.4-mini"),
    Is("gpt-5.4-nano"),
    Is("gpt-5.5"),
    Is("o1"),
    Is("o3"),
    Is("o3-mini"),
    Is("o4-mini"),
];
/// From 4.6 on the id without a date is the pin.
pub(super) const CLAUDE: &[FloatRule] =
    &[Ends("-latest"), Is("claude-haiku-4-5"), Is("claude-opus-4-5"), Is("claude-sonnet-4-5")];
pub(super) const GEMINI: &[FloatRule] = &[Ends("-latest"), Ends("-preview"), Ends("-exp")];
/// Every tag can be moved; these two are moved as a matter of course.
pub(super) const OLLAMA: &[FloatRule] = &[Ends(":latest"), Untagged];
pub(super) const OPENROUTER: &[FloatRule] = &[Starts("~"), Ends("-latest"), Is("openrouter/auto")];
pub(super) const DEEPSEEK: &[FloatRule] =
    &[Ends("-latest"), Is("deepseek-chat"), Is("deepseek-flash"), Is("deepseek-reasoner")];
pub(super) const XAI: &[FloatRule] = &[Undated(DATE_OR_DAY)];
const DEMO: &[FloatRule] = &[Undated(DATE)];

/// Whether the id can come to mean another version of the model on a server of this dialect.
pub fn is_floating(dialect: &Dialect, id: &str) -> bool {
    floats(dialect.floating, id)
}

/// Whether the slot's id can come to mean another version. A demo model floats unless its id ends
/// in a date, whatever format it imitates.
pub fn has_floating_id(model: &Model) -> bool {
    match model.provider {
        ProviderKind::Demo => floats(DEMO, &model.id),
        _ => dialect(&model.dialect).is_some_and(|dialect| is_floating(dialect, &model.id)),
    }
}

fn floats(rules: &[FloatRule], id: &str) -> bool {
    rules.iter().any(|rule| match rule {
        Is(name) => id == *name,
        Starts(head) => id.starts_with(head),
        Ends(tail) => id.ends_with(tail),
        Undated(shapes) => !shapes.iter().any(|shape| ends_in_digits(id, shape)),
        Untagged => !id.contains(':'),
    })
}

fn ends_in_digits(id: &str, shape: &[usize]) -> bool {
    let mut groups = id.rsplit('-');
    let all_match = shape.iter().rev().all(|length| {
        groups.next().is_some_and(|group| {
            group.len() == *length && group.bytes().all(|byte| byte.is_ascii_digit())
        })
    });
    all_match && groups.next().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
