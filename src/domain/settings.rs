//! Settings of a suite, resolved: every value is known.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Kind, Level, Pico, string_enum};

/// How a run behaves.
#[derive(Debug, Clone, PartialEq)]
pub struct RunSettings {
    /// Calls at once, over all slots.
    pub max_concurrency: usize,
    /// When infrastructure fails.
    pub retries: Retries,
    /// Most bytes of one response.
    pub max_response_bytes: usize,
    /// A recording of an identical request that is younger is taken instead of asking.
    pub max_age: Duration,
    /// Whether each run adds its summary to the ledger.
    pub ledger: bool,
    /// How a change is told from noise.
    pub drift: DriftSettings,
    /// What a run may cost; `None` where nothing limits it.
    pub budget: Option<Pico>,
    /// How many answers a cell is asked for whose answers start a new baseline.
    pub first_samples: u32,
}

/// How a change is told from noise, and what that may cost.
#[derive(Debug, Clone, PartialEq)]
pub struct DriftSettings {
    /// Whether cells whose answers deviate are asked again.
    pub adaptive: bool,
    /// Most further calls of a run, as a share of its cells.
    pub max_extra: f64,
    /// Wait before cells are asked again.
    pub wave_delay: Duration,
}

impl Default for DriftSettings {
    fn default() -> Self {
        Self { adaptive: true, max_extra: 0.5, wave_delay: Duration::ZERO }
    }
}

impl Default for RunSettings {
    fn default() -> Self {
        Self {
            max_concurrency: 8,
            retries: Retries::default(),
            max_response_bytes: 16 * 1024 * 1024,
            max_age: Duration::ZERO,
            ledger: false,
            budget: None,
            first_samples: 5,
            drift: DriftSettings::default(),
        }
    }
}

/// What is kept beside the runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreSettings {
    /// Whether exchanges are recorded.
    pub record: bool,
    /// The folder of the recordings, relative to the suite's, where it is one that can be committed;
    /// `None` is the private one.
    pub recordings: Option<String>,
    /// The file of imported prices, relative to the suite's folder, where it is one that can be
    /// committed; `None` is the private one.
    pub prices: Option<String>,
    /// Whether decisions and bumps are written into the ledger.
    pub ledger: bool,
    /// How many runs are kept.
    pub keep_runs: usize,
    /// The address of the store that machines share: `s3://`, `gs://`, `az://` or `file://`.
    pub url: Option<String>,
}

impl Default for StoreSettings {
    fn default() -> Self {
        Self {
            record: true,
            recordings: None,
            prices: None,
            ledger: true,
            keep_runs: 30,
            url: None,
        }
    }
}

/// How often and how long to wait when infrastructure fails. Answers are never asked for again.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Retries {
    /// Further attempts after the first.
    pub count: u32,
    /// Wait before the first further attempt; it doubles from there.
    pub delay: Duration,
    /// Longest wait of our own; one that the provider asks for is kept.
    pub max_delay: Duration,
    /// Spread the waits, so that many cells do not come back at once.
    pub jitter: bool,
    /// How long one waits for a provider that does not answer.
    pub max_wait: Duration,
}

impl Default for Retries {
    fn default() -> Self {
        Self {
            count: 3,
            delay: Duration::from_secs(1),
            max_delay: Duration::from_secs(20),
            jitter: true,
            max_wait: Duration::from_mins(5),
        }
    }
}

/// What fails a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gate {
    /// What a silent version bump does when the answer is the same.
    pub served_model: ServedModelPolicy,
    /// Which changes count at all.
    pub strictness: Strictness,
    /// How many days before its end a model fails; `None` never.
    pub retirement_days: Option<u32>,
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            served_model: ServedModelPolicy::Fail,
            strictness: Strictness::default(),
            retirement_days: None,
        }
    }
}

string_enum! {
    /// Which changes count.
    #[derive(Default)]
    pub enum Strictness {
        /// Any difference, by its kind.
        Exact = "exact",
        /// Contract and shape, and values by what their place is for.
        #[default]
        Contract = "contract",
        /// Only answers that cannot be read, or break the schema or a rule of their case.
        Schema = "schema",
    }
}

/// What a silent version bump does to the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ServedModelPolicy {
    /// Fail it, even where the answer is the same.
    Fail,
    /// Pass it, and show it.
    Pass,
}

/// Levels of kinds as the user set them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Levels(pub BTreeMap<Kind, Level>);
