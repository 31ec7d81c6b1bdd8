//! What one valid answer costs, with its interval.

use super::interval::{Cluster, Estimate, bootstrap, wilson};
use super::routing::per_valid;
use super::spend::CallTotals;
use crate::domain::kit::real;

/// How many draws of whole cases.
const DRAWS: usize = 2_000;

/// The answers of one model: how many are valid, and what a valid one costs.
#[derive(Debug, Clone, PartialEq, serde::Serialize, schemars::JsonSchema)]
#[expect(clippy::struct_field_names, reason = "as it is written in JSON")]
pub struct PerValid {
    pub n: u64,
    pub x: u64,
    /// Their share, with its 95 % interval.
    pub valid: Estimate,
    /// What an answer costs, in USD; absent where the price of some is unknown.
    pub usd_per_call: Option<f64>,
    /// What a valid answer costs, in USD, with its 95 % interval; absent where none is valid or the
    /// price is unknown. The upper end of the interval may be unbounded.
    pub usd_per_valid: Option<Estimate>,
}

/// Of sums over the cases of a model. Answers to the same case are not independent of each other:
/// where there are several, whole cases are drawn.
pub(crate) fn of(cases: &[CallTotals]) -> PerValid {
    let sum = |of: &dyn Fn(&CallTotals) -> u64| cases.iter().map(of).sum::<u64>();
    let (n, x) = (sum(&|case| case.calls), sum(&|case| case.valid));
    let cost: f64 = cases.iter().map(|case| case.cost.dollars()).sum();
    let is_known = n > 0 && cases.iter().all(|case| case.unpriced == 0);
    let usd_per_call = is_known.then(|| cost / real(n));
    let valid = share(cases, x, n);
    let usd_per_valid = usd_per_call.and_then(|usd| {
        let mean = per_valid(usd, valid.mean)?;
        let end = |share: f64| per_valid(usd, share).unwrap_or(f64::INFINITY);
        Some(Estimate { mean, low: end(valid.high), high: end(valid.low) })
    });
    PerValid { n, x, valid, usd_per_call, usd_per_valid }
}

fn share(cases: &[CallTotals], x: u64, n: u64) -> Estimate {
    let is_repeated = cases.iter().any(|case| case.calls > 1);
    let clusters: Vec<Cluster> = cases
        .iter()
        .map(|case| Cluster { sum: real(case.valid), over: real(case.calls) })
        .collect();
    if !is_repeated {
        return wilson(x, n);
    }
    if x == 0 || x == n {
        // All cases alike: drawing them says nothing, their number does.
        let number = cases.len() as u64;
        return wilson(if x == 0 { 0 } else { number }, number);
    }
    bootstrap(&clusters, DRAWS, super::decide::SEED).unwrap_or_else(|| wilson(x, n))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Pico;

    fn case(calls: u64, valid: u64, unpriced: u64) -> CallTotals {
        let cost = Pico::new(u128::from(calls) * 8_000_000_000);
        CallTotals { calls, valid, cost, unpriced, ..CallTotals::default() }
    }

    #[test]
    fn a_valid_answer_costs_more_than_a_call_and_its_interval_follows_the_share() {
        let mut cases = vec![case(1, 1, 0); 235];
        cases.extend(vec![case(1, 0, 0); 5]);
        let found = of(&cases);
        assert_eq!((found.x, found.n), (235, 240));
        let cost = found.usd_per_valid.unwrap();
        assert!((found.usd_per_call.unwrap() - 0.008).abs() < 1e-12);
        assert!((cost.mean - 0.008 * 240.0 / 235.0).abs() < 1e-9);
        assert!((cost.low - 0.008 / 0.991_069).abs() < 1e-6);
        assert!((cost.high - 0.008 / 0.952_167).abs() < 1e-6);
    }

    #[test]
    fn repeating_a_case_adds_little_evidence() {
        let once: Vec<CallTotals> = (0..20).map(|at| case(1, u64::from(at % 4 > 0), 0)).collect();
        let often: Vec<CallTotals> =
            (0..20).map(|at| case(50, 50 * u64::from(at % 4 > 0), 0)).collect();
        let width = |cases: &[CallTotals]| {
            let found = of(cases);
            found.valid.high - found.valid.low
        };
        assert!(width(&often) > 0.5 * width(&once));
        let all = of(&[case(50, 50, 0), case(50, 50, 0)]);
        assert!(all.valid.low < 0.4, "two cases prove little: {all:?}");
    }

    #[test]
    fn an_unknown_price_is_unknown_and_no_valid_answer_has_none() {
        assert_eq!(of(&[case(1, 1, 1)]).usd_per_call, None);
        assert_eq!(of(&[case(1, 0, 0)]).usd_per_valid, None);
        assert_eq!(of(&[]).usd_per_call, None);
    }
}
