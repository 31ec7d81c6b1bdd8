//! The one text that asks for JSON in words, where the server is not asked for it by a field.

use crate::domain::{Output, Schema};

/// The system prompt, followed by what the answer must look like.
pub(super) fn with_schema(system: &str, output: &Output, schema: &Schema) -> String {
    let gap = if system.is_empty() { "" } else { "\n\n" };
    format!(
        "{system}{gap}{}Answer with one JSON value and nothing else: no code fence, no words \
         before or after it. The value must satisfy this JSON Schema:\n{}",
        tools(output),
        schema.document
    )
}

fn tools(output: &Output) -> String {
    let Output::Tools { tools, .. } = output else { return String::new() };
    let lines: Vec<_> =
        tools.iter().map(|tool| format!("- {}: {}\n", tool.name, tool.description)).collect();
    format!("Choose exactly one of these tools:\n{}\n", lines.concat())
}
