//! Prices in the config: of a slot, and under `[[cost.price]]`.

use promptmatrix::cost::price::{Merge, PricedModel};
use promptmatrix::domain::{Billing, Rates, Suite};

use crate::fixture::Files;

fn with_slot(price: &str) -> Files {
    Files::small().config(&format!(
        "[models.paid]\nprovider = \"openai\"\nid = \"gpt-4o-2024-08-06\"\n{price}"
    ))
}

fn billing(price: &str) -> Billing {
    let suite = with_slot(price).suite();
    let model = suite.models.values().find(|model| model.slot.as_str() == "paid").unwrap();
    model.billing.clone()
}

fn shown(rates: &Rates) -> [String; 5] {
    let Rates { input, output, cache_read, cache_write_5m, cache_write_1h } = rates;
    [input, output, cache_read, cache_write_5m, cache_write_1h].map(ToString::to_string)
}

fn listed(suite: &Suite) -> Vec<PricedModel> {
    PricedModel::list(suite.prices.as_deref().unwrap()).unwrap()
}

#[test]
fn a_slot_states_its_prices_to_the_last_digit() {
    let own = billing(
        "price = { input = 2.50, output = 10, cache-read = 0.003625 }\nprice-as-of = 2024-10-01",
    );
    assert_eq!(shown(&own.own.unwrap()), ["2.5", "10", "0.003625", "2.5", "2.5"]);
    assert_eq!(own.as_of.unwrap().to_string(), "2024-10-01");
    assert_eq!(billing(""), Billing::default());
}

#[test]
fn a_machine_of_ones_own_costs_by_the_hour() {
    let price = "price = { usd-per-hour = 1.80, tokens-per-second = 1000, utilisation = 0.5 }";
    assert_eq!(shown(&billing(price).own.unwrap()), ["1"; 5].map(str::to_owned));
}

#[test]
fn a_slot_names_another_entry_of_the_tables() {
    let key = billing("price-as = \"together/meta-llama/Llama-3-8b-chat-hf\"").price_as.unwrap();
    assert_eq!(
        (key.provider.as_str(), key.id.as_str()),
        ("together", "meta-llama/Llama-3-8b-chat-hf")
    );
}

#[test]
fn a_price_that_is_none_is_told_with_its_fix() {
    let faults = [
        ("price = { input = 1 }", "the price has no `output`"),
        ("price = {}", "the price has no `input`"),
        ("price = { input = 0.0000001, output = 1 }", "more than 6 decimals"),
        ("price = { usd-per-hour = 1, tokens-per-second = 9 }", "has no `utilisation`"),
        ("price = { usd-per-hour = 1, tokens-per-second = 9, utilisation = 0 }", "does nothing"),
        ("price = { input = 1, output = 1, utilisation = 1 }", "per token and per hour"),
        ("price-as = \"gpt-4o\"", "names no entry"),
        ("price = { input = 1, output = 1 }\nprice-as = \"openai/gpt-4o\"", "two prices"),
        ("price-as-of = \"2024-10-01\"", "there is none"),
    ];
    for (price, said) in faults {
        let problems = with_slot(price).problems();
        let found = problems.iter().find(|problem| problem.code == "config::price");
        let found = found.unwrap_or_else(|| panic!("{price}: {problems:?}"));
        assert!(found.title.contains(said), "{price}: {}", found.title);
        assert!(found.help.is_some() && found.place.is_some(), "{price}");
    }
    for price in ["price = { input = -1, output = 1 }", "price = { input = 1001, output = 1 }"] {
        let problems = with_slot(price).problems();
        assert!(problems.iter().any(|problem| problem.code == "config::wrong-value"), "{price}");
    }
}

#[test]
fn prices_of_the_config_become_entries_of_a_table() {
    let suite = Files::small()
        .config(
            r#"[[cost.price]]
provider = "local"
id = "llama"
aliases = ["llama-8b"]
usd-per-hour = 1.80
tokens-per-second = 1000
utilisation = 0.5

[[cost.price]]
provider = "openai"
id = "gpt-4o"
from = "2026-06-01"
input = 2
output = 8
batch = { input = 1, output = 4 }

[[cost.price]]
provider = "openai"
id = "gpt-4o"
input = 2.25
output = 9
merge = "append"
"#,
        )
        .suite();
    let models = listed(&suite);
    let names: Vec<String> = models.iter().map(PricedModel::name).collect();
    assert_eq!(names, ["local/llama", "openai/gpt-4o"]);
    assert_eq!(models[0].aliases, ["llama-8b"]);
    let rows: Vec<_> = models[1].prices.iter().map(|row| (row.input.to_string(), row.to)).collect();
    assert_eq!(
        rows,
        [("2.25".to_owned(), Some("2026-06-01".parse().unwrap())), ("2".to_owned(), None)]
    );
    assert_eq!(models[1].prices[1].batch.unwrap().output.to_string(), "4");
    assert_eq!(models[1].merge, Merge::Append);
}

#[test]
fn two_prices_of_one_model_from_the_same_day_on_are_told() {
    let entry = "[[cost.price]]\nprovider = \"p\"\nid = \"m\"\ninput = 1\noutput = 1\n";
    let problems = Files::small().config(&format!("{entry}{entry}")).problems();
    assert!(problems.iter().any(|problem| problem.title.contains("`p/m` has two prices")));
}

#[test]
fn a_file_of_prices_lies_in_the_suite() {
    let suite = Files::small().config("[store]\nprices = \"data/prices.json\"").suite();
    assert_eq!(suite.store.prices.as_deref(), Some("data/prices.json"));
    let problems = Files::small().config("[store]\nprices = \"../prices.json\"").problems();
    assert!(problems[0].help.as_deref().unwrap().contains("a file in the suite"), "{problems:?}");
}
