//! The matrix of the worked figures: twelve prompts, twenty cases, three models of 2024.

use crate::cost::routing::Priced;
use crate::cost::scenario::Scenario;
use crate::cost::upkeep::{Column, Matrix};
use crate::domain::{Assumptions, Param, Preset};

/// One of the models.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Model {
    /// A call of 2000 tokens in and 300 out, in USD.
    pub(crate) usd: f64,
    /// Share of valid answers.
    pub(crate) valid: f64,
    /// Version bumps a year, when one follows the newest.
    pub(crate) bumps: f64,
}

pub(crate) const GPT_4O: Model = Model { usd: 0.008, valid: 0.995, bumps: 4.51 };
pub(crate) const SONNET: Model = Model { usd: 0.0105, valid: 0.98, bumps: 3.34 };
pub(crate) const LLAMA: Model = Model { usd: 0.00046, valid: 0.82, bumps: 365.25 / 497.0 };

const PROMPTS: f64 = 12.0;
const CASES: f64 = 20.0;

pub(crate) fn assumed() -> Assumptions {
    Assumptions::preset(Preset::Default)
}

fn column(model: Model) -> Column {
    Column { prompts: PROMPTS, usd_per_prompt: CASES * model.usd, bumps: model.bumps }
}

pub(crate) fn matrix() -> Matrix {
    Matrix { columns: [GPT_4O, SONNET, LLAMA].map(column).to_vec(), runs_per_day: 1.0 }
}

/// GPT-4o behind a hosted router that asks Llama first, at so many requests a month.
pub(crate) fn route(volume: f64, small: Model, assumed: &Assumptions) -> Scenario {
    Scenario {
        volume,
        large: Priced { usd: GPT_4O.usd, valid: GPT_4O.valid },
        large_factor: 1.0,
        small_usd: small.usd,
        router_usd: 2000.0 * 0.14 / 1e6,
        correction: 0.0,
        added: Some(column(small)),
        route_bumps: GPT_4O.bumps + small.bumps,
        runs_per_day: 1.0,
        build_month: 0.0,
        assumed: assumed.with(Param::SmallValid, small.valid),
    }
}
