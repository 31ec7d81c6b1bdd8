//! `model_prices_and_context_window.json` of litellm: dollars per token, without history. Its base
//! price is that of the busy hours.

use std::collections::{BTreeMap, BTreeSet};

use super::Odd;
use super::guard::{Per, Reader, Why, currency};
use super::hours::Hours;
use super::json::Json;
use super::tidy::{Read, entry};
use super::tidy::{id_of, ours};
use crate::cost::price::row::{BatchRates, PriceRow, Tier, TimeWindow};
use crate::cost::price::table::PricedModel;

/// The entry that shows what an entry looks like.
const SAMPLE: &str = "sample_spec";

/// Models that write text have one of these modes.
const MODES: [&str; 3] = ["chat", "completion", "responses"];

const INPUT: &str = "input_cost_per_token";
const OUTPUT: &str = "output_cost_per_token";
const READ: &str = "cache_read_input_token_cost";
const WRITE: &str = "cache_creation_input_token_cost";
const WRITE_HOUR: &str = "cache_creation_input_token_cost_above_1hr";

/// What else can stand behind the name of a price: service tiers, and longer caches, which our table
/// has not.
const OTHERS: [&str; 7] =
    ["_flex", "_priority", "_ultrafast", "_decisions", "_balanced", "_above_12hr", "_cache_hit"];

pub(super) fn read(list: &Json) -> Result<Read, &'static str> {
    let entries = list.entries().ok_or("an object of models is wanted")?;
    let also = aliases(entries);
    let mut read = Read { entries: entries.len(), ..Read::default() };
    let mut reader = Reader::new(Per::Token);
    let mut unknown: BTreeMap<&str, usize> = BTreeMap::new();
    for (key, model) in entries.iter().filter(|(_, model)| target(model).is_none()) {
        for (name, _) in model.entries().unwrap_or_default() {
            if is_strange(name) {
                *unknown.entry(name).or_default() += 1;
            }
        }
        let provider = model.get("litellm_provider").and_then(Json::text).map(ours);
        let Some(provider) = provider.filter(|_| key != SAMPLE) else {
            read.take("", key, Err(Why::NoModel));
            continue;
        };
        let id = id_of(provider, key);
        let names = also.get(key.as_str()).into_iter().flatten();
        let names = names.map(|name| id_of(provider, name).to_owned()).collect();
        let one = one(&mut reader, provider, id, model);
        read.take(provider, id, one.map(|one| PricedModel { aliases: names, ..one }));
    }
    let told = unknown.into_iter().map(|(name, times)| Odd {
        what: name.to_owned(),
        why: format!("a price that we do not know, in {times} entries"),
    });
    read.odd.extend(told);
    read.rounded = reader.rounded;
    Ok(read)
}

/// The entry that an entry is only another name of.
fn target(model: &Json) -> Option<&str> {
    model.get("alias_of").and_then(Json::text)
}

/// Other names, by the entry that they mean.
fn aliases(entries: &[(String, Json)]) -> BTreeMap<&str, Vec<&str>> {
    let mut also: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (key, model) in entries {
        if let Some(target) = target(model) {
            also.entry(target).or_default().push(key);
        }
    }
    also
}

fn one(reader: &mut Reader, provider: &str, id: &str, model: &Json) -> Result<PricedModel, Why> {
    currency(model)?;
    match model.get("mode").and_then(Json::text) {
        Some(mode) if MODES.contains(&mode) => {}
        Some(_) => return Err(Why::OtherKind),
        None => return Err(Why::NoModel),
    }
    let [input, output] = reader.both(model, [INPUT, OUTPUT])?;
    let mut row = PriceRow::of(input, output);
    row.cache_read = reader.cache(model, READ)?;
    row.cache_write_5m = reader.cache(model, WRITE)?;
    row.cache_write_1h = reader.cache(model, WRITE_HOUR)?;
    row.batch = batch(reader, model)?;
    row.tiers = tiers(reader, model)?;
    if let Some(quiet) = model.get("off_peak_pricing") {
        turn(reader, quiet, &mut row)?;
    }
    let mut read = entry(provider, id, vec![row]);
    if let Some(day) = model.get("deprecation_date").and_then(Json::text) {
        read.shutdown = Some(day.parse().map_err(|_| Why::Days)?);
    }
    Ok(read)
}

fn batch(reader: &mut Reader, model: &Json) -> Result<Option<BatchRates>, Why> {
    let mut price = |name: &str| reader.cache(model, &format!("{name}_batches"));
    let (input, output) = (price(INPUT)?, price(OUTPUT)?);
    let (cache_read, cache_write_5m) = (price(READ)?, price(WRITE)?);
    let both = input.zip(output);
    Ok(both.map(|(input, output)| BatchRates {
        input,
        output,
        cache_read,
        cache_write_5m,
        cache_write_1h: None,
    }))
}

/// Prices of long requests: `input_cost_per_token_above_200k_tokens` and the like.
fn tiers(reader: &mut Reader, model: &Json) -> Result<Vec<Tier>, Why> {
    let names = model.entries().unwrap_or_default().iter().map(|(name, _)| name.as_str());
    let sizes: BTreeSet<u64> =
        names.filter_map(size).filter(|(name, _)| *name == INPUT).map(|(_, size)| size).collect();
    let mut tiers = Vec::new();
    for size in sizes {
        let mut price = |name: &str| reader.cache(model, &format!("{name}_above_{size}k_tokens"));
        tiers.push(Tier {
            above_input_tokens: size.checked_mul(1000).ok_or(Why::NotANumber)?,
            input: price(INPUT)?,
            output: price(OUTPUT)?,
            cache_read: price(READ)?,
            cache_write_5m: price(WRITE)?,
            cache_write_1h: price(WRITE_HOUR)?,
        });
    }
    Ok(tiers)
}

/// `NAME_above_200k_tokens` as the name and 200.
fn size(name: &str) -> Option<(&str, u64)> {
    let (base, size) = name.strip_suffix("k_tokens")?.rsplit_once("_above_")?;
    Some((base, size.parse().ok()?))
}

/// Turns the hours round: the base becomes the price of the quiet hours, and the busy ones are windows.
fn turn(reader: &mut Reader, quiet: &Json, row: &mut PriceRow) -> Result<(), Why> {
    // Days of another time zone begin in the middle of ours.
    let zone = quiet.get("weekday_timezone").and_then(Json::text);
    if zone.is_some_and(|zone| zone != "UTC") {
        return Err(Why::Hours);
    }
    let mut hours = Hours::none();
    for window in quiet.get("windows").and_then(Json::items).ok_or(Why::Hours)? {
        cover(&mut hours, window).ok_or(Why::Hours)?;
    }
    let busy = TimeWindow {
        utc_from: Hours::MIDNIGHT,
        utc_to: Hours::MIDNIGHT,
        weekdays: Vec::new(),
        input: row.input,
        output: row.output,
        cache_read: row.cache_read,
    };
    let window =
        |(utc_from, utc_to, weekdays)| TimeWindow { utc_from, utc_to, weekdays, ..busy.clone() };
    row.time_windows = hours.rest().spans().into_iter().map(window).collect();
    row.input = reader.cache(quiet, INPUT)?.unwrap_or(row.input);
    row.output = reader.cache(quiet, OUTPUT)?.unwrap_or(row.output);
    row.cache_read = reader.cache(quiet, READ)?.or(row.cache_read);
    Ok(())
}

fn cover(hours: &mut Hours, window: &Json) -> Option<()> {
    const ALL: [u8; 7] = [1, 2, 3, 4, 5, 6, 7];
    let days: Vec<u8> = match window.get("weekdays") {
        None => ALL.to_vec(),
        Some(days) => {
            let day = |day: &Json| u8::try_from(day.whole()?).ok();
            days.items()?.iter().map(day).collect::<Option<_>>()?
        }
    };
    let spans = window.get("hours_utc")?;
    let spans = spans.items().unwrap_or(std::slice::from_ref(spans));
    spans.iter().try_for_each(|span| hours.cover(span.text()?, &days))
}

/// Whether this is a price of tokens of text that we do not know.
fn is_strange(name: &str) -> bool {
    let Some(mut rest) =
        [INPUT, OUTPUT, READ, WRITE].iter().find_map(|base| name.strip_prefix(base))
    else {
        return false;
    };
    while !rest.is_empty() {
        let known = OTHERS.iter().chain(&["_batches", "_above_1hr"]);
        let shorter = known.into_iter().find_map(|end| rest.strip_suffix(end));
        let Some(shorter) = shorter.or_else(|| size(rest).map(|(base, _)| base)) else {
            return true;
        };
        rest = shorter;
    }
    false
}
