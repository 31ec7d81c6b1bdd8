//! From a completion to a JSON value: what a strict parser reads, what a tolerant one recovers,
//! and why they differ.
//!
//! Nothing is repaired before it is judged: a recovered value stands beside its cause. This module
//! knows neither schemas nor accepted answers.

mod locate;
mod repair;
mod strict;
#[cfg(test)]
mod tests;

use serde_json::{Value, json};

use crate::domain::kit::shortened;
use crate::domain::{
    Completion, How, Kind, Output, StopReason, Structured, ToolCall, canonical_json,
};

use locate::{Found, locate};

/// What was asked for, as far as it matters for reading the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    shape: Shape,
    fences: Fences,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// Free text.
    Text,
    /// JSON as the text of the answer, found the way that `How` says.
    Json(How),
    /// JSON as the arguments of the one tool that is forced.
    Arguments,
    /// A call of one of the author's tools.
    Call,
    /// Calls of the author's tools, in any order.
    Calls,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fences {
    Fail,
    Forgiven,
}

impl Reading {
    /// Says how to read the answers of a cell.
    ///
    /// `tolerant` is the suite's own word on code fences. Without one, a fence fails where the
    /// provider promises bare JSON (native and tool mode) and is forgiven elsewhere. Only a closed
    /// fence around the whole answer can be forgiven: prose around JSON, a byte order mark and
    /// all other causes stay causes.
    pub fn of(output: &Output, structured: Structured, tolerant: Option<bool>) -> Self {
        let shape = match (output, structured) {
            (Output::Text, _) => Shape::Text,
            // The two weakest modes describe schema and tools in words, and the answer is text.
            (_, Structured::JsonObject | Structured::Prompt) => Shape::Json(How::Plain),
            (Output::Tools { calls, .. }, _) if calls.is_list() => Shape::Calls,
            (Output::Tools { .. }, _) => Shape::Call,
            (Output::Json { .. }, Structured::Tool) => Shape::Arguments,
            (Output::Json { .. }, Structured::Native) => Shape::Json(How::Native),
        };
        let promised = shape != Shape::Json(How::Plain);
        let fences = if tolerant.unwrap_or(!promised) { Fences::Forgiven } else { Fences::Fail };
        Self { shape, fences }
    }
}

/// What was found in an answer. The fields are those of a trial.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Extracted {
    /// The answer as text: what the model wrote, or the arguments of its tool call.
    pub text: Option<String>,
    /// The value: what a strict parser reads, else what a tolerant one recovers. A free text is one
    /// JSON string, without white space at its ends and with plain line ends.
    pub value: Option<Value>,
    /// How the value was found; absent when there is none.
    pub how: Option<How>,
    /// Whether a strict parser (RFC 8259, with unique names) reads the answer as it is.
    pub strict: bool,
    /// Why the answer cannot be used, as far as that shows without the schema.
    pub cause: Option<Kind>,
    /// Which form of the cause, where there are several: `fence`, `fence-open`, `bom`, `multi`,
    /// `prefix`, `suffix`, `both`, `unfinished`.
    pub sub: Option<&'static str>,
    /// One sentence about the cause.
    pub detail: Option<String>,
}

impl Extracted {
    fn failed(cause: Kind, detail: impl Into<String>) -> Self {
        Self { cause: Some(cause), detail: Some(detail.into()), ..Self::default() }
    }

    fn found(found: Found, asked: Reading) -> Self {
        let forgiven = found.is_fence() && asked.fences == Fences::Forgiven;
        let strict = found.cause().is_none();
        let sub = found.sub();
        let (cause, sub, detail) = match (found.cause(), found.duplicate) {
            (Some(kind), _) if !forgiven => (Some(kind), sub, Some(found.detail)),
            (_, Some(key)) => {
                (Some(Kind::DuplicateKey), None, Some(format!("{key} stands twice in one object")))
            }
            _ => (None, None, None),
        };
        let strict = strict && cause.is_none();
        let (value, how) = (Some(found.value), Some(found.how));
        Self { text: None, value, how, strict, cause, sub, detail }
    }
}

/// Reads an answer. The first rule that fits gives the cause: the provider says that it was
/// refused, filtered or cut off (even when the rest parses); the tool call is missing; the answer
/// is empty; the text is not the one JSON value that was asked for.
///
/// Of several tool calls where one was asked for the first is the value, under the cause
/// `multiple-documents`. A list of calls is sorted, since their order says nothing. A turn that
/// the provider paused or aborted counts as cut off.
pub fn extract(completion: &Completion, asked: Reading) -> Extracted {
    let mut extracted = match asked.shape {
        Shape::Text => plain(completion),
        Shape::Json(_) => read_text(completion, asked),
        Shape::Arguments | Shape::Call => read_call(completion, asked),
        Shape::Calls => read_calls(completion, asked),
    };
    if let Some((cause, detail)) = ended_badly(completion) {
        extracted.cause = Some(cause);
        extracted.sub = None;
        extracted.detail = Some(detail);
    }
    if completion.stop != StopReason::Unknown && extracted.sub == Some(UNFINISHED) {
        // Only where the provider does not say why the answer ended is its end a hint.
        extracted.sub = None;
    }
    extracted
}

fn plain(completion: &Completion) -> Extracted {
    let text = completion.text.clone().unwrap_or_default();
    if is_blank(&text) {
        return empty(completion);
    }
    // White space at the ends and the sort of line ends say nothing in a free text.
    let value = Some(Value::from(text.trim().replace("\r\n", "\n")));
    Extracted {
        text: Some(text),
        value,
        how: Some(How::Text),
        strict: true,
        ..Extracted::default()
    }
}

fn read_text(completion: &Completion, asked: Reading) -> Extracted {
    let text = completion.text.clone().unwrap_or_default();
    if is_blank(&text) {
        return empty(completion);
    }
    let mut extracted = read_json(&text, asked);
    if let (Some(How::Plain), Shape::Json(how)) = (extracted.how, asked.shape) {
        extracted.how = Some(how);
    }
    Extracted { text: Some(text), ..extracted }
}

fn read_call(completion: &Completion, asked: Reading) -> Extracted {
    let Some(call) = completion.tool_calls.first() else {
        return without_call(completion, asked);
    };
    let mut extracted = read_arguments(call, asked);
    if asked.shape == Shape::Call {
        extracted.value = extracted.value.map(|arguments| named(call, &arguments));
    }
    if extracted.cause.is_none() && completion.tool_calls.len() > 1 {
        extracted.how = Some(How::FirstOfSeveral);
        extracted.cause = Some(Kind::MultipleDocuments);
        extracted.sub = Some("multi");
        extracted.detail = Some(several(&completion.tool_calls));
    }
    Extracted { text: Some(call.arguments.clone()), ..extracted }
}

fn read_arguments(call: &ToolCall, asked: Reading) -> Extracted {
    let extracted = if is_blank(&call.arguments) {
        let detail = format!("the arguments of the call of {} are empty", quote(&call.name));
        Extracted {
            value: Some(json!({})),
            how: Some(How::Repaired),
            ..Extracted::failed(Kind::EmptyArguments, detail)
        }
    } else {
        read_json(&call.arguments, asked)
    };
    let how = extracted.how.map(|how| if how == How::Plain { How::ToolCall } else { how });
    Extracted { how, ..extracted }
}

/// The first call that cannot be read says why there is no value. Without a call, what the model
/// said in its place is no part of the value.
fn read_calls(completion: &Completion, asked: Reading) -> Extracted {
    if has_nothing(completion) {
        return empty(completion);
    }
    let mut values = Vec::new();
    let mut whole = Extracted { how: Some(How::ToolCall), strict: true, ..Extracted::default() };
    for call in &completion.tool_calls {
        let one = read_arguments(call, asked);
        whole.strict &= one.strict;
        values.push(one.value.as_ref().map(|arguments| named(call, arguments)));
        if whole.cause.is_none() && (one.cause.is_some() || one.how != whole.how) {
            whole = Extracted { strict: whole.strict, ..one };
        }
    }
    let mut values: Option<Vec<Value>> = values.into_iter().collect();
    if let Some(values) = &mut values {
        values.sort_by_cached_key(canonical_json);
    }
    let text = match completion.tool_calls.as_slice() {
        [] => completion.text.clone(),
        calls => Some(written(calls)),
    };
    Extracted { text, value: values.map(Value::Array), ..whole }
}

fn named(call: &ToolCall, arguments: &Value) -> Value {
    json!({ "tool": call.name, "arguments": arguments })
}

/// The calls as a list, the arguments as they were received.
fn written(calls: &[ToolCall]) -> String {
    let calls: Vec<String> = calls
        .iter()
        .map(|call| format!("{{\"tool\":{},\"arguments\":{}}}", quote(&call.name), call.arguments))
        .collect();
    format!("[{}]", calls.join(","))
}

/// No tool was called. A value that stands in the text instead is recovered where it can be one.
fn without_call(completion: &Completion, asked: Reading) -> Extracted {
    let text = completion.text.clone().unwrap_or_default();
    if is_blank(&text) {
        return empty(completion);
    }
    let words = shortened(text.trim(), 60);
    let recovered = match asked.shape {
        Shape::Arguments => read_json(&text, asked),
        _ => Extracted::default(),
    };
    Extracted {
        text: Some(text),
        strict: false,
        cause: Some(Kind::NoStructuredBlock),
        sub: None,
        detail: Some(format!("text in place of a tool call: {}", quote(&words))),
        ..recovered
    }
}

fn empty(completion: &Completion) -> Extracted {
    let spent = completion.usage.and_then(|usage| usage.reasoning).filter(|spent| *spent > 0);
    let mut detail = match spent {
        Some(tokens) => format!("no text; {tokens} tokens went into reasoning"),
        None => "no text".to_owned(),
    };
    if let Some((field, text)) = completion.thought.as_ref().filter(|(_, text)| !is_blank(text)) {
        let holds = if locate(text).is_ok() { "JSON" } else { "text" };
        detail = format!("{detail}; `{field}` holds {holds}");
    }
    Extracted { text: completion.text.clone(), ..Extracted::failed(Kind::Empty, detail) }
}

/// What the provider itself says went wrong, whatever the text looks like.
fn ended_badly(completion: &Completion) -> Option<(Kind, String)> {
    let word = completion.stop_raw.as_deref().unwrap_or("no word of its own");
    if let Some(words) = &completion.refusal {
        let cause =
            if completion.stop == StopReason::Filtered { Kind::Filtered } else { Kind::Refused };
        return Some((cause, shortened(words, 200)));
    }
    let cut = |what: &str| Some((Kind::Truncated, format!("{what} ({word})")));
    match completion.stop {
        StopReason::Refused => {
            Some((Kind::Refused, format!("the provider marks the answer as a refusal ({word})")))
        }
        StopReason::Filtered => Some((Kind::Filtered, format!("a content filter cut in ({word})"))),
        StopReason::Truncated => cut("the answer ran into the limit of output tokens"),
        StopReason::ContextOverflow => cut("the context window was full"),
        StopReason::Paused => cut("the provider paused the turn before its end"),
        StopReason::ProviderFault if has_nothing(completion) => {
            Some((Kind::Empty, format!("the provider gave up on the answer ({word})")))
        }
        StopReason::ProviderFault => cut("the provider aborted the answer"),
        StopReason::Complete | StopReason::ToolCall | StopReason::Unknown => None,
    }
}

fn has_nothing(completion: &Completion) -> bool {
    completion.tool_calls.is_empty() && completion.text.as_deref().is_none_or(is_blank)
}

/// Reads a text that should be one JSON value and nothing else.
fn read_json(text: &str, asked: Reading) -> Extracted {
    let problem = match locate(text) {
        Ok(found) => return Extracted::found(found, asked),
        Err(problem) => problem,
    };
    if let Some(words) = refusal(text) {
        return Extracted::failed(Kind::Refused, words);
    }
    let (repaired, what) = repair::repair(text);
    if let (false, Ok(found)) = (what.is_empty(), locate(&repaired)) {
        let detail = format!("it has {}", what.join(" and "));
        return Extracted {
            value: Some(found.value),
            how: Some(How::Repaired),
            ..Extracted::failed(Kind::NonstandardJson, detail)
        };
    }
    let sub = problem.is_unfinished().then_some(UNFINISHED);
    Extracted { sub, ..Extracted::failed(Kind::NotJson, problem.to_string()) }
}

/// The text stops in the middle of its JSON.
const UNFINISHED: &str = "unfinished";

/// Longest text, in characters, that is still taken for a refusal by its first words.
const LONGEST_REFUSAL: usize = 600;

const REFUSALS: [&str; 12] = [
    "i'm sorry",
    "im sorry",
    "i am sorry",
    "sorry",
    "i can't",
    "i cant",
    "i cannot",
    "i'm unable",
    "im unable",
    "as an ai",
    "i won't",
    "i wont",
];

/// The first words, if they are those of a model that declines.
fn refusal(text: &str) -> Option<String> {
    if text.chars().count() > LONGEST_REFUSAL {
        return None;
    }
    let plain = text.replace('\u{2019}', "'").to_lowercase();
    let words = plain.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '_');
    REFUSALS.iter().any(|start| words.starts_with(start)).then(|| shortened(text.trim(), 200))
}

fn several(calls: &[ToolCall]) -> String {
    let names: Vec<&str> = calls.iter().take(5).map(|call| call.name.as_str()).collect();
    format!("{} tool calls where one was asked for: {}", calls.len(), names.join(", "))
}

fn is_blank(text: &str) -> bool {
    text.trim().trim_start_matches('\u{feff}').is_empty()
}

/// The text in quotes, with control characters escaped.
fn quote(text: &str) -> String {
    Value::from(text).to_string()
}
