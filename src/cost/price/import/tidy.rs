//! What was read of a list, made into one entry for each model.

use std::collections::{BTreeMap, BTreeSet};

use super::guard::Why;
use super::{Imported, LeftOut, ListFormat, Odd};
use crate::cost::price::bare_id;
use crate::cost::price::row::{PriceRow, in_order};
use crate::cost::price::table::{Confidence, PriceTable, PricedModel};

/// What was read of a list.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) entries: usize,
    pub(super) models: Vec<PricedModel>,
    pub(super) left_out: Vec<LeftOut>,
    pub(super) odd: Vec<Odd>,
    pub(super) rounded: usize,
}

impl Read {
    /// A table of our own.
    pub(super) fn own(table: PriceTable) -> Self {
        Self { entries: table.models.len(), models: table.models, ..Self::default() }
    }

    /// Takes an entry, or says why not.
    pub(super) fn take(&mut self, provider: &str, id: &str, read: Result<PricedModel, Why>) {
        match read {
            Ok(model) => self.models.push(model),
            Err(why) => {
                let (provider, id) = (provider.to_owned(), id.to_owned());
                self.left_out.push(LeftOut { provider, id, why });
            }
        }
    }

    /// One entry for each model, in order; two that differ are none.
    pub(super) fn tidy(mut self, format: ListFormat) -> Imported {
        let mut models: BTreeMap<(String, String), Vec<PricedModel>> = BTreeMap::new();
        for model in std::mem::take(&mut self.models) {
            models.entry((model.provider.clone(), model.id.clone())).or_default().push(model);
        }
        let mut taken: Vec<PricedModel> = Vec::new();
        for ((provider, id), entries) in models {
            let joined = entries.into_iter().map(Some).reduce(same).flatten();
            let read = joined
                .ok_or(Why::Twice)
                .and_then(|model| if in_order(&model.prices) { Ok(model) } else { Err(Why::Days) });
            match read {
                Ok(model) => taken.push(model),
                Err(why) => self.left_out.push(LeftOut { provider, id, why }),
            }
        }
        own_names(&mut taken);
        self.odd.extend(taken.iter().flat_map(odd));
        self.odd.sort();
        self.left_out.sort();
        let joined = self.entries.saturating_sub(taken.len() + self.left_out.len());
        Imported {
            format,
            entries: self.entries,
            joined,
            models: taken,
            left_out: self.left_out,
            odd: self.odd,
            rounded: self.rounded,
        }
    }
}

/// Two entries of one model as one, where they cost the same.
fn same(one: Option<PricedModel>, other: Option<PricedModel>) -> Option<PricedModel> {
    let (mut one, other) = (one?, other?);
    if one.prices != other.prices {
        return None;
    }
    one.aliases.extend(other.aliases);
    one.shutdown = one.shutdown.or(other.shutdown);
    one.released = one.released.or(other.released);
    Some(one)
}

/// Leaves out other names that are the id or a name of an entry before.
fn own_names(models: &mut [PricedModel]) {
    let mut seen: BTreeSet<(String, String)> =
        models.iter().map(|model| (model.provider.clone(), model.id.clone())).collect();
    for model in models {
        let provider = model.provider.clone();
        model.aliases.retain(|name| seen.insert((provider.clone(), name.clone())));
        model.aliases.sort();
    }
}

/// What is odd of an entry, and is taken all the same.
fn odd(model: &PricedModel) -> Vec<Odd> {
    let expensive = |row: &PriceRow| {
        let batch = row.batch.is_some_and(|it| it.input > row.input || it.output > row.output);
        let cache = row.cache_read.is_some_and(|read| read > row.input);
        [(batch, "a batch costs more than a call"), (cache, "a cache costs more than none")]
    };
    let found: BTreeSet<&str> = model
        .prices
        .iter()
        .flat_map(expensive)
        .filter(|(is_so, _)| *is_so)
        .map(|(_, why)| why)
        .collect();
    found.into_iter().map(|why| Odd { what: model.name(), why: why.to_owned() }).collect()
}

/// An entry of another's list.
pub(super) fn entry(provider: &str, id: &str, prices: Vec<PriceRow>) -> PricedModel {
    PricedModel {
        provider: provider.to_owned(),
        id: id.to_owned(),
        aliases: Vec::new(),
        released: None,
        deprecation_announced: None,
        shutdown: None,
        not_retired_before: None,
        confidence: Some(Confidence::SingleSource),
        price_sources: Vec::new(),
        notes: None,
        merge: crate::cost::price::Merge::Replace,
        prices,
    }
}

/// Theirs, ours. All others are called the same.
const NAMES: &[(&str, &str)] = &[
    ("amazon-bedrock", "bedrock"),
    ("aws", "bedrock"),
    ("azure_text", "azure"),
    ("bedrock_converse", "bedrock"),
    ("cohere_chat", "cohere"),
    ("fireworks-ai", "fireworks"),
    ("fireworks_ai", "fireworks"),
    ("gemini", "google"),
    ("github_copilot", "github-copilot"),
    ("google-vertex", "vertex"),
    ("google-vertex-anthropic", "vertex"),
    ("moonshotai", "moonshot"),
    ("text-completion-codestral", "codestral"),
    ("text-completion-openai", "openai"),
    ("together_ai", "together"),
    ("togetherai", "together"),
    ("vercel_ai_gateway", "vercel"),
    ("voyageai", "voyage"),
    ("x-ai", "xai"),
];

/// Our name of a provider.
pub(super) fn ours(name: &str) -> &str {
    if name.starts_with("vertex_ai") {
        return "vertex";
    }
    NAMES.iter().find(|(theirs, _)| *theirs == name).map_or(name, |(_, ours)| ours)
}

/// An id without what lists and hosts write before it.
pub(super) fn id_of<'i>(provider: &str, id: &'i str) -> &'i str {
    let rest = id.split_once('/').filter(|(first, _)| ours(first) == provider);
    bare_id(rest.map_or(id, |(_, rest)| rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_ids_lose_what_stands_before_them() {
        assert!(NAMES.is_sorted());
        assert_eq!(ours("vertex_ai-language-models"), "vertex");
        assert_eq!(ours("mistral"), "mistral");
        assert_eq!(id_of("google", "gemini/gemini-4-argon"), "gemini-4-argon");
        assert_eq!(id_of("fireworks", "fireworks_ai/accounts/fireworks/models/x"), "x");
        assert_eq!(id_of("openrouter", "meta-llama/llama-3-8b"), "meta-llama/llama-3-8b");
        assert_eq!(id_of("azure", "azure/eu/gpt-5.1"), "eu/gpt-5.1");
    }
}
