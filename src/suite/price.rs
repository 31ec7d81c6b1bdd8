//! Prices that are written in the config: of a model, and under `[[cost.price]]`.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::cost::price::{BatchRates, Day, Merge, PriceRow, PricedModel, machine_price};
use crate::domain::{Billing, Diagnostic, MoneyError, Price, PriceKey, Rates};

use super::source::Source;
use super::tree::{Node, Tree};

/// Why a price is none.
struct Fault {
    span: Range<usize>,
    title: String,
    help: String,
}

const MACHINE: [&str; 3] = ["usd-per-hour", "tokens-per-second", "utilisation"];
const RATES: [&str; 5] = ["input", "output", "cache-read", "cache-write-5m", "cache-write-1h"];

/// Which prices hold for a slot; what cannot be read is left out.
pub(super) fn billing(table: &Node) -> Billing {
    let text = |key: &str| table.get(key).and_then(Node::text);
    Billing {
        price_as: text("price-as").and_then(|text| text.parse().ok()),
        own: table.get("price").and_then(|price| rates(price).ok()),
        as_of: text("price-as-of").and_then(|text| text.parse().ok()),
    }
}

/// Tells what is wrong with the prices of a slot.
pub(super) fn check(source: &Source, table: &Node, problems: &mut Vec<Diagnostic>) {
    let fault = |node: &Node, title: &str, help: &str| Fault {
        span: node.span.clone(),
        title: title.to_owned(),
        help: help.to_owned(),
    };
    let mut faults = Vec::new();
    if let Some(price) = table.get("price") {
        faults.extend(rates(price).err());
    }
    if let Some(other) = table.get("price-as") {
        if other.text().is_some_and(|text| text.parse::<PriceKey>().is_err()) {
            let help = "write `price-as = \"PROVIDER/ID\"`, as `promptmatrix prices list` names it";
            faults.push(fault(other, "`price-as` names no entry of a price table", help));
        }
        if table.get("price").is_some() {
            let help = "take `price` or `price-as` away";
            faults.push(fault(other, "the model has two prices", help));
        }
    }
    if let (Some(day), None) = (table.get("price-as-of"), table.get("price")) {
        let help = "take it away, or add `price`";
        faults.push(fault(
            day,
            "`price-as-of` says when a price was looked up, and there is none",
            help,
        ));
    }
    problems.extend(faults.into_iter().map(|fault| told(source, fault)));
}

fn told(source: &Source, fault: Fault) -> Diagnostic {
    Diagnostic::error("config::price", fault.title)
        .at(source.place(fault.span), "this price")
        .help(fault.help)
}

/// The prices of a table: as they are written, or those of a machine.
fn rates(table: &Node) -> Result<Rates, Fault> {
    let fault = |title: String, help: &str| Fault {
        span: table.span.clone(),
        title,
        help: help.to_owned(),
    };
    let has = |keys: &[&str]| keys.iter().any(|key| table.get(key).is_some());
    match (has(&RATES), has(&MACHINE)) {
        (true, true) => Err(fault(
            "the price is given per token and per hour".to_owned(),
            "write `input` and `output`, or `usd-per-hour`, `tokens-per-second` and `utilisation`",
        )),
        (false, true) => machine(table),
        _ => {
            let needed = |key: &str| match price(table, key)? {
                Some(price) => Ok(price),
                None => {
                    Err(fault(format!("the price has no `{key}`"), "write `input` and `output`"))
                }
            };
            let (input, output) = (needed("input")?, needed("output")?);
            let short = price(table, "cache-write-5m")?.unwrap_or(input);
            Ok(Rates {
                input,
                output,
                cache_read: price(table, "cache-read")?.unwrap_or(input),
                cache_write_5m: short,
                cache_write_1h: price(table, "cache-write-1h")?.unwrap_or(short),
            })
        }
    }
}

fn machine(table: &Node) -> Result<Rates, Fault> {
    let figure = |key: &str| {
        digits(table, key).ok_or_else(|| Fault {
            span: table.span.clone(),
            title: format!("the price of the machine has no `{key}`"),
            help: "write `usd-per-hour`, `tokens-per-second` and `utilisation`; nobody else knows them".to_owned(),
        })
    };
    let [hour, speed, share] = MACHINE;
    let price = machine_price(&figure(hour)?, &figure(speed)?, &figure(share)?);
    let price = price.map_err(|error| Fault {
        span: table.span.clone(),
        title: match error {
            MoneyError::NotANumber => "a machine that does nothing has no price".to_owned(),
            error => format!("the price of the machine cannot be calculated: {error}"),
        },
        help: "write figures above 0 with at most six decimals".to_owned(),
    })?;
    Ok(Rates {
        input: price,
        output: price,
        cache_read: price,
        cache_write_5m: price,
        cache_write_1h: price,
    })
}

fn price(table: &Node, key: &str) -> Result<Option<Price>, Fault> {
    let Some(digits) = digits(table, key) else { return Ok(None) };
    let price = Price::per_million(&digits).map_err(|error| Fault {
        span: table.get(key).map_or_else(|| table.span.clone(), |node| node.span.clone()),
        title: format!("`{key}` is no price: {error}"),
        help: "write USD per million tokens, with at most six decimals".to_owned(),
    });
    price.map(Some)
}

/// A number in its shortest decimal notation.
fn digits(table: &Node, key: &str) -> Option<String> {
    match &table.get(key)?.tree {
        Tree::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// `[[cost.price]]` as entries of a price table, in JSON; `None` where there are none.
pub(super) fn entries(
    source: &Source,
    config: &Node,
    problems: &mut Vec<Diagnostic>,
) -> Option<Arc<str>> {
    let list = &config.at(&["cost", "price"])?.node;
    let mut models: BTreeMap<(String, String), PricedModel> = BTreeMap::new();
    for node in list.items() {
        match entry(node) {
            Ok(Some(model)) => {
                let name = (model.provider.clone(), model.id.clone());
                match models.remove(&name) {
                    None => drop(models.insert(name, model)),
                    Some(known) => match joined(known, model) {
                        Some(both) => drop(models.insert(name, both)),
                        None => problems.push(told(
                            source,
                            Fault {
                                span: node.span.clone(),
                                title: format!(
                                    "`{}/{}` has two prices from the same day on",
                                    name.0, name.1
                                ),
                                help: "write `from = \"YYYY-MM-DD\"` in one of them".to_owned(),
                            },
                        )),
                    },
                }
            }
            Ok(None) => {}
            Err(fault) => problems.push(told(source, fault)),
        }
    }
    let models: Vec<PricedModel> = models.into_values().collect();
    serde_json::to_string(&models).ok().filter(|_| !models.is_empty()).map(Arc::from)
}

/// One entry; `None` where the shape is not met, which has been told.
fn entry(node: &Node) -> Result<Option<PricedModel>, Fault> {
    let text = |key: &str| node.get(key).and_then(Node::text);
    let (Some(provider), Some(id)) = (text("provider"), text("id")) else { return Ok(None) };
    let mut model = PricedModel::flat(provider, id, &rates(node)?);
    let aliases = node.get("aliases").into_iter().flat_map(Node::texts);
    model.aliases = aliases.map(|(alias, _)| alias.to_owned()).collect();
    model.merge = if text("merge") == Some("append") { Merge::Append } else { Merge::Replace };
    let batch = node.get("batch").map(rates).transpose()?.map(|rates| BatchRates {
        input: rates.input,
        output: rates.output,
        cache_read: Some(rates.cache_read),
        cache_write_5m: Some(rates.cache_write_5m),
        cache_write_1h: Some(rates.cache_write_1h),
    });
    for row in &mut model.prices {
        row.from = text("from").and_then(|day| day.parse::<Day>().ok());
        row.batch = batch;
    }
    Ok(Some(model))
}

/// Two entries of one model as one: the row of the later day ends the other.
fn joined(one: PricedModel, two: PricedModel) -> Option<PricedModel> {
    let from = |row: &PriceRow| row.from.map(Day::date);
    let mut rows: Vec<PriceRow> = [one.prices.as_slice(), two.prices.as_slice()].concat();
    rows.sort_by_key(from);
    if rows.windows(2).any(|pair| matches!(pair, [a, b] if from(a) == from(b))) {
        return None;
    }
    let mut model = PricedModel { prices: Vec::new(), ..one };
    model.aliases.extend(two.aliases);
    model.merge = two.merge;
    for mut row in rows {
        row.to = None;
        model.append(row);
    }
    Some(model)
}
