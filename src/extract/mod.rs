//! From a completion to a value: how it was found, or why there is none.
//!
//! The first rule that fits wins, so that one answer has one cause. Nothing is repaired before it
//! is checked: what a tolerant reader would recover stands beside the cause, never instead of it.

mod parse;
mod text;

use serde_json::{Value, json};

use crate::domain::{Completion, How, Kind, Output, StopReason, Structured};

/// What was asked for, as far as it decides where the value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// Free text.
    Text,
    /// JSON in the provider's own structured mode.
    NativeJson,
    /// JSON in words or in a JSON mode.
    PlainJson,
    /// JSON as the arguments of one forced tool call.
    ForcedTool,
    /// The choice of a tool.
    ToolChoice,
}

impl Asked {
    /// What a cell asks for. In the two weakest modes tools are described in words.
    pub fn of(output: &Output, mode: Structured) -> Self {
        let worded = matches!(mode, Structured::JsonObject | Structured::Prompt);
        match output {
            Output::Text => Self::Text,
            Output::Json { .. } | Output::Tools { .. } if worded => Self::PlainJson,
            Output::Json { .. } if mode == Structured::Tool => Self::ForcedTool,
            Output::Json { .. } => Self::NativeJson,
            Output::Tools { .. } => Self::ToolChoice,
        }
    }
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Extracted {
    /// What the model wrote: its text, or the arguments of its tool call.
    pub text: Option<String>,
    /// The value; under a cause, what a tolerant reader recovers.
    pub value: Option<Value>,
    /// How the value was found.
    pub how: Option<How>,
    /// Why a strict reader has no value; `None` means that it has one.
    pub cause: Option<Kind>,
    /// One sentence about the cause.
    pub detail: Option<String>,
}

impl Extracted {
    fn failed(cause: Kind, detail: impl Into<String>) -> Self {
        Self { cause: Some(cause), detail: Some(detail.into()), ..Self::default() }
    }
}

/// Finds the value of a completion.
///
/// Order: what the provider marks as refused or filtered, what was cut off (even where it parses),
/// a tool call that is missing, an empty answer, and then the text itself.
pub fn extract(completion: &Completion, asked: Asked) -> Extracted {
    let mut extracted = find(completion, asked);
    if let Some((cause, detail)) = ending(completion) {
        extracted.cause = Some(cause);
        extracted.detail = Some(detail);
    }
    extracted
}

/// What the way the answer ended says of it, whatever its text is.
fn ending(completion: &Completion) -> Option<(Kind, String)> {
    let word = completion.stop_raw.as_deref().unwrap_or("no reason given");
    if completion.refusal.is_some() || completion.stop == StopReason::Refused {
        let words = completion.refusal.as_deref().filter(|words| !words.trim().is_empty());
        let detail = words.map_or_else(|| format!("stopped with `{word}`"), str::to_owned);
        let filtered = completion.stop == StopReason::Filtered;
        return Some((if filtered { Kind::Filtered } else { Kind::Refused }, detail));
    }
    match completion.stop {
        StopReason::Filtered => Some((Kind::Filtered, format!("stopped with `{word}`"))),
        StopReason::Truncated => Some((Kind::Truncated, format!("stopped with `{word}`"))),
        StopReason::ContextOverflow => {
            Some((Kind::Truncated, format!("the context window was full (`{word}`)")))
        }
        StopReason::Paused => Some((Kind::Truncated, format!("the turn was paused (`{word}`)"))),
        _ => None,
    }
}

fn find(completion: &Completion, asked: Asked) -> Extracted {
    let text = completion.text.clone();
    match asked {
        Asked::ForcedTool | Asked::ToolChoice => tool(completion, asked),
        _ if text.as_ref().is_none_or(|text| text.trim().is_empty()) => {
            let mut extracted = nothing(completion);
            extracted.text = text;
            extracted
        }
        Asked::Text => Extracted {
            value: text.clone().map(Value::String),
            text,
            how: Some(How::Text),
            ..Extracted::default()
        },
        Asked::NativeJson => text::read(text.unwrap_or_default(), How::Native),
        Asked::PlainJson => text::read(text.unwrap_or_default(), How::Plain),
    }
}

fn nothing(completion: &Completion) -> Extracted {
    if let Some(call) = completion.tool_calls.first() {
        let detail = format!("no text, but a call of `{}` that nobody asked for", call.name);
        return Extracted::failed(Kind::Empty, detail);
    }
    let word = completion.stop_raw.as_deref().unwrap_or("no reason given");
    Extracted::failed(Kind::Empty, format!("no text at all (stopped with `{word}`)"))
}

fn tool(completion: &Completion, asked: Asked) -> Extracted {
    let calls = &completion.tool_calls;
    let Some(call) = calls.first() else {
        let text = completion.text.clone().filter(|text| !text.trim().is_empty());
        let Some(text) = text else { return nothing(completion) };
        // Nothing is read out of the text as if it had been a call; it only tells a refusal.
        let read = text::read(text, How::Plain);
        let refused = read.cause == Some(Kind::Refused);
        return Extracted {
            cause: Some(if refused { Kind::Refused } else { Kind::NoStructuredBlock }),
            detail: Some("text instead of a tool call".to_owned()),
            ..read
        };
    };
    // A tool without parameters is called with no arguments at all by some servers.
    let arguments = match call.arguments.trim() {
        "" => "{}".to_owned(),
        _ => call.arguments.clone(),
    };
    let mut extracted = text::read(arguments, How::ToolCall);
    if asked == Asked::ToolChoice {
        extracted.value =
            extracted.value.map(|arguments| json!({"tool": call.name, "arguments": arguments}));
    }
    if calls.len() > 1 && extracted.cause.is_none() {
        let names: Vec<&str> = calls.iter().map(|call| call.name.as_str()).collect();
        extracted.cause = Some(Kind::MultipleDocuments);
        extracted.detail = Some(format!("{} calls of tools: {}", names.len(), names.join(", ")));
    }
    extracted
}

#[cfg(test)]
mod tests;
