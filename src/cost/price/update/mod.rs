//! A suite's own table, made current by an imported list. History is never rewritten: a price that
//! changed is a further row. What jumps is held back until somebody says that it may.

mod rows;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::day::Day;
use super::find::How;
use super::import::{Imported, LeftOut, ListFormat, Odd, Why};
use super::layers::{Layer, Prices};
use super::row::PriceRow;
use super::table::{Confidence, PriceTable, PricedModel};
use crate::cost::bump::Move;
use crate::domain::{BumpClass, Price, PriceLayer};

/// How a list is taken.
#[derive(Debug, Clone)]
pub(crate) struct Terms {
    /// The day of the update.
    pub today: Day,
    /// From when on a price holds whose list does not say since when.
    pub effective: Day,
    /// Whether a price may become five times another. A 0 is never taken, but then is no reason to hold.
    pub accept_large: bool,
    /// What the list is: its name and hash, without a day.
    pub source: String,
}

/// A table that was made current.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Updated {
    pub table: PriceTable,
    /// Entries that are new or cost something else, by name.
    pub changes: Vec<Change>,
    /// Changes that were not taken.
    pub held: Vec<Held>,
    /// Entries that cost what was known.
    pub same: usize,
    /// Other names that were not taken: they mean another entry already.
    pub odd: Vec<Odd>,
}

/// An entry that is new, or costs something else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Change {
    pub provider: String,
    pub id: String,
    /// The first day of the new prices; absent where they hold since ever.
    pub from: Option<Day>,
    /// Input and output before, in dollars per million tokens; absent where no table had the model.
    #[schemars(with = "Option<[f64; 2]>")]
    pub before: Option<[Price; 2]>,
    /// Input and output from then on.
    #[schemars(with = "[f64; 2]")]
    pub after: [Price; 2],
}

/// A change that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Held {
    pub provider: String,
    pub id: String,
    /// Which of its prices: `input`, `batch.output`, `above 200000: input`.
    pub price: String,
    /// As it is known, in dollars per million tokens.
    pub before: Price,
    /// As the list says.
    pub after: Price,
}

/// Makes a table current: the suite's own, else an empty one. `below` is what holds without it.
pub(crate) fn update(
    own: Option<&PriceTable>,
    below: &Prices,
    list: &Imported,
    terms: &Terms,
) -> Updated {
    let empty = PriceTable::empty(terms.today);
    let own = own.unwrap_or(&empty);
    let mut models: BTreeMap<(String, String), PricedModel> = own
        .models
        .iter()
        .map(|model| ((model.provider.clone(), model.id.clone()), model.clone()))
        .collect();
    let mut updated =
        Updated { table: own.clone(), changes: vec![], held: vec![], same: 0, odd: vec![] };
    let all = over(own, below);
    for new in &list.models {
        let new = &unambiguous(new, &all, &mut updated.odd);
        let key = (new.provider.clone(), new.id.clone());
        let known = models.get(&key).cloned().or_else(|| known_of(&all, new));
        let Some(known) = known else {
            let model = named(new.clone(), list.format);
            updated.changes.extend(Change::of(&model, None, terms.effective));
            models.insert(key, model);
            continue;
        };
        // Nobody keeps the price of a model that has ended; the last one stands.
        let ended = known.shutdown.is_some_and(|day| day <= terms.effective);
        let renewed = if ended {
            Ok(known.prices.clone())
        } else {
            rows::renewed(&known.prices, &new.prices, list.format, terms)
        };
        match renewed {
            Ok(prices) if prices == known.prices => {
                updated.same += 1;
                models.insert(key, confirmed(known, new, list.format));
            }
            Ok(prices) => {
                let model = changed(&known, new, prices, list.format);
                updated.changes.extend(Change::of(&model, Some(&known), terms.effective));
                models.insert(key, model);
            }
            Err(rows::Jump { price, before, after }) => updated.held.push(Held {
                provider: new.provider.clone(),
                id: new.id.clone(),
                price,
                before,
                after,
            }),
        }
    }
    if !terms.accept_large {
        updated.held.extend(vanished(list, own, below, terms));
    }
    let models: Vec<PricedModel> = models.into_values().collect();
    let source = list.format.to_string();
    // Read on a later day, the same list confirms its prices once more.
    let read = format!("{} {}", terms.today, terms.source);
    if models != own.models || own.sources.get(&source) != Some(&read) {
        updated.table.sources.insert(source, read);
        updated.table.generated = terms.today;
    }
    updated.table.models = models;
    updated
}

/// The suite's own table over what holds without it.
fn over(own: &PriceTable, below: &Prices) -> Prices {
    let below = below.models().map(|(model, _)| model.clone()).collect();
    Prices::new(&[
        Layer { name: PriceLayer::File, models: own.models.clone() },
        Layer { name: PriceLayer::Embedded, models: below },
    ])
}

/// The entry of a list without the other names that mean another model today: a name that moves would
/// move what is billed by it, and no price would have changed.
fn unambiguous(new: &PricedModel, all: &Prices, odd: &mut Vec<Odd>) -> PricedModel {
    let found = |id: &str| all.find(&new.provider, id);
    let known = found(&new.id).filter(|found| found.how <= How::Alias);
    let mine = known.map_or(new.id.as_str(), |found| found.model.id.as_str());
    let mut own = new.clone();
    own.aliases.retain(|name| {
        let other = found(name).map(|found| found.model).filter(|model| model.id != mine);
        odd.extend(other.map(|other| Odd {
            what: new.name(),
            why: format!("`{name}` is not taken as a name of it: it means {}", other.name()),
        }));
        other.is_none()
    });
    own
}

/// What is known of a model. Where that is only by another name, the history comes along.
fn known_of(all: &Prices, new: &PricedModel) -> Option<PricedModel> {
    let found = all.find(&new.provider, &new.id).filter(|found| found.how <= How::Alias)?;
    let mut known = found.model.clone();
    if found.how == How::Alias {
        known.id.clone_from(&new.id);
        known.aliases.clear();
    }
    Some(known)
}

/// The entry of a list, with where it is from.
fn named(mut new: PricedModel, format: ListFormat) -> PricedModel {
    source(&mut new, format);
    new
}

fn source(model: &mut PricedModel, format: ListFormat) {
    let name = format.to_string();
    if !model.price_sources.contains(&name) {
        model.price_sources.push(name);
    }
}

/// What is known of a model, and now by one more source.
fn confirmed(mut known: PricedModel, new: &PricedModel, format: ListFormat) -> PricedModel {
    facts(&mut known, new, format);
    source(&mut known, format);
    known
}

fn changed(
    known: &PricedModel,
    new: &PricedModel,
    prices: Vec<PriceRow>,
    format: ListFormat,
) -> PricedModel {
    let mut model = PricedModel { prices, ..known.clone() };
    facts(&mut model, new, format);
    model.price_sources = vec![format.to_string()];
    model.confidence = Some(Confidence::SingleSource);
    model
}

/// What else the list says of a model. Lists of others are no authority on days: what is known stays.
fn facts(model: &mut PricedModel, new: &PricedModel, format: ListFormat) {
    let new_first = format == ListFormat::Promptmatrix;
    let day = |known: Option<Day>, new: Option<Day>| {
        if new_first { new.or(known) } else { known.or(new) }
    };
    model.released = day(model.released, new.released);
    model.deprecation_announced = day(model.deprecation_announced, new.deprecation_announced);
    model.shutdown = day(model.shutdown, new.shutdown);
    model.not_retired_before = day(model.not_retired_before, new.not_retired_before);
    for name in &new.aliases {
        if !model.aliases.contains(name) {
            model.aliases.push(name.clone());
        }
    }
    model.aliases.sort();
}

/// Entries that the list says cost 0, and that are known to cost something.
fn vanished(list: &Imported, own: &PriceTable, below: &Prices, terms: &Terms) -> Vec<Held> {
    let has = |models: &[PricedModel], left: &LeftOut| {
        models.iter().position(|it| it.provider == left.provider && it.id == left.id)
    };
    let known = |left: &LeftOut| {
        let own = has(&own.models, left).and_then(|at| own.models.get(at));
        let below = below.find(&left.provider, &left.id).filter(|found| found.how <= How::Alias);
        own.or(below.map(|found| found.model))?.row(terms.effective)
    };
    let zero = list.left_out.iter().filter(|left| left.why == Why::Zero);
    let held = zero.filter(|left| has(&list.models, left).is_none()).filter_map(|left| {
        let row = known(left)?;
        Some(Held {
            provider: left.provider.clone(),
            id: left.id.clone(),
            price: "input".to_owned(),
            before: Some(row.input).filter(|_| row.output.get() > 0)?,
            after: Price::default(),
        })
    });
    held.filter(|held| held.before.get() > 0).collect()
}

impl Change {
    /// The same as a move of a model; `None` where no price was known before.
    pub fn moved(&self) -> Option<Move> {
        let of = |[input, output]: [Price; 2]| format!("${input}/${output}");
        let since = self.from.map_or(String::new(), |day| format!(" from {day} on"));
        let (from, to) = (of(self.before?), of(self.after) + &since);
        Some(Move { class: BumpClass::Price, from, to })
    }

    /// What is different of an entry: each row that is. Of one that nobody knew, the row of the day.
    fn of(model: &PricedModel, known: Option<&PricedModel>, at: Day) -> Vec<Self> {
        let change = |before: Option<&PriceRow>, row: &PriceRow| Self {
            provider: model.provider.clone(),
            id: model.id.clone(),
            from: row.from,
            before: before.map(|row| [row.input, row.output]),
            after: [row.input, row.output],
        };
        let Some(known) = known else {
            let row = model.row(at).or(model.prices.last());
            return row.map(|row| change(None, row)).into_iter().collect();
        };
        let before = std::iter::once(None).chain(model.prices.iter().map(Some));
        let pairs = before.zip(&model.prices);
        let new = pairs.filter(|(_, row)| !known.prices.iter().any(|it| same(it, row)));
        new.map(|(before, row)| {
            // A row of the same day is what it takes the place of.
            let replaced = known.prices.iter().find(|it| it.from == row.from);
            let held = known.row(row.from.unwrap_or(at)).or(known.prices.last());
            change(replaced.or(before).or(held), row)
        })
        .collect()
    }
}

/// Whether two rows say the same, but for when they end.
fn same(one: &PriceRow, other: &PriceRow) -> bool {
    PriceRow { to: other.to, ..one.clone() } == *other
}

#[cfg(test)]
mod tests;
