//! Scripted answers: which one belongs to a question. Never makes one up.

use serde_json::Value;

use super::ask::Ask;

/// One scripted answer and the questions it belongs to.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    /// Occurs in the last message of the user.
    pub(super) when: String,
    /// Occurs in the system prompt; `None` means any.
    pub(super) prompt: Option<String>,
    /// What is answered.
    pub(super) script: Script,
}

/// What is answered.
#[derive(Debug, Clone)]
pub(super) enum Script {
    /// A value, written as the request wants it.
    Value(Value),
    /// A text, as it stands.
    Text(String),
    /// A call of a tool.
    Call {
        /// Which tool.
        tool: String,
        /// Its arguments.
        arguments: Value,
    },
}

/// The first scripted answer that belongs to the question.
pub(super) fn find<'a>(answers: &'a [Answer], ask: &Ask) -> Option<&'a Script> {
    answers
        .iter()
        .find(|answer| {
            ask.user.contains(&answer.when)
                && answer.prompt.as_ref().is_none_or(|text| ask.system.contains(text))
        })
        .map(|answer| &answer.script)
}
