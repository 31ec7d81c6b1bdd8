//! What is read where there is no answer: errors of every server, and bodies that nobody expects.

use super::*;
use ErrorClass::{
    BadRequest, ContextOverflow, Filtered, Malformed, ModelGone, NotFound, OutputInvalid,
    ParamRejected, QuotaExhausted, RateLimited, SchemaRejected, ToolChoiceRejected, Unauthorized,
    Unavailable,
};

/// Dialect, status, body, class.
const ERRORS: &[(&str, u16, &str, ErrorClass)] = &[
    (
        "openai",
        400,
        r#"{"error":{"code":"context_length_exceeded","message":"too long"}}"#,
        ContextOverflow,
    ),
    (
        "openai",
        400,
        r#"{"error":{"code":"unsupported_value","message":"'temperature' …"}}"#,
        ParamRejected,
    ),
    (
        "openai",
        400,
        r#"{"error":{"message":"Invalid schema for response_format 'a'"}}"#,
        SchemaRejected,
    ),
    ("openai", 401, r#"{"error":{"code":"invalid_api_key","message":"no"}}"#, Unauthorized),
    ("openai", 404, r#"{"error":{"code":"model_not_found","message":"gone"}}"#, ModelGone),
    ("openai", 404, "<html>nginx</html>", NotFound),
    ("openai", 429, r#"{"error":{"code":"insufficient_quota","message":"pay"}}"#, QuotaExhausted),
    ("openai", 429, r#"{"error":{"code":"rate_limit_exceeded","message":"slow"}}"#, RateLimited),
    (
        "azure",
        400,
        r#"{"error":{"code":"content_filter","message":"no",
            "innererror":{"code":"ResponsibleAIPolicyViolation"}}}"#,
        Filtered,
    ),
    (
        "anthropic",
        529,
        r#"{"type":"error","error":{"type":"overloaded_error","message":"busy"}}"#,
        Unavailable,
    ),
    (
        "anthropic",
        503,
        r#"{"error":{"message":"Grammar compilation is temporarily unavailable"}}"#,
        Unavailable,
    ),
    (
        "anthropic",
        400,
        r#"{"error":{"type":"invalid_request_error","message":"prompt is too long: 9 tokens > 8 maximum"}}"#,
        ContextOverflow,
    ),
    (
        "anthropic",
        400,
        r#"{"error":{"type":"invalid_request_error","message":"`temperature` is deprecated for this model"}}"#,
        ParamRejected,
    ),
    (
        "anthropic",
        400,
        r#"{"error":{"type":"invalid_request_error","message":"For 'integer' type, property 'minimum' is not supported"}}"#,
        SchemaRejected,
    ),
    (
        "anthropic",
        400,
        r#"{"error":{"type":"invalid_request_error","message":"tool_choice: any is not supported"}}"#,
        ToolChoiceRejected,
    ),
    (
        "anthropic",
        404,
        r#"{"error":{"type":"not_found_error","message":"model: claude-x"}}"#,
        ModelGone,
    ),
    ("anthropic", 402, r#"{"error":{"type":"billing_error","message":"pay"}}"#, QuotaExhausted),
    (
        "gemini",
        429,
        r#"{"error":{"status":"RESOURCE_EXHAUSTED","message":"q","details":
            [{"violations":[{"quotaId":"GenerateRequestsPerDay"}]}]}}"#,
        QuotaExhausted,
    ),
    ("gemini", 429, r#"[{"error":{"status":"RESOURCE_EXHAUSTED","message":"q"}}]"#, RateLimited),
    ("gemini", 400, r#"{"error":{"message":"too many states for serving"}}"#, SchemaRejected),
    (
        "groq",
        413,
        r#"{"error":{"message":"Request too large for model `x`: tokens per minute"}}"#,
        QuotaExhausted,
    ),
    (
        "sglang",
        400,
        r#"{"object":"error","message":"Requested token count exceeds the model's maximum context length","code":400}"#,
        ContextOverflow,
    ),
    ("mistral", 422, r#"{"detail":[{"msg":"field required"}]}"#, BadRequest),
    ("cohere", 401, r#"{"id":"1","message":"invalid api token"}"#, Unauthorized),
    ("cohere", 404, r#"{"id":"1","message":"model 'x' not found"}"#, ModelGone),
    ("cohere", 429, r#"{"id":"1","message":"You are using a Trial key"}"#, RateLimited),
    ("cohere", 400, r#"{"id":"1","message":"too many tokens: max 4096"}"#, ContextOverflow),
    ("bedrock", 400, r#"{"message":"The provided model identifier is invalid."}"#, ModelGone),
    ("bedrock", 400, r#"{"message":"Input is too long for requested model."}"#, ContextOverflow),
    (
        "bedrock",
        403,
        r#"{"message":"The security token included in the request is expired"}"#,
        Unauthorized,
    ),
    ("bedrock", 424, r#"{"message":"The model failed"}"#, Unavailable),
    (
        "bedrock",
        429,
        r#"{"message":"Too many tokens, please wait before trying again."}"#,
        RateLimited,
    ),
    ("bedrock", 200, r#"{"output":{}}"#, Malformed),
    ("ollama", 404, r#"{"error":"model \"x\" not found, try pulling it first"}"#, ModelGone),
    ("openai", 502, "<html>bad gateway</html>", Unavailable),
    ("openai", 400, "\u{feff}not json", BadRequest),
    (
        "openai-responses",
        200,
        r#"{"status":"failed","error":{"code":"server_error","message":"x"},"output":[]}"#,
        Unavailable,
    ),
    ("openrouter", 200, r#"{"error":{"code":402,"message":"pay"}}"#, QuotaExhausted),
    (
        "openrouter",
        200,
        r#"{"choices":[{"finish_reason":"error","error":{"code":502,"message":"x"}}]}"#,
        Unavailable,
    ),
    (
        "groq",
        400,
        r#"{"error":{"code":"json_validate_failed","message":"x","failed_generation":"{"}}"#,
        OutputInvalid,
    ),
    ("openai", 200, "<html>login</html>", Malformed),
    ("openai", 200, "{}", Malformed),
    ("openai", 302, "", NotFound),
    ("command", 500, "Traceback", Unavailable),
    (
        "llama-cpp",
        500,
        r#"{"error":{"code":500,"message":"response_format requires the --grammar flag","type":"server_error"}}"#,
        ParamRejected,
    ),
    ("ollama", 500, r#"{"error":"failed to parse grammar: unexpected token"}"#, SchemaRejected),
    (
        "vllm",
        500,
        r#"{"error":{"message":"Conversation roles must alternate user/assistant"}}"#,
        BadRequest,
    ),
    ("vllm", 500, r#"{"error":{"message":"worker died"}}"#, Unavailable),
];

#[test]
fn errors_have_a_class() {
    for (name, status, body, want) in ERRORS {
        let got = failure(name, *status, body);
        assert_eq!(got.class, *want, "{name} {status} {body}: {got}");
        assert_eq!(got.status, *status);
        assert!(!got.message.is_empty());
    }
}

#[test]
fn aws_names_an_error_in_a_header() {
    for (status, name, want) in [
        (429, "ThrottlingException:http://internal.amazon.com/", RateLimited),
        (400, "ThrottlingException", RateLimited),
        (400, "ServiceQuotaExceededException", QuotaExhausted),
        (400, "ValidationException", BadRequest),
        (400, "", BadRequest),
        (403, "AccessDeniedException", Unauthorized),
        (404, "ResourceNotFoundException", NotFound),
        (408, "ModelTimeoutException", Unavailable),
    ] {
        let mut response = response(status, r#"{"message":"no"}"#);
        response.headers.push(("x-amzn-errortype".to_owned(), name.to_owned()));
        let got = decode(&model("bedrock", Structured::Native), &response).unwrap_err();
        assert_eq!(got.class, want, "{name}");
    }
}

#[test]
fn a_page_of_a_proxy_is_named_by_its_title() {
    let page = "<html>\n<head><title>502 Bad Gateway</title></head><body>…</body></html>";
    let got = failure("openai", 502, page);
    assert_eq!(got.message, "an HTML page instead of JSON: 502 Bad Gateway");
}

#[test]
fn what_groq_rejected_is_kept() {
    let body =
        r#"{"error":{"code":"json_validate_failed","message":"x","failed_generation":"{\"a\""}}"#;
    let got = failure("groq", 400, body);
    assert_eq!(got.generation.as_deref(), Some("{\"a\""));
    assert_eq!(got.code.as_deref(), Some("json_validate_failed"));
}

#[test]
fn blank_lines_and_a_byte_order_mark_before_the_body_do_not_matter() {
    let body = "\u{feff}\n\n  {\"choices\": [{\"message\": {\"content\": \"x\"}}]}\n";
    let got = decode(&model("deepseek", Structured::Prompt), &response(200, body)).unwrap();
    assert_eq!(got.text.as_deref(), Some("x"));
}

#[test]
fn invalid_utf_8_is_malformed_or_by_status() {
    let openai = model("openai", Structured::Prompt);
    let broken = b"{\"choices\": [{\"message\": {\"content\": \"\xff\"}}]}";
    let got = decode(&openai, &response(200, *broken)).unwrap_err();
    assert_eq!(got.class, Malformed);
    let got = decode(&openai, &response(503, *broken)).unwrap_err();
    assert_eq!(got.class, Unavailable);
}

#[test]
fn a_program_answers_with_its_output() {
    let got = decode(&model("command", Structured::Native), &response(200, "{\"a\": 1}\r\n"));
    assert_eq!(got.unwrap().text.as_deref(), Some("{\"a\": 1}"));
}

#[test]
fn a_body_ten_thousand_deep_or_ten_megabytes_long_is_no_panic() {
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let inside = |name: &str| format!("{{\"{name}\": {deep}}}");
    for name in
        ["openai", "openai-responses", "anthropic", "gemini", "ollama", "bedrock", "command"]
    {
        for body in [&deep, &inside("choices"), &inside("error"), &inside("other")] {
            for status in [200, 400] {
                let response = response(status, body.as_str());
                let _ = decode(&model(name, Structured::Prompt), &response);
            }
        }
    }
    let long = json!({"choices": [{"message": {"content": "x".repeat(10_000_000)}}]}).to_string();
    let got = decode(&model("openai", Structured::Prompt), &response(200, long)).unwrap();
    assert_eq!(got.text.map(|text| text.len()), Some(10_000_000));
    let arguments =
        format!(r#"{{"content": [{{"type": "tool_use", "name": "f", "input": {deep}}}]}}"#);
    let got = decode(&model("anthropic", Structured::Tool), &response(200, arguments)).unwrap();
    assert_eq!(got.tool_calls[0].arguments, deep);
}

fn any_json() -> impl Strategy<Value = Value> {
    let names = prop::sample::select(vec![
        "choices",
        "message",
        "content",
        "tool_calls",
        "function",
        "arguments",
        "usage",
        "error",
        "message",
        "code",
        "output",
        "type",
        "text",
        "status",
        "candidates",
        "parts",
        "functionCall",
        "args",
        "promptFeedback",
        "stop_reason",
        "details",
        "input",
        "name",
        "prompt_tokens",
        "input_tokens",
        "total_tokens",
        "finish_reason",
        "refusal",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(vec!["text", "tool_use", "message", "function_call", "failed", ""])
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 60, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((names.clone(), inner), 0..6).prop_map(|members| {
                let members = members.into_iter().map(|(k, v)| (k.to_owned(), v));
                Value::Object(members.collect::<Map<_, _>>())
            }),
        ]
    })
}

proptest! {
    #[test]
    fn no_json_makes_decoding_panic(body in any_json(), status in prop::sample::select(vec![200_u16, 400, 429, 500]), row in 0..DIALECTS.len()) {
        let model = model(DIALECTS[row].name, Structured::Prompt);
        if let Err(error) = decode(&model, &response(status, body.to_string())) {
            prop_assert!(!error.message.is_empty());
        }
    }
}
