//! The wordings of a suite's prompts, for what upkeep is read from them.

use std::collections::BTreeMap;

use crate::cost::wording::{Worded, Wording};
use crate::domain::{Output, Suite};

use super::page::below_front_matter;
use super::source::Folder;

/// Every prompt with its base, its variants, and the schemas of its answers. A file that has gone
/// since the suite was loaded counts as empty.
pub(crate) fn wordings(suite: &Suite) -> Vec<Wording> {
    let folder = Folder::new(&suite.root);
    let worded = |file: &str| {
        let source = folder.read(file).ok();
        let text = source.map(|source| below_front_matter(&source.text).to_owned());
        Worded { file: file.to_owned(), text: text.unwrap_or_default() }
    };
    let all = suite.prompts.values().map(|prompt| {
        let variants: BTreeMap<_, _> = prompt
            .variants
            .iter()
            .map(|(slot, variant)| (slot.clone(), worded(&variant.file)))
            .collect();
        let cell = suite.cells.iter().find(|cell| cell.id.prompt == prompt.name);
        let schemas = match cell.map(|cell| &cell.output) {
            Some(Output::Json { schema, .. }) => vec![schema.file.clone()],
            Some(Output::Tools { tools, .. }) => {
                tools.iter().map(|tool| tool.parameters.file.clone()).collect()
            }
            Some(Output::Text) | None => Vec::new(),
        };
        Wording { prompt: prompt.name.clone(), base: worded(&prompt.file), variants, schemas }
    });
    all.collect()
}
