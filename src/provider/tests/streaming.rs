//! Streams as servers send them: what each format asks for, and what becomes of odd events.

use super::*;

fn streaming(name: &str) -> Model {
    let mut model = model(name, Structured::Prompt);
    model.params.stream = true;
    model
}

fn read(name: &str, body: &str) -> Result<Completion, ProviderError> {
    decode(&streaming(name), &response(200, body))
}

/// Chunks of OpenAI's format with these deltas, and an end.
fn chat(deltas: &[Value]) -> Completion {
    let chunk = |delta: &Value| format!("data: {}\n\n", json!({"choices": [{"delta": delta}]}));
    let body: String = deltas.iter().map(chunk).collect();
    read("openai", &format!("{body}data: [DONE]\n\n")).unwrap()
}

#[test]
fn every_format_asks_for_a_stream_in_its_own_words() {
    let mut lines = Vec::new();
    for row in DIALECTS.iter().filter(|row| row.refusal("stream").is_none()) {
        let http = encode(&request(streaming(row.name))).unwrap().http;
        let plain = encode(&request(model(row.name, Structured::Prompt))).unwrap().http;
        let mut body = http.body;
        body.as_object_mut().unwrap().retain(|key, value| plain.body.get(key) != Some(value));
        let line = if http.url == plain.url { body.to_string() } else { http.url };
        lines.push(format!("{}: {line}", row.name));
    }
    let usual = r#": {"stream":true,"stream_options":{"include_usage":true}}"#;
    let (like_openai, others): (Vec<_>, Vec<_>) =
        lines.into_iter().partition(|line| line.ends_with(usual));
    assert!(like_openai.len() > 10, "{like_openai:?}");
    insta::assert_snapshot!(others.join("\n"), @r#"
    openai-responses: {"stream":true}
    anthropic: {"stream":true}
    gemini: https://generativelanguage.googleapis.com/v1beta/models/acme-1:streamGenerateContent?alt=sse
    ollama: {"stream":true}
    cohere: {"stream":true}
    vertex: http://127.0.0.1:9/v1/models/acme-1:streamGenerateContent?alt=sse
    vertex-anthropic: http://127.0.0.1:9/v1/models/acme-1:streamRawPredict
    mistral: {"stream":true}
    "#);
}

#[test]
fn calls_of_several_tools_are_kept_apart_however_servers_number_them() {
    let call = |index: u64, id: Option<&str>, name: Option<&str>, arguments: &str| json!({"tool_calls": [{"index": index, "id": id, "function": {"name": name, "arguments": arguments}}]});
    let wanted = [("f", r#"{"a":1}"#), ("g", "{}")];
    for deltas in [
        // OpenAI.
        vec![
            call(0, Some("x"), Some("f"), ""),
            call(1, Some("y"), Some("g"), "{"),
            call(0, None, None, "{\"a\""),
            call(1, None, None, "}"),
            call(0, None, None, ":1}"),
        ],
        // One index for all calls.
        vec![call(0, Some("x"), Some("f"), "{\"a\":1}"), call(0, Some("y"), Some("g"), "{}")],
        // The name again with every piece, or an id of its own for each.
        vec![
            call(0, Some("x"), Some("f"), "{\"a\""),
            call(0, Some("x"), Some("f"), ":1}"),
            call(1, Some("y"), Some("g"), "{"),
            call(1, Some("z"), Some(""), "}"),
        ],
        vec![
            call(0, None, Some("f"), "{\"a\""),
            call(0, None, Some("f"), ":1}"),
            call(1, None, Some("g"), "{}"),
        ],
    ] {
        let calls = chat(&deltas).tool_calls;
        let found: Vec<_> = calls.iter().map(|c| (c.name.as_str(), c.arguments.as_str())).collect();
        assert_eq!(found, wanted);
    }
}

#[test]
fn text_comes_as_strings_or_as_chunks_or_as_both() {
    let chunk = |text: &str| json!({"type": "text", "text": text});
    let thought = json!({"type": "thinking", "thinking": [chunk("no")]});
    let answer =
        chat(&[json!({"content": "a"}), json!({"content": null}), json!({"content": "b"})]);
    assert_eq!(answer.text.as_deref(), Some("ab"));
    let answer = chat(&[
        json!({"content": [thought]}),
        json!({"content": [chunk("a")]}),
        json!({"content": "b"}),
    ]);
    assert_eq!(answer.text.as_deref(), Some("ab"));
    let answer = chat(&[json!({"content": "a"}), json!({"content": [chunk("b")]})]);
    assert_eq!(answer.text.as_deref(), Some("ab"));
}

#[test]
fn usage_is_that_of_the_last_count_wherever_it_stands() {
    let end = r#"data: {"choices":[{"delta":{"content":"x"},"finish_reason":"stop"}]"#;
    for usage in [
        r#","usage":{"prompt_tokens":9,"completion_tokens":4}}"#,
        r#","x_groq":{"usage":{"prompt_tokens":9,"completion_tokens":4}}}"#,
        "}\n\ndata: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":4}}",
    ] {
        let first = "data: {\"choices\":[],\"usage\":null}\n\n";
        let usage = read("groq", &format!("{first}{end}{usage}")).unwrap().usage.unwrap();
        assert_eq!((usage.input, usage.output), (Some(9), Some(4)));
    }
}

#[test]
fn what_an_item_says_is_read_where_the_last_event_leaves_it_out() {
    let item = json!({"type": "message", "content": [{"type": "output_text", "text": "x"}]});
    let events = [
        json!({"type": "response.output_item.done", "item": item}),
        json!({"type": "response.completed", "response": {"status": "completed", "output": []}}),
    ];
    let body: Vec<String> = events.iter().map(|event| format!("data: {event}\n\n")).collect();
    assert_eq!(read("openai-responses", &body.concat()).unwrap().text.as_deref(), Some("x"));
}

#[test]
fn an_answer_in_one_piece_is_read_though_a_stream_was_asked_for() {
    let body = r#"{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}]}"#;
    assert_eq!(read("vllm", body).unwrap().text.as_deref(), Some("x"));
    let body = "{\n\"message\":{\"content\":\"x\"},\n\"done\":true}";
    assert_eq!(read("ollama", body).unwrap().text.as_deref(), Some("x"));
}

#[test]
fn an_error_inside_a_stream_has_the_class_that_it_has_alone() {
    for (name, event, class) in [
        (
            "anthropic",
            r#"{"type":"error","error":{"type":"overloaded_error","message":"x"}}"#,
            ErrorClass::Unavailable,
        ),
        (
            "gemini",
            r#"{"error":{"code":429,"message":"x","status":"RESOURCE_EXHAUSTED"}}"#,
            ErrorClass::RateLimited,
        ),
        (
            "openrouter",
            r#"{"error":{"code":502,"message":"x"},"choices":[{"finish_reason":"error"}]}"#,
            ErrorClass::Unavailable,
        ),
        (
            "openai-responses",
            r#"{"type":"error","code":"server_error","message":"x"}"#,
            ErrorClass::Unavailable,
        ),
        (
            "openai-responses",
            r#"{"type":"response.failed","response":{"error":{"code":"server_error","message":"x"}}}"#,
            ErrorClass::Unavailable,
        ),
    ] {
        let kind = if event.contains("\"type\":\"error\"") { "event: error\n" } else { "" };
        let body = format!("data: {{\"type\":\"ping\"}}\n\n{kind}data: {event}\n\n");
        assert_eq!(read(name, &body).unwrap_err().class, class, "{event}");
    }
    let ollama =
        "{\"message\":{\"content\":\"x\"},\"done\":false}\n{\"error\":\"model runner stopped\"}\n";
    assert!(read("ollama", ollama).unwrap_err().message.contains("runner"));
    let cohere =
        r#"data: {"type":"message-end","delta":{"finish_reason":"ERROR","error":"no room"}}"#;
    assert!(read("cohere", cohere).unwrap_err().message.contains("no room"));
}

#[test]
fn what_is_no_event_is_no_answer() {
    let chunk = r#"data: {"choices":[{"delta":{"content":"x"}}]}"#;
    let broken = format!("{chunk}\n\ndata: <html>\n\ndata: [DONE]\n\n");
    assert_eq!(read("openai", &broken).unwrap_err().class, ErrorClass::Malformed);
    assert_eq!(read("openai", "<html></html>").unwrap_err().class, ErrorClass::Malformed);
    let plain = model("openai", Structured::Prompt);
    let unasked = decode(&plain, &response(200, format!("{chunk}\n\n"))).unwrap_err();
    assert_eq!((unasked.class, unasked.should_retry), (ErrorClass::Malformed, Some(false)));
    for cut in [chunk, "data: {\"cho", ": ping\n\ndata: {}\n\n"] {
        let error = read("openai", cut).unwrap_err();
        assert_eq!((error.class, error.class.is_retryable()), (ErrorClass::Interrupted, true));
    }
}
