//! What servers do with the schemas of a suite, known before a token is spent.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::domain::{Diagnostic, Pointer, Slot};
use crate::provider::{self, Stance};
use crate::run::Prepared;
use crate::suite::keyword_place;

/// A keyword of a schema: the file, the place in it, and the keyword.
type Keyword<'c> = (&'c str, &'c Pointer, &'c str);

/// What becomes of a keyword: what servers do with it, by slot, and what they are sent in its place.
#[derive(Default)]
struct Fate<'c> {
    stances: BTreeMap<Stance, BTreeSet<&'c Slot>>,
    sent: BTreeSet<&'c str>,
}

/// A note for each keyword that a server does not enforce: what servers do with it, and what is sent in
/// its place. Answers are validated against the whole schema in any case.
pub(super) fn lints(root: &Path, prepared: &[Prepared]) -> Vec<Diagnostic> {
    let mut found: BTreeMap<Keyword<'_>, Fate<'_>> = BTreeMap::new();
    for Prepared { cell, wire_schema, .. } in prepared {
        let Some((lowered, schema)) = wire_schema.as_ref().zip(cell.output.schema()) else {
            continue;
        };
        let Some(subset) = provider::subset(lowered.subset) else { continue };
        for note in &lowered.notes {
            let stance = subset.stance(&note.keyword);
            // Where a server enforces it, only the way it is written differs.
            if note.keyword.is_empty() || stance == Stance::Enforces {
                continue;
            }
            let fate = found.entry((&schema.file, &note.pointer, &note.keyword)).or_default();
            fate.stances.entry(stance).or_default().insert(&cell.model.slot);
            fate.sent.insert(&note.what);
        }
    }
    found.into_iter().map(|(keyword, fate)| diagnostic(root, keyword, &fate)).collect()
}

fn diagnostic(root: &Path, (file, schema, keyword): Keyword<'_>, fate: &Fate<'_>) -> Diagnostic {
    let code = match fate.stances.keys().next() {
        Some(Stance::Rejects) => "schema::rejected-keyword",
        Some(Stance::Ignores) => "schema::ignored-keyword",
        _ => "schema::uncertain-keyword",
    };
    let by = fate.stances.iter().map(|(stance, slots)| {
        let slots: Vec<&str> = slots.iter().map(|slot| slot.as_str()).collect();
        format!("{} by {}", stance.words(), slots.join(", "))
    });
    let title = format!("`{keyword}` at {schema}: {}", by.collect::<Vec<_>>().join("; "));
    let sent = fate.sent.iter().copied().collect::<Vec<_>>().join("; ");
    let (note, sent) = (Diagnostic::note(code, title), format!("as it is sent: {sent}"));
    match keyword_place(root, file, schema, keyword) {
        Some(place) => note.at(place, sent),
        None => note.help(sent),
    }
}
