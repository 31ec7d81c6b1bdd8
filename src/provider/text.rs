//! Small things done to the text of a body, before anybody reads it.

use crate::domain::{Output, Schema};

/// Without a byte order mark and the blank lines that some servers send to keep a line open.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_start_matches('\u{feff}').trim()
}

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
    let Output::Tools { tools, calls, .. } = output else { return String::new() };
    let lines: Vec<_> =
        tools.iter().map(|tool| format!("- {}: {}\n", tool.name, tool.description)).collect();
    let many = match (calls.required, calls.parallel) {
        (true, false) => "exactly one",
        (true, true) => "one or more",
        (false, false) => "one or none",
        (false, true) => "any number, or none,",
    };
    format!("Choose {many} of these tools:\n{}\n", lines.concat())
}
