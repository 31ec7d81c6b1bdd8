//! The headers that tell what is left of a rate limit. Nobody is limited here, so they say the same
//! of every request; after a 429 nothing is left.

use super::{CREATED_AT, Wire};

/// What is limited, and to how much a minute.
const LIMITS: &[(&str, u32)] = &[("requests", 10_000), ("tokens", 2_000_000)];

/// OpenAI: <https://platform.openai.com/docs/guides/rate-limits>. Anthropic:
/// <https://docs.claude.com/en/api/rate-limits>. Gemini and Ollama send none.
pub(super) fn headers(wire: Wire, status: u16) -> Vec<(String, String)> {
    let mut headers = Vec::new();
    for (what, limit) in LIMITS {
        let left = if status == 429 { 0 } else { limit - 1 };
        let mut say = |name: String, value: String| headers.push((name, value));
        match wire {
            Wire::OpenaiChat | Wire::OpenaiResponses => {
                say(format!("x-ratelimit-limit-{what}"), limit.to_string());
                say(format!("x-ratelimit-remaining-{what}"), left.to_string());
                say(format!("x-ratelimit-reset-{what}"), "6ms".to_owned());
            }
            Wire::Anthropic => {
                say(format!("anthropic-ratelimit-{what}-limit"), limit.to_string());
                say(format!("anthropic-ratelimit-{what}-remaining"), left.to_string());
                say(format!("anthropic-ratelimit-{what}-reset"), CREATED_AT.to_owned());
            }
            Wire::Gemini | Wire::Ollama => {}
        }
    }
    headers
}
