//! What is asked, before any provider's dialect.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Model, Schema};

/// One question to one model, in no provider's words.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Whom to ask, and with which parameters.
    pub model: Arc<Model>,
    /// The system prompt, rendered.
    pub system: String,
    /// The conversation, oldest first; ends with the user's turn.
    pub messages: Vec<Message>,
    /// What kind of answer is wanted.
    pub output: Output,
}

/// One turn of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    pub role: Role,
    pub text: String,
}

/// Who speaks in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The person, or the program that speaks for them.
    User,
    /// The model, in an earlier turn.
    Assistant,
}

/// What kind of answer is wanted.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Free text; the answer's value is one JSON string.
    Text,
    /// One JSON value that satisfies the schema, asked for in the slot's structured mode.
    Json {
        /// Name of the schema on the wire: `[A-Za-z0-9_-]{1,64}`.
        name: String,
        /// The author's schema, whole.
        schema: Arc<Schema>,
        /// Whether it is put into words where the mode has no field for it; else the prompt says it.
        described: bool,
    },
    /// Calls of these tools. The answer's value is `{"tool": NAME, "arguments": {…}}`, or a list of
    /// such objects whose order says nothing; `schema` describes that value.
    Tools {
        /// What the model may choose from, in the author's order.
        tools: Vec<Tool>,
        calls: Calls,
        /// Schema of the answer's value, built from the tools' parameters.
        schema: Arc<Schema>,
    },
}

impl Output {
    /// The schema that the answer's value must satisfy, if there is one.
    pub fn schema(&self) -> Option<&Arc<Schema>> {
        match self {
            Self::Text => None,
            Self::Json { schema, .. } | Self::Tools { schema, .. } => Some(schema),
        }
    }

    /// Whether the answer's value is a list of calls, whose order says nothing.
    pub fn is_list_of_calls(&self) -> bool {
        matches!(self, Self::Tools { calls, .. } if calls.is_list())
    }
}

/// How many calls an answer may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calls {
    /// Whether a tool must be called.
    pub required: bool,
    /// Whether there may be several calls.
    pub parallel: bool,
}

impl Calls {
    /// Exactly one.
    pub const ONE: Self = Self { required: true, parallel: false };

    /// Whether the answer's value is a list of calls.
    pub fn is_list(self) -> bool {
        self != Self::ONE
    }
}

/// A tool that the model may call.
#[derive(Debug, Clone, PartialEq)]
pub struct Tool {
    /// `[A-Za-z0-9_-]{1,64}`.
    pub name: String,
    /// What it does, for the model to read.
    pub description: String,
    /// Schema of its arguments.
    pub parameters: Arc<Schema>,
}
