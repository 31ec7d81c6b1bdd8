//! The pages of `prices`: the list, one model, and an update.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::cost::lifecycle::{LifeSource, Lifecycles, Successor};
use crate::cost::price::{
    Change, Day, Held, How, LeftOut, ListFormat, Odd, PriceRow, PricedModel, Prices, Why,
};
use crate::domain::{Exit, Hash, Price, PriceKey, PriceLayer, Slot};

/// The page of one model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub(crate) struct PricePage {
    /// Version of this format.
    pub format: u32,
    /// The day of looking, in UTC.
    pub today: Day,
    /// How it was asked for.
    pub asked: String,
    /// How that led to the entry.
    pub found: How,
    /// Which table says so.
    pub layer: PriceLayer,
    /// The entry, with all its rows.
    pub model: PricedModel,
    /// When it ends, and what comes after it; absent where nobody says.
    pub end: Option<Ahead>,
    /// The slots that it bills.
    pub slots: Vec<Slot>,
}

/// The end of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub(crate) struct Ahead {
    /// The first day without it.
    pub shutdown: Day,
    /// Days until then; negative where it is past.
    pub days_left: i32,
    /// When that was announced.
    pub announced: Option<Day>,
    /// What comes after it.
    pub successor: Option<Successor>,
    pub source: LifeSource,
}

impl PricePage {
    /// Version of the format that this version writes.
    pub(crate) const FORMAT: u32 = 1;

    /// The page of a model; `None` where no table has it.
    pub(crate) fn new(
        prices: &Prices,
        key: &PriceKey,
        slots: Vec<Slot>,
        today: Day,
    ) -> Option<Self> {
        let found = prices.find(&key.provider, &key.id)?;
        let layer = prices.models().find(|(model, _)| *model == found.model)?.1;
        let lives = Lifecycles::new(prices);
        let end = lives.find(&key.provider, &key.id).and_then(|life| {
            let shutdown = life.shutdown?;
            Some(Ahead {
                shutdown,
                days_left: today.days_until(shutdown),
                announced: life.announced,
                successor: lives.successor(&key.provider, life, today),
                source: life.source,
            })
        });
        Some(Self {
            format: Self::FORMAT,
            today,
            asked: key.to_string(),
            found: found.how,
            layer,
            model: found.model.clone(),
            end,
            slots,
        })
    }
}

/// The list, by provider and id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub(crate) struct PriceList {
    /// Version of this format.
    pub format: u32,
    /// The day whose prices are shown.
    pub at: Day,
    pub models: Vec<ListedPrice>,
}

/// What one model costs on that day, in dollars per million tokens. What is not known is absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub(crate) struct ListedPrice {
    pub provider: String,
    pub id: String,
    /// Other ids that mean the same.
    pub aliases: Vec<String>,
    /// Which table says so.
    pub layer: PriceLayer,
    /// The first day of these prices; absent where they hold since ever, or are not known.
    pub from: Option<Day>,
    pub input: Option<Price>,
    /// Output, reasoning included.
    pub output: Option<Price>,
    /// Input that is read from a cache.
    pub cache_read: Option<Price>,
    /// Input and output through the batch endpoint.
    pub batch: Option<[Price; 2]>,
    /// Whether long requests have other prices.
    pub has_tiers: bool,
    /// Whether some hours have other prices.
    pub has_hours: bool,
    /// The day from which it no longer answers.
    pub shutdown: Option<Day>,
}

impl PriceList {
    /// Version of the format that this version writes.
    pub(crate) const FORMAT: u32 = 1;

    /// The list of a day; of one provider, where one is named.
    pub(crate) fn new(prices: &Prices, provider: Option<&str>, at: Day) -> Self {
        let lives = Lifecycles::new(prices);
        let wanted = |model: &PricedModel| provider.is_none_or(|name| model.provider == name);
        let listed = prices.models().filter(|(model, _)| wanted(model));
        let mut models: Vec<ListedPrice> = listed
            .map(|(model, layer)| {
                let shutdown = lives.find(&model.provider, &model.id).and_then(|it| it.shutdown);
                line(model, layer, model.row(at), shutdown)
            })
            .collect();
        models.sort_by(|one, two| (&one.provider, &one.id).cmp(&(&two.provider, &two.id)));
        Self { format: Self::FORMAT, at, models }
    }
}

fn line(
    model: &PricedModel,
    layer: PriceLayer,
    row: Option<&PriceRow>,
    shutdown: Option<Day>,
) -> ListedPrice {
    ListedPrice {
        provider: model.provider.clone(),
        id: model.id.clone(),
        aliases: model.aliases.clone(),
        layer,
        from: row.and_then(|row| row.from),
        input: row.map(|row| row.input),
        output: row.map(|row| row.output),
        cache_read: row.and_then(|row| row.cache_read),
        batch: row.and_then(|row| row.batch).map(|batch| [batch.input, batch.output]),
        has_tiers: row.is_some_and(|row| !row.tiers.is_empty()),
        has_hours: row.is_some_and(|row| !row.time_windows.is_empty()),
        shutdown,
    }
}

/// The page of an update.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PriceUpdate {
    /// Version of this format.
    pub format: u32,
    /// The day of the update, in UTC.
    pub today: Day,
    /// What was read: the name of a file, or an address.
    pub from: String,
    /// Whose format it has.
    pub list: ListFormat,
    /// SHA-256 of what was read, as `--pin` takes it.
    pub sha256: Hash,
    /// How many entries it has.
    pub entries: usize,
    /// How many of them say what another one says, or are only another name.
    pub joined: usize,
    /// Whether only the models of the suite's slots were taken.
    pub only_configured: bool,
    /// What is new, or costs something else.
    pub changes: Vec<Change>,
    /// What was not taken, because it jumps.
    pub held: Vec<Held>,
    /// How many cost what was known.
    pub same: usize,
    /// What could not be read.
    pub left_out: Vec<LeftOut>,
    /// What was taken although it is odd, and names that were not: they mean another entry.
    pub odd: Vec<Odd>,
    /// How many prices were rounded to a pico-dollar per token.
    pub rounded: usize,
    /// The file of prices, relative to the suite.
    pub file: String,
    /// Whether it was written.
    pub wrote: bool,
    /// Whether nothing was to be written.
    pub dry_run: bool,
    /// What the command tells its caller.
    pub exit_code: u8,
}

impl PriceUpdate {
    /// Version of the format that this version writes.
    pub const FORMAT: u32 = 1;

    /// What the command tells its caller: fail where something was held back, or a dry run found
    /// that something would change.
    pub fn exit(&self) -> Exit {
        let would_change = self.dry_run && !self.changes.is_empty();
        if would_change || !self.held.is_empty() { Exit::Fail } else { Exit::Pass }
    }

    /// How many entries were left out, by reason.
    pub fn reasons(&self) -> BTreeMap<Why, Vec<&LeftOut>> {
        let mut reasons: BTreeMap<Why, Vec<&LeftOut>> = BTreeMap::new();
        for left in &self.left_out {
            reasons.entry(left.why).or_default().push(left);
        }
        reasons
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(name: &str) -> Option<PricePage> {
        let today = "2026-11-28".parse().unwrap();
        PricePage::new(&Prices::embedded(), &name.parse().unwrap(), Vec::new(), today)
    }

    #[test]
    fn a_page_says_by_which_name_a_model_was_found_and_when_it_ends() {
        let exact = page("openai/gpt-4o-2024-08-06").unwrap();
        assert_eq!((exact.found, exact.layer), (How::Exact, PriceLayer::Embedded));
        let end = exact.end.unwrap();
        assert_eq!((end.shutdown.to_string().as_str(), end.days_left), ("2027-01-14", 47));
        assert_eq!(page("openai/gpt-3.5-turbo").unwrap().found, How::Alias);
        assert_eq!(page("google/models/gemini-4-argon").unwrap().found, How::HostPrefix);
        assert_eq!(page("nobody/gpt-4o"), None);
    }

    fn listed(at: &str, id: &str) -> ListedPrice {
        let list = PriceList::new(&Prices::embedded(), None, at.parse().unwrap());
        list.models.into_iter().find(|model| model.id == id).unwrap()
    }

    #[test]
    fn a_list_shows_the_row_of_its_day_and_what_is_not_known_is_absent() {
        let before = listed("2026-11-30", "gemini-4-argon");
        let after = listed("2026-12-01", "gemini-4-argon");
        assert_eq!(before.input.unwrap().to_string(), "2");
        assert_eq!(after.input.unwrap().to_string(), "4");
        assert_eq!(listed("2020-01-01", "gpt-4o-2024-05-13").input, None);
        assert!(listed("2026-11-30", "deepseek-v4-pro").has_hours);
    }

    #[test]
    fn a_list_of_one_provider_has_no_other_and_is_in_order() {
        let at = "2026-11-30".parse().unwrap();
        let list = PriceList::new(&Prices::embedded(), Some("mistral"), at).models;
        assert!(list.len() > 1 && list.iter().all(|model| model.provider == "mistral"));
        assert!(list.is_sorted_by_key(|model| &model.id));
    }
}
