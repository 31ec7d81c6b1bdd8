//! Places of answers that settings and cases name, held against the schemas: one that no answer can
//! have is told before anything is asked.

use std::collections::BTreeMap;

use super::case::CaseDraft;
use super::layers::Layers;
use super::shape::nearest;
use super::source::Source;
use super::tree::Node;
use crate::domain::{Declared, Diagnostic, Output, PointerPattern, Presence};

/// Lists of places in `[compare]`.
const LISTS: [&str; 3] = ["ignore", "prose", "unordered"];

/// Places of the config that no cell has had so far, by where they are written.
#[derive(Debug, Default)]
pub(super) struct Places(BTreeMap<(usize, usize), Named>);

#[derive(Debug)]
struct Named {
    place: String,
    key: &'static str,
    /// The places that schemas have instead.
    others: Vec<String>,
    is_possible: bool,
}

impl Places {
    /// Takes the places that hold for a cell.
    pub(super) fn take(&mut self, layers: &Layers<'_>, output: Option<&Output>) {
        for key in LISTS {
            let list = layers.section(&["compare", key]).into_iter().flat_map(Node::texts);
            for (text, node) in list {
                self.named(text, key, (node.span.start, node.span.end), output);
            }
        }
        let tolerance = layers.section(&["compare", "tolerance"]).map_or(&[][..], Node::entries);
        for entry in tolerance {
            let span = (entry.key_span.start, entry.key_span.end);
            self.named(&entry.key, "tolerance", span, output);
        }
    }

    fn named(
        &mut self,
        text: &str,
        key: &'static str,
        span: (usize, usize),
        output: Option<&Output>,
    ) {
        let named = self.0.entry(span).or_insert_with(|| Named {
            place: text.to_owned(),
            key,
            others: Vec::new(),
            is_possible: false,
        });
        if named.is_possible {
            return;
        }
        let Ok(pattern) = text.parse::<PointerPattern>() else { return };
        let whole = whole(output);
        named.is_possible = presence(&whole, &pattern, output) == Presence::Possible;
        named.others.extend(whole.members().into_iter().map(|name| format!("/{name}")));
    }

    /// Those that no cell has.
    pub(super) fn unused(self, source: &Source) -> Vec<Diagnostic> {
        let unused = self.0.into_iter().filter(|(_, named)| !named.is_possible);
        unused
            .map(|((start, end), Named { place, key, others, .. })| {
                let help = match nearest(&place, others.iter().map(String::as_str)) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => "write a place that a schema has, or take it away".to_owned(),
                };
                Diagnostic::warning(
                    "config::unused-place",
                    format!("no answer has the place `{place}` of `compare.{key}`"),
                )
                .at(source.place(start..end), "matches nothing")
                .help(help)
            })
            .collect()
    }
}

/// The places of a case's `expect` that the schema has not: an error where it forbids them, since
/// the case can never pass.
pub(super) fn unexpected(case: &CaseDraft, output: Option<&Output>) -> Vec<Diagnostic> {
    let whole = whole(output);
    let told = case.expect.keys().filter_map(|pointer| {
        let pattern = pointer.as_str().parse().ok()?;
        let title = format!("case `{}` expects `{pointer}`, which the schema has not", case.name);
        let problem = match presence(&whole, &pattern, output) {
            Presence::Possible => return None,
            Presence::Undeclared => Diagnostic::warning("prompt::unknown-place", title),
            Presence::Never => Diagnostic::error("prompt::unknown-place", title),
        };
        let others: Vec<String> = whole.members().iter().map(|name| format!("/{name}")).collect();
        let help = match nearest(pointer.as_str(), others.iter().map(String::as_str)) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "name a place of the schema, or add it there".to_owned(),
        };
        Some(problem.at(case.place.clone(), "this case").help(help))
    });
    told.collect()
}

fn whole(output: Option<&Output>) -> Declared<'_> {
    let schema = output.and_then(Output::schema);
    schema.map(|schema| Declared::whole(&schema.document)).unwrap_or_default()
}

fn presence(whole: &Declared<'_>, pattern: &PointerPattern, output: Option<&Output>) -> Presence {
    let steps: Vec<String> = pattern.steps().collect();
    match output {
        // A text has no places below it.
        Some(Output::Text) if !steps.is_empty() => Presence::Never,
        _ => whole.presence(&steps),
    }
}
