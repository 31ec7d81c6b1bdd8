//! Prompts × cases × models: every cell, with its texts filled in and its settings resolved.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;

use crate::domain::{
    Cell, CellId, CellPattern, Diagnostic, Hash, HeaderValue, Message, Model, Place, Selection,
    Slot,
};

use super::case::{CaseDraft, vars};
use super::layers::Layers;
use super::model;
use super::page::Page;
use super::prompt::{PromptDraft, body};
use super::source::Source;
use super::support::Support;
use super::tree::Node;
use super::wording::{Unfilled, Vars, Wording};

/// One `[[override]]`.
struct Override<'a> {
    selection: Selection,
    table: &'a Node,
    is_used: bool,
}

/// Builds the cells of a suite.
pub(super) struct Matrix<'a> {
    pub(super) source: &'a Source,
    /// Without overrides.
    pub(super) layers: Layers<'a>,
    pub(super) models: &'a BTreeMap<Slot, Arc<Model>>,
    pub(super) problems: &'a mut Vec<Diagnostic>,
}

impl Matrix<'_> {
    /// Every cell, in order; whatever stands in the way is told.
    pub(super) fn cells<'p>(
        &mut self,
        prompts: impl IntoIterator<Item = &'p PromptDraft>,
    ) -> Vec<Cell> {
        let mut overrides = overrides(self.layers.file);
        let mut unfilled = UnfilledPlaces::default();
        let mut cells = Vec::new();
        let mut support = Support::new(self.source);
        for prompt in prompts {
            let selection = Selection { patterns: prompt.models.clone() };
            for case in &prompt.cases {
                let mut base: Option<(Arc<str>, Arc<[Message]>)> = None;
                for (slot, model) in self.models {
                    let (name, model) = (case.name.clone(), Arc::clone(model));
                    let id =
                        CellId { prompt: prompt.name.clone(), case: name, model: slot.clone() };
                    if !selection.contains(&id) {
                        continue;
                    }
                    let layers = self.layers_of(&id, &mut overrides);
                    let model = adjusted(model, slot, &layers);
                    let variant = prompt.variants.get(slot);
                    let texts = match (&base, variant) {
                        (Some(texts), None) => texts.clone(),
                        _ => filled(prompt, case, (variant, &mut unfilled)),
                    };
                    if variant.is_none() {
                        base.get_or_insert_with(|| texts.clone());
                    }
                    support.check(&model, &layers, &prompt.output);
                    cells.push(cell(id, (model, &layers), texts, (prompt, case)));
                }
            }
        }
        self.problems.extend(unfilled.diagnostics());
        let source = self.source;
        self.problems.extend(overrides.iter().filter(|o| !o.is_used).map(|o| unused(source, o)));
        self.problems.extend(support.problems());
        cells.sort_by(|one, other| one.id.cmp(&other.id));
        cells
    }
}

impl<'a> Matrix<'a> {
    fn layers_of(&self, id: &CellId, overrides: &mut [Override<'a>]) -> Layers<'a> {
        let mut layers = self.layers.clone();
        for entry in overrides.iter_mut().rev().filter(|o| o.selection.contains(id)) {
            entry.is_used = true;
            layers.overrides.push(entry.table);
        }
        layers
    }
}

fn unused(source: &Source, entry: &Override<'_>) -> Diagnostic {
    let cells = entry.table.entry("cells");
    let span = cells.map_or_else(|| entry.table.span.clone(), |e| e.node.span.clone());
    Diagnostic::warning("config::unused-override", "this `[[override]]` names no cell")
        .at(source.place(span), "matches nothing")
        .help("`promptmatrix list` shows all cells")
}

fn overrides(file: &Node) -> Vec<Override<'_>> {
    let tables = file.get("override").map_or(&[][..], Node::items).iter();
    let patterns = |table: &Node| -> Vec<CellPattern> {
        let texts = table.get("cells").into_iter().flat_map(Node::texts);
        texts.filter_map(|(text, _)| text.parse().ok()).collect()
    };
    tables
        .map(|table| {
            let selection = Selection { patterns: patterns(table) };
            Override { selection, table, is_used: false }
        })
        // Without a pattern a selection is everything, which nobody wrote.
        .filter(|entry| !entry.selection.is_everything())
        .collect()
}

/// The slot's model, or one of its own where an override changes it.
fn adjusted(model: Arc<Model>, slot: &Slot, layers: &Layers<'_>) -> Arc<Model> {
    if layers.overrides.is_empty() {
        return model;
    }
    match model::resolve(slot, layers) {
        Some(own) if own != *model => Arc::new(own),
        _ => model,
    }
}

fn cell(
    id: CellId,
    (model, layers): (Arc<Model>, &Layers<'_>),
    (system, messages): (Arc<str>, Arc<[Message]>),
    (prompt, case): (&PromptDraft, &CaseDraft),
) -> Cell {
    let page = prompt.variants.get(&id.model).unwrap_or(&prompt.page);
    Cell {
        model,
        system,
        messages,
        output: prompt.output.clone(),
        expect: case.expect.clone(),
        compare: layers.compare(),
        tolerant: layers.tolerant(),
        samples: layers.samples(),
        gate: layers.gate(),
        levels: layers.levels(),
        prompt_file: page.source.file.to_string(),
        place: case.place.clone(),
        id,
    }
}

/// The system text and the messages of one case, for one wording of the prompt. Values of the
/// case win over those of the variant, and these over those of the prompt.
fn filled(
    prompt: &PromptDraft,
    case: &CaseDraft,
    (variant, unfilled): (Option<&Page>, &mut UnfilledPlaces),
) -> (Arc<str>, Arc<[Message]>) {
    let mut values: Vars = prompt.vars();
    values.extend(variant.map(|page| vars(&page.front)).unwrap_or_default());
    values.extend(case.vars.clone());
    let mut fill = |wording: &Wording| match wording.fill(&values) {
        Ok(text) => text,
        Err(errors) => {
            for error in errors {
                unfilled.add(error, case);
            }
            String::new()
        }
    };
    let system = fill(&body(variant.unwrap_or(&prompt.page)));
    let messages = case.messages.iter();
    let messages = messages.map(|(role, wording)| Message { role: *role, text: fill(wording) });
    (system.trim_end().into(), messages.collect())
}

/// Expressions that cannot be filled in, each told once with all the cases it is missing in.
#[derive(Default)]
struct UnfilledPlaces(BTreeMap<(String, usize, usize), (Unfilled, Vec<String>)>);

impl UnfilledPlaces {
    fn add(&mut self, unfilled: Unfilled, case: &CaseDraft) {
        let Place { file, span, .. } = &unfilled.place;
        let key = (file.clone(), span.start, span.end);
        let (_, cases) = self.0.entry(key).or_insert_with(|| (unfilled, Vec::new()));
        let name = format!("`{}`", case.name);
        if !cases.contains(&name) {
            cases.push(name);
        }
    }

    fn diagnostics(self) -> impl Iterator<Item = Diagnostic> {
        self.0.into_values().map(|(unfilled, cases)| match unfilled.missing {
            Some((expression, name)) => {
                let noun = if cases.len() == 1 { "case" } else { "cases" };
                let title = format!("`{expression}` has no value in {noun} {}", few(&cases));
                let help =
                    format!("add `vars = {{ {name} = \"…\" }}` to the case or to the front matter");
                Diagnostic::error("prompt::undefined-variable", title)
                    .at(unfilled.place, "no such name")
                    .help(help)
            }
            None => Diagnostic::error("prompt::template", "this template cannot be filled in")
                .at(unfilled.place, unfilled.message)
                .help("braces that are meant as text stand in `{% raw %}…{% endraw %}`"),
        })
    }
}

/// The first few of many names.
fn few(names: &[String]) -> String {
    match names.get(..3) {
        Some(first) if names.len() > 3 => {
            format!("{} and {} more", first.join(", "), names.len() - 3)
        }
        _ => names.join(", "),
    }
}

/// Hash over everything that shapes an answer, wherever the suite lies.
pub(super) fn suite_hash(cells: &[Cell], world: Option<&str>) -> Hash {
    let cell = |cell: &Cell| {
        let model = &cell.model;
        let header = |(name, value): &(String, HeaderValue)| match value {
            HeaderValue::Plain(value) => json!([name, value]),
            HeaderValue::Secret { prefix, env } => json!([name, prefix, env]),
        };
        json!({
            "cell": cell.id,
            "provider": model.provider,
            "dialect": model.dialect,
            "id": model.id,
            "structured": model.structured,
            "base-url": model.base_url,
            "headers": model.headers.iter().map(header).collect::<Vec<_>>(),
            "params": model.params,
            "cache-system-prompt": model.cache_system_prompt,
            "command": model.command,
            "system": cell.system,
            "messages": cell.messages,
            "output": output(cell),
            "samples": cell.samples,
        })
    };
    let cells: Vec<_> = cells.iter().map(cell).collect();
    Hash::of_json(&json!({"cells": cells, "world": world}))
}

fn output(cell: &Cell) -> serde_json::Value {
    use crate::domain::Output;
    match &cell.output {
        Output::Text => json!("text"),
        Output::Json { name, schema } => json!([name, schema.hash]),
        Output::Tools { tools, schema } => {
            let tools = tools.iter().map(|tool| json!([tool.name, tool.description]));
            json!([schema.hash, tools.collect::<Vec<_>>()])
        }
    }
}
