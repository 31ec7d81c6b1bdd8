//! `data.json` of genai-prices, version 2: dollars per million tokens, with history, tiers, hours and
//! batch prices.

use std::collections::{BTreeMap, BTreeSet};

use super::Odd;
use super::guard::{Per, Reader, Why, currency};
use super::json::Json;
use super::tidy::{Read, entry};
use super::tidy::{id_of, ours};
use crate::cost::price::Day;
use crate::cost::price::row::{BatchRates, PriceRow, Tier, TimeOfDay, TimeWindow};
use crate::cost::price::table::PricedModel;
use crate::domain::Price;

const INPUT: &str = "input_mtok";
const OUTPUT: &str = "output_mtok";
const READ: &str = "cache_read_mtok";
const WRITE: [&str; 2] = ["cache_write_5m_mtok", "cache_write_mtok"];
const WRITE_HOUR: &str = "cache_write_1h_mtok";

/// Names of prices of something else than tokens of text have one of these words in them.
const OTHERS: [&str; 12] = [
    "audio",
    "video",
    "image",
    "document",
    "searches",
    "requests",
    "hours",
    "mchars",
    "messages",
    "citation",
    "reasoning",
    "text",
];

pub(super) fn read(list: &Json) -> Result<Read, &'static str> {
    let mut read = Read::default();
    let mut lists = Lists { reader: Reader::new(Per::Million), unknown: BTreeMap::new() };
    for provider in list.items().ok_or("a list of providers is wanted")? {
        let name = provider.get("id").and_then(Json::text).ok_or("a provider has no `id`")?;
        let name = ours(name);
        let models = provider.get("models").and_then(Json::items);
        for model in models.ok_or("a provider has no `models`")? {
            read.entries += 1;
            let id = model.get("id").and_then(Json::text).ok_or("a model has no `id`")?;
            let id = id_of(name, id);
            let one = lists.one(name, id, model);
            read.take(name, id, one);
        }
    }
    read.odd.extend(lists.unknown.into_iter().map(|(what, times)| Odd {
        what,
        why: format!("a price or condition that we do not know, in {times} entries"),
    }));
    read.rounded = lists.reader.rounded;
    Ok(read)
}

struct Lists {
    reader: Reader,
    unknown: BTreeMap<String, usize>,
}

impl Lists {
    fn one(&mut self, provider: &str, id: &str, model: &Json) -> Result<PricedModel, Why> {
        currency(model)?;
        let mut rows = match model.get("prices") {
            Some(prices @ Json::Map(_)) => vec![self.row(prices)?],
            Some(Json::List(conditions)) => self.rows(conditions)?,
            _ => return Err(Why::NoPrice),
        };
        for variant in model.get("price_variants").and_then(Json::items).unwrap_or_default() {
            self.variant(variant, &mut rows)?;
        }
        let mut read = entry(provider, id, rows);
        let mut names = BTreeSet::new();
        equals(model.get("match"), &mut names);
        read.aliases = names.into_iter().filter(|name| *name != id).map(str::to_owned).collect();
        Ok(read)
    }

    /// Rows by the day on which they begin. An hour is of the row before it in the list.
    fn rows(&mut self, conditions: &[Json]) -> Result<Vec<PriceRow>, Why> {
        let mut rows: Vec<PriceRow> = Vec::new();
        for condition in conditions {
            let prices = condition.get("prices").ok_or(Why::NoPrice)?;
            let constraint = condition.get("constraint").filter(|it| **it != Json::Null);
            if let Some(hours) = constraint.filter(|it| it.get("start_time").is_some()) {
                let row = rows.last_mut().ok_or(Why::Hours)?;
                let window = self.window(hours, prices, row)?;
                row.time_windows.push(window);
                continue;
            }
            let mut row = self.row(prices)?;
            row.from = constraint.map(start).transpose()?;
            if let Some(before) = rows.last_mut() {
                if before.from.map(Day::date) >= row.from.map(Day::date) {
                    return Err(Why::Days);
                }
                before.to = row.from;
            }
            rows.push(row);
        }
        if rows.is_empty() { Err(Why::NoPrice) } else { Ok(rows) }
    }

    fn row(&mut self, prices: &Json) -> Result<PriceRow, Why> {
        currency(prices)?;
        for (key, _) in prices.entries().unwrap_or_default() {
            let known = [INPUT, OUTPUT, READ, WRITE_HOUR].iter().chain(&WRITE).any(|it| it == key);
            if !known && key != "currency" && !OTHERS.iter().any(|word| key.contains(word)) {
                *self.unknown.entry(key.clone()).or_default() += 1;
            }
        }
        let base = Json::Map(flat(prices));
        let [input, output] = self.reader.both(&base, [INPUT, OUTPUT])?;
        let mut row = PriceRow::of(input, output);
        row.cache_read = self.reader.cache(&base, READ)?;
        row.cache_write_5m = self.write(&base)?;
        row.cache_write_1h = self.reader.cache(&base, WRITE_HOUR)?;
        for above in sizes(prices)? {
            let tier = Json::Map(above_of(prices, above));
            let cache_write_5m = self.write(&tier)?;
            let mut price = |key: &str| self.reader.cache(&tier, key);
            row.tiers.push(Tier {
                above_input_tokens: above,
                input: price(INPUT)?,
                output: price(OUTPUT)?,
                cache_read: price(READ)?,
                cache_write_5m,
                cache_write_1h: price(WRITE_HOUR)?,
            });
        }
        Ok(row)
    }

    fn write(&mut self, prices: &Json) -> Result<Option<Price>, Why> {
        let [exact, any] = WRITE.map(|key| self.reader.cache(prices, key));
        Ok(exact?.or(any?))
    }

    fn window(&mut self, hours: &Json, prices: &Json, row: &PriceRow) -> Result<TimeWindow, Why> {
        let time = |key: &str| -> Option<TimeOfDay> {
            let text = hours.get(key)?.text()?;
            let text = text.strip_suffix('Z').unwrap_or(text);
            let text = text.strip_suffix(":00").filter(|it| it.len() == 5).unwrap_or(text);
            TimeOfDay::try_from(text.to_owned()).ok()
        };
        let base = Json::Map(flat(prices));
        Ok(TimeWindow {
            utc_from: time("start_time").ok_or(Why::Hours)?,
            utc_to: time("end_time").ok_or(Why::Hours)?,
            weekdays: Vec::new(),
            input: self.reader.cache(&base, INPUT)?.unwrap_or(row.input),
            output: self.reader.cache(&base, OUTPUT)?.unwrap_or(row.output),
            cache_read: self.reader.cache(&base, READ)?,
        })
    }

    /// Prices of a batch, from their own day on; variants of other kinds are none of ours.
    fn variant(&mut self, variant: &Json, rows: &mut Vec<PriceRow>) -> Result<(), Why> {
        let when = variant.get("when").and_then(Json::entries).unwrap_or_default();
        let is_batch = matches!(when, [(key, value)]
            if key == "processing" && value.text() == Some("batch"));
        let Some(prices) = variant.get("prices").filter(|_| is_batch) else { return Ok(()) };
        let constraint = variant.get("constraint").filter(|it| **it != Json::Null);
        let from = constraint.map(start).transpose()?;
        if let Some(day) = from {
            split(rows, day);
        }
        let base = Json::Map(flat(prices));
        let short = self.write(&base)?;
        let mut price = |key: &str| self.reader.cache(&base, key);
        let (input, output) = (price(INPUT)?, price(OUTPUT)?);
        let (read, long) = (price(READ)?, price(WRITE_HOUR)?);
        let begun = |row: &&mut PriceRow| row.from.map(Day::date) >= from.map(Day::date);
        for row in rows.iter_mut().filter(begun).filter(|row| row.batch.is_none()) {
            // What a variant does not say is as without it.
            row.batch = Some(BatchRates {
                input: input.unwrap_or(row.input),
                output: output.unwrap_or(row.output),
                cache_read: read.or(row.cache_read),
                cache_write_5m: short.or(row.cache_write_5m),
                cache_write_1h: long.or(row.cache_write_1h),
            });
        }
        Ok(())
    }
}

/// Makes a row begin on a day, where one holds over it.
fn split(rows: &mut Vec<PriceRow>, day: Day) {
    let begins = |row: &PriceRow| row.from.is_none_or(|from| from.date() < day.date());
    let ends = |row: &PriceRow| row.to.is_none_or(|to| to.date() > day.date());
    let Some(at) = rows.iter().position(|row| begins(row) && ends(row)) else { return };
    if let Some(row) = rows.get_mut(at) {
        let after = PriceRow { from: Some(day), ..row.clone() };
        row.to = Some(day);
        rows.insert(at + 1, after);
    }
}

fn start(constraint: &Json) -> Result<Day, Why> {
    let day = constraint.get("start_date").and_then(Json::text).ok_or(Why::Days)?;
    day.parse().map_err(|_| Why::Days)
}

/// Every price without its tiers.
fn flat(prices: &Json) -> Vec<(String, Json)> {
    let base = |value: &Json| value.get("base").unwrap_or(value).clone();
    let entries = prices.entries().unwrap_or_default();
    entries.iter().map(|(key, value)| (key.clone(), base(value))).collect()
}

/// Where tiers begin, of any price.
fn sizes(prices: &Json) -> Result<BTreeSet<u64>, Why> {
    let tiers = prices.entries().unwrap_or_default().iter().flat_map(|(_, value)| tiers(value));
    tiers.map(|tier| tier.get("start").and_then(Json::whole).ok_or(Why::NotANumber)).collect()
}

/// Every price of the tier that begins there.
fn above_of(prices: &Json, above: u64) -> Vec<(String, Json)> {
    let price = |value: &Json| {
        let begins = |tier: &&Json| tier.get("start").and_then(Json::whole) == Some(above);
        tiers(value).iter().find(begins)?.get("price").cloned()
    };
    let entries = prices.entries().unwrap_or_default();
    entries.iter().filter_map(|(key, value)| Some((key.clone(), price(value)?))).collect()
}

fn tiers(value: &Json) -> &[Json] {
    value.get("tiers").and_then(Json::items).unwrap_or_default()
}

/// The ids that a clause matches as they stand.
fn equals<'j>(clause: Option<&'j Json>, names: &mut BTreeSet<&'j str>) {
    let Some(clause) = clause else { return };
    names.extend(clause.get("equals").and_then(Json::text));
    for clause in clause.get("or").and_then(Json::items).unwrap_or_default() {
        equals(Some(clause), names);
    }
}
