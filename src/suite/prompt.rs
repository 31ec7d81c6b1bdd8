//! Prompts: the files of `prompts/` with their cases, variants and schemas, read and checked.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::domain::{Calls, CellPattern, Diagnostic, Output, Place, PromptName, Slot, Tool};

use super::case::{CaseDraft, CaseReader, duplicates, vars};
use super::grammar::wire_name;
use super::keys::{PROMPT, VARIANT};
use super::page::Page;
use super::schema::{Schemas, ToolChoice};
use super::shape::nearest;
use super::source::{FileArea, FileFault, Folder, Source, file_problem};
use super::tree::Node;
use super::wording::{TextRole, Vars, Wording};

/// The folder of prompts.
const FOLDER: &str = "prompts";

/// One prompt before it meets its models.
#[derive(Debug)]
pub(super) struct PromptDraft {
    pub(super) name: PromptName,
    pub(super) page: Page,
    pub(super) cases: Vec<CaseDraft>,
    pub(super) variants: BTreeMap<Slot, Page>,
    /// Path of the schema, as it is written.
    pub(super) schema_file: Option<String>,
    pub(super) output: Output,
    /// Which slots it must hold on, as patterns of cells.
    pub(super) models: Vec<CellPattern>,
}

impl PromptDraft {
    pub(super) fn description(&self) -> Option<String> {
        self.page.front.get("description").and_then(Node::text).map(str::to_owned)
    }

    pub(super) fn vars(&self) -> Vars {
        vars(&self.page.front)
    }

    /// What answers look like; `None` where what is written of it cannot be read.
    pub(super) fn known_output(&self) -> Option<&Output> {
        let is_text = matches!(self.output, Output::Text);
        let is_written = ["schema", "tool"].iter().any(|key| self.page.front.entry(key).is_some());
        (!is_text || !is_written).then_some(&self.output)
    }
}

/// The text of a page as a template.
pub(super) fn body(page: &Page) -> Wording {
    Wording {
        source: page.source.clone(),
        span: page.body.clone(),
        text: page.source.at(page.body.clone()).to_owned(),
        role: TextRole::Template,
    }
}

/// How many tools an answer may call.
fn calls(page: &Page) -> Calls {
    let front = |key| page.front.get(key);
    Calls {
        required: front("tool-choice").and_then(Node::text) != Some("auto"),
        parallel: front("parallel-tool-calls").and_then(Node::flag).unwrap_or(false),
    }
}

/// Reads all prompts of a suite.
pub(super) struct PromptReader<'a> {
    pub(super) folder: &'a Folder,
    /// The slots of the config; `None` where the config is too broken to say.
    pub(super) slots: Option<&'a BTreeSet<Slot>>,
    pub(super) schemas: Schemas<'a>,
    pub(super) problems: &'a mut Vec<Diagnostic>,
}

impl PromptReader<'_> {
    /// All prompts that can be read, by name.
    pub(super) fn prompts(&mut self) -> BTreeMap<PromptName, PromptDraft> {
        let files = match self.folder.names(FOLDER) {
            Ok(files) => files,
            Err(FileFault::Missing) => Vec::new(),
            Err(fault) => {
                let place = Place::new(FOLDER, Arc::from(""), 0..0);
                self.problems.push(file_problem(FileArea::Prompt, FOLDER, &fault, place));
                return BTreeMap::new();
            }
        };
        let mut prompts = BTreeMap::new();
        let mut seen: BTreeMap<String, String> = BTreeMap::new();
        let files: Vec<String> = files.into_iter().filter(|file| self.is_file(file)).collect();
        let stems = files.iter().filter_map(|file| file.strip_suffix(".md"));
        let stems: Vec<&str> = stems.filter(|stem| !stem.eq_ignore_ascii_case("readme")).collect();
        for stem in stems.iter().filter(|stem| !stem.contains('@')) {
            if let Some(first) = seen.insert(stem.to_lowercase(), (*stem).to_owned()) {
                self.same_name(stem, &first);
            }
            let Some(name) = self.name(stem) else { continue };
            if let Some(prompt) = self.prompt(&name, &files) {
                prompts.insert(name, prompt);
            }
        }
        for stem in &stems {
            if let Some((base, slot)) = stem.split_once('@') {
                self.variant((base, slot), &seen, &mut prompts);
            }
        }
        self.orphans(&files, &seen);
        if stems.is_empty() {
            self.problems.push(
                Diagnostic::error("prompt::none", "there is no prompt in `prompts/`")
                    .help("write one: prompts/NAME.md"),
            );
        }
        prompts
    }

    /// Whether a name of the folder is that of a file. Prompts in folders below are not read.
    fn is_file(&mut self, name: &str) -> bool {
        let path = format!("{FOLDER}/{name}");
        if !self.folder.is_folder(&path) {
            return true;
        }
        let names = self.folder.names(&path).unwrap_or_default();
        let is_prompt =
            |name: &&String| name.strip_suffix(".md").is_some_and(|stem| !stem.is_empty());
        if let Some(prompt) = names.iter().find(is_prompt) {
            let title = format!("`{path}/{prompt}` is not read");
            self.problems.push(
                Diagnostic::warning("prompt::nested", title)
                    .at(Place::new(format!("{path}/{prompt}"), Arc::from(""), 0..0), "in a folder")
                    .help(format!("move it into `{FOLDER}/` itself")),
            );
        }
        false
    }

    fn prompt(&mut self, name: &PromptName, files: &[String]) -> Option<PromptDraft> {
        let source = self.read(&format!("{FOLDER}/{name}.md"), None)?;
        let page = Page::read(source, PROMPT, self.problems)?;
        let asks = ["user", "messages"].iter().any(|key| page.front.entry(key).is_some());
        if page.body.is_empty() && page.source.text.contains("+++") && !asks {
            self.problems.push(
                Diagnostic::warning(
                    "prompt::blank",
                    format!("prompt `{name}` tells the model nothing"),
                )
                .at(page.source.place(page.body.clone()), "no text here")
                .help("write the system prompt below the front matter"),
            );
        }
        let cases = self.cases(name, &page, files);
        if cases.is_empty() && !self.problems.iter().any(|p| is_in(p, &page.source.file)) {
            self.problems.push(
                Diagnostic::warning("prompt::no-cases", format!("prompt `{name}` has no cases"))
                    .at(page.source.place(0..0), "nothing to ask")
                    .help("add a `[[case]]` with an `input`"),
            );
        }
        let schema_file = page.front.get("schema").and_then(Node::text).map(str::to_owned);
        let output = self.output(name, &page).unwrap_or(Output::Text);
        let models = self.models(&page);
        Some(PromptDraft {
            name: name.clone(),
            cases,
            variants: BTreeMap::new(),
            schema_file,
            output,
            models,
            page,
        })
    }

    /// Inline cases first, then those of the file that is named, then those beside the prompt.
    fn cases(&mut self, name: &PromptName, page: &Page, files: &[String]) -> Vec<CaseDraft> {
        let inline = page.front.get("case").map_or(&[][..], Node::items);
        let (folder, source) = (self.folder, &page.source);
        let mut reader = CaseReader { folder, source, shared: None, problems: self.problems };
        let shared = reader.shared(&page.front);
        let mut reader = CaseReader { shared: shared.as_ref(), ..reader };
        let mut cases: Vec<_> = inline.iter().flat_map(|node| reader.cases(node)).collect();
        let mut sources = Vec::new();
        if let Some(node) = page.front.get("cases") {
            let named_at = page.source.place(node.span.clone());
            sources.extend(self.read(node.text().unwrap_or_default(), Some(named_at)));
        }
        for ending in ["jsonl", "csv"] {
            let file = format!("{name}.cases.{ending}");
            let path = format!("{FOLDER}/{file}");
            if files.contains(&file) && !sources.iter().any(|s: &Source| *s.file == *path) {
                sources.extend(self.read(&path, None));
            }
        }
        for source in &sources {
            let (shared, problems) = (shared.as_ref(), &mut *self.problems);
            cases.extend(CaseReader { folder, source, shared, problems }.file());
        }
        duplicates(&mut cases, self.problems);
        cases
    }

    /// What the answers look like; `None` where that was told as a problem, or there is no rule.
    fn output(&mut self, name: &PromptName, page: &Page) -> Option<Output> {
        let tools = page.front.get("tool").map_or(&[][..], Node::items);
        let schema = page.front.entry("schema");
        if let (Some(entry), false) = (schema, tools.is_empty()) {
            self.problems.push(
                Diagnostic::error(
                    "prompt::two-outputs",
                    "`schema` and `[[tool]]` exclude each other",
                )
                .at(page.source.place(entry.key_span.clone()), "the answer is a call of a tool")
                .help("keep one of them: a tool has its schema in `parameters`"),
            );
            return None;
        }
        if let Some(entry) = schema {
            let named_at = page.source.place(entry.node.span.clone());
            let path = entry.node.text()?;
            let schema = self.schemas.schema(path, &named_at, self.problems)?;
            let described = page.front.get("describe-schema").and_then(Node::flag).unwrap_or(true);
            return Some(Output::Json { name: wire_name(name.as_str()), schema, described });
        }
        self.tools(page, tools)
    }

    fn tools(&mut self, page: &Page, nodes: &[Node]) -> Option<Output> {
        let (mut tools, mut choices): (Vec<Tool>, Vec<ToolChoice>) = (Vec::new(), Vec::new());
        let mut named_at = None;
        for node in nodes {
            let text = |key: &str| node.get(key).and_then(Node::text);
            let (name, parameters) = (text("name")?, node.get("parameters")?);
            let place = page.source.place(parameters.span.clone());
            if choices.iter().any(|choice| choice.name == name) {
                self.same_tool(page, node, name);
                return None;
            }
            let path = parameters.text()?.to_owned();
            let schema = self.schemas.schema(&path, &place, self.problems);
            named_at.get_or_insert(place);
            choices.push(ToolChoice { name: name.to_owned(), parameters: path });
            tools.extend(schema.map(|parameters| Tool {
                name: name.to_owned(),
                description: text("description").unwrap_or_default().to_owned(),
                parameters,
            }));
        }
        if tools.len() < choices.len() {
            return None;
        }
        let at = named_at?;
        let calls = calls(page);
        let schema =
            self.schemas.choice(&page.source.file, (&choices, calls), &at, self.problems)?;
        Some(Output::Tools { tools, calls, schema })
    }

    /// The patterns of `models`; each must name a slot that exists.
    fn models(&mut self, page: &Page) -> Vec<CellPattern> {
        let mut patterns = Vec::new();
        for (text, node) in page.front.get("models").into_iter().flat_map(Node::texts) {
            let (minus, slot) = text.strip_prefix('!').map_or(("", text), |slot| ("!", slot));
            let Ok(pattern) = format!("{minus}@{slot}").parse::<CellPattern>() else { continue };
            let place = || page.source.place(node.span.clone());
            if slot.contains('*') || self.slot(slot, place()).is_some() {
                patterns.push(pattern);
            }
        }
        patterns
    }

    fn variant(
        &mut self,
        (base, slot): (&str, &str),
        seen: &BTreeMap<String, String>,
        prompts: &mut BTreeMap<PromptName, PromptDraft>,
    ) {
        let file = format!("{FOLDER}/{base}@{slot}.md");
        let Some(source) = self.read(&file, None) else { return };
        let start = source.place(0..0);
        let known = self.slot(slot, start.clone());
        if !seen.values().any(|stem| stem == base) {
            self.no_base(base, start);
        }
        let page = Page::read(source, VARIANT, self.problems);
        let prompt = PromptName::new(base).ok().and_then(|name| prompts.get_mut(&name));
        if let (Some(prompt), Some(slot), Some(page)) = (prompt, known, page) {
            prompt.variants.insert(slot, page);
        }
    }

    /// Files of cases that belong to no prompt.
    fn orphans(&mut self, files: &[String], seen: &BTreeMap<String, String>) {
        for file in files {
            let base = [".cases.jsonl", ".cases.csv"].iter().find_map(|end| file.strip_suffix(end));
            if let Some(base) = base
                && !seen.values().any(|stem| stem == base)
            {
                self.no_base(base, Place::new(format!("{FOLDER}/{file}"), Arc::from(""), 0..0));
            }
        }
    }

    fn read(&mut self, path: &str, named_at: Option<Place>) -> Option<Source> {
        let fault = match self.folder.read(path) {
            Ok(source) => return Some(source),
            Err(fault) => fault,
        };
        // A folder is listed before its files are read: one that is gone again is unreadable.
        let place = named_at.unwrap_or_else(|| Place::new(path, Arc::from(""), 0..0));
        self.problems.push(file_problem(FileArea::Prompt, path, &fault, place));
        None
    }

    fn name(&mut self, stem: &str) -> Option<PromptName> {
        match PromptName::new(stem) {
            Ok(name) => Some(name),
            Err(error) => {
                let file = format!("{FOLDER}/{stem}.md");
                self.problems.push(
                    Diagnostic::error("prompt::wrong-name", format!("`{stem}`: {error}"))
                        .at(Place::new(file, Arc::from(""), 0..0), "this file")
                        .help("rename the file"),
                );
                None
            }
        }
    }

    fn same_name(&mut self, stem: &str, first: &str) {
        let title = format!("prompt `{stem}` differs from `{first}` only in case");
        self.problems.push(
            Diagnostic::error("prompt::duplicate-prompt", title)
                .at(Place::new(format!("{FOLDER}/{stem}.md"), Arc::from(""), 0..0), "this file")
                .help(format!("rename it; the other is prompts/{first}.md")),
        );
    }

    fn same_tool(&mut self, page: &Page, node: &Node, name: &str) {
        let span = node.get("name").map_or(0..0, |name| name.span.clone());
        self.problems.push(
            Diagnostic::error("prompt::duplicate-tool", format!("tool `{name}` exists twice"))
                .at(page.source.place(span), "the second")
                .help("rename one of them"),
        );
    }

    /// The slot of this name; told at the place where there is none.
    fn slot(&mut self, slot: &str, place: Place) -> Option<Slot> {
        let slots = self.slots?;
        if let Some(known) = slots.iter().find(|known| known.as_str() == slot) {
            return Some(known.clone());
        }
        let known: Vec<&str> = slots.iter().map(Slot::as_str).collect();
        let help = match nearest(slot, known.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("models are: {}", known.join(", ")),
        };
        self.problems.push(
            Diagnostic::error("prompt::unknown-slot", format!("there is no model `{slot}`"))
                .at(place, "not in `[models]`")
                .help(help),
        );
        None
    }

    fn no_base(&mut self, base: &str, place: Place) {
        self.problems.push(
            Diagnostic::error("prompt::no-base", format!("there is no prompt `{base}`"))
                .at(place, "belongs to no prompt")
                .help(format!("write prompts/{base}.md, or rename this file")),
        );
    }
}

fn is_in(problem: &Diagnostic, file: &str) -> bool {
    problem.place.as_ref().is_some_and(|place| place.file == file)
}
