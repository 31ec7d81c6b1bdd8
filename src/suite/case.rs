//! Cases, wherever they are written: in the front matter, in JSON Lines, in CSV.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::Value;

use crate::domain::{AnswerLimits, CaseName, Diagnostic, Expectation, Pico, Place, Pointer, Role};

use super::case_name;
use super::expect::rules;
use super::keys::CASE;
use super::shape::{Check, PROMPT_CODES};
use super::source::{FileArea, Folder, Source, file_problem};
use super::tree::{Entry, Node};
use super::wording::{TextRole, Vars, Wording};
use super::{csv_cases, json::read_json};

/// The turns of a conversation, before their names are filled in.
pub(super) type Turns = Vec<(Role, Wording)>;

/// One case before its names are filled in.
#[derive(Debug, Clone)]
pub(super) struct CaseDraft {
    pub(super) name: CaseName,
    pub(super) place: Place,
    pub(super) messages: Turns,
    pub(super) vars: Vars,
    pub(super) tags: Vec<String>,
    pub(super) expect: BTreeMap<Pointer, Vec<Expectation>>,
    pub(super) limits: AnswerLimits,
    /// Expectations are texts of a table, whose types the schema says.
    pub(super) is_csv: bool,
}

/// Most cases that one `each` may make.
const MOST: usize = 10_000;

/// Reads the cases of one file.
pub(super) struct CaseReader<'a> {
    pub(super) folder: &'a Folder,
    pub(super) source: &'a Source,
    /// What is asked by cases that have no input of their own.
    pub(super) shared: Option<&'a Turns>,
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
        nodes.iter().flat_map(|node| self.cases(node)).collect()
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

    /// The cases of a table whose shape is already checked: one, or one for each combination of
    /// `each`; none where it is too wrong to go on.
    pub(super) fn cases(&mut self, node: &Node) -> Vec<CaseDraft> {
        let combinations = self.combinations(node);
        let Some(draft) = self.case(node) else { return Vec::new() };
        let named = node.get("name").and_then(Node::text);
        let cases = combinations.into_iter().filter_map(|values| {
            let made =
                || case_name::made_of(&values.iter().map(|(_, v)| plain(v)).collect::<Vec<_>>());
            let name = match named {
                Some(name) if values.is_empty() => name.to_owned(),
                Some(name) => format!("{name}-{}", made()),
                None => case_name::made_of(&content(node, &values)),
            };
            let mut case = CaseDraft { name: CaseName::new(name).ok()?, ..draft.clone() };
            case.vars.extend(values);
            Some(case)
        });
        cases.collect()
    }

    /// Every combination of the values of `each`; one without values where there is none.
    fn combinations(&mut self, node: &Node) -> Vec<Vec<(String, Value)>> {
        let mut all = vec![Vec::new()];
        for entry in node.get("each").map_or(&[][..], Node::entries) {
            let values = entry.node.items();
            if values.is_empty() || values.len().saturating_mul(all.len()) > MOST {
                let title = match values.len() {
                    0 => format!("`each` has no value for `{}`", entry.key),
                    _ => format!("`each` makes more than {MOST} cases"),
                };
                self.problems.push(
                    Diagnostic::error("prompt::wrong-value", title)
                        .at(self.source.place(entry.node.span.clone()), "this list")
                        .help(
                            "give each name a list of values: one case is made of each combination",
                        ),
                );
                return Vec::new();
            }
            let with = |head: &Vec<(String, Value)>, value: &Node| {
                let mut head = head.clone();
                head.push((entry.key.clone(), value.to_json()));
                head
            };
            all = all.iter().flat_map(|head| values.iter().map(|v| with(head, v))).collect();
        }
        all
    }

    fn case(&mut self, node: &Node) -> Option<CaseDraft> {
        let name = node.get("name").and_then(Node::text).unwrap_or("-");
        let messages = self.messages(node, name);
        let expect = self.expect(node);
        let usd = node.get("max-cost-usd").and_then(Node::number);
        Some(CaseDraft {
            // Only what has a wrong name has none by now.
            name: CaseName::new("case").ok()?,
            place: self.source.place(name_span(node)),
            messages: messages?,
            vars: vars(node),
            tags: node
                .get("tags")
                .into_iter()
                .flat_map(Node::texts)
                .map(|(t, _)| t.to_owned())
                .collect(),
            expect,
            limits: AnswerLimits {
                usd: usd.and_then(|usd| Pico::from_usd(&format!("{usd:.9}")).ok()),
                latency: node.get("max-latency").and_then(Node::duration),
            },
            is_csv: self.source.file.ends_with(".csv"),
        })
    }

    fn expect(&mut self, node: &Node) -> BTreeMap<Pointer, Vec<Expectation>> {
        let mut expect = BTreeMap::new();
        for entry in node.get("expect").map_or(&[][..], Node::entries) {
            let Ok(pointer) = entry.key.parse() else { continue };
            match rules(&entry.node) {
                Ok(rules) => {
                    expect.insert(pointer, rules);
                }
                Err((node, why)) => self.problems.push(
                    Diagnostic::error("prompt::wrong-value", "this rule can never be met")
                        .at(self.source.place(node.span.clone()), why)
                        .help("`expect` in docs/reference/config.md has every rule"),
                ),
            }
        }
        expect
    }

    fn messages(&mut self, node: &Node, name: &str) -> Option<Turns> {
        let ways = ["input", "input-file", "messages"];
        let given: Vec<&Entry> = ways.iter().filter_map(|way| node.entry(way)).collect();
        if let ([], Some(shared)) = (given.as_slice(), self.shared) {
            return Some(shared.clone());
        }
        let [entry] = given.as_slice() else {
            let title = if given.is_empty() {
                format!("{} has no input", called(name))
            } else {
                format!("{} has more than one input", called(name))
            };
            let span = given.get(1).map_or_else(|| name_span(node), |entry| entry.key_span.clone());
            self.tell("prompt::one-input", title, span);
            return None;
        };
        match entry.key.as_str() {
            "input" => Some(vec![(Role::User, self.template(&entry.node)?)]),
            "input-file" => Some(vec![(Role::User, self.input_file(&entry.node)?)]),
            _ => self.conversation(&entry.node, &called(name)),
        }
    }

    /// What cases without an input of their own ask: the front matter's `user`, or its `messages`.
    pub(super) fn shared(&mut self, front: &Node) -> Option<Turns> {
        match (front.get("user"), front.get("messages")) {
            (Some(user), None) => Some(vec![(Role::User, self.template(user)?)]),
            (None, Some(list)) => self.conversation(list, "the prompt"),
            (Some(_), Some(list)) => {
                let title = "the prompt has more than one input".to_owned();
                self.tell("prompt::one-input", title, list.span.clone());
                None
            }
            (None, None) => None,
        }
    }

    fn conversation(&mut self, list: &Node, whose: &str) -> Option<Turns> {
        let turn = |node: &Node| {
            let role = match node.get("role")?.text()? {
                "assistant" => Role::Assistant,
                _ => Role::User,
            };
            Some((role, self.template(node.get("text")?)?))
        };
        let turns: Vec<_> = list.items().iter().filter_map(turn).collect();
        if turns.last().is_none_or(|(role, _)| *role != Role::User) {
            let title = format!("the conversation of {whose} does not end with the user");
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
                .help("write one of `input`, `input-file` or `messages`, or `user` for all cases of the prompt"),
        );
    }
}

/// What a case without a name is called by: its own values, else what it asks.
fn content(node: &Node, values: &[(String, Value)]) -> Vec<String> {
    let vars = node.get("vars").map_or(&[][..], Node::entries).iter();
    let vars = vars.map(|entry| plain(&entry.node.to_json()));
    let mut texts: Vec<String> = vars.chain(values.iter().map(|(_, v)| plain(v))).collect();
    for key in ["input", "input-file"] {
        texts.extend(node.get(key).and_then(Node::text).map(str::to_owned));
    }
    let turns = node.get("messages").map_or(&[][..], Node::items).iter();
    texts.extend(turns.filter_map(|turn| turn.get("text")?.text().map(str::to_owned)));
    texts
}

/// A case for people; `-` is one without a name.
fn called(name: &str) -> String {
    if name == "-" { "this case".to_owned() } else { format!("case `{name}`") }
}

/// A value as a text.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
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
