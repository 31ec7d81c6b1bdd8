//! The format of a price table, `promptmatrix.prices/1`, and the built-in one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::day::Day;
use super::row::{PriceRow, in_order};
use crate::domain::Rates;

/// Why a text is not a price table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// Not JSON, or not in this format.
    #[error("{0}")]
    Shape(String),
    /// Two entries have the same provider and id.
    #[error("`{0}` has two entries")]
    Twice(String),
    /// The rows of a model are not in order, or overlap.
    #[error("the rows of `{0}` are not in the order of their dates")]
    Order(String),
}

/// A price table: facts with dates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PriceTable {
    pub schema: Format,
    /// When it was made.
    pub generated: Day,
    /// Always US dollars.
    pub currency: Currency,
    /// What prices are for.
    pub unit: Unit,
    /// How tiers are meant, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier_rule: Option<String>,
    /// How batch prices are meant, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch_rule: Option<String>,
    /// Where the facts are from.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sources: BTreeMap<String, String>,
    pub models: Vec<PricedModel>,
}

/// The name of the format.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) enum Format {
    /// The first version.
    #[default]
    #[serde(rename = "promptmatrix.prices/1")]
    Prices1,
}

/// The currency of a table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) enum Currency {
    /// US dollars.
    #[default]
    #[serde(rename = "USD")]
    Usd,
}

/// The unit of a table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) enum Unit {
    /// A million tokens.
    #[default]
    #[serde(rename = "per 1e6 tokens")]
    PerMillion,
}

/// One model of one provider. The same id costs different money at different hosts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PricedModel {
    /// Who bills it: `openai`, `anthropic`, `google`, `bedrock` …
    pub provider: String,
    pub id: String,
    /// Other ids that mean the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// When it came out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released: Option<Day>,
    /// When its end was announced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deprecation_announced: Option<Day>,
    /// The day from which it no longer answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shutdown: Option<Day>,
    /// The provider promises that it answers until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_retired_before: Option<Day>,
    /// How sure the prices are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<Confidence>,
    /// Which sources say so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub price_sources: Vec<String>,
    /// What else is to be known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// What the entry does to the same model in a lower layer.
    #[serde(default, skip_serializing_if = "Merge::is_replace")]
    pub merge: Merge,
    /// Its prices, oldest first.
    pub prices: Vec<PriceRow>,
}

/// How sure prices are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// Two sources say the same.
    TwoSourcesAgree,
    /// Two sources differ; the notes say how.
    TwoSourcesDisagree,
    /// Only one source.
    SingleSource,
    /// Put together by hand.
    Curated,
}

/// What an entry does to the same model in a lower layer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Merge {
    /// Takes its place whole.
    #[default]
    Replace,
    /// Adds its rows to those that are there.
    Append,
}

impl Merge {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
    fn is_replace(&self) -> bool {
        *self == Self::Replace
    }
}

impl PriceTable {
    /// A table without models.
    pub(crate) fn empty(generated: Day) -> Self {
        Self {
            schema: Format::default(),
            generated,
            currency: Currency::default(),
            unit: Unit::default(),
            tier_rule: None,
            batch_rule: None,
            sources: BTreeMap::new(),
            models: Vec::new(),
        }
    }

    /// Reads a table from JSON, and checks what a shape cannot say.
    pub(crate) fn parse(text: &str) -> Result<Self, TableError> {
        let table: Self =
            serde_json::from_str(text).map_err(|error| TableError::Shape(error.to_string()))?;
        checked(&table.models)?;
        Ok(table)
    }

    /// The table as a file: JSON with an end of line.
    pub(crate) fn render(&self) -> String {
        // A table is made of texts, numbers and lists: nothing that JSON cannot write.
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }
}

/// Whether every model has one entry, with rows in order.
fn checked(models: &[PricedModel]) -> Result<(), TableError> {
    let mut seen = BTreeSet::new();
    for model in models {
        if !seen.insert((&model.provider, &model.id)) {
            return Err(TableError::Twice(model.name()));
        }
        if !in_order(&model.prices) {
            return Err(TableError::Order(model.name()));
        }
    }
    Ok(())
}

impl PricedModel {
    /// Reads entries without a table around them.
    pub fn list(text: &str) -> Result<Vec<Self>, TableError> {
        let models: Vec<Self> =
            serde_json::from_str(text).map_err(|error| TableError::Shape(error.to_string()))?;
        checked(&models)?;
        Ok(models)
    }

    /// An entry with one row that holds for ever.
    pub fn flat(provider: &str, id: &str, rates: &Rates) -> Self {
        Self {
            provider: provider.to_owned(),
            id: id.to_owned(),
            aliases: Vec::new(),
            released: None,
            deprecation_announced: None,
            shutdown: None,
            not_retired_before: None,
            confidence: None,
            price_sources: Vec::new(),
            notes: None,
            merge: Merge::Replace,
            prices: vec![PriceRow::flat(rates)],
        }
    }

    /// `PROVIDER/ID`, as people name it.
    pub fn name(&self) -> String {
        format!("{}/{}", self.provider, self.id)
    }

    /// The row that holds on a day.
    pub fn row(&self, day: Day) -> Option<&PriceRow> {
        let begun = |row: &&PriceRow| row.from.is_none_or(|from| from.date() <= day.date());
        let row = self.prices.iter().rev().find(begun)?;
        row.to.is_none_or(|to| day.date() < to.date()).then_some(row)
    }

    /// Adds a row: what held until its first day ends there, and rows from then on are replaced.
    pub fn append(&mut self, row: PriceRow) {
        let begin = row.from.map(Day::date);
        self.prices.retain(|old| old.from.map(Day::date) < begin);
        if let Some(last) = self.prices.last_mut()
            && last.to.is_none_or(|to| Some(to.date()) > begin)
        {
            last.to = row.from;
        }
        self.prices.push(row);
    }
}

/// The table that is a part of the program: offline, and as old as its date says.
#[expect(clippy::expect_used, reason = "the text is a part of the program, and read by a test")]
pub(crate) fn embedded() -> &'static PriceTable {
    static TABLE: OnceLock<PriceTable> = OnceLock::new();
    TABLE.get_or_init(|| {
        PriceTable::parse(include_str!("prices.json")).expect("the embedded table is a table")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_table_is_a_table_and_is_written_as_it_is_read() {
        let table = embedded();
        assert!(table.models.len() > 80);
        assert_eq!(PriceTable::parse(&table.render()).as_ref(), Ok(table));
    }
}
