//! What models are known to refuse, by their ids: `temperature` and `top-p` (reasoning models take
//! the default value 1 alone), and the forced call of a tool.
//!
//! Sources: the providers' API references and error texts, November 2026.

use crate::domain::{Model, Output, Structured};

use super::dialect::Wire;
use super::lookup::dialect;

/// The key that has a tool called.
pub(crate) const STRUCTURED: &str = "structured";

/// Which sampling parameters of the slot its model refuses.
fn sampling(model: &Model) -> Vec<(&'static str, String)> {
    let params = &model.params;
    let set: Vec<_> = [("temperature", params.temperature), ("top-p", params.top_p)]
        .into_iter()
        .filter(|(_, value)| value.is_some_and(|value| (value - 1.0).abs() > f64::EPSILON))
        .map(|(name, _)| name)
        .collect();
    let why = |why: &str| set.iter().map(|name| (*name, format!("`{}` {why}", model.id))).collect();
    let id = own_id(model);
    match dialect(&model.dialect).map(|dialect| (dialect.wire, dialect.name)) {
        Some((Wire::Anthropic | Wire::Bedrock, _)) => {
            if params.api_version.as_deref().is_some_and(|version| version >= SILENT_VERSION) {
                return why("takes no sampling parameters under this `api-version`");
            }
            if claude(&id).is_some_and(|version| version >= (4, 7)) {
                return why("refuses any value but 1");
            }
            let both = params.temperature.is_some() && params.top_p.is_some();
            if both && claude(&id).is_some_and(|(major, _)| major >= 4) {
                let why = format!("`{}` refuses it beside `temperature`", model.id);
                return vec![("top-p", why)];
            }
            Vec::new()
        }
        Some((_, "openai" | "openai-responses" | "azure" | "openrouter")) => {
            match (gpt(&id), params.reasoning_effort.as_deref()) {
                (Some(Sampling::Never), _) => why("refuses any value but 1"),
                (Some(Sampling::WithoutReasoning), effort) if effort != Some("none") => {
                    why("refuses any value but 1 unless `reasoning-effort` is \"none\"")
                }
                (Some(Sampling::UnlessReasoning), Some(effort)) if effort != "none" => {
                    why("refuses any value but 1 beside `reasoning-effort`")
                }
                _ => Vec::new(),
            }
        }
        _ => Vec::new(),
    }
}

/// What the model is known to refuse, with the key of the config that asks for it, and why: every
/// such request fails.
pub(crate) fn refused(model: &Model, output: &Output) -> Vec<(&'static str, String)> {
    let (calls_tool, is_forced) = match (output, model.structured) {
        (Output::Tools { calls, .. }, mode) => {
            (matches!(mode, Structured::Native | Structured::Tool), calls.required)
        }
        (Output::Json { .. }, mode) => (mode == Structured::Tool, true),
        (Output::Text, _) => (false, false),
    };
    let mut refused = sampling(model);
    let tools = tools(model, is_forced).filter(|_| calls_tool);
    refused.extend(tools.map(|why| (STRUCTURED, why)));
    refused
}

/// Why the model refuses tools, or the forced call of one.
fn tools(model: &Model, is_forced: bool) -> Option<String> {
    let id = own_id(model);
    let is = |names: &[&str]| names.iter().any(|name| id.starts_with(name));
    let effort = model.params.reasoning_effort.as_deref();
    let why = match dialect(&model.dialect).map(|dialect| (dialect.wire, dialect.name))? {
        (Wire::Anthropic | Wire::Bedrock, _) if !is_forced => return None,
        (Wire::Anthropic | Wire::Bedrock, _) if is(&["claude-sonnet-5-5", "claude-opus-5-5"]) => {
            "refuses a forced call of a tool"
        }
        (Wire::Anthropic | Wire::Bedrock, _) if is(&["claude-fable-5-1", "claude-mythos-5-1"]) => {
            "refuses a forced call of a tool"
        }
        (_, "openai" | "azure") if is(&["gpt-6-astra", "gpt-6.1-sol"]) => {
            "takes tools through the provider `openai-responses` only"
        }
        (_, "openai" | "azure") if is(&["gpt-5.6", "gpt-6-sol"]) && effort != Some("none") => {
            "takes tools only where `reasoning-effort` is \"none\""
        }
        _ => return None,
    };
    Some(format!("`{}` {why}", model.id))
}

/// The id without host, region and maker: `us.anthropic.claude-…` of Bedrock, `openai/gpt-…`.
fn own_id(model: &Model) -> String {
    let id = model.id.rsplit('/').next().unwrap_or_default().to_lowercase();
    id.rsplit_once("anthropic.").map(|(_, own)| own.to_owned()).unwrap_or(id)
}

/// The version of Anthropic's API from which on no model takes sampling parameters.
const SILENT_VERSION: &str = "2026-10-21";

/// When a model of OpenAI takes another value than 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sampling {
    Never,
    /// Only where it is told not to reason.
    WithoutReasoning,
    /// It does not reason unless told to.
    UnlessReasoning,
}

/// By the begin of an id; the longest that fits holds.
const GPT: [(&str, Sampling); 11] = [
    ("o1", Sampling::Never),
    ("o3", Sampling::Never),
    ("o4", Sampling::Never),
    ("gpt-5", Sampling::Never),
    ("gpt-5.1", Sampling::UnlessReasoning),
    ("gpt-5.2", Sampling::UnlessReasoning),
    ("gpt-5.4", Sampling::UnlessReasoning),
    ("gpt-5.", Sampling::WithoutReasoning),
    ("gpt-6", Sampling::WithoutReasoning),
    ("gpt-6-astra", Sampling::Never),
    ("gpt-6.1-sol", Sampling::Never),
];

fn gpt(id: &str) -> Option<Sampling> {
    // A fine-tuned id is `ft:BASE:…`.
    let id = id.strip_prefix("ft:").unwrap_or(id);
    let fits = |start: &str| {
        let rest = id.strip_prefix(start)?;
        let is_whole = start.ends_with('.') || rest.is_empty() || rest.starts_with(['-', ':', '.']);
        is_whole.then_some(start.len())
    };
    let found = GPT.iter().filter_map(|(start, rule)| Some((fits(start)?, *rule)));
    let is_chat = id.contains("-chat");
    found.max_by_key(|(length, _)| *length).map(|(_, rule)| rule).filter(|_| !is_chat)
}

/// The version of a Claude since 4: `claude-opus-4-8` is (4, 8).
fn claude(id: &str) -> Option<(u32, u32)> {
    let mut parts = id.strip_prefix("claude-")?.split(['-', '.', '@']);
    // Before 4 the number stood before the name.
    parts.next().filter(|name| name.chars().all(char::is_alphabetic))?;
    let major = parts.next()?.parse().ok()?;
    // A date of eight digits is no version.
    let minor = parts.next().filter(|part| part.len() < 4).and_then(|part| part.parse().ok());
    Some((major, minor.unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_tells_when_a_value_other_than_1_is_taken() {
        use Sampling::{Never, UnlessReasoning, WithoutReasoning};
        for (id, rule) in [
            ("o3-2025-04-16", Some(Never)),
            ("o4-mini", Some(Never)),
            ("gpt-5", Some(Never)),
            ("gpt-5-mini-2025-08-07", Some(Never)),
            ("gpt-5-chat-latest", None),
            ("gpt-5.2", Some(UnlessReasoning)),
            ("gpt-5.4-nano", Some(UnlessReasoning)),
            ("gpt-5.6-terra", Some(WithoutReasoning)),
            ("gpt-6-luna", Some(WithoutReasoning)),
            ("gpt-6-astra", Some(Never)),
            ("ft:gpt-5-mini:acme::x1", Some(Never)),
            ("gpt-4o-mini", None),
            ("gpt-50", None),
            ("oracle", None),
        ] {
            assert_eq!(gpt(id), rule, "{id}");
        }
    }

    #[test]
    fn the_version_of_a_claude_is_in_its_id() {
        for (id, version) in [
            ("claude-opus-4-8", Some((4, 8))),
            ("claude-sonnet-4-20250514", Some((4, 0))),
            ("claude-haiku-4-5-20251001", Some((4, 5))),
            ("claude-sonnet-5-5", Some((5, 5))),
            ("claude-opus-5", Some((5, 0))),
            ("claude-3-5-sonnet-20241022", None),
            ("other", None),
        ] {
            assert_eq!(claude(id), version, "{id}");
        }
    }
}
