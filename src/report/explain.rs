//! What the words mean: kinds, statuses and exit codes, from their tables.

use std::fmt::Write;

use serde_json::{Value, json};

use super::paint::{self, BOLD, DIM, paint};
use crate::domain::{EXITS, Family, KINDS, Kind, KindInfo, STATUSES};

/// Explains one word, or nothing if it is not known.
pub fn explain(word: &str) -> Option<String> {
    if let Ok(kind) = word.parse::<Kind>() {
        return Some(self::kind(kind.info()));
    }
    if let Some(row) = STATUSES.iter().find(|row| row.word == word) {
        let head = paint(BOLD, format_args!("{} {}", row.glyph, row.word));
        return Some(format!("{head}   a status\n{}.\nThe gate: {}.\n", row.meaning, row.gate));
    }
    let code: u8 = word.parse().ok()?;
    let row = EXITS.iter().find(|row| row.code == code)?;
    Some(format!("{}   an exit code\n{}.\n", paint(BOLD, row.code), row.meaning))
}

/// The same tables as data.
pub fn table() -> Value {
    let kinds = KINDS.iter().map(|row| {
        json!({
            "id": row.id,
            "level": row.level,
            "evidence": row.family != Family::NoEvidence,
            "title": row.title,
            "effect": row.effect,
            "mend": row.mend,
        })
    });
    let statuses = STATUSES
        .iter()
        .map(|row| json!({"id": row.word, "meaning": row.meaning, "gate": row.gate}));
    let exits = EXITS.iter().map(|row| json!({"code": row.code, "meaning": row.meaning}));
    json!({
        "format": 1,
        "kinds": kinds.collect::<Vec<_>>(),
        "statuses": statuses.collect::<Vec<_>>(),
        "exit_codes": exits.collect::<Vec<_>>(),
    })
}

/// Every word that can be explained, by table.
pub fn index() -> String {
    let mut out = String::new();
    let mut family = None;
    for row in KINDS {
        if family != Some(row.family) {
            family = Some(row.family);
            let _ = writeln!(out, "{}", paint(BOLD, heading(row.family)));
        }
        let _ = writeln!(out, "  {:<26}{}", row.id, row.title);
    }
    let _ = writeln!(out, "{}", paint(BOLD, "Statuses"));
    for row in STATUSES {
        let _ = writeln!(out, "  {} {:<24}{}", row.glyph, row.word, row.meaning);
    }
    let _ = writeln!(out, "{}", paint(BOLD, "Exit codes"));
    for row in EXITS {
        let _ = writeln!(out, "  {:<26}{}", row.code, row.meaning);
    }
    out
}

/// The heading over the kinds of a family.
pub(super) fn heading(family: Family) -> &'static str {
    match family {
        Family::NoEvidence => "Nobody answered",
        Family::Cause => "Causes: why there is no valid answer",
        Family::Change => "Changes of a valid answer",
        Family::Telemetry => "Around the answer",
    }
}

fn kind(row: &KindInfo) -> String {
    let weight = match row.family {
        Family::NoEvidence => "no evidence".to_owned(),
        _ => row.level.to_string(),
    };
    let mut out = format!(
        "{}   {}\n{}\n{}\n",
        paint(BOLD, row.id),
        paint(paint::level(row.level), weight),
        row.title,
        row.effect
    );
    let (before, after) = row.example;
    if !after.is_empty() {
        let _ = writeln!(out, "  {} {before}", paint(DIM, "accepted"));
        let _ =
            writeln!(out, "  {}      {}", paint(DIM, "now"), after.replace('\n', "\n           "));
    }
    let _ = writeln!(out, "If it matters:  {}", row.mend);
    if row.family == Family::Change {
        let _ = writeln!(out, "If it does not: [levels] {} = \"info\"", row.id);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_the_tables_can_be_explained() {
        for word in KINDS.iter().map(|row| row.id).chain(STATUSES.iter().map(|row| row.word)) {
            assert!(explain(word).is_some(), "{word}");
            assert!(index().contains(word), "{word}");
        }
        for row in EXITS {
            assert!(explain(&row.code.to_string()).is_some());
        }
        assert!(explain("no-such-word").is_none());
    }
}
