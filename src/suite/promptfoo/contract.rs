//! What the answers to a case must be, by its checks and by how a slot asks.

use serde_json::{Value, json};

use super::cases::Case;
use super::checks::shown;
use super::files::{At, Base};
use super::notes::{Notes, Place};
use super::script::Answer;
use super::slot::{RunCells, Slot};
use crate::suite::yaml::read_yaml;

/// What answers must be.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Contract {
    pub(super) schema: Option<Value>,
    pub(super) tools: Vec<Value>,
    /// Whether words around the JSON are forgiven.
    pub(super) tolerant: bool,
    /// What answers go through before they are checked.
    pub(super) transform: Option<String>,
}

impl Contract {
    pub(super) fn answer(&self) -> Answer {
        match (self.tools.is_empty(), &self.schema) {
            (false, _) => Answer::Tool,
            (true, Some(_)) => Answer::Json,
            (true, None) => Answer::Text,
        }
    }
}

/// What the checks of a case say of all its answers.
#[derive(Debug, Clone, Default)]
pub(super) struct PlannedTrial {
    schema: Option<Value>,
    /// Whether it is JSON, of whatever schema.
    is_json: bool,
    tolerant: bool,
    place: Option<Place>,
}

/// What makes a script one that reads JSON.
const PARSED: &str = "JSON.parse(output)";

impl PlannedTrial {
    pub(super) fn of(base: &Base, notes: &mut Notes, case: &Case<'_>) -> Self {
        let is_json = case.transform.iter().any(|it| it.contains(PARSED));
        let mut wanted = Self { is_json, ..Self::default() };
        for check in &case.checks {
            let kind = check.get("type").and_then(At::text).unwrap_or_default();
            let value = check.get("value").map(At::json);
            match kind {
                "is-json" | "contains-json" => {
                    wanted.is_json = true;
                    wanted.tolerant |= kind == "contains-json";
                    let loaded = match &value {
                        Some(Value::String(path)) if path.starts_with("file://") => {
                            base.document(path).map(|document| Some(document.node.to_json()))
                        }
                        Some(Value::String(text)) => read_yaml(text)
                            .map(|node| Some(node.to_json()))
                            .map_err(|fault| fault.message),
                        other => Ok(other.clone()),
                    };
                    match loaded {
                        Ok(Some(schema))
                            if wanted.schema.as_ref().is_some_and(|known| *known != schema) =>
                        {
                            notes.left(
                                check.place(),
                                shown(*check),
                                "a case has one schema: join the two",
                            );
                        }
                        Ok(Some(schema)) if schema.is_object() => {
                            wanted.schema = Some(schema);
                            wanted.place = Some(check.place());
                        }
                        Ok(_) => {}
                        Err(why) => notes.left(check.place(), shown(*check), why),
                    }
                }
                "equals" if value.is_some_and(|value| value.is_object() || value.is_array()) => {
                    wanted.is_json = true;
                }
                _ => {}
            }
            let read = [check.get("value"), check.get("transform")].into_iter().flatten();
            wanted.is_json |= read.filter_map(At::plain).any(|text| text.contains(PARSED));
        }
        wanted
    }

    /// What holds for all cases of a prompt, where they do not contradict each other: a case that says
    /// nothing of the form of its answer has that of the others.
    pub(super) fn common<'w>(all: impl Iterator<Item = &'w Self>) -> Option<Self> {
        let mut common = Self::default();
        for wanted in all {
            if common.schema.is_some() && wanted.schema.is_some() && common.schema != wanted.schema
            {
                return None;
            }
            common.schema = common.schema.or_else(|| wanted.schema.clone());
            common.place = common.place.or_else(|| wanted.place.clone());
            common.is_json |= wanted.is_json;
            common.tolerant |= wanted.tolerant;
        }
        Some(common)
    }

    pub(super) fn contract(&self, slot: &Slot, notes: &mut Notes, case: &Case<'_>) -> Contract {
        let transform = slot.transform.clone();
        if !slot.tools.is_empty() {
            return Contract { tools: slot.tools.clone(), transform, ..Contract::default() };
        }
        let tolerant = self.tolerant;
        let parses = || self.is_json || transform.iter().any(|it| it.contains(PARSED));
        let any = || self.schema.clone().or_else(|| parses().then(|| json!({})));
        let schema = match &slot.asked {
            RunCells::Schema(schema) => {
                if self.schema.as_ref().is_some_and(|other| other != schema) {
                    let place = self.place.clone().unwrap_or_else(|| case.place.clone());
                    notes.left(
                        place,
                        "the schema of a check",
                        format!("`{}` is asked for another one: that holds", slot.name),
                    );
                }
                Some(schema.clone())
            }
            RunCells::Json => any().or_else(|| Some(json!({"type": "object"}))),
            RunCells::Text => any(),
        };
        Contract { schema, tools: Vec::new(), tolerant, transform }
    }
}
