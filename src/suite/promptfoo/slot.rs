//! A provider of promptfoo as a slot that is not written yet.

use serde_json::{Map, Value, json};

use super::notes::Place;

/// How an answer is asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) enum RunCells {
    /// As a text.
    #[default]
    Text,
    /// As any JSON.
    Json,
    /// As JSON of this schema.
    Schema(Value),
}

/// One slot.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    pub(super) name: String,
    /// What filters call it by.
    pub(super) labels: Vec<String>,
    pub(super) place: Place,
    pub(super) provider: &'static str,
    pub(super) dialect: Option<&'static str>,
    pub(super) id: String,
    /// Keys of `[models.SLOT]`, each with its comment.
    pub(super) keys: Vec<(&'static str, Value, &'static str)>,
    pub(super) extra_body: Map<String, Value>,
    pub(super) asked: RunCells,
    pub(super) tools: Vec<Value>,
    /// The prompts it is asked, where not all.
    pub(super) prompts: Option<(Vec<String>, Place)>,
    /// What its answers go through before they are checked.
    pub(super) transform: Option<String>,
}

impl Slot {
    /// Whether one of these filters means it.
    pub(super) fn is_among(&self, filters: &[String]) -> bool {
        let fits = |filter: &String| match filter.split_once('*') {
            Some((head, tail)) => {
                self.labels.iter().any(|it| it.starts_with(head) && it.ends_with(tail))
            }
            None => self.labels.contains(filter),
        };
        filters.iter().any(fits)
    }
}

/// Tools of every provider's form, as name, description and parameters.
pub(super) fn tools(list: &Value) -> Vec<Value> {
    let tool = |tool: &Value| {
        let inner = tool.get("function").unwrap_or(tool);
        let parameters = ["parameters", "input_schema", "parametersJsonSchema"];
        let parameters = parameters.iter().find_map(|key| inner.get(key));
        let parameters = parameters.cloned().unwrap_or_else(|| json!({"type": "object"}));
        let description = inner.get("description").cloned().unwrap_or_default();
        Some(
            json!({"name": inner.get("name")?, "description": description, "parameters": parameters}),
        )
    };
    let items = list.as_array().map_or(&[][..], Vec::as_slice).iter();
    let groups = items.flat_map(|item| match item.get("functionDeclarations") {
        Some(Value::Array(inner)) => inner.iter().collect(),
        _ => vec![item],
    });
    groups.filter_map(tool).collect()
}
