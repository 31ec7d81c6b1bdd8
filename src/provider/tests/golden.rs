//! What is sent: each wire format once in its modes, one member of the body a line.

use super::*;

fn lines(body: &Value) -> String {
    let members = body.as_object().unwrap().iter();
    let lines: Vec<_> = members.map(|(name, value)| format!("{name}: {value}")).collect();
    lines.join("\n")
}

#[test]
fn openai_native_mode_holds_to_a_strict_schema() {
    insta::assert_snapshot!(lines(&body("openai", Structured::Native)), @r#"
    model: "acme-1"
    messages: [{"role":"system","content":"Be brief."},{"role":"user","content":"hi"}]
    response_format: {"type":"json_schema","json_schema":{"name":"a","strict":true,"schema":{"type":"object","properties":{"a":{"type":"string","description":"(minLength 1)"},"b":{"type":["integer","null"]}},"additionalProperties":false,"required":["a","b"]}}}
    "#);
}

#[test]
fn openai_tool_mode_forces_the_one_tool() {
    insta::assert_snapshot!(lines(&body("openai", Structured::Tool)), @r#"
    model: "acme-1"
    messages: [{"role":"system","content":"Be brief."},{"role":"user","content":"hi"}]
    tools: [{"type":"function","function":{"name":"a","description":"Takes the answer. Call it exactly once.","parameters":{"type":"object","properties":{"a":{"type":"string","description":"(minLength 1)"},"b":{"type":["integer","null"]}},"additionalProperties":false,"required":["a","b"]},"strict":true}}]
    tool_choice: {"type":"function","function":{"name":"a"}}
    parallel_tool_calls: false
    "#);
}

#[test]
fn json_object_mode_says_the_schema_in_words() {
    insta::assert_snapshot!(lines(&body("deepseek", Structured::JsonObject)), @r#"
    model: "acme-1"
    messages: [{"role":"system","content":"Be brief.\n\nAnswer with one JSON value and nothing else: no code fence, no words before or after it. The value must satisfy this JSON Schema:\n{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\",\"minLength\":1},\"b\":{\"type\":\"integer\"}},\"required\":[\"a\"]}"},{"role":"user","content":"hi"}]
    response_format: {"type":"json_object"}
    "#);
}

#[test]
fn prompt_mode_sends_nothing_but_words() {
    insta::assert_snapshot!(lines(&body("openrouter", Structured::Prompt)), @r#"
    model: "acme-1"
    messages: [{"role":"system","content":"Be brief.\n\nAnswer with one JSON value and nothing else: no code fence, no words before or after it. The value must satisfy this JSON Schema:\n{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\",\"minLength\":1},\"b\":{\"type\":\"integer\"}},\"required\":[\"a\"]}"},{"role":"user","content":"hi"}]
    provider: {"require_parameters":true,"allow_fallbacks":false}
    "#);
}

#[test]
fn llama_cpp_python_takes_the_schema_beside_json_object() {
    let body = body("llama-cpp-python", Structured::Native);
    insta::assert_snapshot!(lines(&body["response_format"]), @r#"
    type: "json_object"
    schema: {"type":"object","properties":{"a":{"type":"string","minLength":1},"b":{"type":"integer"}},"required":["a"]}
    "#);
}

#[test]
fn responses_has_flat_formats_and_keeps_nothing() {
    insta::assert_snapshot!(lines(&body("openai-responses", Structured::Native)), @r#"
    model: "acme-1"
    instructions: "Be brief."
    input: [{"role":"user","content":"hi"}]
    text: {"format":{"type":"json_schema","name":"a","strict":true,"schema":{"type":"object","properties":{"a":{"type":"string","description":"(minLength 1)"},"b":{"type":["integer","null"]}},"additionalProperties":false,"required":["a","b"]}}}
    store: false
    "#);
    insta::assert_snapshot!(lines(&body("openai-responses", Structured::Tool)["tool_choice"]), @r#"
    type: "function"
    name: "a"
    "#);
}

#[test]
fn anthropic_has_an_output_config_and_always_a_limit() {
    insta::assert_snapshot!(lines(&body("anthropic", Structured::Native)), @r#"
    model: "acme-1"
    max_tokens: 4096
    system: "Be brief."
    messages: [{"role":"user","content":"hi"}]
    output_config: {"format":{"type":"json_schema","schema":{"type":"object","properties":{"a":{"type":"string","description":"(minLength 1)"},"b":{"type":"integer"}},"additionalProperties":false,"required":["a"]}}}
    "#);
}

#[test]
fn anthropic_tool_mode_forbids_a_second_call() {
    insta::assert_snapshot!(lines(&body("anthropic", Structured::Tool)), @r#"
    model: "acme-1"
    max_tokens: 4096
    system: "Be brief."
    messages: [{"role":"user","content":"hi"}]
    tools: [{"name":"a","description":"Takes the answer. Call it exactly once.","input_schema":{"type":"object","properties":{"a":{"type":"string","description":"(minLength 1)"},"b":{"type":"integer"}},"additionalProperties":false,"required":["a"]},"strict":true}]
    tool_choice: {"type":"tool","name":"a","disable_parallel_tool_use":true}
    "#);
}

#[test]
fn gemini_native_mode_takes_json_schema() {
    insta::assert_snapshot!(lines(&body("gemini", Structured::Native)), @r#"
    systemInstruction: {"parts":[{"text":"Be brief."}]}
    contents: [{"role":"user","parts":[{"text":"hi"}]}]
    generationConfig: {"responseMimeType":"application/json","responseJsonSchema":{"type":"object","properties":{"a":{"type":"string","description":"(minLength 1)"},"b":{"type":"integer"}},"required":["a"]}}
    "#);
}

#[test]
fn gemini_tool_mode_allows_the_one_function() {
    insta::assert_snapshot!(lines(&body("gemini", Structured::Tool)), @r#"
    systemInstruction: {"parts":[{"text":"Be brief."}]}
    contents: [{"role":"user","parts":[{"text":"hi"}]}]
    tools: [{"functionDeclarations":[{"name":"a","description":"Takes the answer. Call it exactly once.","parametersJsonSchema":{"type":"object","properties":{"a":{"type":"string","description":"(minLength 1)"},"b":{"type":"integer"}},"required":["a"]}}]}]
    toolConfig: {"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["a"]}}
    "#);
}

#[test]
fn ollama_does_not_stream_or_cut() {
    insta::assert_snapshot!(lines(&body("ollama", Structured::Native)), @r#"
    model: "acme-1"
    messages: [{"role":"system","content":"Be brief."},{"role":"user","content":"hi"}]
    format: {"type":"object","properties":{"a":{"type":"string","minLength":1},"b":{"type":"integer"}},"required":["a"]}
    stream: false
    truncate: false
    shift: false
    "#);
}

#[test]
fn a_fine_tuned_model_is_sent_no_keyword_that_it_refuses() {
    let schema = json!({
        "type": "object",
        "properties": {"day": {"type": "string", "format": "date"}},
        "required": ["day"],
        "additionalProperties": false
    });
    let format = |id: &str| {
        let model = Model { id: id.to_owned(), ..model("openai", Structured::Native) };
        let schema = Arc::new(Schema::new("s.json", schema.clone()));
        let output = Output::Json { name: "a".to_owned(), schema, described: true };
        let body = encode(&Request { output, ..request(model) }).unwrap().http.body;
        let day = "/response_format/json_schema/schema/properties/day";
        body.pointer(day).unwrap().clone()
    };
    assert_eq!(format("gpt-4o-2024-08-06")["format"], "date");
    assert_eq!(
        format("ft:gpt-4o-2024-08-06:acme::x"),
        json!({"type": "string", "description": "(format date)"})
    );
}

#[test]
fn cohere_hangs_the_schema_on_its_json_mode_and_forces_the_one_tool() {
    insta::assert_snapshot!(lines(&body("cohere", Structured::Native)), @r#"
    model: "acme-1"
    messages: [{"role":"system","content":"Be brief."},{"role":"user","content":"hi"}]
    response_format: {"type":"json_object","json_schema":{"type":"object","properties":{"a":{"type":"string","description":"(minLength 1)"},"b":{"type":"integer"}},"required":["a"]}}
    stream: false
    "#);
    insta::assert_snapshot!(lines(&body("cohere", Structured::Tool)), @r#"
    model: "acme-1"
    messages: [{"role":"system","content":"Be brief."},{"role":"user","content":"hi"}]
    tools: [{"type":"function","function":{"name":"a","description":"Takes the answer. Call it exactly once.","parameters":{"type":"object","properties":{"a":{"type":"string","description":"(minLength 1)"},"b":{"type":"integer"}},"required":["a"]}}}]
    tool_choice: "REQUIRED"
    strict_tools: true
    stream: false
    "#);
}

#[test]
fn bedrock_takes_the_schema_as_text_and_forces_the_one_tool() {
    insta::assert_snapshot!(lines(&body("bedrock", Structured::Native)), @r#"
    system: [{"text":"Be brief."}]
    messages: [{"role":"user","content":[{"text":"hi"}]}]
    outputConfig: {"textFormat":{"type":"json_schema","structure":{"jsonSchema":{"name":"a","schema":"{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\",\"description\":\"(minLength 1)\"},\"b\":{\"type\":\"integer\"}},\"additionalProperties\":false,\"required\":[\"a\"]}"}}}}
    additionalModelResponseFieldPaths: ["/stop_reason","/stop_details"]
    "#);
    insta::assert_snapshot!(lines(&body("bedrock", Structured::Tool)), @r#"
    system: [{"text":"Be brief."}]
    messages: [{"role":"user","content":[{"text":"hi"}]}]
    toolConfig: {"tools":[{"toolSpec":{"name":"a","description":"Takes the answer. Call it exactly once.","inputSchema":{"json":{"type":"object","properties":{"a":{"type":"string","minLength":1},"b":{"type":"integer"}},"required":["a"]}}}}],"toolChoice":{"tool":{"name":"a"}}}
    additionalModelResponseFieldPaths: ["/stop_reason","/stop_details"]
    "#);
}

#[test]
fn vertex_has_the_model_in_the_address_and_the_version_of_claude_in_the_body() {
    let base = "https://h/v1/projects/p/locations/l/publishers/anthropic";
    let claude = Model {
        base_url: Some(base.to_owned()),
        id: "claude-haiku-4-5@20251001".to_owned(),
        ..model("vertex-anthropic", Structured::Prompt)
    };
    let http = encode(&Request { output: Output::Text, ..request(claude) }).unwrap().http;
    assert_eq!(http.url, format!("{base}/models/claude-haiku-4-5%4020251001:rawPredict"));
    assert!(http.headers.iter().all(|header| header.name != "anthropic-version"));
    insta::assert_snapshot!(lines(&http.body), @r#"
    max_tokens: 4096
    system: "Be brief."
    messages: [{"role":"user","content":"hi"}]
    anthropic_version: "vertex-2023-10-16"
    "#);
    let gemini =
        Model { base_url: Some("https://h/v1".to_owned()), ..model("vertex", Structured::Native) };
    let vertex = encode(&request(gemini)).unwrap().http;
    assert_eq!(vertex.url, "https://h/v1/models/acme-1:generateContent");
    assert_eq!(vertex.body, body("gemini", Structured::Native));
}

#[test]
fn a_command_reads_one_object() {
    let encoded = encode(&request(model("command", Structured::Native))).unwrap();
    assert_eq!(encoded.http.channel, Channel::Command { argv: vec!["./answer".to_owned()] });
    assert_eq!((encoded.http.url.as_str(), encoded.http.headers.len()), ("", 0));
    let choice = with_tools(request(model("command", Structured::Prompt)), &["refund"]);
    let tools = &encode(&choice).unwrap().http.body["tools"];
    assert_eq!((&tools[0]["name"], tools[0]["parameters"].is_object()), (&json!("refund"), true));
    insta::assert_snapshot!(lines(&encoded.http.body), @r#"
    format: 1
    model: "acme-1"
    system: "Be brief."
    messages: [{"role":"user","text":"hi"}]
    schema: {"type":"object","properties":{"a":{"type":"string","minLength":1},"b":{"type":"integer"}},"required":["a"]}
    "#);
}
