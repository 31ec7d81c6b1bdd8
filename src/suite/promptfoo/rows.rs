//! Tests of a promptfoo config from wherever they are written, as plain tables.

use csv::{Position, ReaderBuilder};

use super::files::{At, Base, COLUMN, Document, ending, path_of, table};
use super::notes::Notes;
use crate::suite::tree::{Entry, Node, Tree};

/// Keys that make a table of a file a test; other tables are rows of variables.
const TEST_KEYS: [&str; 8] = [
    "vars",
    "assert",
    "options",
    "metadata",
    "description",
    "threshold",
    "provider",
    "providerOutput",
];

/// The tests of one place: a list, or files.
pub(super) fn documents(base: &Base, notes: &mut Notes, written: At<'_>) -> Vec<Document> {
    let mut documents = Vec::new();
    for entry in written.each() {
        match entry.text().or_else(|| entry.get("path").and_then(At::text)) {
            None => documents.push(list(entry, vec![entry.node.clone()])),
            Some(path) => documents.extend(files(base, notes, (entry, path))),
        }
    }
    documents
}

fn list(at: At<'_>, items: Vec<Node>) -> Document {
    Document { source: at.source.clone(), node: Node::new(0..0, Tree::List(items)) }
}

fn files(base: &Base, notes: &mut Notes, (entry, path): (At<'_>, &str)) -> Vec<Document> {
    let is_remote = path.contains("://") && !path.starts_with("file://");
    let readable = ["csv", "json", "jsonl", "yaml", "yml"].contains(&ending(path));
    if is_remote || !readable {
        let instead = "write what it gives as a file of cases: JSON lines or CSV";
        notes.left(entry.place(), format!("tests from `{path}`"), instead);
        return Vec::new();
    }
    let mut documents = Vec::new();
    let found = base.files(path_of(path));
    if found.is_empty() {
        notes.left(entry.place(), format!("tests from `{path}`"), "no file has such a name");
    }
    for file in found {
        let document = if ending(&file) == "csv" { csv(base, &file) } else { base.document(&file) };
        match document {
            Ok(document) => documents.push(as_tests(document)),
            Err(why) => notes.left(entry.place(), format!("tests from `{path}`"), why),
        }
    }
    documents
}

/// A file's tables, those of variables alone as tests.
fn as_tests(document: Document) -> Document {
    let items = document.at().each().into_iter().map(|item| item.node.clone());
    let test = |node: Node| {
        if TEST_KEYS.iter().any(|key| node.get(key).is_some()) {
            return node;
        }
        row(
            node.entries().iter().map(|entry| (entry.key.clone(), entry.node.clone())),
            node.span.clone(),
        )
    };
    let items = items.map(test).collect();
    Document { node: Node::new(0..0, Tree::List(items)), ..document }
}

fn csv(base: &Base, file: &str) -> Result<Document, String> {
    let source = base.read(file)?;
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(source.text.as_bytes());
    let broken = |error: csv::Error| format!("`{file}` cannot be read: {error}");
    let headers = reader.headers().map_err(broken)?.clone();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(broken)?;
        let at = record.position().map_or(0, Position::byte);
        let at = usize::try_from(at).unwrap_or_default();
        let blank = source.text.get(at..).unwrap_or_default();
        let at = at + blank.len() - blank.trim_start_matches(['\n', '\r']).len();
        let fields = headers.iter().zip(record.iter()).map(|(header, field)| {
            (header.trim().to_owned(), Node::new(at..at, Tree::Text(field.to_owned())))
        });
        rows.push(row(fields, at..at));
    }
    Ok(Document { node: Node::new(0..0, Tree::List(rows)), source })
}

/// A row as a test: columns that begin with `__` say what it is, the others are variables.
fn row(fields: impl Iterator<Item = (String, Node)>, span: std::ops::Range<usize>) -> Node {
    let (mut test, mut vars, mut checks, mut metadata, mut options) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (column, node) in fields {
        let entry = |key: &str, node: &Node| Entry {
            key: key.to_owned(),
            key_span: span.clone(),
            node: node.clone(),
        };
        let written = node.text().unwrap_or_default();
        let Some(special) = column.strip_prefix("__") else {
            vars.push(entry(&column, &node));
            continue;
        };
        match special {
            _ if written.trim().is_empty() => {}
            _ if special.starts_with("expected") => checks.push(check(&column, written, &span)),
            "prefix" | "suffix" => options.push(entry(special, &node)),
            "description" | "providerOutput" | "metric" | "threshold" => {
                test.push(entry(special, &node));
            }
            _ => match special.strip_prefix("metadata:") {
                Some(key) => metadata.push(entry(key.trim_end_matches("[]"), &node)),
                None => test.push(entry(&column, &node)),
            },
        }
    }
    let inner = |key: &str, tree: Tree| Entry {
        key: key.to_owned(),
        key_span: span.clone(),
        node: Node::new(span.clone(), tree),
    };
    test.push(inner("vars", Tree::Table(vars)));
    test.push(inner("assert", Tree::List(checks)));
    for (key, entries) in [("metadata", metadata), ("options", options)] {
        if !entries.is_empty() {
            test.push(inner(key, Tree::Table(entries)));
        }
    }
    Node::new(span.clone(), Tree::Table(test))
}

/// `type: value`, `type(threshold): value`, or a text that is to be equal.
fn check(column: &str, written: &str, span: &std::ops::Range<usize>) -> Node {
    let text = |text: &str| Tree::Text(text.trim().to_owned());
    let (kind, value) = match written.split_once(':') {
        Some(("fn" | "eval", value)) => ("javascript", value),
        Some(("grade", value)) => ("llm-rubric", value),
        Some((kind, value)) if is_kind(kind) => (kind, value),
        None if is_kind(written) && written.contains(['-', '(']) => (written, ""),
        _ => ("equals", written),
    };
    let (kind, threshold) = match kind.trim_end_matches(')').split_once('(') {
        Some((kind, threshold)) => (kind, threshold.parse::<serde_json::Number>().ok()),
        None => (kind, None),
    };
    let value_tree = match kind.trim_start_matches("not-").trim_start_matches('i') {
        "contains-all" | "contains-any" => {
            let parts = value.split(',').map(|part| Node::new(span.clone(), text(part)));
            Tree::List(parts.collect())
        }
        _ => text(value),
    };
    let mut members =
        vec![(COLUMN.to_owned(), Tree::Text(column.to_owned())), ("type".to_owned(), text(kind))];
    if !value.is_empty() {
        members.push(("value".to_owned(), value_tree));
    }
    members.extend(threshold.map(|number| ("threshold".to_owned(), Tree::Number(number))));
    table(span.clone(), members)
}

fn is_kind(text: &str) -> bool {
    let name = text.split('(').next().unwrap_or_default();
    super::checks::is_known(name.strip_prefix("not-").unwrap_or(name))
}

/// A test without values, of which there is one where no test is written.
pub(super) fn once() -> Node {
    let called = ("description".to_owned(), Tree::Text("once".to_owned()));
    Node::new(0..0, Tree::List(vec![table(0..0, vec![called])]))
}
