//! What a cell asks for and its provider has not: parameters and structured modes.

use std::collections::BTreeSet;

use crate::domain::{Diagnostic, Model, Output, ProviderKind, Slot, Structured};
use crate::provider;

use super::layers::Layers;
use super::source::Source;
use super::tree::Entry;

/// Tells what is not supported, once per slot and place.
pub(super) struct Support<'a> {
    source: &'a Source,
    told: BTreeSet<(Slot, String, usize)>,
    problems: Vec<Diagnostic>,
}

impl<'a> Support<'a> {
    pub(super) fn new(source: &'a Source) -> Self {
        Self { source, told: BTreeSet::new(), problems: Vec::new() }
    }

    /// Looks at one cell.
    pub(super) fn check(&mut self, model: &Model, layers: &Layers<'_>, output: &Output) {
        for (key, why) in provider::unsupported(model) {
            let own = layers.file.at(&["models", model.slot.as_str(), &key]);
            let entry = layers.parameter(model.slot.as_str(), &key);
            self.parameter(model, &key, &why, own, entry);
        }
        for (key, why) in provider::refused(model, output) {
            let slot = model.slot.as_str();
            let own = layers.file.at(&["models", slot, key]);
            let entry = own.or(layers.parameter(slot, key));
            match key {
                provider::STRUCTURED => {
                    if let Some(entry) = entry.or(layers.file.at(&["models", slot])) {
                        self.tools(model, &why, entry);
                    }
                }
                _ => {
                    if let Some(entry) = entry {
                        self.refused(model, key, &why, entry);
                    }
                }
            }
        }
        if matches!(output, Output::Json { .. }) && model.provider != ProviderKind::Command {
            self.mode(model, layers);
        }
    }

    pub(super) fn problems(self) -> Vec<Diagnostic> {
        self.problems
    }

    /// A shared default is sent where it can be; what is written for one model must be possible.
    fn parameter(
        &mut self,
        model: &Model,
        key: &str,
        why: &str,
        own: Option<&Entry>,
        entry: Option<&Entry>,
    ) {
        let title = format!("`{key}` is set for model `{}`, but {why}", model.slot);
        let problem = match own {
            Some(_) => Diagnostic::error("model::unsupported", title),
            None => Diagnostic::warning("model::unsupported", title),
        };
        let help = match own {
            Some(_) => format!("take `{key}` away"),
            None => format!("nothing to do, or set `{key}` only for models that have it"),
        };
        let Some(entry) = own.or(entry) else { return };
        if self.told.insert((model.slot.clone(), key.to_owned(), entry.key_span.start)) {
            let place = self.source.place(entry.key_span.clone());
            self.problems.push(problem.at(place, "is not sent").help(help));
        }
    }

    fn refused(&mut self, model: &Model, key: &str, why: &str, entry: &Entry) {
        if self.told.insert((model.slot.clone(), key.to_owned(), entry.key_span.start)) {
            let title = format!("`{key}` is set for model `{}`, but {why}", model.slot);
            let place = self.source.place(entry.key_span.clone());
            self.problems.push(
                Diagnostic::warning("model::unsupported", title)
                    .at(place, "every request will be refused")
                    .help(format!("set `{key}` only for models that take it")),
            );
        }
    }

    fn tools(&mut self, model: &Model, why: &str, entry: &Entry) {
        if self.told.insert((model.slot.clone(), "tools".to_owned(), entry.key_span.start)) {
            let title = format!("a tool is to be called by model `{}`, but {why}", model.slot);
            let place = self.source.place(entry.key_span.clone());
            self.problems.push(
                Diagnostic::warning("model::unsupported", title)
                    .at(place, "every request will be refused")
                    .help("set `tool-choice = \"auto\"` in the prompt, or `structured = \"prompt\"` here"),
            );
        }
    }

    fn mode(&mut self, model: &Model, layers: &Layers<'_>) {
        let Some(dialect) = provider::dialect(&model.dialect) else { return };
        if dialect.has(model.structured) {
            return;
        }
        let slot = model.slot.as_str();
        let entry = layers.parameter(slot, "structured").or(layers.file.at(&["models", slot]));
        let span = entry.map(|entry| entry.key_span.clone()).unwrap_or_default();
        if !self.told.insert((model.slot.clone(), "structured".to_owned(), span.start)) {
            return;
        }
        let title = format!("model `{slot}` has no structured mode `{}`", model.structured);
        let known = Structured::ALL.into_iter().filter(|mode| dialect.has(*mode));
        let known: Vec<String> = known.map(|mode| format!("`structured = \"{mode}\"`")).collect();
        self.problems.push(
            Diagnostic::error("model::unsupported-mode", title)
                .at(self.source.place(span), format!("dialect `{}` has it not", dialect.name))
                .help(format!("write {}", known.join(" or "))),
        );
    }
}
