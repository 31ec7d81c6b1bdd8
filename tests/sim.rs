//! The demo provider against the adapters: what they ask, it understands; what it answers, they
//! read. Nothing here opens a socket.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use std::sync::Arc;
use std::time::Duration;

use promptmatrix::domain::{
    Billing, Calls, Completion, ErrorClass, HttpResponse, Message, Model, Output, Params,
    ProviderError, ProviderKind, Request, Role, Schema, Slot, StopReason, Structured, Tool,
};
use promptmatrix::extract::{Reading, extract};
use promptmatrix::provider::{self, Encoded, Lowerings};
use promptmatrix::sim::{QUIRKS, QuirkKind, World};
use proptest::prelude::*;
use serde_json::{Value, json};

const DIALECTS: [&str; 7] =
    ["openai", "openai-responses", "anthropic", "gemini", "ollama", "cohere", "bedrock"];

/// Whose answers do not say which model gave them.
const UNDISCLOSED: [&str; 2] = ["cohere", "bedrock"];

fn model(dialect: &str, structured: Structured) -> Arc<Model> {
    Arc::new(Model {
        slot: Slot::new("slot").unwrap(),
        provider: ProviderKind::Demo,
        dialect: dialect.to_owned(),
        id: "m".to_owned(),
        structured,
        base_url: None,
        api_key_env: None,
        headers: Vec::new(),
        params: Params { max_output_tokens: Some(500), ..Params::default() },
        cache_system_prompt: true,
        billing: Billing::default(),
        command: Vec::new(),
        timeout: Duration::from_secs(9),
        max_concurrency: None,
        limits: promptmatrix::domain::ModelLimits::default(),
    })
}

fn request(dialect: &str, structured: Structured, output: Output) -> Request {
    Request {
        model: model(dialect, structured),
        system: "Sort the mail. Answer in JSON.".to_owned(),
        messages: vec![Message { role: Role::User, text: "I was charged twice!".to_owned() }],
        output,
    }
}

fn triage() -> Output {
    let schema = json!({
        "type": "object",
        "properties": {
            "category": {"type": "string", "enum": ["billing", "account", "other"]},
            "total": {"$ref": "#/$defs/money"},
            "tags": {"type": "array", "items": {"type": "string"}},
            "summary": {"type": "string"},
            "order": {"type": "string"},
            "due": {"type": "string"}
        },
        "required": ["category", "total", "tags", "summary"],
        "additionalProperties": false,
        "$defs": {"money": {"type": "object", "properties": {"amount": {"type": "number"}},
            "required": ["amount"], "additionalProperties": false}}
    });
    Output::Json {
        name: "triage".to_owned(),
        schema: Arc::new(Schema::new("t.json", schema)),
        described: true,
    }
}

fn answer() -> Value {
    json!({"category": "billing", "total": {"amount": 12.5}, "tags": ["refund", "card"],
        "summary": "The customer was charged twice.", "order": "A-1"})
}

/// A world with one version, one scripted answer and one quirk, if any.
fn world_with(quirk: &str) -> World {
    let text = format!(
        "[[version]]\nid = \"m\"\nquirks = [{quirk}]\n[[answer]]\nwhen = \"twice\"\njson = '{}'\n",
        answer()
    );
    World::parse(&text).unwrap()
}

fn ask(request: &Request, world: &World) -> (Encoded, HttpResponse) {
    let encoded = provider::encode(request, &Lowerings::default()).unwrap();
    let response = world.answer(&encoded.http, 0);
    (encoded, response)
}

fn completion(request: &Request, world: &World) -> Result<Completion, ProviderError> {
    provider::decode(&request.model, &ask(request, world).1)
}

fn carrier(completion: &Completion) -> &str {
    let call = completion.tool_calls.first().map(|call| call.arguments.as_str());
    call.or(completion.text.as_deref()).unwrap_or_default()
}

/// The value of an answer, read as the author's schema means it; `None` where it is not JSON.
fn value(encoded: &Encoded, completion: &Completion) -> Option<Value> {
    let value = serde_json::from_str(carrier(completion)).ok()?;
    Some(match &encoded.wire_schema {
        Some(sent) => provider::lift(value, sent),
        None => value,
    })
}

#[test]
fn each_provider_tells_the_request_id_and_its_limits_in_its_own_headers() {
    for (dialect, id, limit) in [
        ("openai", Some("x-request-id"), Some("x-ratelimit-remaining-requests")),
        ("openai-responses", Some("x-request-id"), Some("x-ratelimit-remaining-requests")),
        ("anthropic", Some("request-id"), Some("anthropic-ratelimit-requests-remaining")),
        ("gemini", None, None),
        ("ollama", None, None),
        ("cohere", None, None),
        ("bedrock", Some("x-amzn-requestid"), None),
    ] {
        let request = request(dialect, Structured::Native, triage());
        let (_, response) = ask(&request, &world_with(""));
        let limited = world_with("{ kind = \"error\", to = 429 }");
        let (_, refused) = ask(&request, &limited);
        assert_eq!((response.status, refused.status), (200, 429), "{dialect}");
        for (response, left) in [(response, "9999"), (refused, "0")] {
            let has = |part: &str| response.headers.iter().any(|(name, _)| name.contains(part));
            let has_id = has("request-id") || has("requestid");
            assert_eq!((has_id, has("ratelimit")), (id.is_some(), limit.is_some()));
            assert!(id.is_none_or(|name| response.header(name).unwrap().starts_with("req_")));
            assert!(limit.is_none_or(|name| response.header(name) == Some(left)), "{dialect}");
        }
    }
}

#[test]
fn every_wire_format_carries_the_same_answer_in_every_mode_it_has() {
    let mut carried = 0;
    for dialect in DIALECTS {
        for mode in Structured::ALL {
            let request = request(dialect, mode, triage());
            let modes = provider::dialect(dialect).unwrap().modes;
            assert_eq!(
                modes.contains(&mode),
                provider::encode(&request, &Lowerings::default()).is_ok()
            );
            if !modes.contains(&mode) {
                continue;
            }
            let (encoded, response) = ask(&request, &world_with(""));
            assert_eq!(response.status, 200, "{dialect} {mode}");
            let found = provider::decode(&request.model, &response).unwrap();
            assert_eq!(value(&encoded, &found), Some(answer()), "{dialect} {mode}");
            let stop = match mode {
                Structured::Tool => StopReason::ToolCall,
                _ => StopReason::Complete,
            };
            assert_eq!(found.stop, stop, "{dialect} {mode}");
            let served = (!UNDISCLOSED.contains(&dialect)).then_some("m");
            assert_eq!(found.identity.served.as_deref(), served, "{dialect} {mode}");
            let usage = found.usage.unwrap();
            assert!(usage.input > Some(0) && usage.output > Some(0), "{dialect} {mode}");
            carried += 1;
        }
    }
    assert_eq!(carried, 25, "the modes of seven dialects");
}

/// The same request, with the answer as a stream.
fn streamed(request: &Request) -> Request {
    let mut model = Model::clone(&request.model);
    model.params.stream = true;
    Request { model: Arc::new(model), ..request.clone() }
}

#[test]
fn an_answer_in_pieces_is_the_answer_in_one_whatever_is_wrong_with_it() {
    let quirks = QUIRKS.iter().map(|row| format!("{{ kind = \"{}\" }}", row.id));
    let worlds: Vec<_> = std::iter::once(String::new()).chain(quirks).collect();
    let mut answers = 0;
    for dialect in DIALECTS {
        let row = provider::dialect(dialect).unwrap();
        for mode in Structured::ALL.into_iter().filter(|mode| row.modes.contains(mode)) {
            let tools = row.modes.contains(&Structured::Tool) || mode == Structured::Prompt;
            let outputs = [Some(triage()), tools.then(choice_of_tools), Some(Output::Text)];
            for output in outputs.into_iter().flatten() {
                let plain = request(dialect, mode, output);
                for quirk in &worlds {
                    let world = world_with(quirk);
                    let (_, response) = ask(&streamed(&plain), &world);
                    let is_stream = !String::from_utf8_lossy(&response.body).starts_with("{\"")
                        || response.header("content-type") == Some("application/x-ndjson");
                    let wants = response.status == 200 && dialect != "bedrock";
                    assert_eq!(is_stream, wants, "{dialect} {mode} {quirk}");
                    let same = |done: Result<Completion, ProviderError>| match done {
                        // The number of the exchange is made from the request.
                        Ok(mut answer) => {
                            answer.identity.request_id = None;
                            Ok(answer)
                        }
                        Err(error) => Err(error),
                    };
                    let one = same(completion(&plain, &world));
                    let pieces = same(completion(&streamed(&plain), &world));
                    assert_eq!(pieces, one, "{dialect} {mode} {quirk}");
                    answers += usize::from(one.is_ok());
                }
            }
        }
    }
    assert!(answers > 1500, "{answers}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_text_comes_whole_out_of_its_pieces(text in "\\PC{0,40}", values in any::<Vec<String>>()) {
        let said = format!("{text} \u{1f469}\u{200d}\u{1f680} \\ud83d \"{{}}\" {values:?}");
        let script = |key: &str, value: String| {
            let world = format!("[[version]]\nid = \"m\"\n[[answer]]\nwhen = \"twice\"\n{key}\n");
            World::parse(&world.replace("VALUE", &value)).unwrap()
        };
        let text = script("text = VALUE", json!(said).to_string().replace('\u{7f}', "\\u007f"));
        let call = json!({"order": said, "note": values}).to_string();
        let call = script("json = VALUE", json!(call).to_string().replace('\u{7f}', "\\u007f"));
        for dialect in DIALECTS {
            let mode = if dialect == "ollama" { Structured::Prompt } else { Structured::Tool };
            for (world, output) in [(&text, Output::Text), (&call, triage())] {
                let plain = request(dialect, mode, output);
                let [one, pieces] = [&plain, &streamed(&plain)].map(|request| completion(request, world).unwrap());
                prop_assert_eq!(&pieces.text, &one.text, "{}", dialect);
                prop_assert_eq!(&pieces.tool_calls, &one.tool_calls, "{}", dialect);
            }
        }
    }

    /// Wherever it breaks off: either the answer was all there, or it is cut, and never half an answer.
    #[test]
    fn a_stream_that_breaks_off_is_no_answer(share in 0_usize..1000) {
        for dialect in DIALECTS.into_iter().filter(|dialect| *dialect != "bedrock") {
            let asked = streamed(&request(dialect, Structured::Native, triage()));
            let (_, mut response) = ask(&asked, &world_with(""));
            let whole = provider::decode(&asked.model, &response).unwrap();
            let length = response.body.len() * share / 1000;
            response.body.truncate(length);
            match provider::decode(&asked.model, &response) {
                Ok(answer) => prop_assert_eq!(answer.text, whole.text, "{}", dialect),
                Err(error) => prop_assert_eq!(error.class, ErrorClass::Interrupted, "{}", dialect),
            }
        }
    }
}

fn choice_of_tools() -> Output {
    let schema = |document: Value| Arc::new(Schema::new("x.json", document));
    let refund = json!({"type": "object", "properties": {"order": {"type": "string"},
        "note": {"type": "string"}}, "required": ["order"], "additionalProperties": false});
    let wait = json!({"type": "object", "properties": {}, "additionalProperties": false});
    let branch = |name: &str, parameters: &Value| {
        json!({"type": "object", "properties": {"tool": {"enum": [name]}, "arguments": parameters},
            "required": ["tool", "arguments"]})
    };
    let tool = |name: &str, document: &Value| Tool {
        name: name.to_owned(),
        description: "What it does.".to_owned(),
        parameters: schema(document.clone()),
    };
    Output::Tools {
        tools: vec![tool("wait", &wait), tool("refund", &refund)],
        calls: Calls::ONE,
        schema: schema(json!({"anyOf": [branch("wait", &wait), branch("refund", &refund)]})),
    }
}

#[test]
fn a_tool_is_chosen_in_every_wire_format() {
    let world = "[[version]]\nid = \"m\"\n[[answer]]\nwhen = \"twice\"\ntool = \"refund\"\n\
        arguments = { order = \"A-1\" }";
    let world = World::parse(world).unwrap();
    for dialect in DIALECTS {
        let mode = if dialect == "ollama" { Structured::Prompt } else { Structured::Tool };
        let request = request(dialect, mode, choice_of_tools());
        let (encoded, response) = ask(&request, &world);
        let found = provider::decode(&request.model, &response).unwrap();
        let value: Value = serde_json::from_str(carrier(&found)).unwrap();
        let value = match found.tool_calls.first() {
            Some(call) => json!({"tool": call.name, "arguments": value}),
            None => value,
        };
        let value = encoded.wire_schema.map_or(value.clone(), |sent| provider::lift(value, &sent));
        assert_eq!(value, json!({"tool": "refund", "arguments": {"order": "A-1"}}), "{dialect}");
    }
}

#[test]
fn several_tools_are_called_in_every_wire_format() {
    let world = r#"[[version]]
id = "m"
[[answer]]
when = "twice"
json = '[{"tool": "wait", "arguments": {}}, {"tool": "refund", "arguments": {"order": "A-1"}}]'"#;
    let world = World::parse(world).unwrap();
    let Output::Tools { tools, schema, .. } = choice_of_tools() else { panic!("no tools") };
    let list = json!({"type": "array", "items": schema.document});
    let schema = Arc::new(Schema::new("x.json", list));
    let calls = Calls { required: false, parallel: true };
    let output = Output::Tools { tools, calls, schema };
    for dialect in DIALECTS {
        let request = request(dialect, Structured::Native, output.clone());
        let (encoded, response) = ask(&request, &world);
        let found = provider::decode(&request.model, &response).unwrap();
        let reading = Reading::of(&output, Structured::Native, None);
        let value = extract(&found, reading).value.unwrap();
        let value = provider::lift(value, &encoded.wire_schema.unwrap());
        let refund = json!({"tool": "refund", "arguments": {"order": "A-1"}});
        assert_eq!(value.as_array().unwrap().len(), 2, "{dialect}");
        assert!(value.as_array().unwrap().contains(&refund), "{dialect} {value}");
    }
}

/// Whether a quirk looks like it should to whoever reads the answer.
fn shows(kind: QuirkKind, dialect: &str, found: &Completion, value: Option<&Value>) -> bool {
    let text = found.text.as_deref().unwrap_or_default();
    let old = answer();
    let at = |pointer: &str| value.and_then(|value| value.pointer(pointer));
    let is = |pointer: &str, new: Value| at(pointer) == Some(&new);
    match kind {
        QuirkKind::FieldRemoved => at("/order").is_none() && at("/category").is_some(),
        QuirkKind::FieldAdded => at("/note").is_some(),
        QuirkKind::EnumShifted => is("/category", json!("account")),
        QuirkKind::CaseChanged => is("/category", json!("Billing")),
        QuirkKind::TypeChanged | QuirkKind::ValueToNull => value.is_some_and(|new| *new != old),
        QuirkKind::ReorderedArray => is("/tags", json!(["card", "refund"])),
        QuirkKind::ItemDropped => is("/tags", json!(["refund"])),
        QuirkKind::NumberScaled => is("/total/amount", json!(1250.0)),
        QuirkKind::TextReworded => is("/summary", json!("The client was billed two times.")),
        QuirkKind::Longer => at("/summary").and_then(Value::as_str).is_some_and(|s| s.len() > 60),
        QuirkKind::KeyOrder => text.find("summary") < text.find("category") && value == Some(&old),
        QuirkKind::SchemaViolation => is("/category", json!("billing!!")),
        QuirkKind::DuplicateKey => text.matches("\"category\":\"billing\"").count() == 2,
        QuirkKind::Nan => text.contains(":NaN") && value.is_none(),
        QuirkKind::Fenced => text.starts_with("```json\n{") && text.ends_with("}\n```"),
        QuirkKind::UnclosedFence => text.starts_with("```json\n{") && text.ends_with("}\n"),
        QuirkKind::ProseAround => text.starts_with("Here is") && text.ends_with("anything else."),
        QuirkKind::Truncated => found.stop == StopReason::Truncated && value.is_none(),
        QuirkKind::Refused => match dialect {
            "ollama" | "cohere" => text.starts_with("I'm sorry"),
            "gemini" => found.stop == StopReason::Filtered && found.refusal.is_some(),
            _ => found.stop == StopReason::Refused && found.refusal.is_some(),
        },
        QuirkKind::RefusedInText => {
            text.starts_with("I'm sorry") && found.stop == StopReason::Complete
        }
        QuirkKind::Filtered => match dialect {
            "ollama" | "cohere" => text.is_empty(),
            "anthropic" => found.stop == StopReason::Refused,
            _ => found.stop == StopReason::Filtered,
        },
        QuirkKind::Empty => text.is_empty() && found.stop == StopReason::Complete,
        QuirkKind::DifferentServedId if UNDISCLOSED.contains(&dialect) => {
            found.identity.served.is_none()
        }
        QuirkKind::DifferentServedId => found.identity.served.as_deref() == Some("m-r2"),
        QuirkKind::Slower | QuirkKind::Error => false,
    }
}

#[test]
fn every_quirk_can_be_seen_in_every_wire_format() {
    for dialect in DIALECTS {
        let request = request(dialect, Structured::Native, triage());
        let usual = ask(&request, &world_with("")).1.elapsed;
        for row in QUIRKS {
            let world = world_with(&format!("{{ kind = \"{}\" }}", row.id));
            let (encoded, response) = ask(&request, &world);
            let visible = match row.kind {
                QuirkKind::Error => response.status == 500,
                QuirkKind::Slower => response.elapsed >= usual * 2,
                kind => {
                    let found = provider::decode(&request.model, &response).unwrap();
                    shows(kind, dialect, &found, value(&encoded, &found).as_ref())
                }
            };
            let body = String::from_utf8_lossy(&response.body);
            assert!(visible, "{dialect} {}: {body}", row.id);
        }
    }
}

#[test]
fn errors_are_read_as_what_they_are() {
    for dialect in DIALECTS {
        let request = request(dialect, Structured::Native, triage());
        for (status, class) in [
            (429, ErrorClass::RateLimited),
            (500, ErrorClass::Unavailable),
            (503, ErrorClass::Unavailable),
            (401, ErrorClass::Unauthorized),
            (400, ErrorClass::BadRequest),
        ] {
            let world = world_with(&format!("{{ kind = \"error\", to = {status} }}"));
            let error = completion(&request, &world).unwrap_err();
            assert_eq!((error.status, error.class), (status, class), "{dialect}");
        }
        let gone = World::parse("[[version]]\nid = \"other\"").unwrap();
        let error = completion(&request, &gone).unwrap_err();
        assert_eq!(error.class, ErrorClass::ModelGone, "{dialect}");
    }
}

#[test]
fn where_a_tool_call_was_wanted_a_fence_means_that_there_is_none() {
    for dialect in ["openai", "openai-responses", "anthropic", "gemini"] {
        let request = request(dialect, Structured::Tool, triage());
        let found = completion(&request, &world_with("{ kind = \"fenced\" }")).unwrap();
        assert!(found.tool_calls.is_empty(), "{dialect}");
        assert!(found.text.unwrap().starts_with("```json"), "{dialect}");
    }
}
