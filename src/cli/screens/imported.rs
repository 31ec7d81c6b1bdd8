//! What an import of another tool's config made, and what it could not.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::project::{Fate, ImportNote, ImportPlace, ImportedSuite};
use crate::report::paint::{BOLD, DIM, count, paint};

/// Most notes of what is carried that are shown.
const MOST: usize = 20;

pub(in crate::cli) fn render(imported: &ImportedSuite, verbose: bool) -> String {
    let files: Vec<&str> = imported.files.iter().map(|(path, _)| path.as_str()).collect();
    let [prompts, models, cases, cells] = imported.counts;
    let mut out = format!("{}{}\n", head("Created"), files.join("  "));
    let _ = writeln!(
        out,
        "{}{}   {}   {}   {}",
        head("Matrix"),
        count(prompts, "prompt"),
        count(models, "model"),
        count(cases, "case"),
        count(cells, "cell"),
    );
    let of = |fate| imported.notes.iter().filter(move |note| note.fate == fate);
    let (left, carried) = (of(Fate::CheckLeft).count(), of(Fate::CheckCarried).count());
    if left + carried > 0 {
        let were = if left == 1 { "was" } else { "were" };
        let _ = writeln!(
            out,
            "{}{carried} carried; {} {were} not carried",
            head("Checks"),
            count(left, "check")
        );
    }
    for (title, fate) in [
        ("Checks that are not carried", Fate::CheckLeft),
        ("What else is not carried", Fate::Left),
        ("What is different here", Fate::Differs),
        ("Checks as they are carried", Fate::CheckCarried),
    ] {
        let notes: Vec<&ImportNote> = of(fate).collect();
        if notes.is_empty() {
            continue;
        }
        let most = if fate == Fate::CheckCarried && !verbose { MOST } else { notes.len() };
        let _ = writeln!(out, "\n{}", paint(BOLD, title));
        for note in notes.iter().take(most) {
            let ImportNote { place, what, instead, .. } = note;
            let _ = write!(out, "  {}  {what}\n      {}\n", at(place), paint(DIM, instead));
        }
        if notes.len() > most {
            let _ = writeln!(out, "  … and {} more: -v shows all of them", notes.len() - most);
        }
    }
    out
}

pub(in crate::cli) fn data(imported: &ImportedSuite) -> Value {
    let [prompts, models, cases, cells] = imported.counts;
    let note = |note: &ImportNote| {
        json!({
            "fate": match note.fate {
                Fate::CheckLeft => "check-not-carried",
                Fate::Left => "not-carried",
                Fate::CheckCarried => "check-carried",
                Fate::Differs => "different",
            },
            "file": note.place.file,
            "line": note.place.line,
            "column": note.place.column,
            "what": note.what,
            "instead": note.instead,
        })
    };
    json!({
        "format": 1,
        "files": imported.files.iter().map(|(path, _)| path).collect::<Vec<_>>(),
        "prompts": prompts, "models": models, "cases": cases, "cells": cells,
        "notes": imported.notes.iter().map(note).collect::<Vec<_>>(),
    })
}

fn head(name: &str) -> String {
    paint(BOLD, format_args!("{name:<9}"))
}

fn at(place: &ImportPlace) -> String {
    let column = place.column.as_ref().map(|column| format!(" {column}")).unwrap_or_default();
    format!("{}:{}{column}", place.file, place.line)
}
