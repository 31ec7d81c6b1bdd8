//! What a request asks for, in no provider's words. Reading it never fails on content.

use serde_json::{Deserializer, Value};

/// One question, as the demo provider understood it.
#[derive(Debug, Clone, Default)]
pub(super) struct Ask {
    /// The model id that is asked for.
    pub(super) model: String,
    /// All system texts, one after the other.
    pub(super) system: String,
    /// The last message of the user.
    pub(super) user: String,
    /// Bytes of all messages, the system texts left out.
    pub(super) conversation_bytes: usize,
    /// What kind of answer is wanted.
    pub(super) form: Form,
    /// Most tokens in the answer.
    pub(super) max_tokens: Option<u64>,
    /// The request marks its system prompt for the provider's cache.
    pub(super) marks_cache: bool,
}

/// What kind of answer is wanted.
#[derive(Debug, Clone, Default)]
pub(super) enum Form {
    /// Free text.
    #[default]
    Text,
    /// JSON that satisfies a schema, written as the answer's text.
    Json {
        /// The schema that was sent; `None` means any object.
        schema: Option<Value>,
        /// Whether the provider's own mode forces it, so that it is written on one line.
        forced: bool,
    },
    /// A call of one of these tools.
    Call(Vec<Offer>),
}

/// A tool that may be called.
#[derive(Debug, Clone)]
pub(super) struct Offer {
    pub(super) name: String,
    /// Schema of its arguments.
    pub(super) parameters: Value,
}

impl Form {
    /// JSON, if the system prompt spells out a schema; free text otherwise.
    pub(super) fn of_words(system: &str) -> Self {
        match schema_in(system) {
            Some(schema) => Self::Json { schema: Some(schema), forced: false },
            None => Self::Text,
        }
    }

    /// JSON, with the schema that the system prompt spells out, if any.
    pub(super) fn of_json_mode(system: &str) -> Self {
        Self::Json { schema: schema_in(system), forced: true }
    }
}

impl Ask {
    /// Tokens of the system prompt.
    pub(super) fn system_tokens(&self) -> u64 {
        tokens(self.system.len())
    }

    /// Tokens of everything that was sent.
    pub(super) fn input_tokens(&self) -> u64 {
        self.system_tokens() + tokens(self.conversation_bytes)
    }

    /// Notes one message of the conversation.
    pub(super) fn hear(&mut self, role: &str, text: String) {
        match role {
            "system" | "developer" => {
                if !self.system.is_empty() {
                    self.system.push('\n');
                }
                self.system.push_str(&text);
            }
            _ => {
                self.conversation_bytes += text.len();
                if role == "user" {
                    self.user = text;
                }
            }
        }
    }
}

/// The estimate of all token counts here: four bytes make a token.
pub(super) fn tokens(bytes: usize) -> u64 {
    bytes.div_ceil(4) as u64
}

/// The text of a message: a string, or all text parts of a list of blocks.
pub(super) fn text_of(content: Option<&Value>) -> String {
    match content {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => {
            parts.iter().filter_map(|part| part.get("text")?.as_str()).collect::<Vec<_>>().join("")
        }
        _ => String::new(),
    }
}

/// Most places of a text where a schema is looked for; each is a failed attempt to read JSON.
const LOOKS: usize = 1000;

/// The last JSON object in a text that looks like a schema.
fn schema_in(text: &str) -> Option<Value> {
    let mut rest = text;
    let mut found = None;
    for _ in 0..LOOKS {
        let Some(at) = rest.find('{') else { break };
        let from = rest.get(at..)?;
        let mut stream = Deserializer::from_str(from).into_iter::<Value>();
        let read = stream.next();
        let end = stream.byte_offset();
        match read {
            Some(Ok(value)) => {
                rest = from.get(end..)?;
                if looks_like_a_schema(&value) {
                    found = Some(value);
                }
            }
            _ => rest = from.get(1..)?,
        }
    }
    found
}

/// Whether an object says what another one is like, and is not just an example.
fn looks_like_a_schema(object: &Value) -> bool {
    let types = ["object", "array", "string", "number", "integer", "boolean", "null"];
    object.get("properties").is_some_and(Value::is_object)
        || object.get("$ref").is_some_and(Value::is_string)
        || ["anyOf", "oneOf", "allOf", "enum"]
            .iter()
            .any(|word| object.get(word).is_some_and(Value::is_array))
        || match object.get("type") {
            Some(Value::String(name)) => types.contains(&name.as_str()),
            Some(Value::Array(_)) => true,
            _ => false,
        }
}

/// One scripted answer and the questions it belongs to.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    /// Occurs in the last message of the user.
    pub(super) when: String,
    /// Occurs in the system prompt; `None` means any.
    pub(super) prompt: Option<String>,
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_schema_in_the_prompt_is_found_between_words() {
        let text = "Use {braces} well.\nSchema:\n{\"type\": \"object\"}\nNothing {else}.";
        assert_eq!(schema_in(text), Some(json!({"type": "object"})));
        assert_eq!(schema_in("an example: {\"a\": 1, \"type\": \"refund\"}"), None);
        assert_eq!(schema_in(&"{".repeat(100_000)), None);
    }
}
