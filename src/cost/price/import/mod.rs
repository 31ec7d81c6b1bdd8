//! Price lists of others, read into entries of our own format.
//!
//! Numbers are read from their text and never pass through a floating point number. What a list says
//! that cannot be, or that would bill wrongly, leaves its entry out, with the reason.

mod genai;
mod guard;
mod hours;
mod json;
mod litellm;
mod models_dev;
mod tidy;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::table::{PriceTable, PricedModel, TableError};
use crate::domain::string_enum;

pub(crate) use guard::Why;
use json::Json;

string_enum! {
    /// Whose format a list has.
    pub enum ListFormat {
        /// Our own.
        Promptmatrix = "promptmatrix",
        /// `data.json` of genai-prices, version 2.
        GenaiPrices = "genai-prices",
        /// `model_prices_and_context_window.json` of litellm.
        Litellm = "litellm",
        /// `api.json` of models.dev.
        ModelsDev = "models.dev",
    }
}

impl ListFormat {
    /// Whether the format can say that a price holds only at some hours.
    pub fn knows_hours(self) -> bool {
        self != Self::ModelsDev
    }

    /// The one that a list has, by what it is made of.
    fn of(list: &Json) -> Option<Self> {
        if let Some(items) = list.items() {
            let is_provider = |item: &Json| item.get("models").and_then(Json::items).is_some();
            return (!items.is_empty() && items.iter().all(is_provider))
                .then_some(Self::GenaiPrices);
        }
        let entries = list.entries()?;
        let any = |key: &str| entries.iter().any(|(_, entry)| entry.get(key).is_some());
        match () {
            () if list.get("schema").and_then(Json::text).is_some() => Some(Self::Promptmatrix),
            () if any("litellm_provider") => Some(Self::Litellm),
            () if any("models") => Some(Self::ModelsDev),
            () => None,
        }
    }
}

/// A list that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// Whose format it had.
    pub format: ListFormat,
    /// How many entries it has.
    pub entries: usize,
    /// How many of them say of a model what another one says, or are only another name of it.
    pub joined: usize,
    /// What it says, by provider and id; each once.
    pub models: Vec<PricedModel>,
    /// What is not taken.
    pub left_out: Vec<LeftOut>,
    /// What is taken, and odd.
    pub odd: Vec<Odd>,
    /// How many prices were finer than a pico-dollar per token, and are rounded.
    pub rounded: usize,
}

/// An entry that is not taken.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct LeftOut {
    pub provider: String,
    /// Its id, as far as it is one.
    pub id: String,
    pub why: Why,
}

/// Something that is taken although it is odd.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Odd {
    /// Which entry, or which key of entries.
    pub what: String,
    pub why: String,
}

/// Why a text cannot be read as a price list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ImportError {
    /// It is not JSON.
    #[error("it is not JSON: {0}")]
    NotJson(String),
    /// It is no list that is known.
    #[error("it is a price list of none of the known formats")]
    Unknown,
    /// It is not in the format that it is said to have.
    #[error("it is not in the format of {format}: {why}")]
    Shape {
        /// The format.
        format: ListFormat,
        /// Where it is not.
        why: String,
    },
    /// It is a table of ours that contradicts itself.
    #[error(transparent)]
    Table(#[from] TableError),
}

/// Reads a list, in the format that is named, else in the one that it has.
pub(crate) fn import(text: &str, format: Option<ListFormat>) -> Result<Imported, ImportError> {
    let list = Json::parse(text).map_err(ImportError::NotJson)?;
    let format = format.or_else(|| ListFormat::of(&list)).ok_or(ImportError::Unknown)?;
    let read = match format {
        ListFormat::Promptmatrix => tidy::Read::own(PriceTable::parse(text)?),
        ListFormat::GenaiPrices => genai::read(&list).map_err(shape(format))?,
        ListFormat::Litellm => litellm::read(&list).map_err(shape(format))?,
        ListFormat::ModelsDev => models_dev::read(&list).map_err(shape(format))?,
    };
    Ok(read.tidy(format))
}

fn shape(format: ListFormat) -> impl FnOnce(&'static str) -> ImportError {
    move |why| ImportError::Shape { format, why: why.to_owned() }
}

#[cfg(test)]
mod tests;
