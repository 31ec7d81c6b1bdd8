//! From a table's entry to the prices of one request: ids as they are written at different hosts,
//! the row of the day, the hour, the batch endpoint, the tier.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::day::Day;
use super::row::{Tier, TimeWindow};
use super::table::PricedModel;
use crate::domain::Rates;

/// Why a request has no price. It is unknown then, never zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Unpriced {
    /// No table has the model at this provider.
    #[error("no price table has the model")]
    UnknownModel,
    /// The table has the model, but no row for that day.
    #[error("the price table has no row for that day")]
    NoRow,
    /// The table has no price of the batch endpoint, or none for input of that length.
    #[error("the price table has no batch price for it")]
    NoBatchPrice,
    /// The answer does not say how many tokens it took.
    #[error("the answer does not say how many tokens it took")]
    NoUsage,
    /// What it says of its tokens contradicts itself.
    #[error("what the answer says of its tokens contradicts itself")]
    InconsistentUsage,
    /// Nothing says whose model it is.
    #[error("nothing says who bills the model; `price-as` can")]
    NoProvider,
}

/// How a request was sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mode {
    /// Answered at once.
    #[default]
    Sync,
    /// Through a batch endpoint.
    Batch,
}

/// How an id was found in a table.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// As it stands.
    Exact,
    /// By another name of the entry.
    Alias,
    /// Without what its host writes before it.
    HostPrefix,
    /// Without the date at its end: by the family's price, which may not be this version's.
    Family,
}

/// An entry, and how it was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found<'t> {
    pub model: &'t PricedModel,
    /// How it was found.
    pub how: How,
}

/// The ids under which a model is looked for after its own, in order.
pub(super) fn spellings(id: &str) -> Vec<(&str, How)> {
    let bare = bare_id(id);
    let mut list = Vec::new();
    if bare != id {
        list.push((bare, How::HostPrefix));
    }
    list.extend(fine_tuned_base(bare).map(|base| (base, How::Alias)));
    if let Some(family) = without_date(bare) {
        list.push((family, How::Family));
    }
    list
}

/// `models/ID`, `accounts/X/models/ID`, `publishers/X/models/ID` without what is before the id.
pub(in crate::cost) fn bare_id(id: &str) -> &str {
    if let Some(rest) = id.strip_prefix("models/") {
        return rest;
    }
    for prefix in ["accounts/", "publishers/"] {
        let rest = id.strip_prefix(prefix).and_then(|rest| rest.split_once("/models/"));
        if let Some((owner, rest)) = rest
            && !owner.contains('/')
        {
            return rest;
        }
    }
    id
}

/// `ft:BASE` of `ft:BASE:ORGANISATION:NAME:ID`: tables know fine-tuned models by their base.
pub(in crate::cost) fn fine_tuned_base(id: &str) -> Option<&str> {
    let base = id.strip_prefix("ft:")?.split_once(':')?.0;
    id.get(.."ft:".len() + base.len())
}

/// An id without `-YYYY-MM-DD`, `-YYYYMMDD` or `@YYYYMMDD` at its end.
fn without_date(id: &str) -> Option<&str> {
    let date_of = |digits: &str| -> Option<Day> {
        let (year, rest) = (digits.get(..4)?, digits.get(4..)?);
        format!("{year}-{}-{}", rest.get(..2)?, rest.get(2..)?).parse().ok()
    };
    let cut = |length: usize| id.len().checked_sub(length).and_then(|at| id.split_at_checked(at));
    if let Some((family, suffix)) = cut(11)
        && let Some(date) = suffix.strip_prefix('-')
        && date.parse::<Day>().is_ok()
    {
        return Some(family).filter(|family| !family.is_empty());
    }
    let (family, suffix) = cut(9)?;
    let digits = suffix.strip_prefix(['-', '@'])?;
    date_of(digits)?;
    Some(family).filter(|family| !family.is_empty())
}

impl PricedModel {
    /// The prices of a request of so much input at a moment.
    pub fn rates(&self, at: Timestamp, mode: Mode, input_tokens: u64) -> Result<Rates, Unpriced> {
        let row = self.row(Day::of(at)).ok_or(Unpriced::NoRow)?;
        let tier = row.tier(input_tokens);
        let parts = match mode {
            // What a long request costs in a batch is not published.
            Mode::Batch if tier.is_some() => return Err(Unpriced::NoBatchPrice),
            Mode::Batch => row.batch_parts().ok_or(Unpriced::NoBatchPrice)?,
            Mode::Sync => {
                let window = row.window(at).map(TimeWindow::parts).unwrap_or_default();
                let tier = tier.map(Tier::parts).unwrap_or_default();
                row.parts().under(window).under(tier)
            }
        };
        parts.whole().ok_or(Unpriced::NoRow)
    }
}
