//! Problems of a suite as people read them: the line, a caret, and the fix.

use std::fmt::Write;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use serde_json::{Value, json};

use super::{Look, escape};
use crate::domain::{Diagnostic, Severity};

/// Most problems that are drawn; the rest is counted.
const MOST: usize = 20;

/// Draws the problems, errors first, in the order of files and lines: the first twenty, and all of
/// them where the look is verbose.
pub(crate) fn render(diagnostics: &[Diagnostic], look: Look) -> String {
    let sorted = sorted(diagnostics);
    let most = if look.verbose { sorted.len() } else { MOST };
    let mut out = String::new();
    for diagnostic in sorted.iter().take(most) {
        out.push_str(&draw(diagnostic, look.width));
        out.push_str("\n\n");
    }
    if sorted.len() > most {
        let _ = writeln!(out, "… and {} more: -v draws all of them", sorted.len() - most);
    }
    out
}

/// All problems as data, in the same order.
pub(crate) fn data(diagnostics: &[Diagnostic]) -> Value {
    let row = |problem: &&Diagnostic| {
        let place = problem.place.as_ref();
        json!({
            "code": problem.code,
            "severity": problem.severity,
            "title": problem.title,
            "file": place.map(|place| &place.file),
            "line": place.map(|place| place.line),
            "label": problem.label,
            "help": problem.help,
        })
    };
    sorted(diagnostics).iter().map(row).collect()
}

fn sorted(diagnostics: &[Diagnostic]) -> Vec<&Diagnostic> {
    let mut sorted: Vec<&Diagnostic> = diagnostics.iter().collect();
    sorted.sort_by_key(|d| {
        let place = d.place.as_ref().map(|place| (place.file.clone(), place.span.start));
        (std::cmp::Reverse(d.severity), place)
    });
    sorted
}

fn draw(diagnostic: &Diagnostic, width: usize) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let title = escape::line(&diagnostic.title);
    let label = escape::line(&diagnostic.label);
    let mut group = Group::with_title(level.primary_title(title).id(diagnostic.code));
    // A tab or an escape in the source must not move the caret or the cursor.
    let source = diagnostic.place.as_ref().map(|place| (place, same_length(&place.text)));
    if let Some((place, source)) = &source {
        let annotation = AnnotationKind::Primary.span(place.span.clone()).label(label.as_str());
        let snippet = Snippet::source(source.as_str()).path(place.file.as_str());
        group = group.element(snippet.annotation(annotation));
    }
    let help = diagnostic.help.as_deref().map(escape::line);
    if let Some(help) = &help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    Renderer::styled().term_width(width).render(&[group])
}

/// Control characters replaced by spaces of the same number of bytes, so that spans still fit.
fn same_length(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            let hidden = c.is_control() && c != '\n' && c != '\t';
            let repeat = if hidden { c.len_utf8() } else { 1 };
            std::iter::repeat_n(if hidden { ' ' } else { c }, repeat)
        })
        .collect()
}
