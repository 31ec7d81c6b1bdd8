//! Several tables laid over each other, and what one call cost by them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::json;

use super::buckets::Buckets;
use super::day::Day;
use super::find::{Found, How, Mode, Unpriced, spellings};
use super::table::embedded;
use super::table::{Merge, PricedModel};
use crate::domain::{Hash, Pico, PriceLayer, PriceSource, Rates, Usage};

/// One table of several.
#[derive(Debug, Clone)]
pub struct Layer {
    /// Where it is from.
    pub name: PriceLayer,
    pub models: Vec<PricedModel>,
}

/// All tables as one. A model of a higher layer takes the place of the same model below it.
#[derive(Debug, Clone)]
pub struct Prices {
    /// Every model, with the layer that settles it.
    models: Vec<(PricedModel, PriceLayer)>,
    /// By provider, then by id.
    exact: Index,
    /// By provider, then by other names.
    aliases: Index,
    layers: Vec<PriceLayer>,
    hash: Hash,
}

type Index = BTreeMap<String, BTreeMap<String, usize>>;

/// One call, as far as its price depends on it.
#[derive(Debug, Clone, Copy)]
pub struct Call<'c> {
    /// Who bills it, as the tables name them; `None` where nothing says so.
    pub provider: Option<&'c str>,
    /// The id that was asked for.
    pub requested: &'c str,
    /// The id that answered.
    pub served: Option<&'c str>,
    /// When it was sent.
    pub at: Timestamp,
    /// How it was sent.
    pub mode: Mode,
    /// The prices that the slot itself states; they go before all tables.
    pub own: Option<&'c Rates>,
}

/// The prices that hold for a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quote {
    pub rates: Rates,
    /// Where they are from.
    pub layer: PriceLayer,
    /// Taken from the model's family, because no table has this version.
    pub by_family: bool,
    /// First day of the row that was taken; `None` means since ever.
    pub row_from: Option<Day>,
}

/// What a call cost, and by whose word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Billed {
    pub cost: Pico,
    /// The prices that were taken; `None` where the provider named the sum itself.
    pub quote: Option<Quote>,
}

impl Billed {
    /// Whether it was calculated by the price of the model's family.
    pub fn is_by_family(&self) -> bool {
        self.quote.is_some_and(|quote| quote.by_family)
    }
}

impl Prices {
    /// Lays tables over each other, the strongest first.
    pub fn new(layers: &[Layer]) -> Self {
        let mut models: Vec<(PricedModel, PriceLayer)> = Vec::new();
        let mut exact = Index::new();
        // From below, so that a higher layer finds what it replaces.
        for layer in layers.iter().rev() {
            for model in &layer.models {
                let ids = exact.entry(model.provider.clone()).or_default();
                let at = ids.get(&model.id).copied();
                if let Some(below) = at.and_then(|at| models.get_mut(at)) {
                    *below = (laid(&below.0, model), layer.name);
                } else {
                    ids.insert(model.id.clone(), models.len());
                    models.push((model.clone(), layer.name));
                }
            }
        }
        let mut aliases = Index::new();
        let mut order: Vec<usize> = (0..models.len()).collect();
        order.sort_by_key(|at| models.get(*at).map(|(_, layer)| *layer));
        for at in order {
            let Some((model, _)) = models.get(at) else { continue };
            let names = aliases.entry(model.provider.clone()).or_default();
            for alias in &model.aliases {
                names.entry(alias.clone()).or_insert(at);
            }
        }
        let used = layers.iter().filter(|layer| !layer.models.is_empty());
        let all: Vec<&PricedModel> = models.iter().map(|(model, _)| model).collect();
        let hash = Hash::of_json(&json!(all));
        Self { layers: used.map(|layer| layer.name).collect(), models, exact, aliases, hash }
    }

    /// The embedded table alone.
    pub fn embedded() -> Self {
        Self::new(&[Layer { name: PriceLayer::Embedded, models: embedded().models.clone() }])
    }

    /// Every model, with the layer that settles it.
    pub fn models(&self) -> impl Iterator<Item = (&PricedModel, PriceLayer)> {
        self.models.iter().map(|(model, layer)| (model, *layer))
    }

    /// What a run keeps of them: a hash, and which layers say anything.
    pub fn source(&self) -> PriceSource {
        PriceSource { hash: self.hash.clone(), layers: self.layers.clone() }
    }

    /// The entry of a model: by its id, another name, without its host's prefix, and last without
    /// the date at its end.
    pub fn find(&self, provider: &str, id: &str) -> Option<Found<'_>> {
        self.locate(provider, id).map(|(found, _)| found)
    }

    fn locate(&self, provider: &str, id: &str) -> Option<(Found<'_>, PriceLayer)> {
        let mut tries = vec![(id, How::Exact)];
        tries.extend(spellings(id));
        tries.into_iter().find_map(|(id, how)| {
            let by = |index: &Index, how: How| {
                let at = *index.get(provider)?.get(id)?;
                self.models.get(at).map(|(model, layer)| (Found { model, how }, *layer))
            };
            by(&self.exact, how).or_else(|| by(&self.aliases, how.max(How::Alias)))
        })
    }

    /// The entry that a call is billed by. The id that answered goes before the one that was asked
    /// for where a table has exactly it, unless a higher layer has the other: who writes a price for
    /// `gpt-4o` means its versions too.
    fn entry(&self, call: &Call<'_>) -> Result<(Found<'_>, PriceLayer), Unpriced> {
        let provider = call.provider.ok_or(Unpriced::NoProvider)?;
        let served = call.served.and_then(|id| self.locate(provider, id));
        let requested = self.locate(provider, call.requested);
        match (served, requested) {
            (Some(served), Some(requested)) => {
                let stronger = requested.1 < served.1 && requested.0.how <= How::Alias;
                let by_served = served.0.how == How::Exact && !stronger;
                Ok(if by_served { served } else { requested })
            }
            // Another model answered, whose price no table has.
            (None, Some((found, layer))) if call.served.is_some() => {
                Ok((Found { how: How::Family, ..found }, layer))
            }
            (one, other) => other.or(one).ok_or(Unpriced::UnknownModel),
        }
    }

    /// What a call cost: by the slot's own prices, else by the provider's own word, else by the tables.
    pub fn bill(&self, call: &Call<'_>, usage: Option<&Usage>) -> Result<Billed, Unpriced> {
        let usage = usage.ok_or(Unpriced::NoUsage)?;
        if let (Some(cost), None, Mode::Sync) = (usage.reported_cost, call.own, call.mode) {
            return Ok(Billed { cost, quote: None });
        }
        let tokens = Buckets::of(usage)?;
        let quote = self.quote(call, tokens.input())?;
        Ok(Billed { cost: tokens.cost(&quote.rates), quote: Some(quote) })
    }

    /// The prices of a call of so much input.
    pub fn quote(&self, call: &Call<'_>, input_tokens: u64) -> Result<Quote, Unpriced> {
        if let Some(rates) = call.own.copied() {
            let layer = PriceLayer::Slot;
            return Ok(Quote { rates, layer, by_family: false, row_from: None });
        }
        let (found, layer) = self.entry(call)?;
        let rates = found.model.rates(call.at, call.mode, input_tokens)?;
        let row_from = found.model.row(Day::of(call.at)).and_then(|row| row.from);
        Ok(Quote { rates, layer, by_family: found.how == How::Family, row_from })
    }
}

/// A model over the same model of a lower layer.
fn laid(below: &PricedModel, above: &PricedModel) -> PricedModel {
    match above.merge {
        Merge::Replace => above.clone(),
        Merge::Append => {
            let mut whole = below.clone();
            for row in &above.prices {
                whole.append(row.clone());
            }
            whole
        }
    }
}
