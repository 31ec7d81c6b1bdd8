//! Cases, wherever they are written: in the front matter, in JSON Lines, in CSV.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::Value;

use crate::domain::{CaseName, Diagnostic, Place, Pointer, Role};

use super::keys::CASE;
use super::shape::{Check, PROMPT_CODES};
use super::source::{FileArea, Folder, Source, file_problem};
use super::tree::{Entry, Node};
use super::wording::{TextRole, Vars, Wording};
use super::{csv_cases, json::read_json};

/// One case before its names are filled in.
#[derive(Debug, Clone)]
pub(super) struct CaseDraft {
    pub(super) name: CaseName,
    pub(super) place: Place,
    pub(super) messages: Vec<(Role, Wording)>,
    pub(super) vars: Vars,
    pub(super) expect: BTreeMap<Pointer, Value>,
    /// Expectations are texts of a table, whose types the schema says.
    pub(super) is_csv: bool,
}

/// Reads the cases of one file.
pub(super) struct CaseReader<'a> {
    pub(super) folder: &'a Folder,
    pub(super) source: &'a Source,
    pub(super) problems: &'a mut Vec<Diagnostic>,
}

impl CaseReader<'_> {
    /// The cases of a file of its own, by its ending.
    pub(super) fn file(&mut self) -> Vec<CaseDraft> {
        let nodes = if self.source.file.ends_with(".csv") {
            csv_cases::nodes(self.source, self.problems)
        } else {
            self.json_lines()
        };
        for node in &nodes {
            let (source, codes) = (self.source, PROMPT_CODES);
            Check { source, codes, problems: self.problems }.node(node, CASE, "");
        }
        nodes.iter().filter_map(|node| self.case(node)).collect()
    }

    fn json_lines(&mut self) -> Vec<Node> {
        let mut nodes = Vec::new();
        let mut offset = 0;
        for line in self.source.text.split_inclusive('\n') {
            if !line.trim().is_empty() {
                match read_json(line.trim_end(), offset) {
                    Ok(node) => nodes.push(node),
                    Err(fault) => self.problems.push(
                        Diagnostic::error("prompt::not-json", "this line is not JSON")
                            .at(self.source.place(fault.span), fault.message)
                            .help("write one object per line: {\"name\": \"…\", \"input\": \"…\"}"),
                    ),
                }
            }
            offset += line.len();
        }
        nodes
    }

    /// One case whose shape is already checked; `None` where it is too wrong to go on.
    pub(super) fn case(&mut self, node: &Node) -> Option<CaseDraft> {
        let name = node.get("name").and_then(Node::text)?;
        let messages = self.messages(node, name);
        let expect = node.get("expect").map_or(&[][..], Node::entries).iter();
        Some(CaseDraft {
            name: CaseName::new(name).ok()?,
            place: self.source.place(name_span(node)),
            messages: messages?,
            vars: vars(node),
            expect: expect
                .filter_map(|entry| Some((entry.key.parse().ok()?, entry.node.to_json())))
                .collect(),
            is_csv: self.source.file.ends_with(".csv"),
        })
    }

    fn messages(&mut self, node: &Node, name: &str) -> Option<Vec<(Role, Wording)>> {
        let ways = ["input", "input-file", "messages"];
        let given: Vec<&Entry> = ways.iter().filter_map(|way| node.entry(way)).collect();
        let [entry] = given.as_slice() else {
            let title = if given.is_empty() {
                format!("case `{name}` has no input")
            } else {
                format!("case `{name}` has more than one input")
            };
            let span = given.get(1).map_or_else(|| name_span(node), |entry| entry.key_span.clone());
            self.tell("prompt::one-input", title, span);
            return None;
        };
        match entry.key.as_str() {
            "input" => Some(vec![(Role::User, self.template(&entry.node)?)]),
            "input-file" => Some(vec![(Role::User, self.input_file(&entry.node)?)]),
            _ => self.conversation(&entry.node, name),
        }
    }

    fn conversation(&mut self, list: &Node, name: &str) -> Option<Vec<(Role, Wording)>> {
        let turn = |node: &Node| {
            let role = match node.get("role")?.text()? {
                "assistant" => Role::Assistant,
                _ => Role::User,
            };
            Some((role, self.template(node.get("text")?)?))
        };
        let turns: Vec<_> = list.items().iter().filter_map(turn).collect();
        if turns.last().is_none_or(|(role, _)| *role != Role::User) {
            let title = format!("the conversation of case `{name}` does not end with the user");
            self.problems.push(
                Diagnostic::error("prompt::last-turn", title)
                    .at(self.source.place(list.span.clone()), "nothing to answer at its end")
                    .help("let the last message have `role = \"user\"`"),
            );
            return None;
        }
        Some(turns)
    }

    fn template(&self, node: &Node) -> Option<Wording> {
        Some(Wording {
            source: self.source.clone(),
            span: node.span.clone(),
            text: node.text()?.to_owned(),
            role: TextRole::Template,
        })
    }

    fn input_file(&mut self, node: &Node) -> Option<Wording> {
        let path = node.text()?;
        match self.folder.read(path) {
            Ok(source) if source.text.trim().is_empty() => {
                let title = format!("the input of this case is empty: `{path}`");
                self.tell("prompt::one-input", title, node.span.clone());
                None
            }
            Ok(source) => Some(Wording {
                span: 0..source.text.len(),
                text: source.text.to_string(),
                source,
                role: TextRole::Data,
            }),
            Err(fault) => {
                let place = self.source.place(node.span.clone());
                self.problems.push(file_problem(FileArea::Prompt, path, &fault, place));
                None
            }
        }
    }

    fn tell(&mut self, code: &'static str, title: String, span: Range<usize>) {
        self.problems.push(
            Diagnostic::error(code, title)
                .at(self.source.place(span), "this case")
                .help("write one of `input`, `input-file` or `messages`"),
        );
    }
}

/// The `vars` of a table.
pub(super) fn vars(node: &Node) -> Vars {
    let entries = node.get("vars").map_or(&[][..], Node::entries);
    entries.iter().map(|entry| (entry.key.clone(), entry.node.to_json())).collect()
}

/// Tells cases that have the same name, or names that differ only in case and would share a file.
pub(super) fn duplicates(cases: &mut Vec<CaseDraft>, problems: &mut Vec<Diagnostic>) {
    let mut seen: BTreeMap<String, Place> = BTreeMap::new();
    cases.retain(|case| {
        let Some(first) = seen.get(&case.name.as_str().to_lowercase()) else {
            seen.insert(case.name.as_str().to_lowercase(), case.place.clone());
            return true;
        };
        problems.push(
            Diagnostic::error(
                "prompt::duplicate-case",
                format!("case `{}` exists twice", case.name),
            )
            .at(case.place.clone(), "the second")
            .help(format!("rename one of them; the first is at {}:{}", first.file, first.line)),
        );
        false
    });
}

fn name_span(node: &Node) -> Range<usize> {
    node.get("name").map_or_else(|| node.span.clone(), |name| name.span.clone())
}
