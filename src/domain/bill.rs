//! Whose prices hold for a slot, and what its recorded calls cost.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CellId, Hash, Pico, Rates, Usage, string_enum};

/// Which prices hold for a slot; nothing here means: those of its provider and id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Billing {
    /// The entry of the price tables that is meant.
    pub price_as: Option<PriceKey>,
    pub own: Option<Rates>,
    /// When somebody last looked these prices up.
    pub as_of: Option<Date>,
}

/// Names an entry of a price table: `provider/id`. An id may have further slashes in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PriceKey {
    pub provider: String,
    pub id: String,
}

/// Why a text names no entry of a price table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not of the form `PROVIDER/ID`")]
pub struct PriceKeyError;

impl FromStr for PriceKey {
    type Err = PriceKeyError;

    fn from_str(text: &str) -> Result<Self, PriceKeyError> {
        match text.split_once('/') {
            Some((provider, id)) if !provider.trim().is_empty() && !id.trim().is_empty() => {
                Ok(Self { provider: provider.to_owned(), id: id.to_owned() })
            }
            _ => Err(PriceKeyError),
        }
    }
}

impl fmt::Display for PriceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}/{}", self.provider, self.id))
    }
}

string_enum! {
    /// Where a price comes from, strongest first.
    pub enum PriceLayer {
        /// `price` of the slot itself.
        Slot = "slot",
        /// `[[cost.price]]` of the config.
        Config = "config",
        /// The suite's own file of prices.
        File = "file",
        /// The world of the demo provider.
        DemoWorld = "demo-world",
        /// The table that is a part of the program.
        Embedded = "embedded",
    }
}

/// The price tables that a run was billed by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceSource {
    /// Hash over all that they say together.
    pub hash: Hash,
    /// Which tables, strongest first.
    pub layers: Vec<PriceLayer>,
}

/// What calls cost. What is not known is counted, and is not in the sum.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(into = "BillText", try_from = "BillText")]
#[schemars(with = "BillText")]
pub struct Bill {
    /// The sum of all costs that are known.
    pub cost: Pico,
    /// Answers whose cost is not known.
    pub unpriced: usize,
    /// Requests without an answer that says how many tokens it took; they count as nothing.
    pub unbilled: usize,
    /// Answers that are billed by the price of their model's family.
    pub by_family: usize,
}

impl Bill {
    pub fn add(&mut self, other: Self) {
        self.cost += other.cost;
        self.unpriced += other.unpriced;
        self.unbilled += other.unbilled;
        self.by_family += other.by_family;
    }
}

impl fmt::Display for Bill {
    /// `$0.027`, `$0.027 and 3 of unknown cost`, `cost unknown`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&match (self.cost, self.unpriced) {
            (cost, 0) => cost.to_string(),
            (Pico::ZERO, _) => "cost unknown".to_owned(),
            (cost, unpriced) => format!("{cost} and {unpriced} of unknown cost"),
        })
    }
}

/// A bill as it is written: for people's programs in dollars, and exactly.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct BillText {
    /// The sum of all costs that are known, in dollars, with six decimals.
    usd: String,
    /// The same in pico-dollars, exactly.
    usd_pico: Pico,
    /// Answers whose cost is not known.
    unpriced_calls: usize,
    /// Requests without an answer that says how many tokens it took; they count as nothing.
    unbilled_calls: usize,
    /// Answers that are billed by the price of their model's family.
    #[serde(default, skip_serializing_if = "is_zero")]
    priced_by_family: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

impl From<Bill> for BillText {
    fn from(bill: Bill) -> Self {
        Self {
            usd: bill.cost.usd(),
            usd_pico: bill.cost,
            unpriced_calls: bill.unpriced,
            unbilled_calls: bill.unbilled,
            priced_by_family: bill.by_family,
        }
    }
}

impl TryFrom<BillText> for Bill {
    type Error = String;

    fn try_from(text: BillText) -> Result<Self, String> {
        if text.usd != text.usd_pico.usd() {
            return Err(format!("`usd` is {}, and `usd_pico` {}", text.usd, text.usd_pico.usd()));
        }
        Ok(Self {
            cost: text.usd_pico,
            unpriced: text.unpriced_calls,
            unbilled: text.unbilled_calls,
            by_family: text.priced_by_family,
        })
    }
}

/// One answer of a journal.
#[expect(clippy::struct_excessive_bools, reason = "facts that do not exclude each other")]
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedCall<'l> {
    pub cell: CellId,
    /// Which answer of the cell, from 1.
    pub number: u32,
    /// When it was asked for.
    pub at: Timestamp,
    /// Whether it is a recording: it was paid for when that was made.
    pub replayed: bool,
    /// How long it took, in milliseconds.
    pub latency_ms: u64,
    pub answered: bool,
    /// Requests for it that failed.
    pub failed: u64,
    /// Whether the answer is valid.
    pub valid: bool,
    /// Its value, as JSON.
    pub value: Option<&'l str>,
    /// Tokens, as far as they were reported.
    pub usage: Option<Usage>,
    /// The id that answered.
    pub served: Option<String>,
    /// What it cost when it was asked for, where that was known.
    pub cost: Option<Pico>,
    /// Whether that is the price of the model's family.
    pub by_family: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bill_is_written_in_dollars_and_exactly_and_read_back() {
        let bill = Bill { cost: Pico::new(27_000_000_123), unpriced: 2, unbilled: 1, by_family: 0 };
        let text = serde_json::to_string(&bill).unwrap();
        assert!(text.starts_with(r#"{"usd":"0.027000","usd_pico":"27000000123","#), "{text}");
        assert_eq!(serde_json::from_str::<Bill>(&text).unwrap(), bill);
        assert!(serde_json::from_str::<Bill>(&text.replace("0.027000", "9.000000")).is_err());
    }

    #[test]
    fn what_is_unknown_is_said() {
        let bill = |cost, unpriced| Bill { cost: Pico::new(cost), unpriced, ..Bill::default() };
        assert_eq!(bill(27_000_000_000, 0).to_string(), "$0.027");
        assert_eq!(bill(27_000_000_000, 3).to_string(), "$0.027 and 3 of unknown cost");
        assert_eq!(bill(0, 3).to_string(), "cost unknown");
        assert_eq!(bill(0, 0).to_string(), "$0.00");
    }

    #[test]
    fn an_entry_is_named_by_provider_and_id() {
        let key: PriceKey = "together/meta-llama/Llama-3-8b-chat-hf".parse().unwrap();
        assert_eq!(
            (key.provider.as_str(), key.id.as_str()),
            ("together", "meta-llama/Llama-3-8b-chat-hf")
        );
        assert_eq!(key.to_string(), "together/meta-llama/Llama-3-8b-chat-hf");
        for text in ["", "openai", "/gpt", "openai/", " / "] {
            assert!(text.parse::<PriceKey>().is_err(), "{text}");
        }
    }
}
