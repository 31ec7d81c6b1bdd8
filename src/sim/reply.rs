//! An answer on its way out: first a value, then the text or tool call that carries it.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::ask::Script;
use super::ask::{Ask, Form, Offer, tokens};
use super::schema;

/// What the answer says, before it is written down.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    /// How `value` is to be understood.
    pub(super) shape: Shape,
    pub(super) value: Value,
}

/// How the value of a draft is to be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A string that is the answer's text as it stands.
    Text,
    /// A value that is written as JSON.
    Json,
    /// `{"tool": NAME, "arguments": {…}}`.
    Decision,
}

impl Draft {
    pub(super) fn of_script(script: &Script) -> Self {
        match script {
            Script::Text(text) => Self { shape: Shape::Text, value: Value::String(text.clone()) },
            Script::Value(value) => Self { shape: Shape::Json, value: value.clone() },
            Script::Call { tool, arguments } => Self {
                shape: Shape::Decision,
                value: json!({"tool": tool, "arguments": arguments}),
            },
        }
    }

    /// A decision as the only one of a list, where the schema wants a list.
    fn listed(self, schema: Option<&Value>) -> Self {
        let is_list = schema.and_then(|schema| schema.get("type")) == Some(&json!("array"));
        if self.shape == Shape::Decision && is_list {
            return Self { value: json!([self.value]), ..self };
        }
        self
    }

    fn text(&self) -> String {
        match &self.value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }
}

/// What leaves: one text or one tool call, and how it ended.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    /// What the model wrote.
    pub(super) said: Said,
    pub(super) ending: Ending,
    /// The id that the answer names.
    pub(super) served: String,
    /// How long the call would have taken.
    pub(super) elapsed: Duration,
}

/// What the model wrote.
#[derive(Debug, Clone)]
pub(super) enum Said {
    /// Text.
    Text(String),
    /// A call of a tool, and further ones.
    Calls(Call, Vec<Call>),
}

/// A call of a tool.
#[derive(Debug, Clone)]
pub(super) struct Call {
    /// Which tool.
    pub(super) name: String,
    /// JSON text, possibly cut.
    pub(super) arguments: String,
}

impl Said {
    /// The calls, each with the number that tells it from the others.
    pub(super) fn calls(&self) -> impl Iterator<Item = (usize, &Call)> {
        let (first, more) = match self {
            Self::Text(_) => (None, &[][..]),
            Self::Calls(first, more) => (Some(first), &more[..]),
        };
        first.into_iter().chain(more).enumerate()
    }
}

/// How an answer ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ending {
    /// The model was done.
    Done,
    /// It ran into the limit of output tokens.
    Cut,
    /// It declined, in these words.
    Refused(String),
    /// The provider's filter cut in.
    Filtered,
}

impl Reply {
    /// Writes a draft in the form that was asked for.
    pub(super) fn deliver(draft: Draft, ask: &Ask) -> Self {
        let said = match &ask.form {
            _ if draft.shape == Shape::Text => Said::Text(draft.text()),
            Form::Text => Said::Text(draft.text()),
            Form::Json { schema, forced } => {
                let draft = draft.listed(schema.as_ref());
                let value = schema.as_ref().map_or_else(
                    || draft.value.clone(),
                    |schema| schema::with_nulls(schema, draft.value.clone()),
                );
                let width = if *forced { value.to_string() } else { format!("{value:#}") };
                Said::Text(width)
            }
            Form::Call(offers) => match draft.value {
                Value::Array(calls) => several(calls, offers),
                _ => Said::Calls(call(draft, offers), Vec::new()),
            },
        };
        Self { said, ending: Ending::Done, served: String::new(), elapsed: Duration::ZERO }
    }

    /// Tokens of the answer.
    pub(super) fn output_tokens(&self) -> u64 {
        tokens(match &self.said {
            Said::Text(text) => text.len(),
            said @ Said::Calls(..) => {
                said.calls().map(|(_, call)| call.name.len() + call.arguments.len()).sum()
            }
        })
    }

    /// The same, never above what the simulated latency expects.
    pub(super) fn output_tokens_capped(&self) -> u16 {
        u16::try_from(self.output_tokens()).unwrap_or(u16::MAX)
    }

    /// The text that carries the answer, or the last part of it.
    pub(super) fn carrier(&mut self) -> &mut String {
        match &mut self.said {
            Said::Text(text) => text,
            Said::Calls(first, more) => &mut more.last_mut().unwrap_or(first).arguments,
        }
    }

    /// Ends the answer where the limit of tokens is.
    pub(super) fn cut_to(&mut self, max_tokens: Option<u64>) {
        let Some(most) = max_tokens.and_then(|most| usize::try_from(most).ok()) else { return };
        if self.output_tokens() > most as u64 && self.ending == Ending::Done {
            self.cut_at(most.saturating_mul(4));
        }
    }

    /// Ends the answer after so many bytes.
    pub(super) fn cut_at(&mut self, bytes: usize) {
        let carrier = self.carrier();
        let end = carrier.floor_char_boundary(bytes);
        carrier.truncate(end);
        self.ending = Ending::Cut;
    }
}

/// A list of decisions as calls; an empty one is an answer without a word.
fn several(decisions: Vec<Value>, offers: &[Offer]) -> Said {
    let calls = decisions.into_iter();
    let mut calls = calls.map(|value| call(Draft { shape: Shape::Decision, value }, offers));
    match calls.next() {
        Some(first) => Said::Calls(first, calls.collect()),
        None => Said::Text(String::new()),
    }
}

fn call(draft: Draft, offers: &[Offer]) -> Call {
    let (name, value) = match draft {
        Draft { shape: Shape::Decision, value } => {
            let named = value.get("tool").and_then(Value::as_str).unwrap_or_default().to_owned();
            (named, value.get("arguments").cloned().unwrap_or(Value::Object(Map::new())))
        }
        Draft { value, .. } => {
            (offers.first().map(|offer| offer.name.clone()).unwrap_or_default(), value)
        }
    };
    let offer = offers.iter().find(|offer| offer.name == name);
    let arguments = offer.map_or(value.clone(), |o| schema::with_nulls(&o.parameters, value));
    Call { name, arguments: arguments.to_string() }
}
