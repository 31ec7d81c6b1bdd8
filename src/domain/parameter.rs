//! What the forecast assumes until it is measured: one table, from which come the defaults, the
//! presets, the report's table of parameters and the reference page.

use schemars::JsonSchema;
use serde::Serialize;

use super::string_enum;

string_enum! {
    /// How much upkeep is assumed where nothing is measured.
    #[derive(Default)]
    pub enum Preset {
        /// A small team with few rules around a release.
        Lean = "lean",
        /// The middle.
        #[default]
        Default = "default",
        /// Audited releases, prompts that are hard to fix.
        Heavy = "heavy",
    }
}

/// One assumed quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Param {
    /// Price of an hour of work.
    HourlyRate,
    /// Minutes per bump, whatever it breaks.
    BumpMinutes,
    /// Minutes to look at an answer that changed and is still valid.
    ReviewMinutes,
    /// Minutes to find out why an answer broke.
    TriageMinutes,
    /// Minutes to fix a prompt for it.
    FixMinutes,
    /// Minutes to make a prompt hold on one more model.
    PortMinutes,
    /// Share of cells whose answer changes in a bump and stays valid.
    ChangedShare,
    /// Share of cells that a bump breaks.
    BrokenShare,
    /// Minutes to calibrate a router after a bump of one of its models.
    RecalibrateMinutes,
    /// Hours a month that a router wants for itself.
    RouterHours,
    /// Share of cells that fail in a nightly run for no reason.
    FalseAlarms,
    /// What a hosted router asks, in USD per million input tokens.
    RouterFee,
    /// What a router adds to each answer, in milliseconds.
    RouterMs,
    /// Further attempts of an application after an answer that is not valid.
    Retries,
    /// Share of requests that a router sends to the small model.
    SmallShare,
    /// Share of answers of the small model that are valid.
    SmallValid,
}

/// One row of the table of parameters.
#[derive(Debug, Clone, Copy)]
pub struct ParamInfo {
    pub param: Param,
    /// What people call it.
    pub name: &'static str,
    /// Its key in the config, with dots; empty where it is only ever measured.
    pub key: &'static str,
    /// Its unit; empty for a share.
    pub unit: &'static str,
    pub about: &'static str,
    /// At its lightest, in the middle, at its heaviest.
    pub values: [f64; 3],
    /// The largest value that can be; the smallest is 0.
    pub most: f64,
    /// Whether a preset moves it; else the values are only its range.
    pub preset: bool,
    /// How a measurement takes its place.
    pub measure: &'static str,
}

/// Name, key, unit, and what it is.
type Texts = (&'static str, &'static str, &'static str, &'static str);

const fn row(
    param: Param,
    (name, key, unit, about): Texts,
    values: [f64; 3],
    measure: &'static str,
) -> ParamInfo {
    // A week of work on one answer is no longer upkeep; no month has more hours than 730.
    let most = match param {
        Param::HourlyRate | Param::RouterFee | Param::RouterMs => 1e6,
        Param::RouterHours => 730.0,
        Param::Retries => 100.0,
        _ if unit.is_empty() => 1.0,
        _ => 2400.0,
    };
    ParamInfo { param, name, key, unit, about, values, most, preset: true, measure }
}

const fn range(param: Param, texts: Texts, values: [f64; 3], measure: &'static str) -> ParamInfo {
    ParamInfo { preset: false, ..row(param, texts, values, measure) }
}

/// Every parameter, in the order of the documentation.
pub const PARAMETERS: &[ParamInfo] = &[
    row(
        Param::HourlyRate,
        ("hourly rate", "cost.hourly-rate-usd", "USD/h", "what an hour of work costs"),
        [50.0, 100.0, 200.0],
        "never measured: write `hourly-rate-usd` under `[cost]`",
    ),
    row(
        Param::BumpMinutes,
        (
            "minutes per bump",
            "cost.minutes.bump",
            "min",
            "minutes per version bump, whatever it breaks",
        ),
        [15.0, 60.0, 480.0],
        "three bumps with noted minutes: `promptmatrix cost log --minutes N --bump B`",
    ),
    row(
        Param::ReviewMinutes,
        (
            "minutes per review",
            "cost.minutes.review",
            "min",
            "minutes to decide on an answer that changed",
        ),
        [0.5, 1.5, 5.0],
        "ten accepted answers: `accept` notes how long you looked",
    ),
    row(
        Param::TriageMinutes,
        (
            "minutes to find a cause",
            "cost.minutes.triage",
            "min",
            "minutes to find out why an answer broke",
        ),
        [3.0, 6.0, 20.0],
        "five rejected answers: `reject` notes how long you looked",
    ),
    row(
        Param::FixMinutes,
        (
            "minutes per fix",
            "cost.minutes.fix",
            "min",
            "minutes to fix a prompt for an answer that broke",
        ),
        [15.0, 60.0, 480.0],
        "five fixed prompts with noted minutes: `promptmatrix cost log`",
    ),
    row(
        Param::PortMinutes,
        (
            "minutes per port",
            "cost.minutes.port",
            "min",
            "minutes to make a prompt hold on one more model",
        ),
        [10.0, 30.0, 240.0],
        "noted minutes: `promptmatrix cost log --minutes N --why \"new model\"`, then this key",
    ),
    row(
        Param::ChangedShare,
        (
            "share that changes",
            "cost.changed-share",
            "",
            "share of cells that a bump changes without breaking them",
        ),
        [0.15, 0.35, 0.60],
        "one bump in the ledger",
    ),
    row(
        Param::BrokenShare,
        ("share that breaks", "cost.broken-share", "", "share of cells that a bump breaks"),
        [0.02, 0.10, 0.30],
        "every bump in the ledger moves it",
    ),
    row(
        Param::RecalibrateMinutes,
        (
            "minutes to recalibrate",
            "cost.minutes.recalibrate",
            "min",
            "minutes to calibrate a router after a bump",
        ),
        [30.0, 120.0, 480.0],
        "noted minutes: `promptmatrix cost log`, then this key",
    ),
    row(
        Param::RouterHours,
        (
            "router hours a month",
            "cost.router-hours",
            "h/month",
            "hours a month that running a router takes",
        ),
        [1.0, 4.0, 16.0],
        "noted minutes: `promptmatrix cost log`, then this key",
    ),
    row(
        Param::FalseAlarms,
        (
            "false alarms",
            "cost.false-alarms",
            "",
            "share of cells that fail in a nightly run for no reason",
        ),
        [0.0, 0.001, 0.01],
        "runs of one version with `samples` above 1, then this key",
    ),
    row(
        Param::RouterFee,
        (
            "router fee",
            "cost.router-fee-usd",
            "USD/Mtok",
            "fee of a hosted router per million input tokens",
        ),
        [0.0, 0.14, 0.14],
        "a run with a `[routes]` of kind `router`: its calls are priced like any other",
    ),
    row(
        Param::RouterMs,
        ("router milliseconds", "cost.router-ms", "ms", "what a router adds to every answer"),
        [20.0, 40.0, 150.0],
        "a run with a `[routes]` of kind `router`: its calls are timed",
    ),
    row(
        Param::Retries,
        (
            "retries",
            "cost.retries",
            "",
            "how often your application asks again after an invalid answer",
        ),
        [1.0, 1.0, 2.0],
        "never measured: write `retries` under `[cost]`",
    ),
    range(
        Param::SmallShare,
        (
            "share to the small model",
            "cost.small-share",
            "",
            "share of requests that a router sends to the small model",
        ),
        [0.40, 0.70, 0.85],
        "a run with a `[routes]` of kind `router`",
    ),
    range(
        Param::SmallValid,
        (
            "validity of the small model",
            "",
            "",
            "share of the small model's answers that are valid",
        ),
        [0.60, 0.82, 0.95],
        "a run of the small model",
    ),
];

impl Param {
    /// Its row.
    #[expect(clippy::indexing_slicing, reason = "the table has a row for each")]
    pub const fn info(self) -> &'static ParamInfo {
        // Rows stand in the order of the enum; a test looks.
        &PARAMETERS[self as usize]
    }
}

/// A value for every parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Assumptions([f64; PARAMETERS.len()]);

impl Assumptions {
    /// The values of a preset.
    pub fn preset(preset: Preset) -> Self {
        let mut values = [0.0; PARAMETERS.len()];
        for (value, row) in values.iter_mut().zip(PARAMETERS) {
            let [lean, default, heavy] = row.values;
            *value = match preset {
                Preset::Lean if row.preset => lean,
                Preset::Heavy if row.preset => heavy,
                _ => default,
            };
        }
        Self(values)
    }

    /// The value of one.
    pub fn get(&self, param: Param) -> f64 {
        self.0.get(param as usize).copied().unwrap_or_default()
    }

    /// The same with another value of one.
    #[must_use]
    pub fn with(mut self, param: Param, to: f64) -> Self {
        if let Some(value) = self.0.get_mut(param as usize) {
            *value = to;
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parameter_has_one_row_with_rising_values() {
        for (at, row) in PARAMETERS.iter().enumerate() {
            assert_eq!(row.param as usize, at);
            assert!(row.values.is_sorted() && row.values[2] <= row.most, "{:?}", row.param);
        }
    }

    #[test]
    fn a_preset_moves_what_it_is_about_and_no_range() {
        let (lean, heavy) = (Assumptions::preset(Preset::Lean), Assumptions::preset(Preset::Heavy));
        assert!((lean.get(Param::FixMinutes) - 15.0).abs() < 1e-12);
        assert!((heavy.get(Param::FixMinutes) - 480.0).abs() < 1e-12);
        assert!((lean.get(Param::SmallShare) - heavy.get(Param::SmallShare)).abs() < 1e-12);
        let fixed = lean.with(Param::FixMinutes, 20.0);
        assert!((fixed.get(Param::FixMinutes) - 20.0).abs() < 1e-12);
        assert!((fixed.get(Param::HourlyRate) - 50.0).abs() < 1e-12);
    }
}
