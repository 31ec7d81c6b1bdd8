//! One call, resolved: what the structured mode makes of the question, the same for all adapters.
//! A mode that the server lacks is an error, never another mode.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::domain::{Calls, Output, Request, Schema, Structured, Tool};

use super::dialect::{Dialect, ToolChoice};
use super::encode_error::EncodeError;
use super::lower::{Lowered, Lowerings};
use super::text::with_schema;

/// One call, in the words that every wire format has.
#[derive(Debug, Clone)]
pub struct Call<'a> {
    pub request: &'a Request,
    /// How its server speaks.
    pub dialect: &'static Dialect,
    /// The system prompt, with the schema in words where the mode wants that.
    pub system: String,
    /// What the server is asked to hold to.
    pub ask: Ask,
}

/// What the server is asked to hold to.
#[derive(Debug, Clone)]
pub enum Ask {
    /// Nothing.
    Text,
    /// Any JSON.
    Json,
    /// JSON of this schema.
    Schema {
        /// Name of the schema.
        name: String,
        schema: Arc<Lowered>,
    },
    /// Calls of these tools, so many.
    Tools(Vec<WireTool>, Calls),
}

/// Which tool must be called.
#[derive(Debug, Clone, Copy)]
pub(super) enum Forced<'a> {
    /// This one.
    Named(&'a str),
    /// Any.
    Any,
    /// None.
    None,
}

impl<'a> Forced<'a> {
    pub(super) fn of(tools: &'a [WireTool], calls: Calls) -> Self {
        match (tools, calls) {
            ([tool], Calls::ONE) => Self::Named(&tool.name),
            (_, Calls { required: true, .. }) => Self::Any,
            _ => Self::None,
        }
    }
}

/// A tool with its parameters lowered.
#[derive(Debug, Clone)]
pub struct WireTool {
    pub name: String,
    pub description: String,
    /// Schema of its arguments.
    pub parameters: Value,
}

const ANSWER_TOOL: &str = "Takes the answer. Call it exactly once.";

impl<'a> Call<'a> {
    pub(super) fn new(
        request: &'a Request,
        dialect: &'static Dialect,
        known: &Lowerings,
    ) -> Result<(Self, Option<Arc<Lowered>>), EncodeError> {
        let mut call = Self { request, dialect, system: request.system.clone(), ask: Ask::Text };
        let Some(schema) = request.output.schema() else { return Ok((call, None)) };
        let mode = request.model.structured;
        if !dialect.has(mode) {
            return Err(call.no_mode());
        }
        let lowered = match mode {
            Structured::JsonObject if request.output.is_list_of_calls() => {
                let others = dialect.modes.iter().filter(|mode| **mode != Structured::JsonObject);
                return Err(EncodeError::ToolChoice {
                    slot: request.model.slot.to_string(),
                    dialect: dialect.name,
                    wanted: "several tools, or none, in one JSON object",
                    has: names(&others.copied().collect::<Vec<_>>()),
                });
            }
            Structured::Prompt | Structured::JsonObject => {
                if !matches!(request.output, Output::Json { described: false, .. }) {
                    call.system = with_schema(&request.system, &request.output, schema);
                }
                if mode == Structured::JsonObject {
                    call.ask = Ask::Json;
                }
                None
            }
            Structured::Native | Structured::Tool => Some(call.ask_in_field(mode, known)?),
        };
        Ok((call, lowered))
    }

    fn ask_in_field(
        &mut self,
        mode: Structured,
        known: &Lowerings,
    ) -> Result<Arc<Lowered>, EncodeError> {
        match &self.request.output {
            Output::Tools { tools, calls, .. } => {
                self.ask_for_tools(tools, *calls, known).map(Arc::new)
            }
            Output::Json { name, schema, .. } if mode == Structured::Tool => {
                let lowered = self.lowered(schema, self.dialect.tool_subset, known)?;
                let tool = wire_tool(name, ANSWER_TOOL, &lowered);
                self.ask = Ask::Tools(vec![tool], Calls::ONE);
                Ok(lowered)
            }
            Output::Json { name, schema, .. } => {
                let lowered = self.lowered(schema, self.dialect.native_subset, known)?;
                self.ask = Ask::Schema { name: name.clone(), schema: Arc::clone(&lowered) };
                Ok(lowered)
            }
            Output::Text => Ok(Arc::new(Lowered::unchanged(&Value::Null))),
        }
    }

    fn ask_for_tools(
        &mut self,
        tools: &[Tool],
        calls: Calls,
        known: &Lowerings,
    ) -> Result<Lowered, EncodeError> {
        match (self.dialect.tool_choice, tools) {
            (ToolChoice::Never, _) => return Err(self.no_choice("a tool")),
            _ if !calls.required => {}
            (ToolChoice::AnyOrNamed, _) => {}
            (ToolChoice::Named, [_]) if !calls.parallel => {}
            (ToolChoice::Named, _) => return Err(self.no_choice("one of several tools")),
            (ToolChoice::Auto, _) => return Err(self.no_choice("a tool")),
        }
        let mut wire = Vec::new();
        let mut parts = Vec::new();
        for tool in tools {
            let lowered = self.lowered(&tool.parameters, self.dialect.tool_subset, known)?;
            wire.push(wire_tool(&tool.name, &tool.description, &lowered));
            parts.push((tool.name.clone(), Lowered::clone(&lowered)));
        }
        self.ask = Ask::Tools(wire, calls);
        Ok(Lowered::of_tools(parts, calls))
    }

    fn lowered(
        &self,
        schema: &Schema,
        subset: &'static str,
        known: &Lowerings,
    ) -> Result<Arc<Lowered>, EncodeError> {
        let is_fine_tuned = self.request.model.id.starts_with("ft:");
        let subset = if subset == "openai" && is_fine_tuned { "openai-fine-tuned" } else { subset };
        known.of(schema, subset).map_err(|error| EncodeError::Schema {
            slot: self.request.model.slot.to_string(),
            file: schema.file.clone(),
            pointer: error.pointer,
            why: error.why,
            remedy: if error.or_weaker {
                format!("{}, or set `structured` to {}", error.remedy, self.weaker(" or "))
            } else {
                error.remedy.to_owned()
            },
        })
    }

    fn no_mode(&self) -> EncodeError {
        EncodeError::Mode {
            slot: self.request.model.slot.to_string(),
            dialect: self.dialect.name,
            mode: self.request.model.structured,
            has: names(self.dialect.modes),
        }
    }

    fn no_choice(&self, wanted: &'static str) -> EncodeError {
        EncodeError::ToolChoice {
            slot: self.request.model.slot.to_string(),
            dialect: self.dialect.name,
            wanted,
            has: self.weaker(", "),
        }
    }

    /// The modes of the dialect that put schema and tools into words.
    fn weaker(&self, between: &str) -> String {
        let is_weak =
            |mode: &&Structured| matches!(mode, Structured::JsonObject | Structured::Prompt);
        let modes = self.dialect.modes.iter().filter(is_weak);
        modes.map(|mode| format!("`{mode}`")).collect::<Vec<_>>().join(between)
    }

    /// The value of a parameter that the dialect can carry.
    pub(super) fn param<T>(&self, name: &str, value: Option<T>) -> Option<T> {
        value.filter(|_| self.dialect.refusal(name).is_none())
    }

    /// The texts that end the answer, where the dialect has them.
    pub(super) fn stop(&self) -> Option<Vec<String>> {
        let stop = &self.request.model.params.stop;
        self.param("stop", Some(stop.clone()).filter(|stop| !stop.is_empty()))
    }
}

fn wire_tool(name: &str, description: &str, lowered: &Lowered) -> WireTool {
    WireTool {
        name: name.to_owned(),
        description: description.to_owned(),
        parameters: lowered.document.clone(),
    }
}

fn names(modes: &[Structured]) -> String {
    let names: Vec<_> = modes.iter().map(|mode| format!("`{mode}`")).collect();
    names.join(", ")
}

/// Sets a member when there is a value for it.
pub(super) fn set<T: Into<Value>>(body: &mut Map<String, Value>, name: &str, value: Option<T>) {
    if let Some(value) = value {
        body.insert(name.to_owned(), value.into());
    }
}
