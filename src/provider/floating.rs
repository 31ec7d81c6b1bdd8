//! Model ids that can come to mean another version without a change of the config: rules as data.

use std::fmt;

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

impl fmt::Display for FloatRule {
    /// Which ids it means.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Is(name) => write!(f, "`{name}`"),
            Starts(head) => write!(f, "`{head}…`"),
            Ends(tail) => write!(f, "`…{tail}`"),
            Undated(_) => f.write_str("any id without a date at its end"),
            Untagged => f.write_str("any id without a tag"),
        }
    }
}

use FloatRule::{Ends, Is, Starts, Undated, Untagged};

/// `-2026-05`, `-2026-05-14` and `-20260514`.
const DATE: &[&[usize]] = &[&[4, 2], &[4, 2, 2], &[8]];
/// The same, or `-0514`.
const DATE_OR_DAY: &[&[usize]] = &[&[4, 2], &[4, 2, 2], &[8], &[4]];

/// `-08-2024`, which ends Cohere's dated ids.
pub(super) const COHERE: &[FloatRule] = &[Ends("-latest"), Undated(&[&[2, 4]])];
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
pub(super) const DEMO: &[FloatRule] = &[Undated(DATE)];

/// Whether a rule makes the id float.
pub(super) fn floats(rules: &[FloatRule], id: &str) -> bool {
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
