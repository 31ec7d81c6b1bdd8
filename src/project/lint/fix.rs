//! Schemas said in keywords that more servers take, with the same meaning.

use std::collections::BTreeMap;

use serde::Serialize;

use super::schemas::found;
use crate::domain::Pointer;
use crate::project::{Project, Result};
use crate::suite::{self, SchemaText};

/// A schema file that was rewritten.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RewrittenSchema {
    /// Relative to the suite's folder.
    pub file: String,
    /// How many keywords of it.
    pub keywords: usize,
}

impl Project {
    /// Rewrites keywords that servers of the suite do not enforce, where they can be said otherwise with
    /// the same meaning. Snapshots name the text of their schema, and are stale then.
    pub fn fix_schemas(&mut self) -> Result<Vec<RewrittenSchema>> {
        let mut commit = self.change()?;
        let prepared = self.prepare_unasked(&self.suite.cells)?;
        let mut texts = BTreeMap::new();
        let mut places: BTreeMap<&str, Vec<(&Pointer, &str)>> = BTreeMap::new();
        for ((file, schema, keyword), fate) in found(&prepared) {
            let root = &self.suite.root;
            let text = texts.entry(file).or_insert_with(|| SchemaText::read(root, file));
            if text.as_ref().is_some_and(|text| fate.rewrite(text, schema, keyword).is_some()) {
                places.entry(file).or_default().push((schema, keyword));
            }
        }
        let mut rewritten = Vec::new();
        for (file, places) in places {
            let written = std::fs::read_to_string(self.suite.root.join(file))?;
            if let Some(text) = SchemaText::rewritten(&written, &places) {
                commit.write(file, text);
                rewritten.push(RewrittenSchema { file: file.to_owned(), keywords: places.len() });
            }
        }
        commit.finish()?;
        if !rewritten.is_empty() {
            let loaded = suite::load(&self.config, self.options.profile.as_deref())?;
            (self.suite, self.warnings) = (loaded.suite, loaded.warnings);
        }
        Ok(rewritten)
    }
}
