//! What is sent: rules over all dialects.

use super::*;

#[test]
fn every_parameter_has_its_place_in_every_format() {
    let mut lines = Vec::new();
    for name in [
        "openai",
        "openai-responses",
        "anthropic",
        "gemini",
        "ollama",
        "mistral",
        "cohere",
        "bedrock",
    ] {
        let mut model = model(name, Structured::Prompt);
        model.params = every_param();
        let refused: Vec<_> = unsupported(&model).into_iter().map(|(param, _)| param).collect();
        let plain = encode(&request(super::model(name, Structured::Prompt))).unwrap().http.body;
        let mut body = encode(&request(model)).unwrap().http.body;
        body.as_object_mut().unwrap().retain(|key, value| plain.get(key) != Some(value));
        lines.push(format!("{name}: {body} without {refused:?}"));
    }
    insta::assert_snapshot!(lines.join("\n"), @r#"
    openai: {"max_completion_tokens":64,"temperature":0.5,"top_p":0.9,"seed":7,"stop":["END"],"reasoning_effort":"low"} without []
    openai-responses: {"max_output_tokens":64,"temperature":0.5,"top_p":0.9,"reasoning":{"effort":"low"}} without ["seed", "stop"]
    anthropic: {"max_tokens":64,"output_config":{"effort":"low"},"temperature":0.5,"top_p":0.9,"stop_sequences":["END"]} without ["seed"]
    gemini: {"generationConfig":{"maxOutputTokens":64,"temperature":0.5,"topP":0.9,"seed":7,"stopSequences":["END"],"thinkingConfig":{"thinkingLevel":"LOW"}}} without []
    ollama: {"options":{"num_predict":64,"temperature":0.5,"top_p":0.9,"seed":7,"stop":["END"]},"think":"low"} without []
    mistral: {"max_tokens":64,"temperature":0.5,"top_p":0.9,"random_seed":7,"stop":["END"],"reasoning_effort":"low"} without []
    cohere: {"max_tokens":64,"temperature":0.5,"p":0.9,"seed":7,"stop_sequences":["END"]} without ["reasoning-effort"]
    bedrock: {"outputConfig":{"effort":"low"},"inferenceConfig":{"maxTokens":64,"temperature":0.5,"topP":0.9,"stopSequences":["END"]}} without ["seed"]
    "#);
}

fn every_param() -> Params {
    Params {
        temperature: Some(0.5),
        top_p: Some(0.9),
        max_output_tokens: Some(64),
        seed: Some(7),
        stop: vec!["END".to_owned()],
        reasoning_effort: Some("low".to_owned()),
        ..Params::default()
    }
}

#[test]
fn every_dialect_encodes_each_of_its_modes_and_refuses_the_others() {
    for row in DIALECTS {
        for mode in Structured::ALL {
            let encoded = encode(&request(model(row.name, mode)));
            match encoded {
                Ok(encoded) => {
                    assert!(row.has(mode), "{} {mode}", row.name);
                    let in_field = matches!(mode, Structured::Native | Structured::Tool);
                    assert_eq!(encoded.wire_schema.is_some(), in_field, "{} {mode}", row.name);
                    assert_known_fields(row, &encoded.http.body);
                }
                Err(EncodeError::Mode { has, .. }) => {
                    assert!(!row.has(mode) && has.contains("`prompt`"), "{} {mode}", row.name);
                }
                Err(error) => panic!("{} {mode}: {error}", row.name),
            }
        }
    }
}

fn assert_known_fields(row: &Dialect, body: &Value) {
    let known: &[&str] = match row.wire {
        Wire::OpenaiChat => &[
            "model",
            "messages",
            "response_format",
            "tools",
            "tool_choice",
            "parallel_tool_calls",
            "provider",
            "context_length_exceeded_behavior",
        ],
        Wire::OpenaiResponses => &[
            "model",
            "instructions",
            "input",
            "text",
            "tools",
            "tool_choice",
            "parallel_tool_calls",
            "store",
        ],
        Wire::Anthropic => &[
            "model",
            "anthropic_version",
            "max_tokens",
            "system",
            "messages",
            "output_config",
            "tools",
            "tool_choice",
        ],
        Wire::Gemini => {
            &["systemInstruction", "contents", "generationConfig", "tools", "toolConfig"]
        }
        Wire::Ollama => &["model", "messages", "format", "stream", "truncate", "shift"],
        Wire::Cohere => &[
            "model",
            "messages",
            "response_format",
            "tools",
            "tool_choice",
            "strict_tools",
            "stream",
        ],
        Wire::Bedrock => &[
            "system",
            "messages",
            "outputConfig",
            "toolConfig",
            "additionalModelResponseFieldPaths",
        ],
        Wire::Command => &["format", "model", "system", "messages", "schema"],
    };
    for name in body.as_object().unwrap().keys() {
        assert!(known.contains(&name.as_str()), "{}: {name}", row.name);
    }
}

#[test]
fn a_choice_between_tools_is_forced_or_refused_but_never_left_open() {
    for row in DIALECTS {
        for mode in row.modes {
            let request = with_tools(request(model(row.name, *mode)), &["refund", "escalate"]);
            let in_field = matches!(mode, Structured::Native | Structured::Tool);
            match encode(&request) {
                Ok(encoded) => {
                    let body = &encoded.http.body;
                    let word = body["tool_choice"].as_str().unwrap_or_default();
                    let chat = word.eq_ignore_ascii_case("required");
                    let anthropic = body["tool_choice"]["type"] == "any";
                    let gemini = body["toolConfig"]["functionCallingConfig"]["mode"] == "ANY";
                    let bedrock = body["toolConfig"]["toolChoice"]["any"].is_object();
                    assert_eq!(chat || anthropic || gemini || bedrock, in_field, "{}", row.name);
                }
                Err(EncodeError::ToolChoice { has, .. }) => {
                    assert!(in_field && row.tool_choice != ToolChoice::AnyOrNamed);
                    assert!(has.contains("`prompt`"));
                }
                Err(error) => panic!("{}: {error}", row.name),
            }
        }
    }
}

#[test]
fn a_key_is_a_name_and_goes_where_the_server_wants_it() {
    let key = |name: &str| {
        let headers = encode(&request(model(name, Structured::Prompt))).unwrap().http.headers;
        headers.into_iter().find(|header| matches!(header.value, HeaderValue::Secret { .. }))
    };
    let named =
        |name: &str, prefix, env: &str| Some(Header::secret(name, prefix, EnvName(env.to_owned())));
    assert_eq!(key("openai"), named("authorization", "Bearer ", "OPENAI_API_KEY"));
    assert_eq!(key("anthropic"), named("x-api-key", "", "ANTHROPIC_API_KEY"));
    assert_eq!(key("gemini"), named("x-goog-api-key", "", "GEMINI_API_KEY"));
    assert_eq!(key("azure"), named("api-key", "", "AZURE_OPENAI_API_KEY"));
    assert_eq!(key("bedrock"), named("authorization", "Bearer ", "AWS_BEARER_TOKEN_BEDROCK"));
    assert_eq!(key("ollama"), None);
}

#[test]
fn a_demo_imitates_a_format_without_key_or_network() {
    for (name, url) in [
        ("openai", "http://demo.invalid/v1/chat/completions"),
        ("anthropic", "http://demo.invalid/v1/messages"),
        ("gemini", "http://demo.invalid/v1beta/models/acme-1:generateContent"),
        ("ollama", "http://demo.invalid/api/chat"),
        ("bedrock", "http://demo.invalid/model/acme-1/converse"),
    ] {
        let mut demo = model(name, Structured::Native);
        let real = encode(&request(demo.clone())).unwrap().http;
        demo.provider = ProviderKind::Demo;
        let demo = encode(&request(demo)).unwrap().http;
        assert_eq!((demo.channel, demo.url.as_str(), demo.body), (Channel::Demo, url, real.body));
        assert!(demo.headers.iter().all(|h| matches!(h.value, HeaderValue::Plain(_))));
    }
}

#[test]
fn anthropic_asks_for_the_older_version_where_sampling_is_set() {
    let version = |params: Params| {
        let model = Model { params, ..model("anthropic", Structured::Native) };
        let headers = encode(&request(model)).unwrap().http.headers;
        let header = headers.into_iter().find(|header| header.name == "anthropic-version");
        header.map(|header| header.value)
    };
    let plain = |text: &str| Some(HeaderValue::Plain(text.to_owned()));
    assert_eq!(version(Params::default()), plain("2026-10-21"));
    let warm = Params { temperature: Some(0.0), ..Params::default() };
    assert_eq!(version(warm.clone()), plain("2023-06-01"));
    assert_eq!(version(Params { api_version: Some("x".to_owned()), ..warm }), plain("x"));
}

#[test]
fn the_system_prompt_is_cached_where_there_is_a_switch() {
    let model = Model { cache_system_prompt: true, ..model("anthropic", Structured::Native) };
    let body = encode(&request(model)).unwrap().http.body;
    assert_eq!(body["system"][0]["cache_control"], json!({"type": "ephemeral"}));
    let model = Model { cache_system_prompt: true, ..super::model("bedrock", Structured::Native) };
    let body = encode(&request(model)).unwrap().http.body;
    assert_eq!(body["system"][1], json!({"cachePoint": {"type": "default"}}));
}

#[test]
fn extra_members_are_merged_last_and_headers_replace() {
    let mut model = model("openrouter", Structured::Native);
    let extra = json!({"provider": {"allow_fallbacks": true, "order": ["x"]}, "n": 1});
    model.params.extra_body = extra.as_object().unwrap().clone();
    model.headers = vec![("Authorization".to_owned(), HeaderValue::Plain("mine".to_owned()))];
    let http = encode(&request(model)).unwrap().http;
    let provider = json!({"require_parameters": true, "allow_fallbacks": true, "order": ["x"]});
    assert_eq!((&http.body["provider"], &http.body["n"]), (&provider, &json!(1)));
    let keys: Vec<_> = http.headers.iter().filter(|h| h.name == "authorization").collect();
    assert_eq!(keys, [&Header::plain("authorization", "mine")]);
}

#[test]
fn every_error_says_what_to_change() {
    let text = |model: Model| encode(&request(model)).unwrap_err().to_string();
    insta::assert_snapshot!(text(model("deepseek", Structured::Native)), @"model `slot`: `deepseek` has no structured mode `native`; write one of: `tool`, `json-object`, `prompt`");
    let homeless = Model { base_url: None, ..model("azure", Structured::Native) };
    insta::assert_snapshot!(text(homeless), @"model `slot`: `azure` has no address of its own; set `base-url`");
    let tools = with_tools(request(model("ollama", Structured::Native)), &["refund"]);
    insta::assert_snapshot!(encode(&tools).unwrap_err().to_string(), @"model `slot`: `ollama` cannot be made to call a tool; set `structured` to one of: `json-object`, `prompt`");
    let list = Arc::new(Schema::new(
        "schemas/list.json",
        json!({"type": "array", "items": {"type": "string"}}),
    ));
    let mut request = request(model("openai", Structured::Native));
    request.output = Output::Json { name: "list".to_owned(), schema: list, described: true };
    insta::assert_snapshot!(encode(&request).unwrap_err().to_string(), @"model `slot`: schemas/list.json: the root is not one object schema; make the root one object with the value as a property, or set `structured` to `json-object` or `prompt`");
}

proptest! {
    /// What a slot does not set is not sent, whatever else it sets.
    #[test]
    fn only_parameters_that_are_set_are_sent(set in any::<[bool; 6]>(), row in 0..DIALECTS.len()) {
        let row = &DIALECTS[row];
        let all = every_param();
        let [temperature, top_p, limit, seed, stop, effort] = set;
        let params = Params {
            temperature: all.temperature.filter(|_| temperature),
            top_p: all.top_p.filter(|_| top_p),
            max_output_tokens: all.max_output_tokens.filter(|_| limit),
            seed: all.seed.filter(|_| seed),
            stop: if stop { all.stop } else { Vec::new() },
            reasoning_effort: all.reasoning_effort.filter(|_| effort),
            ..Params::default()
        };
        let model = Model { params, ..model(row.name, Structured::Prompt) };
        let refused: Vec<_> = unsupported(&model).into_iter().map(|(name, _)| name).collect();
        let body = encode(&request(model)).unwrap().http.body.to_string();
        let sent = |name: &str, wanted: bool| wanted && !refused.iter().any(|r| r == name);
        prop_assert_eq!(body.contains("0.5"), sent("temperature", temperature));
        prop_assert_eq!(body.contains("0.9"), sent("top-p", top_p));
        prop_assert_eq!(body.contains("64"), sent("max-output-tokens", limit));
        prop_assert_eq!(body.contains("seed"), sent("seed", seed));
        prop_assert_eq!(body.contains("END"), sent("stop", stop));
        prop_assert_eq!(body.to_lowercase().contains("\"low\""), sent("reasoning-effort", effort));
        prop_assert!(!body.contains("null"));
    }
}

#[test]
fn every_format_has_words_for_tools_that_may_be_called_and_for_several_calls() {
    let asked = |name: &str, required, parallel| {
        let mut request = with_tools(request(model(name, Structured::Native)), &["refund"]);
        if let Output::Tools { calls, .. } = &mut request.output {
            *calls = Calls { required, parallel };
        }
        let body = encode(&request).unwrap().http.body;
        let members = ["tool_choice", "parallel_tool_calls", "toolConfig"];
        let mut said: Map<String, Value> = members
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), body.get(name)?.clone())))
            .collect();
        if let Some(Value::Object(config)) = said.get_mut("toolConfig") {
            config.remove("tools");
        }
        assert!(body.to_string().contains("Does refund."), "{name}");
        Value::Object(said)
    };
    let mut lines = Vec::new();
    for name in ["openai", "openai-responses", "anthropic", "gemini", "bedrock", "cohere"] {
        let (auto, several) = (asked(name, false, false), asked(name, true, true));
        lines.push(format!("{name}: {auto} or {several}"));
    }
    lines.push(format!("ollama: {}", asked("ollama", false, true)));
    insta::assert_snapshot!(lines.join("\n"), @r#"
    openai: {"tool_choice":"auto","parallel_tool_calls":false} or {"tool_choice":"required","parallel_tool_calls":true}
    openai-responses: {"tool_choice":"auto","parallel_tool_calls":false} or {"tool_choice":"required","parallel_tool_calls":true}
    anthropic: {"tool_choice":{"type":"auto","disable_parallel_tool_use":true}} or {"tool_choice":{"type":"any","disable_parallel_tool_use":false}}
    gemini: {"toolConfig":{"functionCallingConfig":{"mode":"AUTO"}}} or {"toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["refund"]}}}
    bedrock: {"toolConfig":{"toolChoice":{"auto":{}}}} or {"toolConfig":{"toolChoice":{"any":{}}}}
    cohere: {} or {"tool_choice":"REQUIRED"}
    ollama: {}
    "#);
}

#[test]
fn no_server_is_made_to_write_a_list_of_calls_as_an_object() {
    let mut request = with_tools(request(model("openai", Structured::JsonObject)), &["refund"]);
    assert!(encode(&request).is_ok());
    if let Output::Tools { calls, .. } = &mut request.output {
        calls.parallel = true;
    }
    insta::assert_snapshot!(encode(&request).unwrap_err().to_string(), @"model `slot`: `openai` cannot be made to call several tools, or none, in one JSON object; set `structured` to one of: `native`, `tool`, `prompt`");
}
