//! What is read of an answer: stop reasons, refusals, tool calls, who answered.

use super::*;
use crate::domain::Usage;

fn chat(message: &Value, finish: &str) -> Completion {
    answer("openai", &json!({"choices": [{"finish_reason": finish, "message": message}]}))
}

fn stops(name: &str, body: &Value, want: StopReason) {
    assert_eq!(answer(name, body).stop, want, "{name} {body}");
}

#[test]
fn chat_answers_end_for_a_known_reason() {
    use StopReason::{
        Complete, ContextOverflow, Filtered, ProviderFault, ToolCall, Truncated, Unknown,
    };
    for (word, want) in [
        ("stop", Complete),
        ("eos", Complete),
        ("length", Truncated),
        ("tool_calls", ToolCall),
        ("function_call", ToolCall),
        ("content_filter", Filtered),
        ("model_length", ContextOverflow),
        ("error", ProviderFault),
        ("abort", ProviderFault),
        ("insufficient_system_resource", ProviderFault),
        ("whatever", Unknown),
    ] {
        let got = chat(&json!({"content": "x"}), word);
        assert_eq!((got.stop, got.stop_raw.as_deref()), (want, Some(word)));
    }
}

#[test]
fn a_call_that_the_older_field_repeats_is_one_call() {
    let function = json!({"name": "t", "arguments": "{\"a\": true}"});
    let calls = json!([{"id": "1", "type": "function", "function": function}]);
    let empty = json!({"name": "", "arguments": ""});
    for message in [
        json!({"content": null, "tool_calls": calls, "function_call": function}),
        json!({"content": null, "tool_calls": calls, "function_call": empty}),
        json!({"content": null, "function_call": function}),
    ] {
        let got = chat(&message, "stop");
        assert_eq!((got.tool_calls.len(), got.stop), (1, StopReason::ToolCall), "{message}");
    }
}

#[test]
fn the_other_formats_end_for_a_known_reason() {
    use StopReason::{
        Complete, ContextOverflow, Filtered, Paused, ProviderFault, Refused, ToolCall, Truncated,
        Unknown,
    };
    for (word, want) in [
        ("end_turn", Complete),
        ("stop_sequence", Complete),
        ("max_tokens", Truncated),
        ("tool_use", ToolCall),
        ("refusal", Refused),
        ("pause_turn", Paused),
        ("compaction", Paused),
        ("model_context_window_exceeded", ContextOverflow),
        ("new", Unknown),
    ] {
        stops("anthropic", &json!({"content": [], "stop_reason": word}), want);
    }
    for (word, want) in [
        ("STOP", Complete),
        ("MAX_TOKENS", Truncated),
        ("SAFETY", Filtered),
        ("IMAGE_SAFETY", Filtered),
        ("MODEL_ARMOR", Filtered),
        ("MALFORMED_FUNCTION_CALL", ProviderFault),
        ("LANGUAGE", Unknown),
    ] {
        stops("gemini", &json!({"candidates": [{"finishReason": word}]}), want);
    }
    for (word, want) in [("stop", Complete), ("length", Truncated), ("load", Unknown)] {
        stops("ollama", &json!({"message": {"content": ""}, "done_reason": word}), want);
    }
    for (word, want) in [
        ("end_turn", Complete),
        ("stop_sequence", Complete),
        ("max_tokens", Truncated),
        ("tool_use", ToolCall),
        ("guardrail_intervened", Filtered),
        ("content_filtered", Filtered),
        ("malformed_tool_use", ProviderFault),
        ("model_context_window_exceeded", ContextOverflow),
        ("new", Unknown),
    ] {
        let body = json!({"output": {"message": {"content": []}}, "stopReason": word});
        stops("bedrock", &body, want);
    }
    for (status, reason, want) in [
        ("completed", Value::Null, Complete),
        ("incomplete", json!({"reason": "max_output_tokens"}), Truncated),
        ("incomplete", json!({"reason": "content_filter"}), Filtered),
        ("incomplete", json!({"reason": "steered"}), Unknown),
        ("incomplete", Value::Null, Truncated),
    ] {
        let body = json!({"status": status, "incomplete_details": reason, "output": []});
        stops("openai-responses", &body, want);
    }
}

#[test]
fn an_answer_that_was_cut_is_cut_whatever_the_gateway_says() {
    use StopReason::{Complete, Truncated};
    let stop = |choice: Value| answer("openrouter", &json!({"choices": [choice]})).stop;
    let message = json!({"content": "{}"});
    for (choice, want) in [
        (json!({"finish_reason": "stop", "native_finish_reason": "length"}), Truncated),
        (json!({"finish_reason": "tool_calls", "native_finish_reason": "MAX_TOKENS"}), Truncated),
        (json!({"finish_reason": "stop", "native_finish_reason": "end_turn"}), Complete),
        (json!({"finish_reason": "length", "native_finish_reason": "stop"}), Truncated),
        (json!({"finish_details": {"type": "max_tokens"}}), Truncated),
        (json!({"finish_details": {"type": "stop"}}), Complete),
        (json!({"finish_reason": "max_output_tokens"}), Truncated),
    ] {
        let mut whole = choice.clone();
        whole["message"] = message.clone();
        assert_eq!(stop(whole), want, "{choice}");
    }
}

#[test]
fn tokens_tell_when_an_answer_was_cut_and_when_they_cannot_be_billed() {
    use StopReason::{Complete, Truncated};
    let completion = |output: u64| Completion {
        text: Some("{}".to_owned()),
        stop: Complete,
        usage: Some(Usage { input: Some(output), output: Some(output), ..Usage::default() }),
        ..Completion::default()
    };
    let doubted = |output, limit, tier| {
        let mut completion = completion(output);
        completion.doubt(limit, tier);
        (completion.stop, completion.usage.is_some_and(|usage| usage.inconsistent))
    };
    assert_eq!(doubted(64, Some(64), None), (Truncated, false));
    assert_eq!(doubted(63, Some(64), None), (Complete, false));
    assert_eq!(doubted(64, None, Some("flex")), (Complete, true));
    assert_eq!(doubted(0, None, None), (Complete, true));
}

#[test]
fn a_form_that_was_not_asked_for_is_named_and_not_asked_again() {
    let error = |name: &str, value: &str, body: &str| {
        let response = HttpResponse {
            headers: vec![(name.to_owned(), value.to_owned())],
            body: body.as_bytes().to_vec(),
            ..response(200, "")
        };
        decode(&model("openai", Structured::Prompt), &response).unwrap_err()
    };
    for (error, word) in [
        (error("content-type", "text/event-stream; charset=utf-8", "data: {}\n\n"), "event stream"),
        (error("x-other", "y", "data: [DONE]\n\n"), "event stream"),
        (error("content-encoding", "zstd", "?"), "`zstd`"),
    ] {
        assert!(error.message.contains(word), "{error}");
        assert_eq!(error.should_retry, Some(false));
    }
}

#[test]
fn a_refusal_is_seen_in_every_format() {
    let refused = [
        chat(&json!({"content": null, "refusal": "No."}), "stop"),
        answer(
            "openai-responses",
            &json!({"status": "completed", "output": [
            {"type": "message", "content": [{"type": "refusal", "refusal": "No."}]}]}),
        ),
        answer(
            "anthropic",
            &json!({"content": [{"type": "text", "text": "I can't"}],
            "stop_reason": "refusal", "stop_details": {"category": "bio", "explanation": "No."}}),
        ),
    ];
    for answer in refused {
        assert_eq!((answer.stop, answer.refusal.as_deref()), (StopReason::Refused, Some("No.")));
    }
}

#[test]
fn a_blocked_gemini_prompt_is_filtered_although_nobody_answered() {
    let body = json!({"promptFeedback": {"blockReason": "SAFETY"},
        "usageMetadata": {"promptTokenCount": 3, "totalTokenCount": 3}, "modelVersion": "g"});
    let got = answer("gemini", &body);
    assert_eq!((got.stop, got.refusal.as_deref()), (StopReason::Filtered, Some("SAFETY")));
    assert_eq!((got.text, got.identity.served.as_deref()), (None, Some("g")));
}

#[test]
fn tool_arguments_come_as_written() {
    let twice = r#"{"a": 1, "a": 2}"#;
    let string = json!(twice).to_string();
    for (name, body) in [
        (
            "openai",
            format!(
                r#"{{"choices": [{{"message": {{"tool_calls":
            [{{"function": {{"name": "f", "arguments": {string}}}}}]}}}}]}}"#
            ),
        ),
        (
            "mistral",
            format!(
                r#"{{"choices": [{{"message": {{"tool_calls":
            [{{"function": {{"name": "f", "arguments": {twice}}}}}]}}}}]}}"#
            ),
        ),
        (
            "openai-responses",
            format!(
                r#"{{"status": "completed", "output":
            [{{"type": "function_call", "name": "f", "arguments": {string}}}]}}"#
            ),
        ),
        (
            "anthropic",
            format!(
                r#"{{"content":
            [{{"type": "tool_use", "name": "f", "input": {twice}}}], "stop_reason": "tool_use"}}"#
            ),
        ),
        (
            "gemini",
            format!(
                r#"{{"candidates": [{{"finishReason": "STOP", "content":
            {{"parts": [{{"functionCall": {{"name": "f", "args": {twice}}}}}]}}}}]}}"#
            ),
        ),
        (
            "ollama",
            format!(
                r#"{{"done_reason": "stop", "message": {{"content": "", "tool_calls":
            [{{"function": {{"name": "f", "arguments": {twice}}}}}]}}}}"#
            ),
        ),
    ] {
        let got = decode(&model(name, Structured::Prompt), &response(200, body)).unwrap();
        assert_eq!(got.stop, StopReason::ToolCall, "{name}");
        assert_eq!(got.tool_calls.len(), 1, "{name}");
        let call = &got.tool_calls[0];
        assert_eq!((call.name.as_str(), call.arguments.as_str()), ("f", twice), "{name}");
    }
}

#[test]
fn thinking_is_not_part_of_the_answer() {
    let mistral = json!({"content": [
        {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
        {"type": "text", "text": "a"}, {"type": "text", "text": "b"}]});
    assert_eq!(chat(&mistral, "stop").text.as_deref(), Some("ab"));
    let anthropic = json!({"content": [{"type": "thinking", "thinking": "hm"},
        {"type": "text", "text": "ab"}], "stop_reason": "end_turn"});
    assert_eq!(answer("anthropic", &anthropic).text.as_deref(), Some("ab"));
    let gemini = json!({"candidates": [{"finishReason": "STOP", "content": {"parts": [
        {"text": "hm", "thought": true}, {"text": "ab"}]}}]});
    assert_eq!(answer("gemini", &gemini).text.as_deref(), Some("ab"));
    let responses = json!({"status": "completed", "output": [{"type": "reasoning", "summary": []},
        {"type": "message", "phase": "commentary", "content": [{"type": "output_text", "text": "hm"}]},
        {"type": "message", "phase": "final_answer", "content": [{"type": "output_text", "text": "ab"}]}]});
    assert_eq!(answer("openai-responses", &responses).text.as_deref(), Some("ab"));
}

#[test]
fn who_answered_is_read_from_body_and_headers() {
    let body = json!({"id": "chatcmpl-1", "model": "m-2026", "system_fingerprint": "fp_1",
        "choices": [{"message": {"content": "x"}}]});
    let mut response = response(200, body.to_string());
    let openai = model("openai", Structured::Prompt);
    let identity = decode(&openai, &response).unwrap().identity;
    assert_eq!(identity.served.as_deref(), Some("m-2026"));
    assert_eq!(identity.fingerprint.as_deref(), Some("fp_1"));
    assert_eq!(identity.request_id.as_deref(), Some("chatcmpl-1"));
    response.headers.push(("x-request-id".to_owned(), "req_1".to_owned()));
    let identity = decode(&openai, &response).unwrap().identity;
    assert_eq!(identity.request_id.as_deref(), Some("req_1"));
}

#[test]
fn bedrock_counts_its_cache_apart_and_passes_on_why_claude_refused() {
    let got = answer(
        "bedrock",
        &json!({
            "output": {"message": {"content": [
                {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "x"}}},
                {"reasoningContent": {"redactedContent": "eA=="}},
                {"text": "No."},
            ]}},
            "stopReason": "end_turn",
            "additionalModelResponseFields":
                {"stop_reason": "refusal", "stop_details": {"explanation": "policy"}},
            "trace": {"promptRouter": {"invokedModelId": "m-1"}},
            "serviceTier": {"type": "default"},
            "usage": {"inputTokens": 5, "cacheReadInputTokens": 20, "cacheWriteInputTokens": 30,
                "cacheDetails": [{"ttl": "1h", "inputTokens": 10}, {"ttl": "5m", "inputTokens": 20}],
                "outputTokens": 7, "totalTokens": 62},
        }),
    );
    assert_eq!((got.stop, got.refusal.as_deref()), (StopReason::Refused, Some("policy")));
    assert_eq!(got.thought, Some(("reasoningContent", "hm".to_owned())));
    assert_eq!(got.identity.served.as_deref(), Some("m-1"));
    let usage = got.usage.unwrap();
    let written = (usage.cache_write_5m, usage.cache_write_1h);
    assert_eq!((usage.input, usage.cached_read), (Some(55), Some(20)));
    assert_eq!(written, (Some(20), Some(10)));
    assert!(!usage.inconsistent);
}

#[test]
fn what_bedrock_serves_in_another_tier_has_no_price() {
    let inconsistent = |tier: &str| {
        let body = json!({"output": {"message": {"content": [{"text": "x"}]}},
            "stopReason": "end_turn", "serviceTier": {"type": tier},
            "usage": {"inputTokens": 5, "outputTokens": 7, "totalTokens": 12}});
        answer("bedrock", &body).usage.unwrap().inconsistent
    };
    assert_eq!(["default", "flex", "priority"].map(inconsistent), [false, true, true]);
}

#[test]
fn a_tool_that_bedrock_calls_itself_is_no_answer() {
    let call = |name: &str, kind: Value| json!({"toolUse": {"toolUseId": "1", "name": name, "input": {"a": 1}, "type": kind}});
    let body = json!({"output": {"message": {"content": [
        call("nova_grounding", json!("server_tool_use")), call("answer", Value::Null)]}},
        "stopReason": "tool_use"});
    let calls = answer("bedrock", &body).tool_calls;
    assert_eq!(calls.len(), 1);
    assert_eq!((calls[0].name.as_str(), calls[0].arguments.as_str()), ("answer", "{\"a\":1}"));
}
