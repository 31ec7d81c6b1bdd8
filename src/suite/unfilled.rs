//! Expressions without a value, collected over all cells and told once each.

use std::collections::BTreeMap;

use crate::domain::{Diagnostic, Place};

use super::case::CaseDraft;
use super::wording::Unfilled;

/// Expressions that cannot be filled in, each told once with all the cases it is missing in.
#[derive(Default)]
pub(super) struct UnfilledPlaces(BTreeMap<(String, usize, usize), (Unfilled, Vec<String>)>);

impl UnfilledPlaces {
    pub(super) fn add(&mut self, unfilled: Unfilled, case: &CaseDraft) {
        let Place { file, span, .. } = &unfilled.place;
        let key = (file.clone(), span.start, span.end);
        let (_, cases) = self.0.entry(key).or_insert_with(|| (unfilled, Vec::new()));
        let name = format!("`{}`", case.name);
        if !cases.contains(&name) {
            cases.push(name);
        }
    }

    pub(super) fn diagnostics(self) -> impl Iterator<Item = Diagnostic> {
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
