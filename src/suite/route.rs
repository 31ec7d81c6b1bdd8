//! `[routes.NAME]`: columns made of other columns, and the prompt by which a router decides.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::json;

use super::case::CaseDraft;
use super::cost::known_slot;
use super::grammar::wire_name;
use super::keys::VARIANT;
use super::page::Page;
use super::prompt::PromptDraft;
use super::shape::nearest;
use super::source::{FileArea, Folder, Source, file_problem};
use super::tree::{Entry, Node};
use crate::domain::{
    CellId, CellPattern, Diagnostic, Output, PromptName, Route, RoutePlan, Schema, Selection, Slot,
};

/// Reads routes.
pub(super) struct RouteReader<'a> {
    pub(super) folder: &'a Folder,
    pub(super) source: &'a Source,
    pub(super) slots: &'a BTreeSet<Slot>,
    pub(super) problems: &'a mut Vec<Diagnostic>,
}

impl RouteReader<'_> {
    /// All routes that can be. What a router decides by is added to the prompts.
    pub(super) fn routes(
        &mut self,
        config: &Node,
        prompts: &mut BTreeMap<PromptName, PromptDraft>,
    ) -> BTreeMap<Slot, Route> {
        let mut routes = BTreeMap::new();
        let mut decisions = Vec::new();
        for entry in config.get("routes").map_or(&[][..], Node::entries) {
            let Ok(name) = Slot::new(&entry.key) else { continue };
            if self.slots.iter().any(|slot| slot.as_str().eq_ignore_ascii_case(&entry.key)) {
                let title = format!("route `{name}` has the name of a model");
                self.wrong(entry, title, "both would be the same column", "rename the route");
                continue;
            }
            let plan = match entry.node.get("kind").and_then(Node::text) {
                Some("static") => self.fixed(entry, prompts),
                Some("cascade") => self.cascade(entry),
                Some("router") => self.router(entry, prompts, &mut decisions),
                _ => None,
            };
            if let Some(plan) = plan {
                routes.insert(name.clone(), Route { name, plan });
            }
        }
        prompts.extend(decisions);
        routes
    }

    fn cascade(&mut self, entry: &Entry) -> Option<RoutePlan> {
        self.only(entry, &["models"]);
        Some(RoutePlan::Cascade { models: self.models(entry)? })
    }

    fn fixed(
        &mut self,
        entry: &Entry,
        known: &BTreeMap<PromptName, PromptDraft>,
    ) -> Option<RoutePlan> {
        self.only(entry, &["prompts", "otherwise", "fallback"]);
        let named = entry.node.get("prompts").map_or(&[][..], Node::entries);
        let mut prompts = BTreeMap::new();
        for prompt in named {
            let found = known.keys().find(|name| name.as_str() == prompt.key);
            if found.is_none() {
                self.unknown_prompt(prompt, known);
            }
            let slot = self.slot(&prompt.node);
            prompts.extend(found.cloned().zip(slot));
        }
        let otherwise = entry.node.get("otherwise").and_then(|node| self.slot(node));
        let fallback = entry.node.get("fallback").and_then(|node| self.slot(node));
        if named.is_empty() && otherwise.is_none() {
            let title = format!("route `{}` names no model", entry.key);
            let help = "write `otherwise = \"SLOT\"`, and `prompts = { NAME = \"SLOT\" }`";
            self.wrong(entry, title, "answers nothing", help);
            return None;
        }
        Some(RoutePlan::Static { prompts, otherwise, fallback })
    }

    fn router(
        &mut self,
        entry: &Entry,
        prompts: &BTreeMap<PromptName, PromptDraft>,
        decisions: &mut Vec<(PromptName, PromptDraft)>,
    ) -> Option<RoutePlan> {
        self.only(entry, &["models", "fallback", "classifier", "prompt"]);
        let models = self.models(entry)?;
        let fallback = entry.node.get("fallback").and_then(|node| self.slot(node));
        let (classifier, file) = (entry.node.get("classifier"), entry.node.get("prompt"));
        let (Some(classifier), Some(file)) = (classifier, file) else {
            let title = format!("route `{}` has nobody who decides", entry.key);
            let help = "write `classifier = \"SLOT\"` and `prompt = \"routes/NAME.md\"`";
            self.wrong(entry, title, "a router needs a call that decides", help);
            return None;
        };
        let classifier = self.slot(classifier)?;
        let page = self.page(file)?;
        let name = PromptName::new(&entry.key).ok()?;
        if prompts.keys().any(|known| known.as_str().eq_ignore_ascii_case(&entry.key)) {
            let title = format!("route `{name}` has the name of a prompt");
            self.wrong(entry, title, "both would share their snapshots", "rename the route");
            return None;
        }
        let draft = decision_prompt(&name, page, &models, &classifier, prompts)?;
        decisions.push((name.clone(), draft));
        Some(RoutePlan::Router { models, fallback, classifier, decisions: name })
    }

    fn page(&mut self, file: &Node) -> Option<Page> {
        let path = file.text()?;
        match self.folder.read(path) {
            Ok(source) => Page::read(source, VARIANT, self.problems),
            Err(fault) => {
                let place = self.source.place(file.span.clone());
                self.problems.push(file_problem(FileArea::Config, path, &fault, place));
                None
            }
        }
    }

    /// `models`: two at least, each once.
    fn models(&mut self, entry: &Entry) -> Option<Vec<Slot>> {
        let nodes = entry.node.get("models").map_or(&[][..], Node::items);
        let mut models: Vec<Slot> = nodes.iter().filter_map(|node| self.slot(node)).collect();
        let named = models.len();
        let mut seen = BTreeSet::new();
        models.retain(|slot| seen.insert(slot.clone()));
        if nodes.len() > 1 && models.len() == named {
            return (named == nodes.len()).then_some(models);
        }
        let title = format!("route `{}` needs two models at least, each once", entry.key);
        self.wrong(entry, title, "is no route", "write `models = [\"CHEAP\", \"GOOD\"]`");
        None
    }

    fn slot(&mut self, node: &Node) -> Option<Slot> {
        known_slot(self.source, node, self.slots, self.problems)
    }

    /// Tells keys that mean nothing to the kind.
    fn only(&mut self, entry: &Entry, keys: &[&str]) {
        let kind = entry.node.get("kind").and_then(Node::text).unwrap_or_default().to_owned();
        for other in entry.node.entries() {
            if other.key != "kind" && !keys.contains(&other.key.as_str()) {
                let title = format!("`{}` means nothing to a route of kind `{kind}`", other.key);
                let help = format!("take it away; this kind has {}", keys.join(", "));
                let place = self.source.place(other.key_span.clone());
                self.problems.push(
                    Diagnostic::error("config::wrong-route", title)
                        .at(place, "would do nothing")
                        .help(help),
                );
            }
        }
    }

    fn unknown_prompt(&mut self, entry: &Entry, known: &BTreeMap<PromptName, PromptDraft>) {
        let names: Vec<&str> = known.keys().map(PromptName::as_str).collect();
        let help = match nearest(&entry.key, names.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("prompts are: {}", names.join(", ")),
        };
        let place = self.source.place(entry.key_span.clone());
        self.problems.push(
            Diagnostic::error("config::wrong-route", format!("there is no prompt `{}`", entry.key))
                .at(place, "not in `prompts/`")
                .help(help),
        );
    }

    fn wrong(&mut self, entry: &Entry, title: String, label: &str, help: &str) {
        let place = self.source.place(entry.key_span.clone());
        self.problems.push(
            Diagnostic::error("config::wrong-route", title).at(place, label.to_owned()).help(help),
        );
    }
}

/// The prompt by which a router decides: one case for each case that all its models answer.
fn decision_prompt(
    name: &PromptName,
    page: Page,
    models: &[Slot],
    classifier: &Slot,
    prompts: &BTreeMap<PromptName, PromptDraft>,
) -> Option<PromptDraft> {
    let document = json!({
        "type": "object",
        "properties": {"model": {
            "type": "string",
            "enum": models,
            "description": "the model that answers",
        }},
        "required": ["model"],
        "additionalProperties": false,
    });
    let schema = Arc::new(Schema::new(page.source.file.to_string(), document));
    Some(PromptDraft {
        name: name.clone(),
        cases: prompts.values().flat_map(|prompt| decision_cases(prompt, models)).collect(),
        variants: BTreeMap::new(),
        schema_file: None,
        output: Output::Json { name: wire_name(name.as_str()), schema, described: true },
        models: vec![format!("@{classifier}").parse::<CellPattern>().ok()?],
        page,
    })
}

fn decision_cases(prompt: &PromptDraft, models: &[Slot]) -> Vec<CaseDraft> {
    let selection = Selection { patterns: prompt.models.clone() };
    let held = |case: &CaseDraft| {
        models.iter().all(|slot| {
            let (prompt, case) = (prompt.name.clone(), case.name.clone());
            selection.contains(&CellId { prompt, case, model: slot.clone() })
        })
    };
    let decision = |case: &CaseDraft| {
        let mut vars = prompt.vars();
        vars.extend(case.vars.clone());
        Some(CaseDraft {
            name: Route::decision_case(&prompt.name, &case.name)?,
            vars,
            expect: BTreeMap::new(),
            ..case.clone()
        })
    };
    prompt.cases.iter().filter(|case| held(case)).filter_map(decision).collect()
}
