//! A promptfoo config becomes a suite. Reads files and runs nothing; what cannot be said here is told
//! with its place and what takes its place.

mod cases;
mod checks;
mod contract;
mod files;
mod notes;
mod options;
mod pages;
mod prompts;
mod providers;
mod rows;
mod script;
mod settings;
mod slot;
mod write;

use std::path::Path;

pub use notes::{Fate, ImportNote, Place};

use cases::{CaseReader, Scenario};
use files::{At, Base, Document};
use notes::Notes;
use prompts::PromptReader;
use providers::ProviderReader;
use rows::documents;

/// A suite that is not written yet.
#[derive(Debug)]
pub struct ImportedSuite {
    /// Its files, by path.
    pub files: Vec<(String, String)>,
    /// How many prompts, models, cases and cells it has.
    pub counts: [usize; 4],
    /// What to know of it.
    pub notes: Vec<ImportNote>,
}

/// Reads a config and everything that it names.
///
/// # Errors
/// The config cannot be read, or there is no prompt or no provider in it that can be carried.
pub(crate) fn promptfoo(config: &Path) -> Result<ImportedSuite, String> {
    let folder = config.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = config.file_name().map(|name| name.to_string_lossy().into_owned());
    let base = Base { folder: folder.to_owned() };
    let document = base.document(&name.unwrap_or_default())?;
    let (top, mut notes) = (document.at(), Notes::default());
    let mut reader = PromptReader { base: &base, notes: &mut notes, found: Vec::new() };
    if let Some(prompts) = top.get("prompts") {
        reader.read(prompts);
    }
    let prompts = reader.found;
    let mut reader = ProviderReader { base: &base, notes: &mut notes, found: Vec::new() };
    if let Some(providers) = top.get("providers").or(top.get("targets")) {
        reader.read(providers);
    }
    let slots = reader.found;
    let default = default_test(&base, &mut notes, top);
    let mut tests =
        top.get("tests").map(|tests| documents(&base, &mut notes, tests)).unwrap_or_default();
    let scenarios = scenarios(&base, &mut notes, top);
    if tests.is_empty() && top.get("tests").is_none() && scenarios.is_empty() {
        // Without a test a prompt is asked once.
        tests.push(Document { source: document.source.clone(), node: rows::once() });
    }
    let default = default.as_ref().map(|default| At {
        node: default.at().node.items().first().unwrap_or(&default.node),
        ..default.at()
    });
    let mut reader = CaseReader { base: &base, notes: &mut notes, default };
    let mut cases = reader.tests(&tests);
    for scenario in &scenarios {
        cases.extend(reader.scenario(scenario));
    }
    let settings = settings::read(&mut notes, top);
    for (what, is_empty) in
        [("prompt", prompts.is_empty()), ("provider", slots.is_empty()), ("test", cases.is_empty())]
    {
        if is_empty {
            let told = notes.into_list();
            let told = told.iter().map(|note| {
                format!("{}:{}: {}: {}", note.place.file, note.place.line, note.what, note.instead)
            });
            return Err(std::iter::once(format!("there is no {what} in it that can be carried"))
                .chain(told)
                .collect::<Vec<_>>()
                .join("\n"));
        }
    }
    let pages = pages::pages(&base, &mut notes, (&prompts, &slots, &cases, default));
    Ok(write::suite((&document.source.file, &settings), &slots, &pages, notes))
}

fn default_test(base: &Base, notes: &mut Notes, top: At<'_>) -> Option<Document> {
    let written = top.get("defaultTest")?;
    let Some(path) = written.text() else {
        return Some(Document { source: written.source.clone(), node: written.node.clone() });
    };
    match base.document(path) {
        Ok(document) => Some(document),
        Err(why) => {
            notes.left(written.place(), format!("defaultTest of `{path}`"), why);
            None
        }
    }
}

fn scenarios(base: &Base, notes: &mut Notes, top: At<'_>) -> Vec<Scenario> {
    let Some(written) = top.get("scenarios") else { return Vec::new() };
    let mut found = Vec::new();
    for document in documents(base, notes, written) {
        for scenario in document.at().items() {
            let mut part = |key: &str| match scenario.get(key) {
                Some(part) => documents(base, notes, part),
                None => Vec::new(),
            };
            found.push(Scenario { rows: part("config"), tests: part("tests") });
        }
    }
    found
}
