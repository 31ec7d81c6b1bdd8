//! Lists of each format, made up, and what must not come of them.

use serde_json::{Value, json};

use super::*;
use crate::cost::price::embedded;

fn read(list: &Value) -> Imported {
    import(&list.to_string(), None).unwrap()
}

/// The only model of a list, as the rows of our own format have it.
fn rows(imported: &Imported) -> Value {
    let [model] = imported.models.as_slice() else { panic!("{imported:?}") };
    json!(model.prices)
}

fn why(imported: &Imported) -> Why {
    assert_eq!(imported.models, [], "{imported:?}");
    imported.left_out[0].why
}

fn litellm(more: &Value) -> Imported {
    let mut entry = json!({"litellm_provider": "acme", "mode": "chat",
        "input_cost_per_token": 1e-6, "output_cost_per_token": 4e-6});
    for (key, value) in more.as_object().unwrap() {
        entry[key] = value.clone();
    }
    read(&json!({"acme/one": entry}))
}

fn genai(model: &Value) -> Imported {
    let mut model = model.clone();
    model["id"] = json!("one");
    read(&json!([{"id": "acme", "name": "Acme", "models": [model]}]))
}

fn models_dev(cost: &Value) -> Imported {
    let model = json!({"id": "one", "release_date": "2026-02", "cost": cost,
        "modalities": {"input": ["text"], "output": ["text"]}});
    read(&json!({"acme": {"id": "acme", "models": {"one": model}}}))
}

#[test]
fn the_format_of_a_list_is_seen_in_it_and_can_be_named() {
    assert_eq!(litellm(&json!({})).format, ListFormat::Litellm);
    assert_eq!(genai(&json!({"prices": {}})).format, ListFormat::GenaiPrices);
    assert_eq!(models_dev(&json!({})).format, ListFormat::ModelsDev);
    let own = embedded().render();
    assert_eq!(import(&own, None).unwrap().format, ListFormat::Promptmatrix);
    for text in ["[]", "{}", "3", r#"{"a": 1}"#, r#"[{"models": 1}]"#] {
        assert_eq!(import(text, None), Err(ImportError::Unknown), "{text}");
    }
    let wrong = import(&own, Some(ListFormat::GenaiPrices)).unwrap_err();
    assert!(wrong.to_string().contains("format of genai-prices"), "{wrong}");
    assert!(matches!(import("<html>", None), Err(ImportError::NotJson(_))));
}

#[test]
fn litellm_is_read_per_token_to_the_last_digit() {
    let more = json!({"input_cost_per_token": 1.5e-07, "output_cost_per_token": 6e-7,
        "cache_read_input_token_cost": 7.5e-8, "cache_creation_input_token_cost": 1.875e-7,
        "cache_creation_input_token_cost_above_1hr": 3e-7, "input_cost_per_token_batches": 7.5e-8,
        "output_cost_per_token_batches": 3e-7, "deprecation_date": "2027-03-01"});
    let imported = litellm(&more);
    let row = json!([{"from": null, "input": 0.15, "output": 0.6, "cache_read": 0.075,
        "cache_write_5m": 0.1875, "cache_write_1h": 0.3, "batch": {"input": 0.075, "output": 0.3}}]);
    assert_eq!(rows(&imported), row);
    assert_eq!(imported.models[0].name(), "acme/one");
    assert_eq!(imported.models[0].shutdown, Some("2027-03-01".parse().unwrap()));
    assert_eq!((imported.odd.len(), imported.rounded), (0, 0));
}

#[test]
fn litellm_tiers_are_the_prices_above_so_many_thousand_tokens() {
    let more = json!({"input_cost_per_token_above_200k_tokens": 2e-6,
        "output_cost_per_token_above_200k_tokens": 6e-6,
        "cache_read_input_token_cost_above_200k_tokens": 2e-7,
        "input_cost_per_token_above_200k_tokens_priority": 9e-6,
        "input_cost_per_token_above_32k_tokens": 1.5e-6});
    let tiers = json!([{"above_input_tokens": 32_000, "input": 1.5},
        {"above_input_tokens": 200_000, "input": 2, "output": 6, "cache_read": 0.2}]);
    assert_eq!(rows(&litellm(&more))[0]["tiers"], tiers);
}

#[test]
fn litellm_hours_are_turned_round_so_that_the_base_is_the_quiet_price() {
    let more = json!({"cache_read_input_token_cost": 1e-7, "off_peak_pricing": {
        "input_cost_per_token": 5e-7, "output_cost_per_token": 2e-6,
        "cache_read_input_token_cost": 5e-8,
        "windows": [{"hours_utc": ["00:00-08:00", "12:00-00:00"], "weekdays": [1, 2, 3, 4, 5]},
            {"hours_utc": "00:00-00:00", "weekdays": [6, 7]}]}});
    let row = json!([{"from": null, "input": 0.5, "output": 2, "cache_read": 0.05, "time_windows": [
        {"utc_from": "08:00", "utc_to": "12:00", "weekdays": [1, 2, 3, 4, 5], "input": 1, "output": 4,
            "cache_read": 0.1}]}]);
    assert_eq!(rows(&litellm(&more)), row);
    let zone = json!({"off_peak_pricing": {"weekday_timezone": "Asia/Tokyo", "windows": []}});
    assert_eq!(why(&litellm(&zone)), Why::Hours, "days of elsewhere are not ours");
    assert_eq!(why(&litellm(&json!({"off_peak_pricing": {"windows": [{}]}}))), Why::Hours);
}

#[test]
fn litellm_samples_other_kinds_and_other_names_are_no_models_of_their_own() {
    let chat = json!({"litellm_provider": "gemini", "mode": "chat",
        "input_cost_per_token": 1e-6, "output_cost_per_token": 4e-6});
    let imported = read(&json!({
        "sample_spec": {"litellm_provider": "one of many", "mode": "one of: chat, embedding",
            "input_cost_per_token": 0.0, "output_cost_per_token": 0.0},
        "gemini/a": chat, "a": chat,
        "gemini/latest": {"alias_of": "gemini/a"},
        "class-of-sizes": {"litellm_provider": "acme", "input_cost_per_token": 1e-6,
            "output_cost_per_token": 1e-6},
        "picture": {"litellm_provider": "acme", "mode": "image_generation",
            "input_cost_per_token": 1e-6, "output_cost_per_token": 1e-6},
        "seconds": {"litellm_provider": "acme", "mode": "chat", "input_cost_per_second": 0.1},
    }));
    let [model] = imported.models.as_slice() else { panic!("{imported:?}") };
    assert_eq!((model.name().as_str(), model.aliases.join(" ")), ("google/a", "latest".to_owned()));
    assert_eq!((imported.entries, imported.joined), (7, 2));
    let left = imported.left_out.iter().map(|left| (left.id.as_str(), left.why));
    let left: Vec<_> = left.collect();
    assert_eq!(
        left,
        [
            ("sample_spec", Why::NoModel),
            ("class-of-sizes", Why::NoModel),
            ("picture", Why::OtherKind),
            ("seconds", Why::NoPrice)
        ]
    );
}

#[test]
fn genai_prices_have_history_tiers_and_batch_prices_from_a_day_on() {
    let imported = genai(&json!({
        "match": {"or": [{"equals": "one"}, {"equals": "uno"}, {"starts_with": "one-"}]},
        "prices": [
            {"prices": {"input_mtok": 3, "output_mtok": 15}},
            {"constraint": {"start_date": "2026-05-01"}, "prices": {
                "input_mtok": {"base": 2, "tiers": [{"start": 200_000, "price": 4}]},
                "output_mtok": {"base": 10, "tiers": [{"start": 200_000, "price": 15}]},
                "cache_read_mtok": 0.2, "cache_write_mtok": 2.5, "cache_write_1h_mtok": 4,
                "input_audio_mtok": 9}}],
        "price_variants": [
            {"when": {"service_tier": "flex"}, "prices": {"input_mtok": 1}},
            {"when": {"processing": "batch"}, "constraint": {"start_date": "2026-06-01"},
                "prices": {"input_mtok": 1, "output_mtok": 5}}]}));
    let tiers = json!([{"above_input_tokens": 200_000, "input": 4, "output": 15}]);
    let row = |from: &str, more: &Value| {
        let mut row = json!({"from": from, "input": 2, "output": 10, "cache_read": 0.2,
            "cache_write_5m": 2.5, "cache_write_1h": 4, "tiers": tiers});
        for (key, value) in more.as_object().unwrap() {
            row[key] = value.clone();
        }
        row
    };
    let batch = json!({"batch": {"input": 1, "output": 5, "cache_read": 0.2, "cache_write_5m": 2.5,
        "cache_write_1h": 4}});
    let wanted = json!([{"from": null, "to": "2026-05-01", "input": 3, "output": 15},
        row("2026-05-01", &json!({"to": "2026-06-01"})), row("2026-06-01", &batch)]);
    assert_eq!(rows(&imported), wanted);
    assert_eq!(imported.models[0].aliases, ["uno"]);
    assert_eq!(imported.odd, []);
}

#[test]
fn genai_hours_are_of_the_row_before_them() {
    let imported = genai(&json!({"prices": [
        {"prices": {"input_mtok": 0.5, "output_mtok": 1}},
        {"constraint": {"start_date": "2026-09-01"}, "prices": {"input_mtok": 1, "output_mtok": 2}},
        {"constraint": {"start_time": "01:00:00Z", "end_time": "04:30:00Z"},
            "prices": {"input_mtok": 2, "output_mtok": 4, "cache_read_mtok": 0.2}}]}));
    let window = json!([{"utc_from": "01:00", "utc_to": "04:30", "input": 2, "output": 4,
        "cache_read": 0.2}]);
    let rows = rows(&imported);
    assert_eq!((&rows[0]["time_windows"], &rows[1]["time_windows"]), (&Value::Null, &window));
}

#[test]
fn models_dev_is_read_with_its_tiers() {
    let cost = json!({"input": 2.5, "output": 15, "cache_read": 0.25, "cache_write": 0,
        "context_over_200k": {"input": 9, "output": 9},
        "tiers": [{"input": 5, "output": 22.5, "tier": {"type": "context", "size": 272_000}}]});
    let row = json!([{"from": null, "input": 2.5, "output": 15, "cache_read": 0.25,
        "tiers": [{"above_input_tokens": 272_000, "input": 5, "output": 22.5}]}]);
    let imported = models_dev(&cost);
    assert_eq!(rows(&imported), row, "writing to a cache for 0 has no price of its own");
    assert_eq!(imported.models[0].released, Some("2026-02".parse().unwrap()));
    let long = json!({"input": 1, "output": 2, "context_over_200k": {"input": 2, "output": 3}});
    assert_eq!(rows(&models_dev(&long))[0]["tiers"][0]["above_input_tokens"], 200_000);
}

#[test]
fn a_negative_price_leaves_its_entry_out_wherever_it_stands() {
    assert_eq!(why(&litellm(&json!({"input_cost_per_token": -1e-6}))), Why::Negative);
    assert_eq!(
        why(&litellm(&json!({"output_cost_per_token_batches": -1e-6,
        "input_cost_per_token_batches": 1e-6}))),
        Why::Negative
    );
    assert_eq!(why(&models_dev(&json!({"input": 1, "output": -2}))), Why::Negative);
    let tiers = json!({"base": 1, "tiers": [{"start": 9, "price": -1}]});
    assert_eq!(
        why(&genai(&json!({"prices": {"input_mtok": tiers, "output_mtok": 1}}))),
        Why::Negative
    );
}

#[test]
fn a_price_that_is_no_number_leaves_its_entry_out() {
    assert_eq!(why(&litellm(&json!({"input_cost_per_token": "1e-6"}))), Why::NotANumber);
    assert_eq!(why(&models_dev(&json!({"input": true, "output": 2}))), Why::NotANumber);
}

#[test]
fn a_price_per_million_where_a_token_is_meant_leaves_its_entry_out_and_the_other_way_round() {
    assert_eq!(why(&litellm(&json!({"input_cost_per_token": 2.5}))), Why::TooDear);
    assert_eq!(why(&litellm(&json!({"cache_read_input_token_cost": 0.022}))), Why::TooDear);
    assert_eq!(why(&models_dev(&json!({"input": 2.5e-6, "output": 0.00001}))), Why::TooFine);
    assert_eq!(why(&models_dev(&json!({"input": 1.5e-5, "output": 1}))), Why::TooCheap);
}

#[test]
fn a_price_of_0_is_not_known_and_not_nothing() {
    assert_eq!(why(&litellm(&json!({"input_cost_per_token": 0.0}))), Why::Zero);
    assert_eq!(why(&models_dev(&json!({"input": 0, "output": 0}))), Why::Zero);
    assert_eq!(why(&genai(&json!({"prices": {}}))), Why::NoPrice);
    let cached = litellm(&json!({"cache_creation_input_token_cost": 0.0}));
    assert_eq!(rows(&cached)[0]["cache_write_5m"], Value::Null, "as input, then");
}

#[test]
fn prices_in_another_currency_are_left_out() {
    assert_eq!(why(&litellm(&json!({"currency": "CNY"}))), Why::Currency);
    assert_eq!(
        why(&models_dev(&json!({"input": 1, "output": 2, "currency": "EUR"}))),
        Why::Currency
    );
    let text = embedded().render().replace("\"USD\"", "\"EUR\"");
    let error = import(&text, None).unwrap_err().to_string();
    assert!(error.contains("EUR") && error.contains("USD"), "{error}");
}

#[test]
fn days_that_are_none_or_not_in_order_leave_their_entry_out() {
    assert_eq!(why(&litellm(&json!({"deprecation_date": "soon"}))), Why::Days);
    let price = json!({"input_mtok": 1, "output_mtok": 2});
    let dated = |one: &str, two: &str| {
        genai(&json!({"prices": [{"constraint": {"start_date": one}, "prices": price},
            {"constraint": {"start_date": two}, "prices": price}]}))
    };
    assert_eq!(why(&dated("2026-13-01", "2026-12-01")), Why::Days);
    assert_eq!(why(&dated("2026-05-01", "2026-04-01")), Why::Days);
    assert_eq!(why(&dated("2026-05-01", "2026-05-01")), Why::Days);
}

#[test]
fn one_model_twice_is_one_where_it_costs_the_same_and_none_where_it_does_not() {
    let entry = |input: f64| {
        json!({"litellm_provider": "acme", "mode": "chat", "input_cost_per_token": input,
            "output_cost_per_token": 1e-6})
    };
    let same = read(&json!({"acme/one": entry(1e-6), "one": entry(1e-6)}));
    assert_eq!((same.models.len(), same.joined), (1, 1));
    assert_eq!(why(&read(&json!({"acme/one": entry(1e-6), "one": entry(2e-6)}))), Why::Twice);
    let text = r#"{"a": {"litellm_provider": "x"}, "a": {"litellm_provider": "x"}}"#;
    assert!(import(text, None).unwrap_err().to_string().contains("`a` is there twice"));
}

#[test]
fn a_price_that_is_not_known_is_told_and_does_not_touch_the_others() {
    let imported = litellm(&json!({"input_cost_per_token_moonlight": 1e-9,
        "output_cost_per_token_flex": 1e-9}));
    let odd = imported.odd.iter().map(|odd| odd.what.as_str()).collect::<Vec<_>>();
    assert_eq!(odd, ["input_cost_per_token_moonlight"]);
    assert_eq!(imported.models.len(), 1);
    let price = json!({"input_mtok": 1, "output_mtok": 2, "sunday_mtok": 3});
    assert_eq!(genai(&json!({"prices": price})).odd[0].what, "sunday_mtok");
    let text = embedded().render().replacen("\"input\":", "\"inptu\":", 1);
    assert!(import(&text, None).unwrap_err().to_string().contains("inptu"), "our own is strict");
}

#[test]
fn a_batch_or_a_cache_that_costs_more_is_taken_and_told() {
    let imported = litellm(&json!({"cache_read_input_token_cost": 2e-6,
        "input_cost_per_token_batches": 3e-6, "output_cost_per_token_batches": 3e-6}));
    assert_eq!((imported.models.len(), imported.odd.len()), (1, 2));
}

#[test]
fn providers_are_called_as_in_our_own_table() {
    let price = json!({"input_mtok": 1, "output_mtok": 2});
    let list = json!([
        {"id": "aws", "models": [{"id": "m", "prices": price}]},
        {"id": "x-ai", "models": [{"id": "m", "prices": price}]}]);
    let names: Vec<String> = read(&list).models.iter().map(PricedModel::name).collect();
    assert_eq!(names, ["bedrock/m", "xai/m"]);
}

mod laws {
    use proptest::prelude::*;

    use super::import;

    proptest! {
        #[test]
        fn any_numbers_are_read_or_left_out(input in "[-0-9.e]{1,12}", output in "[-0-9.e]{1,12}") {
            let text = format!(
                r#"{{"a": {{"litellm_provider": "p", "mode": "chat",
                    "input_cost_per_token": {input}, "output_cost_per_token": {output}}}}}"#
            );
            if let Ok(imported) = import(&text, None) {
                prop_assert_eq!(imported.models.len() + imported.left_out.len(), 1);
            }
        }
    }
}
