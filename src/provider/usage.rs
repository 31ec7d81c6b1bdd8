//! Token counts in one shape. What is not reported stays `None`, which is not zero; a part that is
//! larger than its whole contradicts it: it counts as not reported, and the report as inconsistent.

use serde_json::Value;

use crate::domain::{Pico, Usage};

/// OpenAI Chat, OpenAI Responses and everybody who speaks like them.
pub(super) fn openai(usage: &Value) -> Option<Usage> {
    const CACHED: [&str; 6] = [
        "/prompt_tokens_details/cached_tokens",
        "/input_tokens_details/cached_tokens",
        "/prompt_token_details/cached_tokens",
        "/num_cached_tokens",
        "/cached_tokens",
        "/prompt_cache_hit_tokens",
    ];
    const WRITTEN: [&str; 2] =
        ["/prompt_tokens_details/cache_write_tokens", "/input_tokens_details/cache_write_tokens"];
    const REASONING: [&str; 3] = [
        "/completion_tokens_details/reasoning_tokens",
        "/output_tokens_details/reasoning_tokens",
        "/reasoning_tokens",
    ];
    let input = first(usage, &["/prompt_tokens", "/input_tokens"]);
    let output = first(usage, &["/completion_tokens", "/output_tokens"]);
    let reasoning = first(usage, &REASONING);
    let total = first(usage, &["/total_tokens"]);
    let output = with_reasoning(output, reasoning, total.zip(input));
    checked(Usage {
        input,
        cached_read: first(usage, &CACHED),
        cache_write_5m: first(usage, &WRITTEN),
        cache_write_1h: None,
        output,
        reasoning,
        inconsistent: is_other_sum(total, &[input, output]),
        reported_cost: reported_cost(usage),
    })
}

/// xAI counts reasoning apart from the output; only the total shows it.
fn with_reasoning(
    output: Option<u64>,
    reasoning: Option<u64>,
    total_and_input: Option<(u64, u64)>,
) -> Option<u64> {
    let both = output?.checked_add(reasoning.unwrap_or(0))?;
    let apart =
        total_and_input.is_some_and(|(total, input)| total.checked_sub(input) == Some(both));
    if apart { Some(both) } else { output }
}

/// Whether a total is reported that is not the sum of its parts: then something was billed that is
/// not told.
fn is_other_sum(total: Option<u64>, parts: &[Option<u64>]) -> bool {
    total.is_some_and(|total| sum(parts).is_some_and(|sum| sum != total))
}

/// What the provider says that the answer cost: OpenRouter in dollars, xAI in ticks of 10⁻¹⁰ dollars.
/// Where the key is the user's own (`is_byok`), OpenRouter names its fee alone.
fn reported_cost(usage: &Value) -> Option<Pico> {
    if let Some(ticks) = count(usage, "/cost_in_usd_ticks") {
        return Pico::new(ticks.into()).checked_mul(100);
    }
    let cost = usage.pointer("/cost").filter(|cost| cost.is_number())?;
    let is_fee = usage.pointer("/is_byok").and_then(Value::as_bool) == Some(true);
    if is_fee { None } else { Pico::from_usd(&cost.to_string()).ok() }
}

/// Anthropic, which counts cached input apart from `input_tokens`, and lists each pass where there
/// were several: the counts at the top leave out those that compact the context, and what another
/// model advised has prices of its own.
pub(super) fn anthropic(usage: &Value) -> Option<Usage> {
    let passes = usage.get("iterations").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let own: Vec<&Value> = passes.iter().filter(|pass| pass["type"] != "advisor_message").collect();
    if own.is_empty() {
        return anthropic_pass(usage);
    }
    let mut sum = Usage::default();
    own.into_iter().filter_map(anthropic_pass).for_each(|pass| sum.add(pass));
    Some(sum)
}

fn anthropic_pass(usage: &Value) -> Option<Usage> {
    let read = count(usage, "/cache_read_input_tokens");
    let hour = count(usage, "/cache_creation/ephemeral_1h_input_tokens");
    let short = count(usage, "/cache_creation/ephemeral_5m_input_tokens");
    let split = sum(&[short, hour]);
    let written = count(usage, "/cache_creation_input_tokens").or(split);
    let fresh = count(usage, "/input_tokens");
    checked(Usage {
        input: fresh.and_then(|_| sum(&[fresh, read, written])),
        cached_read: read,
        cache_write_5m: written.map(|all| all.saturating_sub(hour.unwrap_or(0))),
        cache_write_1h: hour,
        output: count(usage, "/output_tokens"),
        reasoning: count(usage, "/output_tokens_details/thinking_tokens"),
        inconsistent: is_other_sum(written, &[split]),
        ..Usage::default()
    })
}

/// Gemini, which counts thoughts apart from candidates and leaves zeros out.
pub(super) fn gemini(usage: &Value) -> Option<Usage> {
    let prompt = count(usage, "/promptTokenCount");
    let input = sum(&[prompt, count(usage, "/toolUsePromptTokenCount")]);
    let thoughts = count(usage, "/thoughtsTokenCount");
    let output = sum(&[count(usage, "/candidatesTokenCount"), thoughts]);
    let total = count(usage, "/totalTokenCount");
    let rest = || total?.checked_sub(input?);
    checked(Usage {
        input,
        cached_read: count(usage, "/cachedContentTokenCount"),
        cache_write_5m: None,
        cache_write_1h: None,
        output: output.or_else(rest),
        reasoning: thoughts,
        inconsistent: output.is_some() && is_other_sum(total, &[input, output]),
        ..Usage::default()
    })
}

/// Cohere. What it bills are the texts alone; what it counts beside is around them, and free.
pub(super) fn cohere(usage: &Value) -> Option<Usage> {
    checked(Usage {
        input: first(usage, &["/billed_units/input_tokens", "/tokens/input_tokens"]),
        output: first(usage, &["/billed_units/output_tokens", "/tokens/output_tokens"]),
        ..Usage::default()
    })
}

/// Bedrock, which counts cached input apart from `inputTokens`, as Anthropic does.
pub(super) fn bedrock(usage: &Value) -> Option<Usage> {
    let read = count(usage, "/cacheReadInputTokens");
    let written = count(usage, "/cacheWriteInputTokens");
    let details = usage.get("cacheDetails").and_then(Value::as_array).into_iter().flatten();
    let hour = details.filter(|part| part["ttl"] == "1h").map(|part| count(part, "/inputTokens"));
    let hour = sum(&hour.collect::<Vec<_>>());
    let fresh = count(usage, "/inputTokens");
    let input = fresh.and_then(|_| sum(&[fresh, read, written]));
    let output = count(usage, "/outputTokens");
    checked(Usage {
        input,
        cached_read: read,
        cache_write_5m: written.map(|all| all.saturating_sub(hour.unwrap_or(0))),
        cache_write_1h: hour,
        output,
        inconsistent: is_other_sum(count(usage, "/totalTokens"), &[input, output]),
        ..Usage::default()
    })
}

/// Ollama, whose counts stand at the top of the answer.
pub(super) fn ollama(input: Option<u64>, output: Option<u64>) -> Option<Usage> {
    checked(Usage { input, output, ..Usage::default() })
}

fn checked(mut usage: Usage) -> Option<Usage> {
    let cached = sum(&[usage.cached_read, usage.cache_write_5m, usage.cache_write_1h]);
    if cached > usage.input {
        (usage.cached_read, usage.cache_write_5m, usage.cache_write_1h) = (None, None, None);
        usage.inconsistent = true;
    }
    if usage.reasoning > usage.output {
        usage.reasoning = None;
        usage.inconsistent = true;
    }
    (usage != Usage::default()).then_some(usage)
}

fn first(usage: &Value, pointers: &[&str]) -> Option<u64> {
    pointers.iter().find_map(|pointer| count(usage, pointer))
}

fn count(usage: &Value, pointer: &str) -> Option<u64> {
    usage.pointer(pointer)?.as_u64()
}

fn sum(counts: &[Option<u64>]) -> Option<u64> {
    let known: Vec<u64> = counts.iter().copied().flatten().collect();
    let all = known.iter().try_fold(0_u64, |sum, count| sum.checked_add(*count));
    all.filter(|_| !known.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nothing_reported_is_not_zero() {
        assert_eq!(openai(&json!({})), None);
        assert_eq!(openai(&Value::Null), None);
        let usage = openai(&json!({"prompt_tokens": 9, "completion_tokens": 4})).unwrap();
        assert_eq!((usage.input, usage.output), (Some(9), Some(4)));
        assert_eq!((usage.cached_read, usage.reasoning), (None, None));
    }

    #[test]
    fn anthropic_input_is_the_sum_of_fresh_read_and_written() {
        let usage = anthropic(&json!({
            "input_tokens": 10, "cache_read_input_tokens": 100, "cache_creation_input_tokens": 30,
            "cache_creation": {"ephemeral_5m_input_tokens": 20, "ephemeral_1h_input_tokens": 10},
            "output_tokens": 5
        }))
        .unwrap();
        assert_eq!(usage.input, Some(140));
        assert_eq!((usage.cache_write_5m, usage.cache_write_1h), (Some(20), Some(10)));
    }

    #[test]
    fn every_pass_of_one_answer_is_billed() {
        let pass =
            |input: u64, output: u64| json!({"input_tokens": input, "output_tokens": output});
        let mut usage = pass(0, 0);
        usage["iterations"] = json!([pass(700, 20), pass(90, 5)]);
        let usage = anthropic(&usage).unwrap();
        assert_eq!((usage.input, usage.output), (Some(790), Some(25)));
    }

    #[test]
    fn what_another_model_advised_is_not_of_the_answer() {
        let advice = json!({"input_tokens": 500, "output_tokens": 9, "type": "advisor_message"});
        let own = json!({"input_tokens": 70, "output_tokens": 3, "type": "message"});
        let usage = json!({"input_tokens": 70, "output_tokens": 3, "iterations": [own, advice]});
        assert_eq!(anthropic(&usage).unwrap().input, Some(70));
    }

    #[test]
    fn gemini_output_includes_thoughts() {
        let usage = gemini(&json!({
            "promptTokenCount": 9, "candidatesTokenCount": 4, "thoughtsTokenCount": 6,
            "totalTokenCount": 19
        }))
        .unwrap();
        assert_eq!((usage.input, usage.output, usage.reasoning), (Some(9), Some(10), Some(6)));
        let blocked = gemini(&json!({"promptTokenCount": 9, "totalTokenCount": 9})).unwrap();
        assert_eq!(blocked.output, Some(0));
    }

    #[test]
    fn reasoning_that_is_counted_apart_is_added() {
        let details = json!({"reasoning_tokens": 502});
        let apart = json!({"prompt_tokens": 429, "completion_tokens": 44, "total_tokens": 975,
            "completion_tokens_details": details});
        let inside = json!({"prompt_tokens": 429, "completion_tokens": 546, "total_tokens": 975,
            "completion_tokens_details": details});
        assert_eq!(openai(&apart), openai(&inside));
    }

    #[test]
    fn a_total_that_nothing_explains_cannot_be_billed() {
        let hidden = json!({"prompt_tokens": 35, "completion_tokens": 12, "total_tokens": 109});
        assert!(openai(&hidden).unwrap().inconsistent);
        let plain = json!({"prompt_tokens": 35, "completion_tokens": 12, "total_tokens": 47});
        assert!(!openai(&plain).unwrap().inconsistent);
        let untold =
            json!({"promptTokenCount": 9, "candidatesTokenCount": 4, "totalTokenCount": 20});
        assert!(gemini(&untold).unwrap().inconsistent);
        let split = json!({"input_tokens": 1, "output_tokens": 1, "cache_creation_input_tokens": 30,
            "cache_creation": {"ephemeral_5m_input_tokens": 20, "ephemeral_1h_input_tokens": 0}});
        assert!(anthropic(&split).unwrap().inconsistent);
    }

    #[test]
    fn what_the_provider_says_of_the_cost_is_kept() {
        let cost = |usage: Value| openai(&usage).unwrap().reported_cost.map(Pico::get);
        let tokens = json!({"prompt_tokens": 1, "completion_tokens": 1});
        let with = |name: &str, value: Value| {
            let mut usage = tokens.clone();
            usage[name] = value;
            usage
        };
        assert_eq!(cost(with("cost", json!(9.83e-05))), Some(98_300_000));
        assert_eq!(cost(with("cost_in_usd_ticks", json!(8_702_400))), Some(870_240_000));
        assert_eq!(cost(with("cost", Value::Null)), None);
        let mut fee = with("cost", json!(0.1));
        fee["is_byok"] = json!(true);
        assert_eq!(cost(fee), None);
    }

    #[test]
    fn a_part_larger_than_its_whole_is_not_reported() {
        let usage = openai(&json!({"prompt_tokens": 5, "completion_tokens": 1, "total_tokens": 6,
            "prompt_tokens_details": {"cached_tokens": 6},
            "completion_tokens_details": {"reasoning_tokens": 9}}))
        .unwrap();
        assert_eq!((usage.cached_read, usage.reasoning), (None, None));
        assert!(usage.inconsistent, "and nothing can be billed by such a report");
        assert_eq!(openai(&json!({"prompt_tokens": -5, "completion_tokens": 1.5})), None);
    }
}
