//! Objects and types: what an object takes beside its properties, and which must be there.

use serde_json::{Map, Value, json};

use crate::domain::Pointer;

use super::node::Draft;
use super::require::strings;
use super::values::{PERHAPS, has_type, implied_type};
use super::{LowerError, Lowering, fault};

impl Lowering<'_> {
    pub(super) fn object(&mut self, draft: &mut Draft<'_>) -> Result<(), LowerError> {
        let is_object = has_type(&draft.from, "object")
            || (!draft.from.contains_key("type") && implied_type(&draft.from) == Some("object"));
        let others = draft.out.remove("additionalProperties");
        if !is_object || draft.out.contains_key("anyOf") {
            return Ok(());
        }
        self.conditional(draft, others.as_ref())?;
        let names: Vec<String> = match draft.out.get("properties") {
            Some(Value::Object(properties)) => properties.keys().cloned().collect(),
            _ => Vec::new(),
        };
        self.satisfiable(draft, others.as_ref(), &names)?;
        if self.subset.closed_objects {
            self.close(draft, others, names.is_empty())?;
        } else if let Some(others) = self.others(draft, others) {
            let others = match others {
                Value::Bool(_) => others,
                schema => self.schema(&schema, &draft.at.key("additionalProperties"))?,
            };
            draft.keep("additionalProperties", others);
        }
        let required = draft.out.remove("required").filter(|names| *names != json!([]));
        if let Some(required) = required {
            draft.keep("required", required);
        }
        Ok(())
    }

    fn close(
        &mut self,
        draft: &mut Draft<'_>,
        others: Option<Value>,
        is_empty: bool,
    ) -> Result<(), LowerError> {
        let others = others.unwrap_or(Value::Bool(true));
        if others != Value::Bool(false) || !patterns(&draft.from).is_empty() {
            if is_empty {
                let why = "an object of any members, where this server wants every member listed";
                return Err(fault(draft.at, why, "list its properties").or_weaker());
            }
            self.note(draft.at, "additionalProperties", "set to false");
        }
        if is_empty {
            draft.keep("properties", json!({}));
        }
        draft.keep("additionalProperties", false.into());
        Ok(())
    }

    /// What an open object takes beside its properties: also what `patternProperties` takes.
    fn others(&mut self, draft: &Draft<'_>, others: Option<Value>) -> Option<Value> {
        let mut schemas = patterns(&draft.from);
        if schemas.is_empty() || matches!(others, None | Some(Value::Bool(true))) {
            return others;
        }
        schemas.extend(others.filter(|others| *others != Value::Bool(false)));
        self.note(draft.at, "additionalProperties", "takes what `patternProperties` takes");
        Some(any_of(schemas))
    }

    /// Members that the author names under a condition only: `then`, `else`, `dependentSchemas`.
    fn conditional(
        &mut self,
        draft: &mut Draft<'_>,
        others: Option<&Value>,
    ) -> Result<(), LowerError> {
        let Some(Value::Object(members)) = draft.from.get(PERHAPS).cloned() else { return Ok(()) };
        if others == Some(&Value::Bool(false)) {
            return Ok(());
        }
        let mut properties = match draft.out.get("properties") {
            Some(Value::Object(properties)) => properties.clone(),
            _ => Map::new(),
        };
        for (name, schemas) in members {
            let schemas = schemas.as_array().cloned().unwrap_or_default();
            if properties.contains_key(&name) {
                continue;
            }
            if schemas.is_empty() && self.subset.closed_objects {
                return Err(undescribed(draft.at, &name));
            }
            if !schemas.is_empty() {
                let place = draft.at.key("properties").key(&name);
                properties.insert(name.clone(), self.schema(&any_of(schemas), &place)?);
                let what = format!("`{name}`, which is named under a condition, is optional");
                self.note(draft.at, "properties", what);
            }
        }
        if !properties.is_empty() {
            draft.keep("properties", properties.into());
        }
        Ok(())
    }

    /// A member that must be there must be one that can be there.
    fn satisfiable(
        &self,
        draft: &Draft<'_>,
        others: Option<&Value>,
        names: &[String],
    ) -> Result<(), LowerError> {
        let is_closed = others == Some(&Value::Bool(false)) && patterns(&draft.from).is_empty();
        let unknown = strings(draft.out.get("required")).find(|name| !names.contains(name));
        match unknown {
            Some(name) if is_closed || self.subset.closed_objects => {
                Err(undescribed(draft.at, &name))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn types(&mut self, draft: &mut Draft<'_>) -> Result<(), LowerError> {
        if !self.subset.typed || draft.out.contains_key("anyOf") {
            return Ok(());
        }
        if !draft.out.contains_key("type") {
            let Some(name) = implied_type(&draft.from) else {
                let why = "this allows any value, and the server wants a type";
                return Err(fault(draft.at, why, "add `type`"));
            };
            draft.keep("type", name.into());
            self.note(draft.at, "type", format!("`{name}` added, as its other keywords say"));
        }
        if has_type(&draft.out, "array") && !draft.out.contains_key("items") {
            let why = "a list of any items, and the server wants to know what they are";
            return Err(fault(draft.at, why, "add `items`"));
        }
        Ok(())
    }
}

/// The schemas of `patternProperties` that allow anything.
fn patterns(map: &Map<String, Value>) -> Vec<Value> {
    let patterns = map.get("patternProperties").and_then(Value::as_object);
    let schemas = patterns.into_iter().flat_map(Map::values);
    schemas.filter(|schema| **schema != Value::Bool(false)).cloned().collect()
}

fn any_of(mut schemas: Vec<Value>) -> Value {
    schemas.dedup();
    match schemas.as_slice() {
        [only] => only.clone(),
        _ if schemas.contains(&Value::Bool(true)) => Value::Bool(true),
        _ => json!({"anyOf": schemas}),
    }
}

fn undescribed(at: &Pointer, name: &str) -> LowerError {
    let why = format!("`required` names `{name}`, which the closed object does not describe");
    fault(at, why, "add it to `properties`").or_weaker()
}
