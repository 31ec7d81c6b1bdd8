//! Calls and look-ups: what a request costs, to the pico-dollar.

use crate::cost::price::{
    Buckets, Call, Day, How, Layer, Mode, PriceTable, PricedModel, Prices, Unpriced,
};
use crate::domain::{PriceLayer, Usage};
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::vectors::vectors;

fn moment(text: &str) -> Timestamp {
    let whole = if text.contains('T') { text.to_owned() } else { format!("{text}T00:00:00Z") };
    whole.parse().unwrap()
}

fn model(row: &Value) -> PricedModel {
    table(&json!([{"provider": "p", "id": "m", "prices": [row]}])).models.remove(0)
}

fn table(models: &Value) -> PriceTable {
    let table = json!({"schema": "promptmatrix.prices/1", "generated": "2026-11-23",
        "currency": "USD", "unit": "per 1e6 tokens", "models": models});
    PriceTable::parse(&table.to_string()).unwrap()
}

fn layered(layers: &[(PriceLayer, Value)]) -> Prices {
    let layers: Vec<Layer> = layers
        .iter()
        .map(|(name, models)| Layer { name: *name, models: table(models).models })
        .collect();
    Prices::new(&layers)
}

fn buckets(given: &Value) -> Buckets {
    let count = |name: &str| given[name].as_u64().unwrap_or(0);
    Buckets {
        uncached: count("uncached"),
        read: count("read"),
        short_write: count("w5"),
        long_write: count("w1"),
        output: count("out"),
    }
}

fn call<'c>(provider: &'c str, requested: &'c str, served: Option<&'c str>, at: &str) -> Call<'c> {
    let at = moment(at);
    Call { provider: Some(provider), requested, served, at, mode: Mode::Sync, own: None }
}

fn usage(input: u64, output: u64) -> Usage {
    Usage { input: Some(input), output: Some(output), ..Usage::default() }
}

#[test]
fn calls_cost_what_was_worked_out() {
    for (id, given, expect) in vectors(&["TV1", "TV2", "TV3"]) {
        let mut row = given["price"].clone();
        row["from"] = Value::Null;
        for tier in row.get_mut("tiers").and_then(Value::as_array_mut).into_iter().flatten() {
            tier["above_input_tokens"] = tier["above"].take();
            tier.as_object_mut().unwrap().remove("above");
        }
        let tokens = buckets(&given["usage"]);
        let at = moment("2026-11-23");
        let rates = model(&row).rates(at, Mode::Sync, tokens.input()).unwrap();
        let cost = tokens.cost(&rates);
        assert_eq!(u128::from(expect["pico_usd"].as_u64().unwrap()), cost.get(), "{id}");
        assert_eq!(expect["usd"].as_str().unwrap(), cost.usd(), "{id}");
    }
}

#[test]
fn the_embedded_table_gives_the_prices_of_each_day_and_hour() {
    let prices = Prices::embedded();
    for (id, given, expect) in vectors(&["TV17"]) {
        let at = given["at"].as_str().unwrap();
        let about = format!("{id} {given}");
        if let Some(model) = given["model"].as_str() {
            let call = call(given["provider"].as_str().unwrap(), model, None, at);
            let rates = prices.quote(&call, 0).unwrap().rates;
            let shown = |name: &str| expect[name].to_string().trim_end_matches(".0").to_owned();
            assert_eq!(rates.input.to_string(), shown("input"), "{about}");
            assert_eq!(rates.output.to_string(), shown("output"), "{about}");
        } else {
            let call = call("deepseek", "deepseek-v4-flash", None, at);
            let cost = prices.bill(&call, Some(&usage(2000, 300))).unwrap().cost;
            assert_eq!(u128::from(expect["pico_usd"].as_u64().unwrap()), cost.get(), "{about}");
        }
    }
}

#[test]
fn an_id_is_found_as_it_stands_then_by_alias_then_without_host_then_without_date() {
    let prices = layered(&[(
        PriceLayer::Embedded,
        json!([
            {"provider": "p", "id": "m", "aliases": ["m-latest"],
                "prices": [{"from": null, "input": 1, "output": 1}]},
            {"provider": "p", "id": "m-2024-05-13",
                "prices": [{"from": null, "input": 5, "output": 5}]},
            {"provider": "q", "id": "m-2024-08-06",
                "prices": [{"from": null, "input": 9, "output": 9}]},
        ]),
    )]);
    let found = |id: &str| prices.find("p", id).map(|found| (found.model.id.as_str(), found.how));
    assert_eq!(found("m"), Some(("m", How::Exact)));
    assert_eq!(found("m-2024-05-13"), Some(("m-2024-05-13", How::Exact)), "not the family");
    assert_eq!(found("m-latest"), Some(("m", How::Alias)));
    for id in ["models/m", "accounts/x/models/m", "publishers/x/models/m"] {
        assert_eq!(found(id), Some(("m", How::HostPrefix)), "{id}");
    }
    for id in ["m-2024-08-06", "m-20240806", "m@20240806", "models/m-2024-08-06"] {
        assert_eq!(found(id), Some(("m", How::Family)), "{id}");
    }
    for id in ["m-2024-13-06", "m-2024", "m-v2", "", "accounts/a/b/models/m", "-2024-08-06"] {
        assert_eq!(found(id), None, "{id}");
    }
    assert_eq!(prices.find("r", "m").map(|found| found.how), None, "another host, another price");
}

#[test]
fn what_no_table_knows_is_unknown_and_never_zero() {
    let prices = Prices::embedded();
    let bill = |call: &Call<'_>, usage: Option<&Usage>| prices.bill(call, usage).map(|b| b.cost);
    let some = usage(10, 10);
    let known = call("openai", "gpt-4o", None, "2026-11-23");
    assert_eq!(bill(&known, None), Err(Unpriced::NoUsage));
    assert_eq!(bill(&known, Some(&Usage::default())), Err(Unpriced::NoUsage));
    let half = Usage { output: None, ..some };
    assert_eq!(bill(&known, Some(&half)), Err(Unpriced::NoUsage));
    let more_cached = Usage { cached_read: Some(11), ..some };
    assert_eq!(bill(&known, Some(&more_cached)), Err(Unpriced::InconsistentUsage));
    let flagged = Usage { inconsistent: true, ..some };
    assert_eq!(bill(&known, Some(&flagged)), Err(Unpriced::InconsistentUsage));
    let nowhere = Call { provider: None, ..known };
    assert_eq!(bill(&nowhere, Some(&some)), Err(Unpriced::NoProvider));
    let elsewhere = call("openai", "llama3", None, "2026-11-23");
    assert_eq!(bill(&elsewhere, Some(&some)), Err(Unpriced::UnknownModel));
    let too_early = call("openai", "gpt-4o", None, "2023-01-01");
    assert_eq!(bill(&too_early, Some(&some)), Err(Unpriced::NoRow));
    assert!(bill(&known, Some(&some)).is_ok());
}

#[test]
fn a_batch_without_a_published_price_is_unknown() {
    let at = moment("2026-11-23");
    let plain = model(&json!({"from": null, "input": 2, "output": 4}));
    assert_eq!(plain.rates(at, Mode::Batch, 1), Err(Unpriced::NoBatchPrice));
    let tiered = model(&json!({"from": null, "input": 2, "output": 4, "cache_read": 1,
        "batch": {"input": 1, "output": 2}, "tiers": [{"above_input_tokens": 100, "input": 4}]}));
    let rates = tiered.rates(at, Mode::Batch, 100).unwrap();
    assert_eq!((rates.input.get(), rates.cache_read.get()), (1_000_000, 1_000_000));
    assert_eq!(tiered.rates(at, Mode::Batch, 101), Err(Unpriced::NoBatchPrice));
    let long = tiered.rates(at, Mode::Sync, 101).unwrap();
    assert_eq!((long.input.get(), long.output.get()), (4_000_000, 4_000_000));
    assert_eq!(long.cache_read.get(), 1_000_000, "what a tier does not say stays");
}

#[test]
fn a_window_past_midnight_belongs_to_the_day_on_which_it_begins() {
    let model = model(&json!({"from": null, "input": 1, "output": 1, "time_windows":
        [{"utc_from": "22:00", "utc_to": "02:00", "weekdays": [2], "input": 9, "output": 9}]}));
    let input = |at: &str| model.rates(moment(at), Mode::Sync, 1).unwrap().input.get() / 1_000_000;
    // The 24th of November 2026 is a Tuesday.
    assert_eq!(input("2026-11-24T21:59:59Z"), 1);
    assert_eq!(input("2026-11-24T22:00:00Z"), 9);
    assert_eq!(input("2026-11-25T01:59:59Z"), 9);
    assert_eq!(input("2026-11-25T02:00:00Z"), 1);
    assert_eq!(input("2026-11-24T01:00:00Z"), 1, "Monday's night has none");
}

#[test]
fn a_row_holds_from_its_first_day_to_the_day_before_its_last() {
    let model = table(&json!([{"provider": "p", "id": "m", "prices": [
        {"from": "2026-02", "to": "2026-03-01", "input": 1, "output": 1},
        {"from": "2026-04-01", "input": 2, "output": 2}]}]))
    .models
    .remove(0);
    let input = |day: &str| model.row(day.parse::<Day>().unwrap()).map(|row| row.input.to_string());
    assert_eq!(input("2026-01-31"), None);
    assert_eq!(input("2026-02-01").as_deref(), Some("1"));
    assert_eq!(input("2026-02-28").as_deref(), Some("1"));
    assert_eq!(input("2026-03-01"), None);
    assert_eq!(input("2026-04-01").as_deref(), Some("2"));
}

#[test]
fn a_higher_layer_takes_the_place_of_a_model_or_adds_to_it() {
    let below = json!([{"provider": "p", "id": "m", "aliases": ["n"], "prices": [
        {"from": null, "to": "2026-01-01", "input": 1, "output": 1},
        {"from": "2026-01-01", "input": 2, "output": 2}]}]);
    let over = |merge: &str| {
        json!([{"provider": "p", "id": "m", "merge": merge,
            "prices": [{"from": "2026-06-01", "input": 9, "output": 9}]}])
    };
    let input = |prices: &Prices, day: &str| {
        prices.quote(&call("p", "m", None, day), 0).map(|quote| quote.rates.input.to_string())
    };
    let below = (PriceLayer::Embedded, below);
    let replaced = layered(&[(PriceLayer::File, over("replace")), below.clone()]);
    assert_eq!(input(&replaced, "2026-02-01"), Err(Unpriced::NoRow));
    assert_eq!(input(&replaced, "2026-06-01").as_deref(), Ok("9"));
    let added = layered(&[(PriceLayer::File, over("append")), below]);
    let inputs = ["2025-06-01", "2026-02-01", "2026-06-01"].map(|day| input(&added, day).unwrap());
    assert_eq!(inputs, ["1", "2", "9"]);
    assert_eq!(added.find("p", "n").map(|found| found.model.id.as_str()), Some("m"));
    assert_ne!(added.source().hash, replaced.source().hash);
}

#[test]
fn the_id_that_answered_is_billed_unless_the_user_priced_the_one_that_was_asked_for() {
    let row = |input: u8| json!([{"from": null, "input": input, "output": input}]);
    let embedded = json!([{"provider": "p", "id": "m", "prices": row(1)},
        {"provider": "p", "id": "m-2026-01-01", "prices": row(2)}]);
    let config = json!([{"provider": "p", "id": "m", "prices": row(7)}]);
    let quote = |prices: &Prices, requested: &str, served: Option<&str>| {
        let quote = prices.quote(&call("p", requested, served, "2026-11-23"), 0).unwrap();
        (quote.rates.input.to_string(), quote.by_family)
    };
    let plain = layered(&[(PriceLayer::Embedded, embedded.clone())]);
    let served = Some("m-2026-01-01");
    assert_eq!(quote(&plain, "m", served), ("2".into(), false));
    assert_eq!(quote(&plain, "m", Some("m-2026-02-02")), ("1".into(), false), "not exactly known");
    assert_eq!(quote(&plain, "m-2026-02-02", None), ("1".into(), true));
    assert_eq!(quote(&plain, "deployment", served), ("2".into(), false));
    let own = layered(&[(PriceLayer::Config, config), (PriceLayer::Embedded, embedded)]);
    assert_eq!(quote(&own, "m", served), ("7".into(), false));
    assert_eq!(quote(&own, "m-2026-01-01", served), ("2".into(), false));
}

#[test]
fn a_table_that_contradicts_itself_is_none() {
    let read = |models: Value| {
        let table = json!({"schema": "promptmatrix.prices/1", "generated": "2026-11-23",
            "currency": "USD", "unit": "per 1e6 tokens", "models": models});
        PriceTable::parse(&table.to_string()).map_err(|error| error.to_string())
    };
    let model = |rows: Value| json!({"provider": "p", "id": "m", "prices": rows});
    let row = |from: Value, to: Value| json!({"from": from, "to": to, "input": 1, "output": 1});
    let open = row(Value::Null, Value::Null);
    assert!(read(json!([model(json!([open]))])).is_ok());
    assert_eq!(
        read(json!([model(json!([open])), model(json!([open]))])).unwrap_err(),
        "`p/m` has two entries"
    );
    for rows in [
        json!([]),
        json!([open, open]),
        json!([row(json!("2026-02-01"), Value::Null), row(json!("2026-01-01"), Value::Null)]),
        json!([row(Value::Null, json!("2026-03-01")), row(json!("2026-02-01"), Value::Null)]),
        json!([row(json!("2026-02-01"), json!("2026-02-01"))]),
    ] {
        assert!(read(json!([model(rows.clone())])).unwrap_err().contains("order"), "{rows}");
    }
    for (member, value) in [
        ("input", json!(-1)),
        ("input", json!("1")),
        ("unknown", json!(1)),
        ("from", json!("yesterday")),
        ("cache_read", json!(0.000_000_1)),
    ] {
        let mut row = open.clone();
        row[member] = value;
        assert!(read(json!([model(json!([row]))])).is_err(), "{member}");
    }
}

proptest! {
    #[test]
    fn the_cost_of_calls_is_the_cost_of_their_tokens(
        counts in proptest::collection::vec((0u32..1000, 0u32..1000, 0u32..1000, 0u32..1000, 0u32..1000), 0..20),
    ) {
        let model = model(&json!({"from": null, "input": 2.5, "output": 10, "cache_read": 0.25,
            "cache_write_5m": 3.125, "cache_write_1h": 5}));
        let rates = model.rates(moment("2026-11-23"), Mode::Sync, 0).unwrap();
        let calls: Vec<Buckets> = counts.iter().map(|(a, b, c, d, e)| Buckets {
            uncached: u64::from(*a), read: u64::from(*b), short_write: u64::from(*c),
            long_write: u64::from(*d), output: u64::from(*e),
        }).collect();
        let whole = calls.iter().fold(Buckets::default(), |sum, call| sum + *call);
        let parts: crate::domain::Pico = calls.iter().map(|call| call.cost(&rates)).sum();
        prop_assert_eq!(parts, whole.cost(&rates));
    }

    #[test]
    fn a_tier_begins_one_token_above_its_threshold(threshold in 1u64..1_000_000, off in 0u64..10) {
        let model = model(&json!({"from": null, "input": 1, "output": 1,
            "tiers": [{"above_input_tokens": threshold, "input": 2}]}));
        let input = |tokens| model.rates(moment("2026-11-23"), Mode::Sync, tokens).unwrap().input.get();
        prop_assert_eq!(input(threshold.saturating_sub(off)), 1_000_000);
        prop_assert_eq!(input(threshold + 1 + off), 2_000_000);
    }
}

#[test]
fn a_fine_tuned_model_costs_what_its_base_costs_tuned() {
    let prices = Prices::embedded();
    let found = |id: &str| prices.find("openai", id).map(|found| found.model.id.clone());
    let base = Some("ft:gpt-4o-mini-2024-07-18".to_owned());
    assert_eq!(found("ft:gpt-4o-mini-2024-07-18:acme::9x"), base);
    assert_eq!(found("ft:gpt-9:acme::9x"), None);
}
