//! Cases in CSV: each row becomes the same tree as a line of JSON.
//!
//! Columns `name`, `input` and `input-file` are the keys of a case; `expect:/pointer` is an
//! expectation, read by the type that the schema has there; every other column is a variable. An
//! empty field of the first two kinds counts as not written.

use std::ops::Range;

use csv::{Position, ReaderBuilder, StringRecord};
use serde_json::Value;

use crate::domain::{Declared, Diagnostic, Pointer};

use super::source::Source;
use super::tree::{Entry, Node, Tree};

/// One tree per row; what cannot be read is told.
pub(super) fn nodes(source: &Source, problems: &mut Vec<Diagnostic>) -> Vec<Node> {
    let mut reader = ReaderBuilder::new().from_reader(source.text.as_bytes());
    let headers = match reader.headers() {
        Ok(headers) => headers.clone(),
        Err(error) => {
            problems.push(not_csv(source, &error));
            return Vec::new();
        }
    };
    let header_span = 0..source.text.lines().next().map_or(0, str::len);
    let twice =
        headers.iter().enumerate().find(|(at, name)| headers.iter().take(*at).any(|n| n == *name));
    if let Some((_, name)) = twice {
        problems.push(
            Diagnostic::error("prompt::not-csv", format!("the column `{name}` stands twice"))
                .at(source.place(header_span), "the columns")
                .help("rename one of the two, or take it away"),
        );
        return Vec::new();
    }
    let mut nodes = Vec::new();
    for record in reader.records() {
        match record {
            Ok(record) => nodes.push(row(source, &headers, (&record, header_span.clone()))),
            Err(error) => problems.push(not_csv(source, &error)),
        }
    }
    nodes
}

fn row(
    source: &Source,
    headers: &StringRecord,
    (record, header_span): (&StringRecord, Range<usize>),
) -> Node {
    let span = row_span(source, record);
    let text = |text: &str| Node::new(span.clone(), Tree::Text(text.to_owned()));
    let entry =
        |key: &str, node: Node| Entry { key: key.to_owned(), key_span: header_span.clone(), node };
    let (mut keys, mut vars, mut expect) = (Vec::new(), Vec::new(), Vec::new());
    for (header, field) in headers.iter().zip(record) {
        if matches!(header, "name" | "input" | "input-file") {
            if !field.is_empty() {
                keys.push(entry(header, text(field)));
            }
        } else if let Some(pointer) = header.strip_prefix("expect:") {
            if !field.is_empty() {
                expect.push(entry(pointer, text(field)));
            }
        } else {
            vars.push(entry(header, text(field)));
        }
    }
    for (key, entries) in [("vars", vars), ("expect", expect)] {
        keys.push(entry(key, Node::new(span.clone(), Tree::Table(entries))));
    }
    Node::new(span, Tree::Table(keys))
}

/// The value that a field means at a place: text where the schema wants text, and where there is no
/// schema; elsewhere JSON, where it is JSON.
pub(super) fn value(field: &Value, at: &Pointer, schema: Option<&Value>) -> Value {
    let json = field.as_str().and_then(|text| serde_json::from_str(text).ok());
    let wants_text = schema.is_none_or(|schema| Declared::at(schema, at).is_text());
    match json {
        Some(json @ Value::String(_)) if schema.is_some() => json,
        Some(json) if !wants_text => json,
        _ => field.clone(),
    }
}

/// Where a row stands, without its line end.
fn row_span(source: &Source, record: &StringRecord) -> Range<usize> {
    let start = record.position().map_or(0, Position::byte);
    let start = usize::try_from(start).unwrap_or_default().min(source.text.len());
    let rest = source.text.get(start..).unwrap_or_default();
    let start = start + rest.len() - rest.trim_start_matches('\n').len();
    // A quoted field may hold line ends: the row is as long as its fields, at least.
    let fields: usize = record.iter().map(str::len).sum();
    let tail = source.text.get(start + fields..).unwrap_or_default();
    let end = start + fields + tail.find('\n').unwrap_or(tail.len());
    start..end.min(source.text.len())
}

fn not_csv(source: &Source, error: &csv::Error) -> Diagnostic {
    let start = error.position().map_or(0, Position::byte);
    let start = usize::try_from(start).unwrap_or_default();
    let rest = source.text.get(start..).unwrap_or_default();
    let end = start + rest.find('\n').unwrap_or(rest.len());
    let label = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("{len} fields, but {expected_len} columns")
        }
        _ => "cannot be read".to_owned(),
    };
    Diagnostic::error("prompt::not-csv", "this row does not fit the columns")
        .at(source.place(start..end), label)
        .help("put fields with commas, quotes or line ends between double quotes")
}
