//! A table of made-up prices, and lists that say something else.

use serde_json::{Value, json};

use super::*;
use crate::cost::price::{Layer, import};
use crate::domain::PriceLayer;

const TODAY: &str = "2026-11-20";

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn terms() -> Terms {
    Terms {
        today: day(TODAY),
        effective: day(TODAY),
        accept_large: false,
        source: "list.json sha256:ab".to_owned(),
    }
}

/// The tables below: one model, with these rows.
fn below(rows: &Value) -> Prices {
    let model = json!([{"provider": "acme", "id": "one", "aliases": ["uno"], "prices": rows}]);
    let models = PricedModel::list(&model.to_string()).unwrap();
    Prices::new(&[Layer { name: PriceLayer::Embedded, models }])
}

fn flat(input: u32, output: u32) -> Value {
    json!([{"from": null, "input": input, "output": output}])
}

fn litellm(id: &str, more: &Value) -> Imported {
    let mut entry = json!({"litellm_provider": "acme", "mode": "chat",
        "input_cost_per_token": 2e-6, "output_cost_per_token": 4e-6});
    for (key, value) in more.as_object().unwrap() {
        entry[key] = value.clone();
    }
    import(&json!({id: entry}).to_string(), None).unwrap()
}

fn genai(prices: &Value) -> Imported {
    let list = json!([{"id": "acme", "models": [{"id": "one", "prices": prices}]}]);
    import(&list.to_string(), None).unwrap()
}

fn rows(updated: &Updated) -> Value {
    let [model] = updated.table.models.as_slice() else { panic!("{updated:?}") };
    json!(model.prices)
}

#[test]
fn a_changed_price_is_a_further_row_from_today_on() {
    let updated = update(None, &below(&flat(3, 6)), &litellm("one", &json!({})), &terms());
    let wanted = json!([{"from": null, "to": TODAY, "input": 3, "output": 6},
        {"from": TODAY, "from_basis": "the day on which a list was read", "input": 2, "output": 4}]);
    assert_eq!(rows(&updated), wanted);
    let change = &updated.changes[0];
    assert_eq!((change.from, json!(change.before)), (Some(day(TODAY)), json!([3, 6])));
}

#[test]
fn the_same_list_once_more_changes_nothing_at_all_and_on_a_later_day_only_when_it_was_read() {
    let below = below(&flat(3, 6));
    let lists = [
        litellm(
            "one",
            &json!({"cache_read_input_token_cost": 1e-7, "deprecation_date": "2027-01-01"}),
        ),
        litellm("new", &json!({"input_cost_per_token_batches": 1e-6})),
        genai(&json!([{"prices": {"input_mtok": 3, "output_mtok": 6}},
            {"constraint": {"start_date": "2027-01-01"}, "prices": {"input_mtok": 4, "output_mtok": 6}}])),
    ];
    for list in lists {
        let once = update(None, &below, &list, &terms()).table;
        let again = update(Some(&once), &below, &list, &terms());
        assert_eq!(again.table.render(), once.render());
        assert_eq!(again.changes, []);
        let later = Terms { today: day("2026-12-24"), effective: day("2026-12-24"), ..terms() };
        let later = update(Some(&once), &below, &list, &later);
        assert_eq!((&later.table.models, later.changes), (&once.models, vec![]));
        let source = &later.table.sources[&list.format.to_string()];
        assert_eq!(source, "2026-12-24 list.json sha256:ab");
    }
}

#[test]
fn a_list_with_days_of_its_own_keeps_them_and_rows_ahead_are_taken() {
    let list = genai(&json!([{"prices": {"input_mtok": 9, "output_mtok": 9}},
        {"constraint": {"start_date": "2026-10-01"}, "prices": {"input_mtok": 2, "output_mtok": 4}},
        {"constraint": {"start_date": "2026-12-01"}, "prices": {"input_mtok": 5, "output_mtok": 8}}]));
    let updated = update(None, &below(&flat(3, 6)), &list, &terms());
    let wanted = json!([{"from": null, "to": "2026-10-01", "input": 3, "output": 6},
        {"from": "2026-10-01", "to": "2026-12-01", "input": 2, "output": 4},
        {"from": "2026-12-01", "input": 5, "output": 8}]);
    assert_eq!(rows(&updated), wanted, "what was before stays as it was known");
}

#[test]
fn each_row_that_is_new_is_a_change_from_the_one_before_it() {
    let list = genai(&json!([{"prices": {"input_mtok": 2, "output_mtok": 4}},
        {"constraint": {"start_date": "2026-12-01"}, "prices": {"input_mtok": 5, "output_mtok": 8}}]));
    let told = |known: &Value| {
        let changes = update(None, &below(known), &list, &terms()).changes;
        let told = changes.iter().map(|it| json!([it.from, it.before, it.after]));
        told.collect::<Value>()
    };
    let wanted = json!([[TODAY, [3, 6], [2, 4]], ["2026-12-01", [2, 4], [5, 8]]]);
    assert_eq!(told(&flat(3, 6)), wanted);
    let ahead = json!([{"from": null, "to": "2026-12-01", "input": 2, "output": 4},
        {"from": "2026-12-01", "input": 6, "output": 8}]);
    assert_eq!(told(&ahead), json!([["2026-12-01", [6, 8], [5, 8]]]));
}

#[test]
fn a_row_ahead_that_a_list_knows_nothing_of_stays() {
    let known = json!([{"from": null, "to": "2026-12-01", "input": 3, "output": 6},
        {"from": "2026-12-01", "input": 6, "output": 12}]);
    let updated = update(None, &below(&known), &litellm("one", &json!({})), &terms());
    let ahead = json!({"from": "2026-12-01", "input": 6, "output": 12});
    assert_eq!(rows(&updated).as_array().unwrap().len(), 3);
    assert_eq!((&rows(&updated)[1]["to"], &rows(&updated)[2]), (&json!("2026-12-01"), &ahead));
}

#[test]
fn what_a_list_does_not_say_of_the_same_price_stays() {
    let known = json!([{"from": null, "input": 2, "output": 4, "cache_read": 0.5,
        "batch": {"input": 1, "output": 2}}]);
    let updated = update(None, &below(&known), &litellm("one", &json!({})), &terms());
    assert_eq!((rows(&updated), updated.same), (known, 1));
    let changed = litellm("one", &json!({"input_cost_per_token": 2.5e-6}));
    let known =
        json!([{"from": null, "input": 2, "output": 4, "batch": {"input": 1, "output": 2}}]);
    let updated = update(None, &below(&known), &changed, &terms());
    assert_eq!(rows(&updated)[1]["batch"], Value::Null, "half of another price is not known");
}

#[test]
fn a_price_that_becomes_five_times_as_much_or_a_fifth_is_held_back_until_it_is_accepted() {
    let list = litellm("one", &json!({}));
    for (before, price) in [(flat(10, 4), "input"), (flat(2, 20), "output")] {
        let updated = update(None, &below(&before), &list, &terms());
        assert_eq!((updated.table.models.len(), updated.held.len()), (0, 1));
        assert_eq!(updated.held[0].price, price);
        let accepted = Terms { accept_large: true, ..terms() };
        let updated = update(None, &below(&before), &list, &accepted);
        assert_eq!((updated.changes.len(), updated.held.len()), (1, 0));
    }
    assert_eq!(update(None, &below(&flat(9, 19)), &list, &terms()).held, []);
    let cached = litellm("one", &json!({"cache_read_input_token_cost": 5e-7}));
    let known = json!([{"from": null, "input": 2, "output": 4, "cache_read": 0.1}]);
    assert_eq!(update(None, &below(&known), &cached, &terms()).held[0].price, "cache_read");
}

#[test]
fn a_jump_in_the_suites_own_file_leaves_its_entry_as_it_is() {
    let own = update(
        None,
        &below(&flat(10, 4)),
        &genai(&json!({"input_mtok": 10, "output_mtok": 4})),
        &terms(),
    );
    let updated =
        update(Some(&own.table), &below(&flat(1, 1)), &litellm("one", &json!({})), &terms());
    assert_eq!((updated.held.len(), &updated.table.models), (1, &own.table.models));
}

#[test]
fn zero_where_a_price_was_is_held_back() {
    let list = litellm("one", &json!({"input_cost_per_token": 0.0, "output_cost_per_token": 0.0}));
    let updated = update(None, &below(&flat(3, 6)), &list, &terms());
    assert_eq!(updated.held[0].after, Price::default());
    let accepted = Terms { accept_large: true, ..terms() };
    let accepted = update(None, &below(&flat(3, 6)), &list, &accepted);
    assert_eq!((accepted.held, accepted.table.models), (vec![], vec![]), "and never taken");
    let free = update(None, &below(&flat(3, 0)), &list, &terms());
    assert_eq!(free.held, [], "what cost nothing before does not vanish");
}

#[test]
fn a_list_without_hours_that_has_one_of_the_prices_by_hour_says_nothing_new() {
    let known = json!([{"from": null, "input": 1, "output": 2, "time_windows": [
        {"utc_from": "01:00", "utc_to": "04:00", "weekdays": [1], "input": 2, "output": 4}]}]);
    let cost = json!({"one": {"cost": {"input": 2, "output": 4}}});
    let list = import(&json!({"acme": {"models": cost}}).to_string(), None).unwrap();
    let updated = update(None, &below(&known), &list, &terms());
    assert_eq!((rows(&updated), updated.same), (known.clone(), 1));
    let hours = json!([{"prices": {"input_mtok": 1, "output_mtok": 2}},
        {"constraint": {"start_time": "01:00:00Z", "end_time": "04:00:00Z"},
            "prices": {"input_mtok": 2, "output_mtok": 4}}]);
    let updated = update(None, &below(&known), &genai(&hours), &terms());
    assert_eq!(rows(&updated), known, "a list that has no weekdays does not take them away");
}

#[test]
fn another_name_brings_the_history_along_and_a_model_that_has_ended_keeps_its_price() {
    let updated = update(None, &below(&flat(3, 6)), &litellm("uno", &json!({})), &terms());
    assert_eq!(rows(&updated).as_array().unwrap().len(), 2);
    assert_eq!(updated.table.models[0].id, "uno");
    let model = json!([{"provider": "acme", "id": "one", "shutdown": "2026-11-01",
        "prices": flat(3, 6)}]);
    let models = PricedModel::list(&model.to_string()).unwrap();
    let ended = Prices::new(&[Layer { name: PriceLayer::Embedded, models }]);
    let updated = update(None, &ended, &litellm("one", &json!({})), &terms());
    assert_eq!((rows(&updated), updated.same), (flat(3, 6), 1));
}

#[test]
fn a_name_that_means_another_entry_is_not_taken_by_any_list() {
    let list = json!({"schema": "promptmatrix.prices/1", "generated": TODAY, "currency": "USD",
        "unit": "per 1e6 tokens", "models": [{"provider": "acme", "id": "two",
            "aliases": ["deux", "uno", "one-2026-01-01"], "prices": flat(90, 90)}]});
    let list = import(&list.to_string(), None).unwrap();
    let known = below(&flat(3, 6));
    let updated = update(None, &known, &list, &terms());
    assert_eq!(updated.table.models[0].aliases, ["deux"]);
    let odd = updated.odd.iter().map(|odd| odd.why.as_str()).collect::<Vec<_>>();
    assert!(odd[0].starts_with("`one-2026-01-01` is not"), "by its family");
    assert_eq!(odd[1], "`uno` is not taken as a name of it: it means acme/one");
    let again = update(Some(&updated.table), &known, &list, &terms());
    assert_eq!((again.table, again.odd), (updated.table, updated.odd));
}

#[test]
fn a_name_of_the_suites_own_file_that_becomes_an_entry_is_a_change_of_its_price() {
    let own = json!({"schema": "promptmatrix.prices/1", "generated": TODAY, "currency": "USD",
        "unit": "per 1e6 tokens", "models": [{"provider": "acme", "id": "own",
            "aliases": ["mine"], "prices": flat(3, 6)}]});
    let own = PriceTable::parse(&own.to_string()).unwrap();
    let updated = update(Some(&own), &below(&flat(3, 6)), &litellm("mine", &json!({})), &terms());
    assert_eq!(json!(updated.changes[0].before), json!([3, 6]));
}

#[test]
fn a_day_that_is_named_is_the_first_of_the_new_price() {
    let named = Terms { effective: day("2026-11-01"), ..terms() };
    let updated = update(None, &below(&flat(3, 6)), &litellm("one", &json!({})), &named);
    let wanted = json!({"from": "2026-11-01", "input": 2, "output": 4});
    assert_eq!(rows(&updated)[1], wanted, "who names it knows it");
}

#[test]
fn a_table_says_which_list_confirmed_it_and_when() {
    let known = below(&flat(2, 4));
    let once = update(None, &known, &litellm("one", &json!({})), &terms()).table;
    assert_eq!(once.sources["litellm"], "2026-11-20 list.json sha256:ab");
    assert_eq!(once.models[0].price_sources, ["litellm"]);
    let other = Terms { today: day("2026-12-24"), source: "list.json sha256:cd".into(), ..terms() };
    let later = update(Some(&once), &known, &litellm("one", &json!({})), &other);
    assert_eq!((later.changes.len(), later.table.generated), (0, day("2026-12-24")));
    assert_eq!(later.table.sources["litellm"], "2026-12-24 list.json sha256:cd");
}

mod laws {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// Rows that begin on these days of 2026, each until the next, with these prices.
    fn rows(days: &BTreeMap<u8, u32>) -> Value {
        let from = |day: u8| format!("2026-{:02}-15", day % 12 + 1);
        let mut begins: Vec<(String, u32)> = days.iter().map(|(d, p)| (from(*d), *p)).collect();
        begins.sort();
        begins.dedup_by(|one, other| one.0 == other.0);
        let ends = begins.iter().skip(1).map(|(from, _)| json!(from)).chain([Value::Null]);
        let row = |((from, price), to): (&(String, u32), Value)| json!({"from": from, "to": to, "input": price, "output": 9});
        begins.iter().zip(ends).map(row).collect()
    }

    fn own(rows: &Value) -> Imported {
        let table = json!({"schema": "promptmatrix.prices/1", "generated": TODAY, "currency": "USD",
            "unit": "per 1e6 tokens", "models": [{"provider": "acme", "id": "one", "prices": rows}]});
        import(&table.to_string(), None).unwrap()
    }

    proptest! {
        #[test]
        fn history_stays_rows_stay_in_order_and_the_list_holds_today_and_on_its_days_ahead(
            known in proptest::collection::btree_map(0_u8..12, 1_u32..5, 1..5),
            new in proptest::collection::btree_map(0_u8..12, 1_u32..5, 1..5),
        ) {
            let (known, list) = (rows(&known), own(&rows(&new)));
            let now = day("2026-06-20");
            let terms = Terms { today: now, effective: now, accept_large: true, ..terms() };
            let updated = update(None, &below(&known), &list, &terms).table;
            let again = PriceTable::parse(&updated.render());
            prop_assert_eq!(again.as_ref(), Ok(&updated));
            let [after] = updated.models.as_slice() else { panic!() };
            let [list] = list.models.as_slice() else { panic!() };
            let input = |model: &PricedModel, at: Day| model.row(at).map(|row| row.input);
            let ahead = list.prices.iter().filter_map(|row| row.from).filter(|from| *from > now);
            for at in ahead.chain([now]) {
                if let Some(wanted) = input(list, at) {
                    prop_assert_eq!(input(after, at), Some(wanted), "{}", at);
                }
            }
            let models = json!([{"provider": "acme", "id": "one", "prices": known}]);
            let known = PricedModel::list(&models.to_string()).unwrap();
            let own_day = list.row(now).and_then(|row| row.from).unwrap_or(now);
            for earlier in (1..200).map(|days| now.plus_days(-days)).filter(|at| *at < own_day) {
                prop_assert_eq!(input(after, earlier), input(&known[0], earlier), "{}", earlier);
            }
        }
    }
}
