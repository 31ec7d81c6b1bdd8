//! JSON Schema files: read, checked against their draft, bundled into one document.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use jsonschema::PatternOptions;
use serde_json::json;

use crate::domain::{Diagnostic, Place, Schema};

use super::bundle::Bundle;
use super::schema_file::{SchemaFile, SchemaFiles, invalid};
use super::source::{Folder, Source};
use super::tree::Node;

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

    /// Schema of `{"tool": NAME, "arguments": {…}}` over all tools.
    pub(super) fn choice(
        &mut self,
        prompt: &str,
        tools: &[ToolChoice],
        (named_at, problems): (&Place, &mut Vec<Diagnostic>),
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
        let options = jsonschema::options().with_draft(file.draft);
        let options = options.with_pattern_options(PatternOptions::regex());
        if let Err(error) = options.build(&document) {
            let (source, pointer) = bundle.origin(error.instance_path().as_str());
            problems.push(invalid(&source, &pointer, &error));
            return None;
        }
        Some(Arc::new(Schema::new(&*file.source.file, document)))
    }
}
