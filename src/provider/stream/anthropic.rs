//! Events of Anthropic Messages: the message, its blocks, and what is added to each.

use serde_json::{Map, Value};

use super::Folded;
use super::merge::{merge, object};

pub(super) fn fold(events: Vec<Value>) -> Folded {
    let mut body = Map::new();
    let mut blocks: Vec<(Option<u64>, Map<String, Value>)> = Vec::new();
    let mut has_end = false;
    for mut event in events {
        let index = event.get("index").and_then(Value::as_u64);
        let kind = event.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
        match kind.as_str() {
            "message_start" => merge(&mut body, object(&mut event, "message")),
            "content_block_start" => blocks.push((index, object(&mut event, "content_block"))),
            "content_block_delta" => {
                if let Some((_, block)) = blocks.iter_mut().rev().find(|(known, _)| *known == index)
                {
                    add(block, object(&mut event, "delta"));
                }
            }
            "message_delta" => {
                let usage = event.get_mut("usage").map(Value::take).unwrap_or_default();
                merge(&mut body, object(&mut event, "delta"));
                merge(&mut body, Map::from_iter([("usage".to_owned(), usage)]));
                has_end |= body.get("stop_reason").is_some_and(Value::is_string);
            }
            "message_stop" => has_end = true,
            _ => {}
        }
    }
    let blocks: Vec<Value> = blocks.into_iter().map(|(_, block)| block.into()).collect();
    if !body.is_empty() {
        body.insert("content".to_owned(), blocks.into());
    }
    Folded { body: body.into(), has_end }
}

/// Adds to a block. The input of a tool comes as text; a call without any is left as it began.
fn add(block: &mut Map<String, Value>, mut delta: Map<String, Value>) {
    delta.remove("type");
    match delta.remove("partial_json") {
        Some(Value::String(text)) if !text.is_empty() => match block.get_mut("input") {
            Some(Value::String(input)) => input.push_str(&text),
            _ => drop(block.insert("input".to_owned(), text.into())),
        },
        _ => merge(block, delta),
    }
}
