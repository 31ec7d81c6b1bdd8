//! What makes a router needless, whatever it saves: asked before any verdict.

use jiff::civil::Date;

/// Above this share of the oracle's cost over it, a hard-coded switch is as good as it gets.
pub(crate) const NEAR: f64 = 0.05;

/// What is known of the architectures, in USD per request and shares of valid answers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Facts {
    pub small: String,
    /// On each prompt: the share of the small model's answers that is valid.
    pub small_valid: Vec<f64>,
    /// The share of valid answers that is wanted.
    pub target: f64,
    /// A hard-coded switch, USD per request.
    pub static_usd: Option<f64>,
    /// The bound, USD per request.
    pub oracle_usd: Option<f64>,
    /// A cascade, USD per request.
    pub cascade_usd: Option<f64>,
    /// A router, USD per request.
    pub router_usd: Option<f64>,
    /// Models of the comparison that are switched off, and when.
    pub shutdowns: Vec<(String, Date)>,
    /// Price rows of the models that begin later: model, day, and the factor on a request's cost.
    pub price_moves: Vec<(String, Date, f64)>,
    pub today: Date,
    /// In how many months the router has paid for itself; absent where it never does.
    pub payback_months: Option<f64>,
    /// How far ahead is looked, in months.
    pub horizon_months: f64,
}

/// One thing that stands before the verdict.
#[derive(Debug, Clone, PartialEq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Dominance {
    /// The small model alone is good enough on every prompt.
    SmallAlone {
        /// Which.
        model: String,
    },
    /// A model per prompt, written down, is within 5 % of the bound.
    StaticIsEnough {
        /// How far above the bound it is, from 0.
        above: f64,
    },
    /// Trying the small model first costs less than deciding.
    CascadeBeatsRouter {
        /// USD per request that the router costs more.
        usd: f64,
    },
    /// A model of the comparison is switched off before routing has paid.
    ShutdownBefore {
        /// Which.
        model: String,
        /// When, as a date.
        on: String,
    },
    /// A price that is already announced changes the comparison.
    PriceMoves {
        /// Whose.
        model: String,
        /// When, as a date.
        on: String,
        /// What a request's cost is multiplied by.
        factor: f64,
    },
}

/// Everything that stands before the verdict.
pub(crate) fn dominance(facts: &Facts) -> Vec<Dominance> {
    let mut found = Vec::new();
    let enough = |valid: &f64| *valid >= facts.target;
    if !facts.small_valid.is_empty() && facts.small_valid.iter().all(enough) {
        found.push(Dominance::SmallAlone { model: facts.small.clone() });
    }
    if let (Some(switch), Some(bound)) = (facts.static_usd, facts.oracle_usd)
        && switch <= bound * (1.0 + NEAR)
    {
        let above = if bound > 0.0 { switch / bound - 1.0 } else { 0.0 };
        found.push(Dominance::StaticIsEnough { above });
    }
    if let (Some(cascade), Some(router)) = (facts.cascade_usd, facts.router_usd)
        && cascade < router
    {
        found.push(Dominance::CascadeBeatsRouter { usd: router - cascade });
    }
    let months = facts.payback_months.unwrap_or(facts.horizon_months).min(facts.horizon_months);
    let soon = |on: Date, within: f64| {
        let days = (on - facts.today).get_days();
        days >= 0 && f64::from(days) <= within * super::upkeep::MONTH
    };
    for (model, on) in facts.shutdowns.iter().filter(|(_, on)| soon(*on, months)) {
        found.push(Dominance::ShutdownBefore { model: model.clone(), on: on.to_string() });
    }
    let moves = facts.price_moves.iter();
    for (model, on, factor) in moves.filter(|(_, on, _)| soon(*on, facts.horizon_months)) {
        let (model, on) = (model.clone(), on.to_string());
        found.push(Dominance::PriceMoves { model, on, factor: *factor });
    }
    found
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn facts() -> Facts {
        Facts {
            small: "local".into(),
            small_valid: vec![0.99, 0.80],
            target: 0.95,
            static_usd: Some(0.0060),
            oracle_usd: Some(0.0040),
            cascade_usd: Some(0.0050),
            router_usd: Some(0.0045),
            shutdowns: vec![("old".into(), date(2027, 1, 14))],
            price_moves: vec![("argon".into(), date(2026, 12, 1), 2.0)],
            today: date(2026, 11, 23),
            payback_months: Some(0.5),
            horizon_months: 0.1,
        }
    }

    #[test]
    fn nothing_is_said_where_nothing_stands_before_the_verdict() {
        assert_eq!(dominance(&facts()), []);
    }

    #[test]
    fn each_check_speaks_when_it_holds() {
        let mut facts = facts();
        facts.small_valid = vec![0.99, 0.96];
        facts.static_usd = Some(0.0041);
        facts.router_usd = Some(0.0055);
        facts.payback_months = Some(6.0);
        facts.horizon_months = 12.0;
        let found = dominance(&facts);
        assert!(matches!(
            found.as_slice(),
            [
                Dominance::SmallAlone { .. },
                Dominance::StaticIsEnough { .. },
                Dominance::CascadeBeatsRouter { .. },
                Dominance::ShutdownBefore { .. },
                Dominance::PriceMoves { .. },
            ]
        ));
        facts.payback_months = Some(1.0);
        let early = dominance(&facts);
        assert!(!early.iter().any(|one| matches!(one, Dominance::ShutdownBefore { .. })));
    }
}
