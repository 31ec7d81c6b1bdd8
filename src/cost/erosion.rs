//! How the price of the same work moves: what the tokens of one run would have cost on other days, and
//! will cost by prices that are announced.

use jiff::civil::Date;

use crate::domain::Slot;

/// What asking all cells of a slot once costs from a day on.
#[derive(Debug, Clone, PartialEq, serde::Serialize, schemars::JsonSchema)]
pub struct ErosionPoint {
    /// Which slot.
    pub slot: Slot,
    /// From when on; absent where that is since ever.
    pub from: Option<String>,
    /// Whether that is still to come.
    pub announced: bool,
    /// USD.
    #[serde(serialize_with = "super::usd::sum")]
    #[schemars(with = "String")]
    pub run_usd: f64,
    /// What it is multiplied by against today.
    pub factor: Option<f64>,
}

/// The points of a slot, by the first days of its price rows and what a run costs by each.
pub fn erosion(slot: &Slot, rows: &[(Option<Date>, f64)], today: Date) -> Vec<ErosionPoint> {
    let now = rows.iter().rev().find(|(from, _)| from.is_none_or(|from| from <= today));
    let now = now.map(|(_, usd)| *usd).filter(|usd| *usd > 0.0);
    rows.iter()
        .map(|(from, usd)| ErosionPoint {
            slot: slot.clone(),
            from: from.map(|from| from.to_string()),
            announced: from.is_some_and(|from| from > today),
            run_usd: *usd,
            factor: now.map(|now| usd / now),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_run_costs_what_its_tokens_cost_by_each_row() {
        let rows = [(None, 4.0), (Some(date(2024, 8, 6)), 2.0), (Some(date(2026, 12, 1)), 3.0)];
        let points = erosion(&Slot::new("a").unwrap(), &rows, date(2026, 11, 23));
        let factors: Vec<f64> = points.iter().map(|point| point.factor.unwrap()).collect();
        assert!(factors.iter().zip([2.0, 1.0, 1.5]).all(|(one, two)| (one - two).abs() < 1e-12));
        let announced: Vec<bool> = points.iter().map(|point| point.announced).collect();
        assert_eq!(announced, [false, false, true]);
    }
}
