//! JSON Schema files: read, checked against their draft, bundled; and the schema of the config.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::bundle::Bundle;
use super::keys::CONFIG;
use super::schema_file::{SchemaFile, SchemaFiles, invalid};
use super::shape::{Key, Need, Shape};
use super::source::{Folder, Source};
use super::tree::Node;
use crate::domain::{Calls, Diagnostic, Place, Schema};
use crate::validate;

/// A tool as the front matter names it.
#[derive(Debug, Clone)]
pub(super) struct ToolChoice {
    pub(super) name: String,
    /// Path of the schema of its arguments.
    pub(super) parameters: String,
}

/// The schemas of a suite, each bundled once.
pub(super) struct Schemas<'a> {
    files: SchemaFiles<'a>,
    bundles: BTreeMap<String, Option<Arc<Schema>>>,
}

impl<'a> Schemas<'a> {
    pub(super) fn new(folder: &'a Folder) -> Self {
        Self { files: SchemaFiles::new(folder), bundles: BTreeMap::new() }
    }

    /// The bundled schema of a file that is named at a place.
    pub(super) fn schema(
        &mut self,
        path: &str,
        named_at: &Place,
        problems: &mut Vec<Diagnostic>,
    ) -> Option<Arc<Schema>> {
        let file = self.files.file(path, named_at, problems)?;
        let name = file.source.file.to_string();
        if let Some(known) = self.bundles.get(&name) {
            return known.clone();
        }
        let schema = self.bundled(&file, None, problems);
        self.bundles.insert(name, schema.clone());
        schema
    }

    /// Schema of `{"tool": NAME, "arguments": {…}}` over all tools, or of a list of such calls.
    pub(super) fn choice(
        &mut self,
        prompt: &str,
        (tools, calls): (&[ToolChoice], Calls),
        named_at: &Place,
        problems: &mut Vec<Diagnostic>,
    ) -> Option<Arc<Schema>> {
        let first = self.files.file(&tools.first()?.parameters, named_at, problems)?;
        let branch = |tool: &ToolChoice| {
            let path = tool.parameters.replace('%', "%25").replace('#', "%23");
            json!({
                "type": "object",
                "properties": {
                    "tool": {"enum": [tool.name]},
                    "arguments": {"$ref": path},
                },
                "required": ["tool", "arguments"],
                "additionalProperties": false,
            })
        };
        let mut document = json!({"anyOf": tools.iter().map(branch).collect::<Vec<_>>()});
        let least = usize::from(calls.required);
        if calls.parallel {
            document = json!({"type": "array", "items": document, "minItems": least});
        } else if calls.is_list() {
            document =
                json!({"type": "array", "items": document, "minItems": least, "maxItems": 1});
        }
        if let (Some(draft), Some(members)) =
            (first.document.get("$schema"), document.as_object_mut())
        {
            members.insert("$schema".to_owned(), draft.clone());
        }
        // Has no name, so that the paths in it are relative to the suite's folder.
        let file = SchemaFile {
            source: Source::new("", ""),
            node: Node::empty(),
            document,
            draft: first.draft,
        };
        let schema = self.bundled(&Rc::new(file), Some(named_at), problems)?;
        Some(Arc::new(Schema::new(prompt, schema.document.clone())))
    }

    fn bundled(
        &mut self,
        file: &Rc<SchemaFile>,
        named_at: Option<&Place>,
        problems: &mut Vec<Diagnostic>,
    ) -> Option<Arc<Schema>> {
        let told = problems.len();
        let mut bundle = Bundle::new(&mut self.files, Rc::clone(file), named_at.cloned());
        let document = bundle.document(problems);
        if problems.len() > told {
            return None;
        }
        if let Err(error) = validate::options(file.draft).build(&validate::readable(&document)) {
            let (source, pointer) = bundle.origin(error.instance_path().as_str());
            problems.push(invalid(&source, &pointer, &error));
            return None;
        }
        Some(Arc::new(Schema::new(&*file.source.file, document)))
    }
}

/// The JSON Schema (draft 2020-12) of `promptmatrix.toml`.
pub(crate) fn config_schema() -> Value {
    let mut schema = of(CONFIG);
    if let Some(members) = schema.as_object_mut() {
        members.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
        members.insert("title".to_owned(), json!("promptmatrix.toml"));
    }
    schema
}

fn of(shape: Shape) -> Value {
    match shape {
        Shape::Flag => json!({"type": "boolean"}),
        Shape::Number(from, to) => json!({"type": "number", "minimum": from, "maximum": to}),
        Shape::Integer(i64::MIN, _) => json!({"type": "integer"}),
        Shape::Integer(from, to) => json!({"type": "integer", "minimum": from, "maximum": to}),
        Shape::Text(grammar) => match grammar.pattern {
            Some(pattern) => json!({"type": "string", "pattern": pattern}),
            None => json!({"type": "string"}),
        },
        Shape::Word(words) => json!({"enum": words()}),
        Shape::List(item) => json!({"type": "array", "items": of(*item)}),
        Shape::Map(key, value) => {
            json!({"type": "object", "propertyNames": of(*key), "additionalProperties": of(*value)})
        }
        Shape::Table(groups) => table(groups),
        Shape::Either(one, other) => json!({"anyOf": [of(*one), of(*other)]}),
        Shape::Any => json!(true),
    }
}

fn table(groups: &'static [&'static [Key]]) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for key in groups.iter().copied().flatten() {
        let mut schema = of(key.shape);
        if let Some(members) = schema.as_object_mut() {
            members.insert("description".to_owned(), json!(key.about));
        }
        properties.insert(key.name.to_owned(), schema);
        if key.need == Need::Required {
            required.push(key.name);
        }
    }
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_is_a_schema_and_knows_a_wrong_key() {
        let schema = config_schema();
        jsonschema::meta::validate(&schema).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        assert!(validator.is_valid(&json!({"version": 1, "run": {"timeout": "60s"}})));
        assert!(!validator.is_valid(&json!({"version": 1, "run": {"timeout": "60"}})));
        assert!(!validator.is_valid(&json!({"version": 1, "runs": {}})));
        assert!(!validator.is_valid(&json!({})));
    }
}
