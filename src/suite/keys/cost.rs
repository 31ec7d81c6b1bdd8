//! The keys of `[cost]` and `[routes.NAME]`.

use super::{FULL_TEXT, SLOT_NAME, key, required};
use crate::domain::{BumpPolicy, Param, Preset, RouteKind};
use crate::suite::shape::{Key, Shape};

/// A parameter of the table in `domain`, whose row says what it is.
const fn parameter(name: &'static str, param: Param) -> Key {
    key(name, Shape::Number(0.0, param.info().most), param.info().about)
}

const MONEY: Shape = Shape::Number(0.0, 1e12);

/// `[cost]`.
pub(super) const COST_KEYS: &[Key] = &[
    key(
        "preset",
        Shape::Word(Preset::names),
        "what is assumed of people's time until it is measured (cost.md)",
    )
    .or("\"default\""),
    parameter("hourly-rate-usd", Param::HourlyRate),
    key(
        "requests-per-month",
        MONEY,
        "requests of your application to these prompts; without it nothing is said of a month's savings",
    ),
    key("horizon-months", Shape::Integer(1, 1_200), "how far ahead is looked").or("12"),
    key("policy", Shape::Word(BumpPolicy::names), "how slots move to new versions")
        .or("\"track-latest\""),
    key(
        "bumps-per-year",
        Shape::Map(&SLOT_NAME, &Shape::Number(0.0, 366.0)),
        "version bumps of a slot, if not as its kind of model does by `policy`",
    ),
    key(
        "runs-per-day",
        Shape::Number(0.0, 1000.0),
        "whole runs in a day; if not set, as the ledger shows, else one",
    ),
    key(
        "target-valid",
        Shape::Number(0.0, 1.0),
        "share of valid answers from which on a model is good enough alone",
    )
    .or("0.95"),
    key("small", SLOT_NAME, "slot that a route would try first; if not set, the cheapest"),
    key(
        "large",
        SLOT_NAME,
        "slot that would do it all alone; if not set, the one with the most valid answers",
    ),
    parameter("changed-share", Param::ChangedShare),
    parameter("broken-share", Param::BrokenShare),
    parameter("false-alarms", Param::FalseAlarms),
    parameter("retries", Param::Retries),
    parameter("small-share", Param::SmallShare),
    parameter("router-hours", Param::RouterHours),
    parameter("router-fee-usd", Param::RouterFee),
    parameter("router-ms", Param::RouterMs),
    key("router-build-usd", MONEY, "what building a router costs once; spread over the horizon")
        .or("0"),
    key(
        "router-learned",
        Shape::Table(&[LEARNED_KEYS]),
        "what a router would know; if not set, it knows nothing",
    ),
    key("minutes", Shape::Table(&[MINUTES_KEYS]), "people's time, until it is measured"),
    key("gate", Shape::Table(&[GATE_KEYS]), "what fails `promptmatrix cost`"),
];

const LEARNED_KEYS: &[Key] = &[
    required(
        "easy",
        Shape::Number(0.0, 1.0),
        "how often it sends a case to the small model whose answer is valid",
    ),
    required(
        "hard",
        Shape::Number(0.0, 1.0),
        "how often it spares the small model a case that it would get wrong",
    ),
];

const MINUTES_KEYS: &[Key] = &[
    parameter("bump", Param::BumpMinutes),
    parameter("review", Param::ReviewMinutes),
    parameter("triage", Param::TriageMinutes),
    parameter("fix", Param::FixMinutes),
    parameter("port", Param::PortMinutes),
    parameter("recalibrate", Param::RecalibrateMinutes),
];

const GATE_KEYS: &[Key] = &[
    key("max-usd-per-month", MONEY, "most USD a month, calls and people together"),
    key("max-hours-per-bump", MONEY, "most hours of people for one bump, on average"),
    key(
        "max-cost-per-valid-increase",
        MONEY,
        "most that a valid answer of a slot may cost more than in the time before; 0.2 is a fifth",
    ),
];

/// `[routes.NAME]`.
pub(super) const ROUTE_KEYS: &[Key] = &[
    required("kind", Shape::Word(RouteKind::names), "how it works"),
    key(
        "models",
        Shape::List(&SLOT_NAME),
        "slots, cheapest first: asked one after the other (`cascade`), or chosen from (`router`)",
    ),
    key(
        "prompts",
        Shape::Map(&super::ANY_TEXT, &SLOT_NAME),
        "the slot of each prompt that is named (`static`)",
    ),
    key("otherwise", SLOT_NAME, "the slot of all other prompts (`static`)"),
    key(
        "fallback",
        SLOT_NAME,
        "slot that is asked where the answer is not valid (`static`, `router`)",
    ),
    key("classifier", SLOT_NAME, "slot that decides (`router`)"),
    key("prompt", FULL_TEXT, "file with what the classifier is told (`router`)"),
];

#[cfg(test)]
mod tests {
    use crate::domain::PARAMETERS;

    use super::*;

    #[test]
    fn every_parameter_that_names_a_key_has_it_and_no_other_row_is_meant() {
        let named = |table: &str, keys: &[Key]| {
            let paths = keys.iter().map(|key| (format!("{table}.{}", key.name), key.about));
            paths.collect::<Vec<_>>()
        };
        let mut keys = named("cost", COST_KEYS);
        keys.extend(named("cost.minutes", MINUTES_KEYS));
        for row in PARAMETERS.iter().filter(|row| !row.key.is_empty()) {
            assert!(keys.contains(&(row.key.to_owned(), row.about)), "{}", row.key);
        }
    }
}
