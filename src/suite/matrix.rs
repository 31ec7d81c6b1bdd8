//! Prompts × cases × models: every cell, with its texts filled in and its settings resolved.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::domain::{
    Cell, CellId, CellPattern, Diagnostic, Expectation, Message, Model, Output, Pointer,
    PointerPattern, Selection, Slot,
};

use super::case::{CaseDraft, vars};
use super::csv_cases;
use super::layers::Layers;
use super::model;
use super::page::Page;
use super::places::{self, Places};
use super::prompt::{PromptDraft, body};
use super::source::Source;
use super::support::Support;
use super::tree::Node;
use super::unfilled::UnfilledPlaces;
use super::wording::{Vars, Wording};

/// One `[[override]]`.
struct Override<'a> {
    selection: Selection,
    table: &'a Node,
    is_used: bool,
}

/// The system text and the messages of one cell.
type Texts = (Arc<str>, Arc<[Message]>);

/// Builds the cells of a suite.
pub(super) struct Matrix<'a> {
    source: &'a Source,
    /// Without overrides.
    layers: Layers<'a>,
    models: &'a BTreeMap<Slot, Arc<Model>>,
    overrides: Vec<Override<'a>>,
    cells: Vec<Cell>,
    /// Each once: most cells of a prompt have the same.
    systems: BTreeSet<Arc<str>>,
    unfilled: UnfilledPlaces,
    support: Support<'a>,
    places: Places,
    problems: Vec<Diagnostic>,
}

impl<'a> Matrix<'a> {
    pub(super) fn new(
        source: &'a Source,
        layers: Layers<'a>,
        models: &'a BTreeMap<Slot, Arc<Model>>,
    ) -> Self {
        Self {
            source,
            overrides: overrides(layers.file),
            layers,
            models,
            cells: Vec::new(),
            systems: BTreeSet::new(),
            unfilled: UnfilledPlaces::default(),
            support: Support::new(source),
            places: Places::default(),
            problems: Vec::new(),
        }
    }

    /// Adds the cells of a prompt.
    pub(super) fn add(&mut self, prompt: &PromptDraft) {
        let before = self.cells.len();
        for case in &prompt.cases {
            self.case(prompt, case);
            self.problems.extend(places::unexpected(case, prompt.known_output()));
        }
        let is_left_out = self.cells.len() == before && !prompt.cases.is_empty();
        if let (true, Some(entry)) = (is_left_out, prompt.page.front.entry("models")) {
            let title = format!("prompt `{}` is asked of no model", prompt.name);
            self.problems.push(
                Diagnostic::warning("prompt::no-models", title)
                    .at(prompt.page.source.place(entry.node.span.clone()), "matches no slot")
                    .help("name at least one slot of `[models]`, or `\"*\"`"),
            );
        }
    }

    /// Every cell, in order, and whatever was noticed on the way.
    pub(super) fn finish(mut self) -> (Vec<Cell>, Vec<Diagnostic>) {
        self.problems.extend(self.unfilled.diagnostics());
        let unused_ones = self.overrides.iter().filter(|entry| !entry.is_used);
        self.problems.extend(unused_ones.map(|entry| unused(self.source, entry)));
        self.problems.extend(self.support.problems());
        self.problems.extend(self.places.unused(self.source));
        self.cells.sort_by(|one, other| one.id.cmp(&other.id));
        (self.cells, self.problems)
    }

    fn case(&mut self, prompt: &PromptDraft, case: &CaseDraft) {
        let selection = Selection { patterns: prompt.models.clone() };
        // Filled in also where no model is left, so that a missing value is told in any case.
        let base = self.filled(prompt, case, None);
        for slot in self.models.keys() {
            let (name, slot) = (case.name.clone(), slot.clone());
            let id = CellId { prompt: prompt.name.clone(), case: name, model: slot };
            if selection.contains(&id) {
                let variant = prompt.variants.get(&id.model);
                let own = variant.map(|page| self.filled(prompt, case, Some(page)));
                self.cell(id, own.unwrap_or_else(|| base.clone()), (prompt, case));
            }
        }
    }

    fn cell(
        &mut self,
        id: CellId,
        (system, messages): Texts,
        (prompt, case): (&PromptDraft, &CaseDraft),
    ) {
        let layers = self.layers_of(&id);
        let Some(model) = self.model(&id.model, &layers) else { return };
        self.support.check(&model, &layers, &prompt.output);
        self.places.take(&layers, prompt.known_output());
        let page = prompt.variants.get(&id.model).unwrap_or(&prompt.page);
        let mut compare = layers.compare();
        if prompt.output.is_list_of_calls() {
            compare.unordered.push(PointerPattern::default());
        }
        self.cells.push(Cell {
            id,
            model,
            system,
            messages,
            output: prompt.output.clone(),
            expect: expectations(case, &prompt.output),
            limits: case.limits,
            compare,
            tolerant: layers.tolerant(),
            samples: layers.samples(),
            gate: layers.gate(),
            levels: layers.levels(),
            prompt_file: page.source.file.to_string(),
            place: case.place.clone(),
        });
    }

    fn layers_of(&mut self, id: &CellId) -> Layers<'a> {
        let mut layers = self.layers.clone();
        for entry in self.overrides.iter_mut().rev().filter(|o| o.selection.contains(id)) {
            entry.is_used = true;
            layers.overrides.push(entry.table);
        }
        layers
    }

    /// The slot's model, or one of its own where an override changes it.
    fn model(&self, slot: &Slot, layers: &Layers<'_>) -> Option<Arc<Model>> {
        let shared = self.models.get(slot)?;
        if layers.overrides.is_empty() {
            return Some(Arc::clone(shared));
        }
        let own = model::resolve(slot, layers)?;
        Some(if own == **shared { Arc::clone(shared) } else { Arc::new(own) })
    }

    /// The texts of one case, for one wording of the prompt. Values of the case win over those of
    /// the variant, and these over those of the prompt.
    fn filled(&mut self, prompt: &PromptDraft, case: &CaseDraft, variant: Option<&Page>) -> Texts {
        let mut values: Vars = prompt.vars();
        values.extend(variant.map(|page| vars(&page.front)).unwrap_or_default());
        values.extend(case.vars.clone());
        let mut fill = |wording: &Wording| match wording.fill(&values) {
            Ok(text) => text,
            Err(errors) => {
                for error in errors {
                    self.unfilled.add(error, case);
                }
                String::new()
            }
        };
        let system = fill(&body(variant.unwrap_or(&prompt.page)));
        let messages = case.messages.iter();
        let messages = messages.map(|(role, wording)| Message { role: *role, text: fill(wording) });
        let messages = messages.collect();
        let system = system.trim_end();
        let known = self.systems.get(system).map(Arc::clone);
        let system = known.unwrap_or_else(|| {
            let system = Arc::<str>::from(system);
            self.systems.insert(Arc::clone(&system));
            system
        });
        (system, messages)
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

/// What a case expects, with the types that the schema has.
fn expectations(case: &CaseDraft, output: &Output) -> BTreeMap<Pointer, Vec<Expectation>> {
    let mut expect = case.expect.clone();
    let schema = output.schema().map(|schema| &schema.document);
    for (at, rules) in expect.iter_mut().filter(|_| case.is_csv) {
        for rule in rules {
            if let Expectation::Equals(field) = rule {
                *field = csv_cases::value(field, at, schema);
            }
        }
    }
    expect
}
