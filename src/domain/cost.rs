//! What the suite says about its cost: prices of hours, volumes, limits.

use std::collections::BTreeMap;

use super::{Assumptions, Param, Preset, Slot, string_enum};

/// `[cost]`, resolved.
#[derive(Debug, Clone, PartialEq)]
pub struct CostSettings {
    /// What is assumed where neither the suite nor a measurement says more.
    pub preset: Preset,
    /// What the suite says instead.
    pub written: BTreeMap<Param, f64>,
    /// Requests a month of the application behind the prompts; `None` where nothing is written.
    pub requests_per_month: Option<f64>,
    /// How far ahead is looked, in months.
    pub horizon_months: u32,
    /// How slots move to new versions.
    pub policy: BumpPolicy,
    /// Version bumps in a year, of single slots.
    pub bumps_per_year: BTreeMap<Slot, f64>,
    /// Whole runs in a day; `None` leaves it to the ledger.
    pub runs_per_day: Option<f64>,
    /// The share of valid answers that a model must give to be good enough alone.
    pub target_valid: f64,
    /// The slot that a route would try first; `None` is the cheapest.
    pub small: Option<Slot>,
    /// The slot that would do it all; `None` is the one with the most valid answers.
    pub large: Option<Slot>,
    /// How often a learned router sends a case to the small model where that is right, and sees that
    /// it would not be; `None` is a router that knows nothing.
    pub router: Option<(f64, f64)>,
    /// What building a router costs once, in USD; spread over the horizon.
    pub router_build_usd: f64,
    /// What fails.
    pub gate: CostGate,
}

impl Default for CostSettings {
    fn default() -> Self {
        Self {
            preset: Preset::Default,
            written: BTreeMap::new(),
            requests_per_month: None,
            horizon_months: 12,
            policy: BumpPolicy::TrackLatest,
            bumps_per_year: BTreeMap::new(),
            runs_per_day: None,
            target_valid: 0.95,
            small: None,
            large: None,
            router: None,
            router_build_usd: 0.0,
            gate: CostGate::default(),
        }
    }
}

impl CostSettings {
    /// The value of every parameter: as written, else of the preset.
    pub fn assumed(&self) -> Assumptions {
        let preset = Assumptions::preset(self.preset);
        self.written.iter().fold(preset, |all, (param, value)| all.with(*param, *value))
    }
}

string_enum! {
    /// How slots move to new versions.
    #[derive(Default)]
    pub enum BumpPolicy {
        /// To each newer version of their class.
        #[default]
        TrackLatest = "track-latest",
        /// When the one they have is switched off.
        RideToRetirement = "ride-to-retirement",
    }
}

/// What fails `promptmatrix cost`. Nothing does, unless it is written.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[expect(clippy::struct_field_names, reason = "as the keys of the config")]
pub struct CostGate {
    /// More USD a month than this, calls and people together.
    pub max_usd_per_month: Option<f64>,
    /// More hours of people for one bump than this, on average.
    pub max_hours_per_bump: Option<f64>,
    /// A valid answer of some slot that costs more than before, by more than this share.
    pub max_cost_per_valid_increase: Option<f64>,
}
