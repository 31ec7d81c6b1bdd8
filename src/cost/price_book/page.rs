//! Everything that is known of one model's prices.

use serde::{Deserialize, Serialize};

use crate::cost::lifecycle::{LifeSource, Lifecycles, Successor};
use crate::cost::price::{Day, How, PricedModel, Prices};
use crate::domain::{PriceKey, PriceLayer, Slot};

/// The page of one model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PricePage {
    /// Version of this format.
    pub format: u32,
    /// The day of looking, in UTC.
    #[schemars(with = "String")]
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
pub struct Ahead {
    /// The first day without it.
    #[schemars(with = "String")]
    pub shutdown: Day,
    /// Days until then; negative where it is past.
    pub days_left: i32,
    /// When that was announced.
    #[schemars(with = "Option<String>")]
    pub announced: Option<Day>,
    /// What comes after it.
    pub successor: Option<Successor>,
    /// Who says so.
    pub source: LifeSource,
}

impl PricePage {
    /// Version of the format that this version writes.
    pub const FORMAT: u32 = 1;

    /// The page of a model; `None` where no table has it.
    pub fn new(prices: &Prices, key: &PriceKey, slots: Vec<Slot>, today: Day) -> Option<Self> {
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
}
