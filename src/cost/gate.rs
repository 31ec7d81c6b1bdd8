//! Limits on the cost, and whether they hold.

use crate::domain::{CostGate, Slot};

/// A limit of the suite and what it is held against.
#[derive(Debug, Clone, PartialEq, serde::Serialize, schemars::JsonSchema)]
pub struct GateLine {
    /// Its key under `[cost.gate]`.
    pub key: &'static str,
    pub limit: f64,
    /// What it is held against; absent where that is not known, which fails nothing.
    pub value: Option<f64>,
    pub passes: bool,
    /// What the value is, in words.
    pub about: String,
}

/// Every limit that the suite has. `increases` are shares by which a valid answer of a slot costs more
/// than before.
pub(crate) fn gate(
    gate: &CostGate,
    usd_per_month: f64,
    hours_per_bump: Option<f64>,
    increases: &[(Slot, f64)],
) -> Vec<GateLine> {
    let mut lines = Vec::new();
    let mut hold = |key, limit: Option<f64>, value: Option<f64>, about: String| {
        if let Some(limit) = limit {
            let passes = value.is_none_or(|value| value <= limit);
            lines.push(GateLine { key, limit, value, passes, about });
        }
    };
    let about = "USD a month, calls and people".to_owned();
    hold("max-usd-per-month", gate.max_usd_per_month, Some(usd_per_month), about);
    let about = "hours of people for a bump".to_owned();
    hold("max-hours-per-bump", gate.max_hours_per_bump, hours_per_bump, about);
    let worst = increases.iter().max_by(|one, two| one.1.total_cmp(&two.1));
    let about = match worst {
        Some((slot, _)) => format!("more for a valid answer of `{slot}` than in the time before"),
        None => "nothing to compare with in the time before".to_owned(),
    };
    let limit = gate.max_cost_per_valid_increase;
    hold("max-cost-per-valid-increase", limit, worst.map(|(_, share)| *share), about);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_limits_that_are_written_are_held_and_the_unknown_fails_nothing() {
        assert_eq!(gate(&CostGate::default(), 1e9, Some(1e9), &[]), []);
        let limits = CostGate {
            max_usd_per_month: Some(100.0),
            max_hours_per_bump: Some(2.0),
            max_cost_per_valid_increase: Some(0.2),
        };
        let slot = |name: &str| Slot::new(name).unwrap();
        let increases = [(slot("a"), -0.5), (slot("b"), 0.3)];
        let lines = gate(&limits, 99.0, None, &increases);
        let passes: Vec<bool> = lines.iter().map(|line| line.passes).collect();
        assert_eq!(passes, [true, true, false]);
        assert!(lines[2].about.contains("`b`"));
        assert!(!gate(&limits, 101.0, Some(1.0), &[])[0].passes);
        let at_the_limit = gate(&limits, 100.0, Some(2.0), &[(slot("a"), 0.2)]);
        assert!(at_the_limit.iter().all(|line| line.passes));
    }
}
