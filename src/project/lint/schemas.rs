//! What servers do with the schemas of a suite, known before a token is spent.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::domain::{Diagnostic, Place, Pointer, Slot};
use crate::provider::{self, Stance};
use crate::run::Prepared;
use crate::suite::{Edit, SchemaText};

/// A keyword of a schema: the file, the place in it, and the keyword.
pub(super) type Keyword<'c> = (&'c str, &'c Pointer, &'c str);

/// What becomes of a keyword: what servers do with it, by slot, and what they are sent in its place.
#[derive(Default)]
pub(super) struct Fate<'c> {
    stances: BTreeMap<Stance, BTreeSet<&'c Slot>>,
    sent: BTreeSet<&'c str>,
    /// By the names of the subsets that have the keyword not.
    subsets: BTreeSet<&'static str>,
}

impl Fate<'_> {
    /// How the keyword is said otherwise with the same meaning, where that helps one of the servers.
    pub(super) fn rewrite(&self, text: &SchemaText, at: &Pointer, keyword: &str) -> Option<Edit> {
        let edit = text.rewrite(at, keyword)?;
        let mut subsets = self.subsets.iter().filter_map(|name| provider::subset(name));
        let helps = match edit.keyword() {
            Some(new) => subsets.any(|subset| subset.allows(new)),
            None => true,
        };
        helps.then_some(edit)
    }
}

/// A note for each keyword that a server does not enforce: what servers do with it, and what is sent in
/// its place. Answers are validated against the whole schema in any case.
pub(super) fn lints(root: &Path, prepared: &[Prepared]) -> Vec<Diagnostic> {
    let mut texts = BTreeMap::new();
    let told = found(prepared).into_iter().map(|((file, schema, keyword), fate)| {
        let text = texts.entry(file).or_insert_with(|| SchemaText::read(root, file));
        let place = text.as_ref().and_then(|text| text.place(schema, keyword));
        let edit = text.as_ref().and_then(|text| fate.rewrite(text, schema, keyword));
        let told = diagnostic((schema, keyword), &fate, place);
        match edit {
            Some(edit) => told.help(format!("`promptmatrix check --fix` {edit}")),
            None => told,
        }
    });
    told.collect()
}

/// Every keyword of which a server is sent something else, because it does not enforce it.
pub(super) fn found(prepared: &[Prepared]) -> BTreeMap<Keyword<'_>, Fate<'_>> {
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
            fate.subsets.insert(lowered.subset);
        }
    }
    found
}

fn diagnostic(
    (schema, keyword): (&Pointer, &str),
    fate: &Fate<'_>,
    place: Option<Place>,
) -> Diagnostic {
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
    match place {
        Some(place) => note.at(place, sent),
        None => note.help(sent),
    }
}

/// Schemas that are larger than their server is known to take, each once for its slot.
pub(super) fn exceeded_limits(prepared: &[Prepared]) -> Vec<Diagnostic> {
    let mut told = BTreeMap::new();
    for ready in prepared {
        let (cell, lowered) = (&ready.cell, &ready.wire_schema);
        for limit in lowered.iter().flat_map(|lowered| &lowered.exceeded) {
            let file = cell.output.schema().map_or("", |schema| &schema.file);
            let title = format!("slot `{}`: {file}: {limit}", cell.model.slot);
            told.entry(title).or_insert_with(|| cell.place.clone());
        }
    }
    let warning = |(title, place)| {
        Diagnostic::warning("model::schema-limit", title)
            .at(place, "asked by this case")
            .help("make the schema smaller, or split the prompt")
    };
    told.into_iter().map(warning).collect()
}
