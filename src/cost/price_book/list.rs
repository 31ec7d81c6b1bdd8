//! What every model costs on one day.

use serde::{Deserialize, Serialize};

use crate::cost::lifecycle::Lifecycles;
use crate::cost::price::{Day, PriceRow, PricedModel, Prices};
use crate::domain::{Price, PriceLayer};

/// The list, by provider and id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PriceList {
    /// Version of this format.
    pub format: u32,
    /// The day whose prices are shown.
    #[schemars(with = "String")]
    pub at: Day,
    /// The models.
    pub models: Vec<ListedPrice>,
}

/// What one model costs on that day, in dollars per million tokens. What is not known is absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ListedPrice {
    /// Who bills it.
    pub provider: String,
    /// Its id there.
    pub id: String,
    /// Other ids that mean the same.
    pub aliases: Vec<String>,
    /// Which table says so.
    pub layer: PriceLayer,
    /// The first day of these prices; absent where they hold since ever, or are not known.
    #[schemars(with = "Option<String>")]
    pub from: Option<Day>,
    /// Input.
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
    #[schemars(with = "Option<String>")]
    pub shutdown: Option<Day>,
}

impl PriceList {
    /// Version of the format that this version writes.
    pub const FORMAT: u32 = 1;

    /// The list of a day; of one provider, where one is named.
    pub fn new(prices: &Prices, provider: Option<&str>, at: Day) -> Self {
        let lives = Lifecycles::new(prices);
        let wanted = |model: &PricedModel| provider.is_none_or(|name| model.provider == name);
        let listed = prices.models().filter(|(model, _)| wanted(model));
        let mut models: Vec<ListedPrice> = listed
            .map(|(model, layer)| {
                let shutdown = lives.find(&model.provider, &model.id).and_then(|it| it.shutdown);
                line(model, layer, (model.row(at), shutdown))
            })
            .collect();
        models.sort_by(|one, two| (&one.provider, &one.id).cmp(&(&two.provider, &two.id)));
        Self { format: Self::FORMAT, at, models }
    }
}

fn line(
    model: &PricedModel,
    layer: PriceLayer,
    (row, shutdown): (Option<&PriceRow>, Option<Day>),
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

#[cfg(test)]
mod tests {
    use super::*;

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
