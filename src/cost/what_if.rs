//! What a change of the matrix would cost or save: one more model or prompts, one less, another price.

use std::str::FromStr;

use super::cadence;
use super::outlook::Outlook;
use super::upkeep::{Column, Year, labour, year};
use crate::domain::{Assumptions, BumpPolicy, Param, Slot};

/// A change of the matrix, as it is typed.
#[derive(Debug, Clone, PartialEq)]
pub enum WhatIf {
    /// `add-model PROVIDER/ID`.
    AddModel {
        /// Who bills it, as price tables name them.
        provider: String,
        /// Its id there.
        id: String,
    },
    /// `drop-model SLOT`.
    DropModel(Slot),
    /// `add-prompts N`.
    AddPrompts(u32),
    /// `price SLOT xFACTOR`.
    Price {
        /// Whose.
        slot: Slot,
        /// What it is multiplied by.
        factor: f64,
    },
}

/// Why a text is no change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("write `add-model PROVIDER/ID`, `drop-model SLOT`, `add-prompts N` or `price SLOT x0.5`")]
pub struct WhatIfError;

impl FromStr for WhatIf {
    type Err = WhatIfError;

    fn from_str(text: &str) -> Result<Self, WhatIfError> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let slot = |name: &str| Slot::new(name).map_err(|_| WhatIfError);
        match words.as_slice() {
            ["add-model", key] => match key.split_once('/') {
                Some((provider, id)) if !provider.is_empty() && !id.is_empty() => {
                    Ok(Self::AddModel { provider: provider.to_owned(), id: id.to_owned() })
                }
                _ => Err(WhatIfError),
            },
            ["drop-model", name] => Ok(Self::DropModel(slot(name)?)),
            ["add-prompts", number] => {
                number.parse().map(Self::AddPrompts).map_err(|_| WhatIfError)
            }
            ["price", name, factor] => {
                let factor = factor.strip_prefix('x').and_then(|factor| factor.parse().ok());
                let factor = factor.filter(|factor: &f64| factor.is_finite() && *factor >= 0.0);
                Ok(Self::Price { slot: slot(name)?, factor: factor.ok_or(WhatIfError)? })
            }
            _ => Err(WhatIfError),
        }
    }
}

/// What a change comes to.
#[derive(Debug, Clone, PartialEq, serde::Serialize, schemars::JsonSchema)]
pub struct WhatIfLine {
    /// The change, as it was typed.
    pub change: String,
    /// USD more in a month; less is below 0.
    pub month_usd: f64,
    /// Of that, for calls.
    pub month_calls_usd: f64,
    /// Hours of people more in a month.
    pub month_hours: f64,
    /// USD once.
    pub once_usd: f64,
    /// Hours of people once.
    pub once_hours: f64,
}

/// Why a change cannot be calculated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WhatIfUnknown {
    /// There is no such slot.
    #[error("there is no model `{0}`")]
    Slot(String),
    /// No price table has the model, or no call says how many tokens one takes.
    #[error("what `{0}` would cost is not known: no price table has it, or nothing was run yet")]
    Price(String),
}

/// What a change comes to. `run_usd` says what a model that is not there yet would cost to ask all
/// cases of one prompt once.
pub fn calculate(
    change: &WhatIf,
    typed: &str,
    (outlook, policy): (&Outlook, BumpPolicy),
    assumed: &Assumptions,
    usd_per_prompt: impl Fn(&str, &str) -> Option<f64>,
) -> Result<WhatIfLine, WhatIfUnknown> {
    let mut after = outlook.matrix.clone();
    let mut ports = 0.0;
    let at = |slot: &Slot| {
        let found = outlook.slots.iter().position(|one| one.slot == *slot);
        found.ok_or_else(|| WhatIfUnknown::Slot(slot.to_string()))
    };
    match change {
        WhatIf::AddModel { provider, id } => {
            let usd = usd_per_prompt(provider, id);
            let usd_per_prompt =
                usd.ok_or_else(|| WhatIfUnknown::Price(format!("{provider}/{id}")))?;
            let most = after.columns.iter().map(|column| column.prompts).fold(0.0, f64::max);
            let bumps = cadence::of(provider, id).per_year(policy);
            after.columns.push(Column { prompts: most, usd_per_prompt, bumps });
            ports = most;
        }
        WhatIf::DropModel(slot) => {
            let at = at(slot)?;
            after.columns.remove(at);
        }
        WhatIf::AddPrompts(number) => {
            for column in &mut after.columns {
                column.prompts += f64::from(*number);
                ports += f64::from(*number);
            }
        }
        WhatIf::Price { slot, factor } => {
            let at = at(slot)?;
            if let Some(column) = after.columns.get_mut(at) {
                column.usd_per_prompt *= factor;
            }
        }
    }
    let difference: Year = year(&after, assumed).minus(outlook.year);
    let minutes = ports * assumed.get(Param::PortMinutes);
    Ok(WhatIfLine {
        change: typed.to_owned(),
        month_usd: difference.usd() / 12.0,
        month_calls_usd: difference.runs_usd / 12.0,
        month_hours: difference.hours() / 12.0,
        once_usd: labour(minutes, assumed),
        once_hours: minutes / 60.0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cost::outlook::SlotFacts;
    use crate::domain::Preset;

    fn outlook() -> Outlook {
        let slot = |name: &str, usd: f64| SlotFacts {
            slot: Slot::new(name).unwrap(),
            id: "x".into(),
            prompts: 4,
            run_usd: Some(usd),
            run_n: 4,
            later: Vec::new(),
            cadence: cadence::of("openai", "gpt-4o"),
            seen: (0, 0.0),
            written: None,
        };
        let assumed = Assumptions::preset(Preset::Default);
        Outlook::new(&[slot("a", 0.1), slot("b", 1.0)], BumpPolicy::TrackLatest, 1.0, &assumed)
    }

    fn line(typed: &str) -> Result<WhatIfLine, WhatIfUnknown> {
        let assumed = Assumptions::preset(Preset::Default);
        let known = |provider: &str, _: &str| (provider == "openai").then_some(0.25);
        let change = typed.parse().unwrap();
        calculate(&change, typed, (&outlook(), BumpPolicy::TrackLatest), &assumed, known)
    }

    #[test]
    fn a_change_costs_the_difference_of_two_matrices() {
        let (drop, add) = (line("drop-model b").unwrap(), line("add-model openai/gpt-4o").unwrap());
        // The added model has the prompts, prices and bumps of the dropped one.
        assert!((drop.month_usd + add.month_usd).abs() < 1e-9, "{drop:?} {add:?}");
        assert!(add.once_hours > 0.0 && drop.once_hours.abs() < 1e-12);
        let half = line("price b x0.5").unwrap();
        assert!((half.month_calls_usd + 0.5 * 365.25 / 12.0).abs() < 1e-9, "{half:?}");
        assert!(half.month_hours.abs() < 1e-12);
        assert!(line("add-prompts 2").unwrap().month_hours > 0.0);
    }

    #[test]
    fn what_is_not_known_is_said() {
        assert_eq!(line("drop-model c"), Err(WhatIfUnknown::Slot("c".into())));
        assert_eq!(line("add-model x/y"), Err(WhatIfUnknown::Price("x/y".into())));
        for text in ["", "add-model", "add-model openai", "price b 0.5", "price b xNaN", "models=1"]
        {
            assert!(text.parse::<WhatIf>().is_err(), "{text}");
        }
    }
}
