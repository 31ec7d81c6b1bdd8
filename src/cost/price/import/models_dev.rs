//! `api.json` of models.dev: dollars per million tokens, without history, batch prices and hours.

use super::guard::{Per, Reader, Why, currency};
use super::json::Json;
use super::tidy::{Read, entry};
use super::tidy::{id_of, ours};
use crate::cost::price::row::{PriceRow, Tier};
use crate::cost::price::table::PricedModel;
use crate::domain::Price;

/// Where long requests begin, where the entry has only one other price and no size for it.
const LONG: u64 = 200_000;

pub(super) fn read(list: &Json) -> Result<Read, &'static str> {
    let providers = list.entries().ok_or("an object of providers is wanted")?;
    let mut read = Read::default();
    let mut reader = Reader::new(Per::Million);
    for (name, provider) in providers {
        let models = provider.get("models").and_then(Json::entries);
        let models = models.ok_or("a provider has no `models`")?;
        let name = ours(name);
        for (key, model) in models {
            read.entries += 1;
            let id = id_of(name, key);
            read.take(name, id, one(&mut reader, name, id, model));
        }
    }
    read.rounded = reader.rounded;
    Ok(read)
}

fn one(reader: &mut Reader, provider: &str, id: &str, model: &Json) -> Result<PricedModel, Why> {
    let cost = model.get("cost").ok_or(Why::NoPrice)?;
    currency(model).and(currency(cost))?;
    let writes = model.get("modalities").and_then(|it| it.get("output")).and_then(Json::items);
    if writes.is_some_and(|kinds| kinds.iter().all(|kind| kind.text() != Some("text"))) {
        return Err(Why::OtherKind);
    }
    let [input, output] = reader.both(cost, ["input", "output"])?;
    let mut row = PriceRow::of(input, output);
    row.cache_read = reader.cache(cost, "cache_read")?;
    row.cache_write_5m = reader.cache(cost, "cache_write")?;
    row.tiers = tiers(reader, cost)?;
    let mut model_entry = entry(provider, id, vec![row]);
    if let Some(day) = model.get("release_date").and_then(Json::text) {
        model_entry.released = Some(day.parse().map_err(|_| Why::Days)?);
    }
    Ok(model_entry)
}

fn tiers(reader: &mut Reader, cost: &Json) -> Result<Vec<Tier>, Why> {
    if let Some(tiers) = cost.get("tiers").and_then(Json::items) {
        let mut read: Vec<Tier> = Vec::new();
        for tier in tiers {
            let size = tier.get("tier").and_then(|it| it.get("size")).and_then(Json::whole);
            read.push(self::tier(reader, tier, size.ok_or(Why::NotANumber)?)?);
        }
        read.sort_by_key(|tier| tier.above_input_tokens);
        return Ok(read);
    }
    let long = cost.get("context_over_200k");
    long.map(|long| tier(reader, long, LONG)).transpose().map(|tier| tier.into_iter().collect())
}

fn tier(reader: &mut Reader, prices: &Json, above: u64) -> Result<Tier, Why> {
    let some = |price: Option<Price>| price.filter(|price| price.get() > 0);
    Ok(Tier {
        above_input_tokens: above,
        input: some(reader.price(prices, "input")?),
        output: some(reader.price(prices, "output")?),
        cache_read: reader.cache(prices, "cache_read")?,
        cache_write_5m: reader.cache(prices, "cache_write")?,
        cache_write_1h: None,
    })
}
