//! One schema after another: each keyword is kept, rewritten, or moved into words.

use serde_json::{Map, Value, json};

use crate::domain::Pointer;
use crate::provider::subset::PatternRule;

use super::merge::has_constraints;
use super::perhaps::anything;
use super::require::strings;
use super::values::{PERHAPS, is_said, split_enum, types_of};
use super::{LowerError, Lowering};

/// One schema in the making.
pub(super) struct Draft<'a> {
    pub(super) at: &'a Pointer,
    pub(super) from: Map<String, Value>,
    pub(super) out: Map<String, Value>,
    words: Vec<String>,
}

const TO_WORDS: &str = "moved into the description";

impl Lowering<'_> {
    /// A schema anywhere but at the root.
    pub(super) fn schema(&mut self, schema: &Value, at: &Pointer) -> Result<Value, LowerError> {
        let map = self.flat(schema, at)?;
        let Some(reference) = map.get("$ref").and_then(Value::as_str).map(str::to_owned) else {
            return self.map(map, at).map(Value::Object);
        };
        let target = self.target(&reference, at)?.clone();
        if reference == "#" {
            return Ok(json!({"$ref": "#"}));
        }
        if self.subset.references {
            let name = self.defined(&reference);
            return Ok(json!({"$ref": format!("#/$defs/{name}")}));
        }
        if self.inside.contains(&reference) {
            return Err(super::recursive(&reference));
        }
        self.inside.push(reference);
        let inlined = self.schema(&target, at);
        self.inside.pop();
        inlined
    }

    /// A flat set of keywords without a reference.
    pub(super) fn map(
        &mut self,
        from: Map<String, Value>,
        at: &Pointer,
    ) -> Result<Map<String, Value>, LowerError> {
        let mut draft = Draft { at, from, out: Map::new(), words: Vec::new() };
        self.distribute(&mut draft);
        self.tuple(&mut draft);
        for (keyword, value) in draft.from.clone() {
            self.keyword(&mut draft, &keyword, value)?;
        }
        self.object(&mut draft)?;
        self.types(&mut draft)?;
        Ok(draft.finished())
    }

    fn keyword(
        &mut self,
        draft: &mut Draft<'_>,
        name: &str,
        value: Value,
    ) -> Result<(), LowerError> {
        let at = draft.at;
        match (name, value) {
            ("properties", Value::Object(properties)) => {
                let mut lowered = Map::new();
                for (property, schema) in properties {
                    let place = at.key("properties").key(&property);
                    lowered.insert(property, self.schema(&schema, &place)?);
                }
                draft.keep(name, lowered.into());
            }
            ("items", Value::Bool(_)) => {}
            ("items", schema) => {
                let schema = self.schema(&schema, &at.key(name))?;
                draft.keep(name, schema);
            }
            ("prefixItems" | "anyOf", Value::Array(schemas)) if self.subset.allows(name) => {
                let mut lowered = Vec::new();
                for (index, schema) in schemas.iter().enumerate() {
                    lowered.push(self.schema(schema, &at.key(name).index(index))?);
                }
                if !lowered.is_empty() {
                    draft.keep(name, lowered.into());
                }
            }
            ("enum", Value::Array(values)) => self.values(draft, name, &values),
            ("const", value) => self.values(draft, name, &[value]),
            ("description" | "required" | "additionalProperties", value) => draft.keep(name, value),
            (PERHAPS, _) => {}
            (_, value) => self.plain(draft, name, value),
        }
        Ok(())
    }

    /// A keyword whose value is sent as it is, or said in words; a keyword of other tools is neither.
    fn plain(&mut self, draft: &mut Draft<'_>, name: &str, value: Value) {
        if !self.subset.allows(name) && !is_said(name) {
            return;
        }
        let from = &draft.from;
        let sent = match name {
            "format" => value.as_str().is_some_and(|format| self.subset.formats.contains(&format)),
            "pattern" => value.as_str().is_some_and(|p| takes_pattern(self.subset.pattern, p)),
            "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => {
                !self.subset.integer_bounds_only
                    || from.get("type").and_then(Value::as_str) == Some("integer")
            }
            "minLength" | "maxLength" => {
                self.subset.lengths_beside_pattern
                    || !(from.contains_key("pattern") || from.contains_key("format"))
            }
            _ => true,
        };
        if !sent || !self.subset.allows(name) {
            self.say(draft, name, &value);
            return;
        }
        let ceiling = self.subset.ceilings.iter().find(|(keyword, _)| *keyword == name);
        match ceiling.filter(|(_, most)| value.as_u64().is_some_and(|value| value > *most)) {
            None => draft.keep(name, value),
            Some((_, most)) => {
                self.say(draft, name, &value);
                if name.starts_with("min") {
                    draft.keep(name, json!(most));
                }
            }
        }
    }

    /// `enum` and `const`.
    fn values(&mut self, draft: &mut Draft<'_>, name: &str, values: &[Value]) {
        if values.is_empty() || values.iter().any(|v| v.is_object() || v.is_array()) {
            self.say(
                draft,
                name,
                &if name == "const" { json!(values.first()) } else { json!(values) },
            );
            return;
        }
        if self.subset.mixed_enums {
            match (name, values) {
                ("const", [value]) if self.subset.allows(name) => draft.keep(name, value.clone()),
                _ => draft.keep("enum", json!(values)),
            }
            if self.subset.typed && !draft.from.contains_key("type") {
                draft.keep("type", types_of(values));
                self.note(draft.at, "type", "taken from the values");
            }
            return;
        }
        if name == "const" {
            self.note(draft.at, name, "becomes an `enum` of one value");
        }
        if values.iter().filter(|value| value.is_boolean()).count() == 1 {
            self.say(draft, name, &json!(values));
        }
        let mut parts = split_enum(values);
        draft.from.remove("type");
        draft.out.remove("type");
        match parts.pop() {
            Some(only) if parts.is_empty() => draft.out.extend(only),
            Some(last) => {
                parts.push(last);
                draft.keep("anyOf", parts.into());
            }
            None => {}
        }
    }

    /// What stands beside `anyOf` goes into every branch: few servers read both.
    fn distribute(&mut self, draft: &mut Draft<'_>) {
        let Some(Value::Array(branches)) = draft.from.get("anyOf").cloned() else { return };
        let only_required = |branch: &Value| {
            branch.as_object().is_some_and(|map| map.keys().all(|name| name == "required"))
        };
        if !branches.is_empty() && branches.iter().all(only_required) {
            draft.from.remove("anyOf");
            let known = draft.from.entry(PERHAPS).or_insert_with(|| json!({}));
            anything(known, branches.iter().flat_map(|branch| strings(branch.get("required"))));
            self.say(draft, "anyOf", &branches.into());
            return;
        }
        let stays = |name: &str| matches!(name, "anyOf" | "description" | "default");
        let beside: Map<String, Value> = draft
            .from
            .iter()
            .filter(|(name, _)| !stays(name))
            .map(|(n, v)| (n.clone(), v.clone()))
            .collect();
        if !has_constraints(&beside) {
            return;
        }
        let only_type = beside.keys().all(|name| name == "type");
        let branches = branches.into_iter().map(|branch| {
            if only_type && branch.get("$ref").is_some() {
                return branch;
            }
            json!({"allOf": [beside, branch]})
        });
        let branches: Vec<Value> = branches.collect();
        draft.from.retain(|name, _| stays(name));
        draft.from.insert("anyOf".to_owned(), branches.into());
        self.note(draft.at, "anyOf", "what stood beside it was put into every branch");
    }

    /// A list with a schema per place, where a server reads only one for all: any of them.
    fn tuple(&mut self, draft: &mut Draft<'_>) {
        let places = match draft.from.get("prefixItems") {
            Some(Value::Array(places)) => places.clone(),
            _ => Vec::new(),
        };
        if draft.from.get("items") == Some(&Value::Bool(false)) {
            draft.from.remove("items");
            let known = draft.from.get("maxItems").and_then(Value::as_u64);
            let most = known.map_or(places.len(), |known| usize::try_from(known).unwrap_or(0));
            draft.from.insert("maxItems".to_owned(), json!(most.min(places.len())));
            self.note(draft.at, "items", "`false` becomes `maxItems`");
        }
        let others = draft.from.get("items").filter(|items| items.is_object()).cloned();
        if self.subset.allows("prefixItems") {
            return;
        }
        let mut schemas: Vec<Value> = Vec::new();
        for schema in places.into_iter().chain(others) {
            if !schemas.contains(&schema) {
                schemas.push(schema);
            }
        }
        let items = match schemas.as_slice() {
            [] => return,
            [only] => only.clone(),
            _ => json!({"anyOf": schemas}),
        };
        draft.from.insert("items".to_owned(), items);
    }

    pub(super) fn say(&mut self, draft: &mut Draft<'_>, keyword: &str, value: &Value) {
        draft.words.push(self.words(keyword, value));
        self.note(draft.at, keyword, TO_WORDS);
    }
}

impl Draft<'_> {
    pub(super) fn keep(&mut self, name: &str, value: Value) {
        self.out.insert(name.to_owned(), value);
    }

    fn finished(mut self) -> Map<String, Value> {
        if !self.words.is_empty() {
            let said = self.out.get("description").and_then(Value::as_str).unwrap_or_default();
            let said = format!("{said} ({})", self.words.join("; "));
            self.out.insert("description".to_owned(), said.trim_start().into());
        }
        self.out
    }
}

fn takes_pattern(rule: PatternRule, pattern: &str) -> bool {
    const REFUSED: [&str; 13] =
        ["(?=", "(?!", "(?<", r"\b", r"\B", r"\1", r"\2", r"\3", r"\4", r"\5", r"\6", r"\7", r"\8"];
    let is_plain = !REFUSED.iter().any(|part| pattern.contains(part));
    match rule {
        PatternRule::Plain => is_plain,
        PatternRule::Anchored => is_plain && pattern.starts_with('^') && pattern.ends_with('$'),
    }
}
