//! What each server does with each schema of the suite. By the tables alone.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Project, Result};
use crate::domain::{Slot, Structured};
use crate::provider::{self, DIALECTS, Lowered, Stance};

/// One schema file, and what servers do with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SchemaPortability {
    /// Relative to the suite's folder.
    pub file: String,
    /// The slots that are sent it, then the servers of no slot.
    pub servers: Vec<SchemaOnServer>,
}

/// One schema on one server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SchemaOnServer {
    /// The slot; `None` where no slot that is sent the schema asks this server.
    pub slot: Option<Slot>,
    /// How the server is spoken to.
    pub dialect: String,
    /// How the schema is sent.
    pub mode: Structured,
    /// What becomes of it.
    #[serde(flatten)]
    pub fate: SchemaFate,
}

/// What becomes of a schema; keywords each once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SchemaFate {
    /// Whether it is sent in a field of its own, and not in words alone.
    pub in_field: bool,
    /// Why it cannot be sent.
    pub impossible: Option<String>,
    /// Keywords that the server refuses: said in words.
    pub refused: BTreeSet<String>,
    /// Keywords that it takes and does not enforce: said in words.
    pub ignored: BTreeSet<String>,
    /// Keywords that it may not take: said in words.
    pub uncertain: BTreeSet<String>,
    /// What is written otherwise, and enforced.
    pub reworded: BTreeSet<String>,
    /// Limits of the server that it exceeds.
    pub exceeded: Vec<String>,
}

impl Project {
    /// What each slot is sent of each schema, and what servers would be that no slot asks.
    pub fn portability(&self) -> Result<Vec<SchemaPortability>> {
        let prepared = self.prepare_unasked(&self.suite.cells)?;
        let mut files: BTreeMap<&str, (&serde_json::Value, BTreeMap<&Slot, SchemaOnServer>)> =
            BTreeMap::new();
        for ready in &prepared {
            let (model, Some(schema)) = (&ready.cell.model, ready.cell.output.schema()) else {
                continue;
            };
            let (_, slots) =
                files.entry(&schema.file).or_insert_with(|| (&schema.document, BTreeMap::new()));
            slots.entry(&model.slot).or_insert_with(|| SchemaOnServer {
                slot: Some(model.slot.clone()),
                dialect: model.dialect.clone(),
                mode: model.structured,
                fate: ready.wire_schema.as_deref().map(fate).unwrap_or_default(),
            });
        }
        let of_file = |(file, (document, slots)): (&str, (&_, BTreeMap<_, SchemaOnServer>))| {
            let mut servers: Vec<SchemaOnServer> = slots.into_values().collect();
            let asked: BTreeSet<String> = servers.iter().map(|one| one.dialect.clone()).collect();
            servers.extend(elsewhere(document).filter(|one| !asked.contains(&one.dialect)));
            SchemaPortability { file: file.to_owned(), servers }
        };
        Ok(files.into_iter().map(of_file).collect())
    }
}

/// The schema in the native mode of every server whose rules are known.
fn elsewhere(document: &serde_json::Value) -> impl Iterator<Item = SchemaOnServer> + '_ {
    let native = DIALECTS.iter().filter(|dialect| dialect.has(Structured::Native));
    native.filter_map(move |dialect| {
        let subset = provider::subset(dialect.native_subset)?;
        subset.keywords?;
        let fate = match provider::lower(document, subset) {
            Ok(lowered) => fate(&lowered),
            Err(error) => {
                SchemaFate { impossible: Some(error.to_string()), ..SchemaFate::default() }
            }
        };
        let (slot, dialect) = (None, dialect.name.to_owned());
        Some(SchemaOnServer { slot, dialect, mode: Structured::Native, fate })
    })
}

fn fate(lowered: &Lowered) -> SchemaFate {
    let mut fate =
        SchemaFate { in_field: true, exceeded: lowered.exceeded.clone(), ..SchemaFate::default() };
    let Some(subset) = provider::subset(lowered.subset) else { return fate };
    for note in &lowered.notes {
        let stance = subset.stance(&note.keyword);
        let (list, what) = match stance {
            _ if note.keyword.is_empty() => (&mut fate.reworded, &note.what),
            Stance::Enforces => (&mut fate.reworded, &note.keyword),
            Stance::Rejects => (&mut fate.refused, &note.keyword),
            Stance::Ignores => (&mut fate.ignored, &note.keyword),
            Stance::Uncertain => (&mut fate.uncertain, &note.keyword),
        };
        list.insert(what.clone());
    }
    fate
}
