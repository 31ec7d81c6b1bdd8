//! `answers.jsonl`: recorded answers of others, one object a line. Either every line is sound, or
//! all mistakes are told with their lines.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::domain::{
    CaseName, CellId, Content, Diagnostic, Diagnostics, Identity, ImportedAnswer, PromptName, Slot,
    Suite, Usage,
};

use super::json::read_json;
use super::keys::ANSWER;
use super::shape::{Check, Codes, nearest};
use super::source::Source;
use super::tree::{Node, Tree};

const CODES: Codes = Codes {
    unknown_key: "answers::unknown-key",
    wrong_type: "answers::wrong-type",
    wrong_value: "answers::wrong-value",
    missing_key: "answers::missing-key",
};

/// Reads a file of answers to cells of the suite, in the order of its lines.
///
/// # Errors
/// The file cannot be read or has no answer, or lines are wrong: no JSON, unknown keys, no answer
/// or two, a cell that is not in the matrix, a trial that occurs twice.
pub(crate) fn answers(path: &Path, suite: &Suite) -> Result<Vec<ImportedAnswer>, Diagnostics> {
    let file = path.display().to_string();
    let unreadable = |why: String| {
        let problem = Diagnostic::error("answers::unreadable", format!("`{file}` {why}"));
        Diagnostics(vec![problem.help("promptmatrix import answers FILE, with one object a line")])
    };
    let bytes =
        std::fs::read(path).map_err(|error| unreadable(format!("cannot be read: {error}")))?;
    let text = String::from_utf8(bytes).map_err(|_| unreadable("is not UTF-8".to_owned()))?;
    let source = Source::new(&file, &text);
    let known: BTreeSet<&CellId> = suite.cells.iter().map(|cell| &cell.id).collect();
    let mut reader =
        Reader { source: &source, known, counts: BTreeMap::new(), problems: Vec::new() };
    let mut given = Vec::new();
    let mut offset = 0;
    for line in source.text.split_inclusive('\n') {
        if !line.trim().is_empty() {
            given.extend(reader.line(line.trim_end(), offset));
        }
        offset += line.len();
    }
    match (reader.problems.is_empty(), given.is_empty()) {
        (true, true) => Err(unreadable("has no answer".to_owned())),
        (true, false) => Ok(given),
        (false, _) => Err(Diagnostics(reader.problems)),
    }
}

struct Reader<'a> {
    source: &'a Source,
    known: BTreeSet<&'a CellId>,
    /// The trials of each cell so far.
    counts: BTreeMap<CellId, BTreeSet<u32>>,
    problems: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn line(&mut self, line: &str, offset: usize) -> Option<ImportedAnswer> {
        let node = match read_json(line, offset) {
            Ok(node) => without_nulls(node),
            Err(fault) => {
                let problem = Diagnostic::error("answers::not-json", "this line is not JSON");
                self.problems.push(problem.at(self.source.place(fault.span), fault.message).help(
                    "write one object per line: {\"prompt\": \"…\", \"case\": \"…\", \"model\": \"…\", \"text\": \"…\"}",
                ));
                return None;
            }
        };
        let before = self.problems.len();
        let (source, codes) = (self.source, CODES);
        Check { source, codes, problems: &mut self.problems }.node(&node, ANSWER, "");
        let cell = self.cell(&node);
        let content = self.content(&node);
        let at = self.time(&node);
        if self.problems.len() > before {
            return None;
        }
        let cell = cell?;
        let number = self.number(&node, &cell)?;
        let text = |key: &str| node.get(key).and_then(Node::text).map(str::to_owned);
        Some(ImportedAnswer {
            number,
            cell,
            at,
            content: content?,
            requested: text("requested"),
            identity: Identity {
                served: text("served"),
                fingerprint: text("fingerprint"),
                request_id: None,
            },
            stop: text("stop"),
            usage: node.get("usage").map(usage),
            latency_ms: node.get("latency_ms").and_then(Node::whole).unwrap_or_default(),
        })
    }

    fn cell(&mut self, node: &Node) -> Option<CellId> {
        let text = |key: &str| node.get(key).and_then(Node::text);
        let cell = CellId {
            prompt: PromptName::new(text("prompt")?).ok()?,
            case: CaseName::new(text("case")?).ok()?,
            model: Slot::new(text("model")?).ok()?,
        };
        if self.known.contains(&cell) {
            return Some(cell);
        }
        let name = cell.to_string();
        let names: Vec<String> = self.known.iter().map(ToString::to_string).collect();
        let help = match nearest(&name, names.iter().map(String::as_str)) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "promptmatrix list names the cells; add the case, or leave the line out".into(),
        };
        let span = node.get("case").map_or_else(|| node.span.clone(), |case| case.span.clone());
        let problem =
            Diagnostic::error("answers::unknown-cell", format!("there is no cell `{name}`"));
        self.problems.push(problem.at(self.source.place(span), "not in the matrix").help(help));
        None
    }

    fn content(&mut self, node: &Node) -> Option<Content> {
        let title = match (node.get("text"), node.get("value")) {
            (Some(text), None) => return text.text().map(|text| Content::Text(text.to_owned())),
            (None, Some(value)) => return Some(Content::Value(value.to_json())),
            (None, None) => "the line has no answer",
            (Some(_), Some(_)) => "the line has two answers",
        };
        let problem = Diagnostic::error("answers::one-answer", title);
        self.problems.push(
            problem
                .at(self.source.place(node.span.clone()), "this line")
                .help("write `text` as the model wrote it, or the `value` that was read from it"),
        );
        None
    }

    fn time(&mut self, node: &Node) -> Option<jiff::Timestamp> {
        let written = node.get("at")?;
        let time = written.text()?.parse();
        if time.is_err() {
            let problem = Diagnostic::error("answers::wrong-value", "`at` is no time");
            let place = self.source.place(written.span.clone());
            self.problems
                .push(problem.at(place, "not a time").help("write it like 2026-01-31T12:00:00Z"));
        }
        time.ok()
    }

    /// The number that is written, else the next one of the cell.
    fn number(&mut self, node: &Node, cell: &CellId) -> Option<u32> {
        let taken = self.counts.entry(cell.clone()).or_default();
        let written = node.get("trial");
        let next = || taken.last().map_or(1, |last| last.saturating_add(1));
        let number = written.and_then(Node::whole).unwrap_or_else(next);
        if taken.insert(number) {
            return Some(number);
        }
        let title = format!("trial {number} of `{cell}` occurs twice");
        let span = written.map_or_else(|| node.span.clone(), |written| written.span.clone());
        self.problems.push(
            Diagnostic::error("answers::duplicate-trial", title)
                .at(self.source.place(span), "the second")
                .help("give every answer of a cell its own number, or leave `trial` out"),
        );
        None
    }
}

/// Programs write null where they know nothing. A `value` of null is an answer.
fn without_nulls(mut node: Node) -> Node {
    if let Tree::Table(entries) = &mut node.tree {
        entries.retain(|entry| entry.key == "value" || !matches!(entry.node.tree, Tree::Null));
    }
    node
}

fn usage(node: &Node) -> Usage {
    let tokens = |key: &str| node.get(key).and_then(Node::whole);
    Usage {
        input: tokens("input"),
        cached_read: tokens("cached_read"),
        cache_write_5m: tokens("cache_write_5m"),
        cache_write_1h: tokens("cache_write_1h"),
        output: tokens("output"),
        reasoning: tokens("reasoning"),
        ..Usage::default()
    }
}
