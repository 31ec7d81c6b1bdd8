//! `[cost]`, resolved. Slots that it names must be there.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{CostGate, CostSettings, Diagnostic, PARAMETERS, Slot};

use super::shape::nearest;
use super::source::Source;
use super::tree::Node;

/// The settings, and a problem for each slot that is not in the config.
pub(super) fn settings(
    source: &Source,
    node: &Node,
    slots: &BTreeSet<Slot>,
    problems: &mut Vec<Diagnostic>,
) -> CostSettings {
    let default = CostSettings::default();
    let number = |path: &[&str]| node.at(path).and_then(|entry| entry.node.number());
    let set = |key: &str| node.at(&["cost", key]).map(|entry| &entry.node);
    let mut slot = |key: &str| {
        let named = &node.at(&["cost", key])?.node;
        known_slot(source, named, slots, problems)
    };
    let (small, large) = (slot("small"), slot("large"));
    let written = PARAMETERS.iter().filter(|row| !row.key.is_empty()).filter_map(|row| {
        let path: Vec<&str> = row.key.split('.').collect();
        Some((row.param, number(&path)?))
    });
    CostSettings {
        preset: set("preset").and_then(Node::word).unwrap_or(default.preset),
        written: written.collect(),
        requests_per_month: number(&["cost", "requests-per-month"]),
        horizon_months: set("horizon-months")
            .and_then(Node::whole)
            .unwrap_or(default.horizon_months),
        policy: set("policy").and_then(Node::word).unwrap_or(default.policy),
        bumps_per_year: bumps(source, node, slots, problems),
        runs_per_day: number(&["cost", "runs-per-day"]),
        target_valid: number(&["cost", "target-valid"]).unwrap_or(default.target_valid),
        small,
        large,
        router: number(&["cost", "router-learned", "easy"]).zip(number(&[
            "cost",
            "router-learned",
            "hard",
        ])),
        router_build_usd: number(&["cost", "router-build-usd"]).unwrap_or_default(),
        gate: CostGate {
            max_usd_per_month: number(&["cost", "gate", "max-usd-per-month"]),
            max_hours_per_bump: number(&["cost", "gate", "max-hours-per-bump"]),
            max_cost_per_valid_increase: number(&["cost", "gate", "max-cost-per-valid-increase"]),
        },
    }
}

fn bumps(
    source: &Source,
    node: &Node,
    slots: &BTreeSet<Slot>,
    problems: &mut Vec<Diagnostic>,
) -> BTreeMap<Slot, f64> {
    let table = node.at(&["cost", "bumps-per-year"]).map(|entry| &entry.node);
    let entries = table.map_or(&[][..], Node::entries).iter();
    let read = entries.filter_map(|entry| {
        let found = slots.iter().find(|slot| slot.as_str() == entry.key);
        if found.is_none() {
            let place = source.place(entry.key_span.clone());
            problems.push(unknown_slot(&entry.key, slots).at(place, "not in `[models]`"));
        }
        Some((found?.clone(), entry.node.number()?))
    });
    read.collect()
}

/// The slot that is written here; told where there is none of this name.
pub(super) fn known_slot(
    source: &Source,
    node: &Node,
    slots: &BTreeSet<Slot>,
    problems: &mut Vec<Diagnostic>,
) -> Option<Slot> {
    let name = node.text()?;
    let found = slots.iter().find(|slot| slot.as_str() == name);
    if found.is_none() {
        let place = source.place(node.span.clone());
        problems.push(unknown_slot(name, slots).at(place, "not in `[models]`"));
    }
    found.cloned()
}

fn unknown_slot(name: &str, slots: &BTreeSet<Slot>) -> Diagnostic {
    let known: Vec<&str> = slots.iter().map(Slot::as_str).collect();
    let help = match nearest(name, known.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("models are: {}", known.join(", ")),
    };
    Diagnostic::error("config::unknown-slot", format!("there is no model `{name}`")).help(help)
}
