//! What an import tells: which checks are carried and how, and what is not.

use std::collections::BTreeMap;

/// Where something is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file, as the config names it.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// The column of a table.
    pub column: Option<String>,
}

/// What became of something that stands in the config.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// A check that is not carried.
    CheckLeft,
    /// Anything else that is not carried.
    Left,
    /// A check that is carried.
    CheckCarried,
    /// Something that is asked or read otherwise here than there.
    Differs,
}

/// One thing to know of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportNote {
    /// Where it is written.
    pub place: Place,
    /// What is written there.
    pub what: String,
    /// What became of it.
    pub fate: Fate,
    /// What takes its place here.
    pub instead: String,
}

/// Notes, each once.
#[derive(Debug, Default)]
pub(super) struct Notes(BTreeMap<(Place, String), (Fate, String)>);

impl Notes {
    /// Tells something; of a check that is carried in some cases only, that it is not.
    pub(super) fn tell(
        &mut self,
        fate: Fate,
        place: Place,
        what: impl Into<String>,
        instead: impl Into<String>,
    ) {
        let entry = self.0.entry((place, what.into())).or_insert_with(|| (fate, String::new()));
        if entry.1.is_empty() || fate < entry.0 {
            *entry = (fate, instead.into());
        }
    }

    pub(super) fn left(
        &mut self,
        place: Place,
        what: impl Into<String>,
        instead: impl Into<String>,
    ) {
        self.tell(Fate::Left, place, what, instead);
    }

    pub(super) fn into_list(self) -> Vec<ImportNote> {
        let note = |((place, what), (fate, instead))| ImportNote { place, what, fate, instead };
        let mut notes: Vec<ImportNote> = self.0.into_iter().map(note).collect();
        notes.sort_by_key(|note| note.fate);
        notes
    }
}
