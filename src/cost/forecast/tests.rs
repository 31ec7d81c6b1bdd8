//! Forecasts and budgets of calls that are not made yet.

use serde_json::json;

use super::*;
use crate::cost::price::{Layer, Mode, PricedModel};
use crate::domain::PriceLayer;

fn prices() -> Prices {
    let models = json!([{"provider": "p", "id": "m", "prices":
        [{"from": null, "input": 1, "output": 10, "cache_read": 0.1, "cache_write_5m": 1.25}]}]);
    let models = PricedModel::list(&models.to_string()).unwrap();
    Prices::new(&[Layer { name: PriceLayer::Embedded, models }])
}

fn planned<'p>(cell: &'p CellId, id: &'p str) -> Planned<'p> {
    let at = "2026-11-23T12:00:00Z".parse().unwrap();
    let priced =
        Call { provider: Some("p"), requested: id, served: None, at, mode: Mode::Sync, own: None };
    Planned {
        cell,
        calls: 3,
        reused: 1,
        call: priced,
        request_bytes: 399,
        most_output: Some(50),
        accepted_bytes: Some(80),
        before: None,
    }
}

fn cell() -> CellId {
    "triage/refund@swift".parse().unwrap()
}

#[test]
fn without_an_earlier_answer_tokens_are_guessed_from_lengths_and_said_to_be() {
    let cell = cell();
    let projection = forecast(&[planned(&cell, "m")], &prices());
    let share = &projection.total;
    assert_eq!((share.calls, share.reused, share.estimated), (3, 1, 3));
    assert_eq!((share.input_tokens, share.output_tokens), (300, Some(60)));
    assert_eq!(share.usd_pico, Some(Pico::new(3 * (100 * 1_000_000 + 20 * 10_000_000))));
    // At most: all input is written to the cache, and the answer is as long as it may be.
    assert_eq!(share.most_usd_pico, Some(Pico::new(3 * (100 * 1_250_000 + 50 * 10_000_000))));
    assert_eq!(share.latency_ms, None);
}

#[test]
fn the_last_answer_of_a_cell_tells_its_tokens_and_its_time() {
    let cell = cell();
    let usage =
        Usage { input: Some(200), cached_read: Some(100), output: Some(7), ..Usage::default() };
    let before = Some(Before { usage, latency_ms: 400 });
    let projection = forecast(&[Planned { before, ..planned(&cell, "m") }], &prices());
    let share = &projection.total;
    assert_eq!((share.estimated, share.input_tokens, share.output_tokens), (0, 600, Some(21)));
    let cost = 100 * 1_000_000 + 100 * 100_000 + 7 * 10_000_000;
    assert_eq!(share.usd_pico, Some(Pico::new(3 * cost)));
    assert_eq!(share.latency_ms, Some(1200));
}

#[test]
fn what_is_not_known_is_null_and_not_zero() {
    let cell = cell();
    let unpriced = forecast(&[planned(&cell, "other")], &prices()).total;
    assert_eq!((unpriced.usd_pico, unpriced.most_usd_pico), (None, None));
    assert_eq!(unpriced.unpriced_calls, 3);
    let endless = Planned { most_output: None, accepted_bytes: None, ..planned(&cell, "m") };
    let endless = forecast(&[endless], &prices()).total;
    assert_eq!(
        (endless.output_tokens, endless.usd_pico, endless.most_usd_pico),
        (None, None, None)
    );
    let reused = Planned { calls: 0, ..planned(&cell, "other") };
    let reused = forecast(&[reused], &prices()).total;
    assert_eq!((reused.usd_pico, reused.unpriced_calls), (Some(Pico::ZERO), 0), "nothing is asked");
}

#[test]
fn a_run_that_could_cost_more_does_not_start() {
    let cell = cell();
    let one = planned(&cell, "m");
    let most = one.bound(&prices()).unwrap().checked_mul(3).unwrap();
    let kept = budget(&[one], &[], &prices(), most).unwrap();
    assert_eq!(kept.bounds.get(&cell).copied().unwrap().checked_mul(3), Some(most));
    let less = most.checked_sub(Pico::new(1)).unwrap();
    assert_eq!(budget(&[one], &[], &prices(), less), Err(OverBudget::Cost(most)));
}

#[test]
fn under_a_budget_what_nobody_knows_does_not_start() {
    let cell = cell();
    let rich = Pico::new(u128::MAX);
    let unknown = budget(&[planned(&cell, "other")], &[], &prices(), rich);
    let slot = cell.model.clone();
    assert_eq!(unknown, Err(OverBudget::Unpriced(slot, Unpriced::UnknownModel)));
    let endless = Planned { most_output: None, ..planned(&cell, "m") };
    let assumed = Planned { most_output: Some(ASSUMED_OUTPUT), ..endless };
    assert_eq!(endless.bound(&prices()), assumed.bound(&prices()));
    let reused = Planned { calls: 0, ..planned(&cell, "other") };
    assert!(budget(&[reused], &[], &prices(), Pico::ZERO).is_ok());
}

#[test]
fn what_stands_beside_the_cells_is_bounded_and_does_not_count() {
    let cell = cell();
    let one = Planned { calls: 1, ..planned(&cell, "m") };
    let expensive = Planned { most_output: Some(1000), ..one };
    let most = one.bound(&prices()).unwrap();
    let kept = budget(&[one], &[expensive], &prices(), most).unwrap();
    assert_eq!(kept.bounds.get(&cell).copied(), expensive.bound(&prices()).ok());
    let unknown = planned(&cell, "other");
    assert!(matches!(budget(&[one], &[unknown], &prices(), most), Err(OverBudget::Unpriced(..))));
}
