//! An answer in pieces, made from the answer in one piece. Texts are cut at odd places: between the
//! halves of an escape, of a tool's arguments, and, where servers cut by UTF-16, of a character.

use std::fmt::Write;

use serde_json::{Map, Value, json};

use super::Wire;

/// How many units of UTF-16 a piece has, in turn.
const SIZES: [usize; 6] = [1, 2, 7, 3, 19, 11];

/// Stands in a text for a half of a pair of surrogates, until it is written as an escape.
const HALVES: u32 = 0xf0000;

/// The body of a stream, and its content type.
pub(super) fn body(wire: Wire, answer: &Value, request: &Value) -> (String, &'static str) {
    let mut events = Vec::new();
    match wire {
        Wire::OpenaiChat => openai_chat(answer, request, &mut events),
        Wire::OpenaiResponses => openai_responses(answer, &mut events),
        Wire::Anthropic => anthropic(answer, &mut events),
        Wire::Gemini => gemini(answer, &mut events),
        Wire::Ollama => ollama(answer, &mut events),
        Wire::Cohere => cohere(answer, &mut events),
        Wire::Bedrock => events.push(answer.clone()),
    }
    let named = matches!(wire, Wire::OpenaiResponses | Wire::Anthropic | Wire::Cohere);
    let lines = events.iter().map(|event| {
        let data = written(event);
        match event.get("type").and_then(Value::as_str).filter(|_| named) {
            Some(name) => format!("event: {name}\ndata: {data}\n\n"),
            None if wire == Wire::Ollama => format!("{data}\n"),
            None if wire == Wire::Gemini => format!("data: {data}\r\n\r\n"),
            None => format!("data: {data}\n\n"),
        }
    });
    let mut text = lines.collect::<String>();
    if wire == Wire::OpenaiChat {
        text = format!(": keep-alive\n\n{text}data: [DONE]\n\n");
    }
    (text, if wire == Wire::Ollama { "application/x-ndjson" } else { "text/event-stream" })
}

fn written(event: &Value) -> String {
    let mut text = String::new();
    for c in event.to_string().chars() {
        if let Some(unit) = half_of(c) {
            let _ = write!(text, "\\u{unit:04x}");
        } else {
            text.push(c);
        }
    }
    text
}

fn half_of(c: char) -> Option<u32> {
    u32::from(c).checked_sub(HALVES).filter(|unit| (0xd800..0xe000).contains(unit))
}

/// The pieces of a text; at least one.
fn pieces(text: &str) -> Vec<String> {
    if text.contains(|c| half_of(c).is_some()) {
        return whole_pieces(text);
    }
    let units: Vec<u16> = text.encode_utf16().collect();
    let mut pieces = Vec::new();
    let mut rest = units.as_slice();
    for size in SIZES.iter().cycle() {
        let (piece, after) = rest.split_at(rest.len().min(*size));
        let chars = char::decode_utf16(piece.iter().copied()).map(|unit| {
            unit.unwrap_or_else(|half| {
                char::from_u32(HALVES + u32::from(half.unpaired_surrogate())).unwrap_or_default()
            })
        });
        pieces.push(chars.collect());
        rest = after;
        if rest.is_empty() {
            break;
        }
    }
    pieces
}

/// The same, for servers that never cut a character.
fn whole_pieces(text: &str) -> Vec<String> {
    let mut rest = text;
    let mut pieces = Vec::new();
    for size in SIZES.iter().cycle() {
        let (piece, after) = rest.split_at(rest.ceil_char_boundary(*size).min(rest.len()));
        pieces.push(piece.to_owned());
        rest = after;
        if rest.is_empty() {
            break;
        }
    }
    pieces
}

fn text<'a>(value: &'a Value, at: &str) -> Option<&'a str> {
    value.pointer(at).and_then(Value::as_str)
}

/// The same object with other members.
fn with(value: &Value, members: Value) -> Value {
    let mut all: Map<String, Value> = value.as_object().cloned().unwrap_or_default();
    if let Value::Object(members) = members {
        all.extend(members);
    }
    all.into()
}

fn openai_chat(answer: &Value, request: &Value, events: &mut Vec<Value>) {
    let message = &answer["choices"][0]["message"];
    let head = with(answer, json!({"object": "chat.completion.chunk", "usage": null}));
    let mut say = |delta: Value, finish: &Value| {
        let choice = json!({"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish});
        events.push(with(&head, json!({"choices": [choice]})));
    };
    let begun = text(message, "/content").map(|_| "");
    say(json!({"role": "assistant", "content": begun, "refusal": null}), &Value::Null);
    for name in ["content", "refusal"] {
        for piece in message[name].as_str().map(pieces).unwrap_or_default() {
            say(json!({name: piece}), &Value::Null);
        }
    }
    for (index, call) in message["tool_calls"].as_array().into_iter().flatten().enumerate() {
        let function = with(&call["function"], json!({"arguments": ""}));
        let begun = with(call, json!({"index": index, "function": function}));
        say(json!({"tool_calls": [begun]}), &Value::Null);
        for piece in pieces(text(call, "/function/arguments").unwrap_or_default()) {
            let more = json!({"index": index, "function": {"arguments": piece}});
            say(json!({"tool_calls": [more]}), &Value::Null);
        }
    }
    say(json!({}), &answer["choices"][0]["finish_reason"]);
    if request.pointer("/stream_options/include_usage") == Some(&Value::Bool(true)) {
        events.push(with(&head, json!({"choices": [], "usage": answer["usage"]})));
    }
}

fn openai_responses(answer: &Value, events: &mut Vec<Value>) {
    let begun =
        json!({"status": "in_progress", "output": [], "usage": null, "incomplete_details": null});
    let mut say = |kind: &str, members: Value| {
        let head = json!({"type": kind, "sequence_number": events.len()});
        events.push(with(&head, members));
    };
    say("response.created", json!({"response": with(answer, begun)}));
    for (index, item) in answer["output"].as_array().into_iter().flatten().enumerate() {
        let at =
            |members: Value| with(&json!({"output_index": index, "item_id": item["id"]}), members);
        let empty = with(item, json!({"status": "in_progress", "content": [], "arguments": ""}));
        say("response.output_item.added", at(json!({"item": empty})));
        for part in item["content"].as_array().into_iter().flatten() {
            let (kind, said) = match text(part, "/text") {
                Some(said) => ("response.output_text.delta", said),
                None => ("response.refusal.delta", text(part, "/refusal").unwrap_or_default()),
            };
            for piece in pieces(said) {
                say(kind, at(json!({"content_index": 0, "delta": piece})));
            }
        }
        for piece in text(item, "/arguments").map(pieces).unwrap_or_default() {
            say("response.function_call_arguments.delta", at(json!({"delta": piece})));
        }
        say("response.output_item.done", at(json!({"item": item})));
    }
    let end = format!("response.{}", text(answer, "/status").unwrap_or_default());
    say(&end, json!({"response": answer}));
}

fn anthropic(answer: &Value, events: &mut Vec<Value>) {
    let usage = with(&answer["usage"], json!({"output_tokens": 1}));
    let begun = json!({"content": [], "stop_reason": null, "stop_details": null, "usage": usage});
    events.push(json!({"type": "message_start", "message": with(answer, begun)}));
    events.push(json!({"type": "ping"}));
    for (index, block) in answer["content"].as_array().into_iter().flatten().enumerate() {
        let (empty, deltas): (Value, Vec<Value>) = match text(block, "/text") {
            Some(said) => {
                let delta = |piece| json!({"type": "text_delta", "text": piece});
                (json!({"text": ""}), pieces(said).into_iter().map(delta).collect())
            }
            None => {
                let delta = |piece| json!({"type": "input_json_delta", "partial_json": piece});
                let input = match &block["input"] {
                    Value::String(cut) => cut.clone(),
                    input => input.to_string(),
                };
                let input = if input == "{}" { "" } else { &input };
                (json!({"input": {}}), pieces(input).into_iter().map(delta).collect())
            }
        };
        let begun = with(block, empty);
        events.push(json!({"type": "content_block_start", "index": index, "content_block": begun}));
        for delta in deltas {
            events.push(json!({"type": "content_block_delta", "index": index, "delta": delta}));
        }
        events.push(json!({"type": "content_block_stop", "index": index}));
    }
    let delta = json!({
        "stop_reason": answer["stop_reason"],
        "stop_details": answer["stop_details"],
        "stop_sequence": null,
    });
    let usage = json!({"output_tokens": answer["usage"]["output_tokens"]});
    events.push(json!({"type": "message_delta", "delta": delta, "usage": usage}));
    events.push(json!({"type": "message_stop"}));
}

fn gemini(answer: &Value, events: &mut Vec<Value>) {
    let candidate = &answer["candidates"][0];
    let Some(said) = text(candidate, "/content/parts/0/text") else {
        return events.push(answer.clone());
    };
    let mut pieces = whole_pieces(said);
    let last = pieces.pop().unwrap_or_default();
    let head = json!({"modelVersion": answer["modelVersion"], "responseId": answer["responseId"]});
    let content = |piece: &str| json!({"role": "model", "parts": [{"text": piece}]});
    for piece in pieces {
        let candidate = json!({"index": 0, "content": content(&piece)});
        events.push(with(&head, json!({"candidates": [candidate]})));
    }
    let candidate = with(candidate, json!({"content": content(&last)}));
    events.push(with(answer, json!({"candidates": [candidate]})));
}

fn ollama(answer: &Value, events: &mut Vec<Value>) {
    let message = |members: Value| with(&json!({"role": "assistant", "content": ""}), members);
    let mut say = |message: Value| {
        let (model, at) = (&answer["model"], &answer["created_at"]);
        events.push(json!({"model": model, "created_at": at, "message": message, "done": false}));
    };
    for piece in text(answer, "/message/content").map(whole_pieces).unwrap_or_default() {
        say(message(json!({"content": piece})));
    }
    if let Some(calls) = answer["message"].get("tool_calls") {
        say(message(json!({"tool_calls": calls})));
    }
    events.push(with(answer, json!({"message": message(json!({}))})));
}

fn cohere(answer: &Value, events: &mut Vec<Value>) {
    let message = &answer["message"];
    let mut say = |kind: &str, members: Value| events.push(with(&json!({"type": kind}), members));
    let within = |message: Value| json!({"message": message});
    let begun = json!({"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []});
    say("message-start", json!({"id": answer["id"], "delta": within(begun)}));
    for (index, block) in message["content"].as_array().into_iter().flatten().enumerate() {
        let at =
            |content: Value| json!({"index": index, "delta": within(json!({"content": content}))});
        say("content-start", at(with(block, json!({"text": ""}))));
        for piece in text(block, "/text").map(pieces).unwrap_or_default() {
            say("content-delta", at(json!({"text": piece})));
        }
        say("content-end", json!({"index": index}));
    }
    for (index, call) in message["tool_calls"].as_array().into_iter().flatten().enumerate() {
        let at =
            |call: Value| json!({"index": index, "delta": within(json!({"tool_calls": call}))});
        let function = with(&call["function"], json!({"arguments": ""}));
        say("tool-call-start", at(with(call, json!({"function": function}))));
        for piece in text(call, "/function/arguments").map(pieces).unwrap_or_default() {
            say("tool-call-delta", at(json!({"function": {"arguments": piece}})));
        }
        say("tool-call-end", json!({"index": index}));
    }
    let end = json!({"finish_reason": answer["finish_reason"], "usage": answer["usage"]});
    say("message-end", json!({"delta": end}));
}
