//! When models end, and what comes after them.
//!
//! Known from the provider's own list of models where it was asked, else from the price tables, else
//! from a table that is a part of the program. The end of a model is a matter of its host: the same
//! model ends on other days elsewhere.

mod table;
mod upcoming;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::price::{Day, PricedModel, Prices, bare_id, fine_tuned_base};
use crate::domain::{PriceLayer, string_enum};

pub(crate) use upcoming::{Column, Coming, Ending, Horizon, PriceChange, Retirement};

string_enum! {
    /// What happens to an id.
    pub(crate) enum EndKind {
        /// It stops answering.
        Retired = "retired",
        /// Another model answers under it.
        Redirected = "redirected",
        /// It has no version in it, and came to mean another model.
        DefaultMoved = "default-moved",
        /// The model stays; its price does not.
        PriceChange = "price-change",
    }
}

string_enum! {
    /// How far the sources of a row agree.
    pub enum Confidence {
        /// Two transcriptions of the provider's page say the same.
        TwoSourcesAgree = "two-sources-agree",
        /// They do not.
        TwoSourcesDisagree = "two-sources-disagree",
        /// One says it.
        SingleSource = "single-source",
        /// Nobody confirmed it.
        Unverified = "unverified",
    }
}

/// What is known of one model's life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Life {
    /// Its id, as its provider writes it.
    pub id: String,
    /// Which of the provider's models it is in size: `flagship`, `small`, `sonnet` …
    pub tier: Option<String>,
    /// When it came out.
    pub released: Option<Day>,
    /// When its end was announced.
    pub announced: Option<Day>,
    /// The first day on which its id no longer gives this model.
    pub shutdown: Option<Day>,
    /// The provider promises that it answers until then.
    pub not_before: Option<Day>,
    /// The id that the provider names as its replacement.
    pub replacement: Option<String>,
    /// What happens to its id then, or happened last.
    pub end: Option<EndKind>,
    /// Which id answers then, where another one does.
    pub answers_as: Option<String>,
    /// By the prices of which id; `None` where that is not known.
    pub billed_as: Option<String>,
    /// Who says when it ends.
    pub source: LifeSource,
    /// On which day that was read, where it is the built-in table.
    pub read: Option<Day>,
    /// How far its sources agree.
    pub confidence: Option<Confidence>,
}

/// Who says when a model ends, strongest first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum LifeSource {
    /// The provider's list of models, asked just now.
    Provider,
    /// The world of the demo provider.
    DemoWorld,
    /// A table of prices.
    Prices,
    /// The table that is a part of the program.
    Table,
}

impl LifeSource {
    pub fn words(self) -> &'static str {
        match self {
            Self::Provider => "the provider's list of models",
            Self::DemoWorld => "the demo world",
            Self::Prices => "the price table",
            Self::Table => "the built-in table",
        }
    }
}

impl Life {
    /// A model of which nothing is known but its id.
    pub(crate) fn new(id: impl Into<String>, source: LifeSource) -> Self {
        Self {
            id: id.into(),
            tier: None,
            released: None,
            announced: None,
            shutdown: None,
            not_before: None,
            replacement: None,
            end: None,
            answers_as: None,
            billed_as: None,
            source,
            read: None,
            confidence: None,
        }
    }

    /// Whether the id goes on answering, with another model.
    pub(crate) fn redirects(&self) -> bool {
        self.end == Some(EndKind::Redirected) && self.answers_as.is_some()
    }

    /// What a stronger source says goes before; what it does not say, stays.
    fn learn(&mut self, stronger: Self) {
        if stronger.shutdown.is_some() || stronger.confidence.is_some() {
            (self.source, self.read) = (stronger.source, stronger.read);
            self.confidence = stronger.confidence;
        }
        if stronger.end.is_some() {
            self.end = stronger.end;
            (self.answers_as, self.billed_as) = (stronger.answers_as, stronger.billed_as);
        }
        self.tier = stronger.tier.or_else(|| self.tier.take());
        self.released = stronger.released.or(self.released);
        self.announced = stronger.announced.or(self.announced);
        self.shutdown = stronger.shutdown.or(self.shutdown);
        self.not_before = stronger.not_before.or(self.not_before);
        self.replacement = stronger.replacement.or_else(|| self.replacement.take());
    }
}

/// What comes after a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Successor {
    pub id: String,
    /// Whether the provider names it; else it is the newest one of the same tier.
    pub named: bool,
}

/// Everything that is known of models' lives.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lifecycles {
    /// By who bills it, then by id.
    lives: BTreeMap<String, BTreeMap<String, Life>>,
    /// Other names, by who bills it: to the id.
    names: BTreeMap<String, BTreeMap<String, String>>,
}

impl Lifecycles {
    /// What the table that is a part of the program and the price tables know.
    pub(crate) fn new(prices: &Prices) -> Self {
        let mut all = Self::default();
        let built_in = |layer| layer == PriceLayer::Embedded;
        let (own, others): (Vec<_>, Vec<_>) =
            prices.models().partition(|(_, layer)| built_in(*layer));
        all.learn_prices(own.into_iter().map(|(model, _)| model));
        for (vendor, life) in table::rows() {
            all.learn(vendor, life);
        }
        all.learn_prices(others.into_iter().map(|(model, _)| model));
        all
    }

    fn learn_prices<'p>(&mut self, models: impl Iterator<Item = &'p PricedModel>) {
        for model in models {
            let mut life = Life::new(&model.id, LifeSource::Prices);
            life.released = model.released;
            life.announced = model.deprecation_announced;
            life.shutdown = model.shutdown;
            life.not_before = model.not_retired_before;
            self.learn(&model.provider, life);
            for name in &model.aliases {
                self.call(&model.provider, name, &model.id);
            }
        }
    }

    /// Takes what a source says. Sources are taken in their order, the weakest first.
    pub(crate) fn learn(&mut self, vendor: &str, life: Life) {
        let lives = self.lives.entry(vendor.to_owned()).or_default();
        match lives.get_mut(&life.id) {
            Some(known) => known.learn(life),
            None => drop(lives.insert(life.id.clone(), life)),
        }
    }

    /// Takes that an id still answers, whatever the tables say of its end. One that is redirected
    /// answers all the same.
    pub(crate) fn still_answers(&mut self, vendor: &str, id: &str, today: Day) {
        let life = self.lives.get_mut(vendor).and_then(|lives| lives.get_mut(id));
        let ended = |life: &&mut Life| life.shutdown.is_some_and(|day| day <= today);
        if let Some(life) = life.filter(|life| !life.redirects()).filter(ended) {
            (life.shutdown, life.end, life.read, life.confidence) = (None, None, None, None);
        }
    }

    /// Takes another name of a model.
    pub(crate) fn call(&mut self, vendor: &str, name: &str, id: &str) {
        self.names.entry(vendor.to_owned()).or_default().insert(name.to_owned(), id.to_owned());
    }

    /// What is known of a model: by its id, by another name, or without what its host writes before
    /// it. The date at the end of an id is never left out: another version ends on another day. A
    /// fine-tuned model, `ft:BASE:ORGANISATION:NAME:ID`, ends with those of its base.
    pub(crate) fn find(&self, vendor: &str, id: &str) -> Option<&Life> {
        let lives = self.lives.get(vendor)?;
        let name = |id: &str| self.names.get(vendor)?.get(id).and_then(|id| lives.get(id));
        let base = fine_tuned_base(id).unwrap_or(id);
        [id, bare_id(id), base].into_iter().find_map(|id| lives.get(id).or_else(|| name(id)))
    }

    /// What comes after a model: what its provider names, else the newest model of its tier that is
    /// out and is not to end within half a year of that.
    pub(crate) fn successor(&self, vendor: &str, life: &Life, today: Day) -> Option<Successor> {
        const LASTS_DAYS: i32 = 182;
        if let Some(id) = life.answers_as.as_ref().filter(|_| life.redirects()) {
            return Some(Successor { id: id.clone(), named: true });
        }
        if let Some(id) = &life.replacement {
            return Some(Successor { id: id.clone(), named: true });
        }
        let tier = life.tier.as_ref()?;
        let end = life.shutdown.unwrap_or(today).max(today).plus_days(LASTS_DAYS);
        let newer = self.lives.get(vendor)?.values().filter(|other| {
            other.tier.as_ref() == Some(tier)
                && other.id != life.id
                && other.released > life.released
                && other.released.is_some_and(|day| day <= today)
                && other.shutdown.is_none_or(|day| day > end)
        });
        let newest = newer.max_by_key(|other| (other.released, &other.id))?;
        Some(Successor { id: newest.id.clone(), named: false })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn known() -> Lifecycles {
        Lifecycles::new(&Prices::embedded())
    }

    fn shutdown(vendor: &str, id: &str) -> Option<String> {
        known().find(vendor, id)?.shutdown.map(|day| day.to_string())
    }

    #[test]
    fn a_model_ends_on_the_day_of_its_host_under_all_its_names() {
        let gpt = Some("2027-01-14".to_owned());
        assert_eq!(shutdown("openai", "gpt-4o-2024-08-06"), gpt);
        assert_eq!(shutdown("openai", "gpt-4.1"), gpt, "another name of the dated one");
        assert_eq!(shutdown("openai", "gpt-4o"), gpt);
        assert_eq!(shutdown("openai", "gpt-4o-2024-05-13"), Some("2026-10-23".to_owned()));
        assert_eq!(shutdown("openai", "gpt-4o-2031-01-01"), None, "no version is guessed at");
        assert_eq!(shutdown("azure", "gpt-4o-2024-08-06"), None, "another host, another day");
        assert_eq!(shutdown("google", "models/gemini-2.0-flash-001"), Some("2026-06-01".into()));
        assert_eq!(shutdown("nobody", "gpt-4o"), None);
    }

    #[test]
    fn a_named_replacement_goes_before_the_newest_of_the_tier() {
        let known = known();
        let after = |vendor: &str, id: &str| {
            let life = known.find(vendor, id).unwrap();
            known.successor(vendor, life, day("2026-11-25"))
        };
        let named = after("openai", "gpt-4o-2024-08-06").unwrap();
        assert_eq!((named.id.as_str(), named.named), ("gpt-6-luna", true));
        let unnamed = Life { replacement: None, ..known.find("openai", "gpt-4o").unwrap().clone() };
        let newest = known.successor("openai", &unnamed, day("2026-11-25")).unwrap();
        assert!(!newest.named && newest.id.starts_with("gpt-"), "{newest:?}");
        let redirected = after("google", "gemini-2.5-pro").unwrap();
        assert_eq!((redirected.id.as_str(), redirected.named), ("gemini-3.8-flash", true));
    }

    #[test]
    fn a_fine_tuned_model_ends_with_those_of_its_base() {
        let end = Some("2026-10-23".to_owned());
        assert_eq!(shutdown("openai", "ft:gpt-4.1-nano-2025-04-14:acme:triage:Ab1"), end);
        assert_eq!(shutdown("openai", "ft:gpt-4.1-nano-2025-04-14"), end);
        assert_eq!(shutdown("openai", "ft:gpt-9-2031-01-01:acme::x"), None);
        assert_eq!(shutdown("openai", "ft:"), None);
    }

    #[test]
    fn who_says_when_a_model_ends_says_what_answers_then() {
        let mut known = known();
        assert!(known.find("google", "gemini-2.5-pro").unwrap().redirects());
        let stopped = Life {
            shutdown: Some(day("2026-12-20")),
            end: Some(EndKind::Retired),
            ..Life::new("gemini-2.5-pro", LifeSource::Provider)
        };
        known.learn("google", stopped);
        let told = known.find("google", "gemini-2.5-pro").unwrap();
        assert!(!told.redirects() && told.confidence.is_none() && told.read.is_none(), "{told:?}");
    }

    #[test]
    fn a_list_that_still_has_an_ended_id_overrules_the_table_but_not_a_redirect() {
        let mut known = known();
        for (vendor, id, end) in [
            ("anthropic", "claude-sonnet-4-5-20250929", None),
            ("google", "gemini-2.5-pro", Some("2026-12-01")),
            ("openai", "gpt-5-2025-08-07", Some("2026-12-11")),
        ] {
            known.still_answers(vendor, id, day("2026-12-01"));
            let shutdown = known.find(vendor, id).unwrap().shutdown;
            assert_eq!(shutdown, end.map(day), "{id}");
        }
    }

    #[test]
    fn a_successor_lasts_half_a_year_after_the_end_of_the_model() {
        let mut known = known();
        let life = |id: &str, released: &str, shutdown: &str| Life {
            tier: Some("t".to_owned()),
            released: Some(day(released)),
            shutdown: Some(day(shutdown)),
            ..Life::new(id, LifeSource::Provider)
        };
        let old = life("old", "2025-01-01", "2026-12-01");
        let end = day("2026-12-01").plus_days(182);
        for (days, is_one) in [(0, false), (1, true)] {
            let new = life("new", "2026-01-01", &end.plus_days(days).to_string());
            known.learn("own", old.clone());
            known.lives.get_mut("own").unwrap().insert("new".to_owned(), new);
            let found = known.successor("own", &old, day("2026-11-25"));
            assert_eq!(found.is_some(), is_one, "{days}");
        }
    }

    #[test]
    fn the_provider_knows_better_and_what_it_does_not_say_stays() {
        let mut known = known();
        let mut life = Life::new("gpt-4o-2024-08-06", LifeSource::Provider);
        known.learn("openai", life.clone());
        let told = known.find("openai", "gpt-4o-2024-08-06").unwrap();
        assert_eq!((told.shutdown, told.source), (Some(day("2027-01-14")), LifeSource::Table));
        life.shutdown = Some(day("2027-03-01"));
        known.learn("openai", life);
        let told = known.find("openai", "gpt-4o-2024-08-06").unwrap();
        assert_eq!((told.shutdown, told.source), (Some(day("2027-03-01")), LifeSource::Provider));
        assert_eq!(told.tier.as_deref(), Some("flagship"));
    }
}
