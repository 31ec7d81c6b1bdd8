//! What is coming for the models of a suite, by the tables and, where that is wanted, by the
//! providers' own lists.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::candidates::{candidates, refused};
use super::{Project, Result, clock};
use crate::cost::bump_book;
use crate::cost::lifecycle::{
    Column, Coming, EndKind, Ending, Horizon, Life, LifeSource, Lifecycles, Retirement,
};
use crate::cost::price::{Day, Prices};
use crate::domain::{
    HttpRequest, Model, ModelRecord, ProviderKind, Retiring, RunRecord, Slot, Suite,
};
use crate::provider::{self, Listed};
use crate::run::lists_blocking;
use crate::sim::World;

/// Everything that is known of the lives of a suite's models.
pub(super) struct ModelLives<'p> {
    project: &'p Project,
    pub(super) prices: Prices,
    lives: Lifecycles,
    columns: Vec<Column>,
    pub(super) today: Day,
}

/// What came of asking the providers.
#[derive(Debug, Default)]
pub(super) struct ListsAsked {
    /// What could not be found out, and ids that a list does not have.
    pub(super) notes: Vec<String>,
    /// Whether a list is missing that was asked for.
    pub(super) is_partial: bool,
}

impl<'p> ModelLives<'p> {
    /// By the tables alone. `last` says which versions answered last.
    pub(super) fn new(project: &'p Project, last: Option<&RunRecord>) -> Result<Self> {
        let prices = project.prices()?;
        let mut lives = Lifecycles::new(&prices);
        let today = Day::of(clock::now());
        if project.has_demo() {
            learn_demo(&project.demo_world()?, &mut lives, today);
        }
        let columns = columns(&project.suite, last.map(|run| &run.models));
        Ok(Self { project, prices, lives, columns, today })
    }

    /// The day on which a version under a slot ends, where that is known.
    pub(super) fn end_of(&self, slot: &Slot, id: &str) -> Option<Day> {
        let vendor = provider::price_key(self.project.suite.models.get(slot)?).0?;
        self.lives.find(vendor, id)?.shutdown
    }

    /// What is coming in so many days.
    pub(super) fn coming(&self, days: i32) -> Coming {
        let horizon = Horizon { today: self.today, days };
        let mut coming = self.lives.coming(&self.columns, &self.prices, horizon);
        let suite = &self.project.suite;
        for one in coming.retirements.iter_mut().chain(&mut coming.later) {
            if let Some(successor) = &one.successor {
                one.refused = refused(suite, &candidates(suite, &one.slot, &successor.id))
                    .into_iter()
                    .map(|(key, why)| (key.to_owned(), why))
                    .collect();
            }
        }
        coming
    }

    /// The ids of which the sources do not agree whether they end.
    pub(super) fn doubts(&self) -> Vec<String> {
        self.lives.doubts(&self.columns)
    }

    /// The models that end within the days of their slot's gate.
    pub(super) fn failing(&self) -> Vec<Retirement> {
        self.ending(|slot| gate(&self.project.suite, slot))
    }

    /// The models that end within so many days, by slot.
    pub(super) fn ending(&self, days: impl Fn(&Slot) -> Option<u32>) -> Vec<Retirement> {
        bump_book::failing(&self.coming(0), days)
    }

    /// The same, as a run keeps it: of the columns that took part, by what answered.
    pub(super) fn retiring(&self, models: &BTreeMap<Slot, ModelRecord>) -> Vec<Retiring> {
        let suite = &self.project.suite;
        let horizon = Horizon { today: self.today, days: 0 };
        let coming = self.lives.coming(&columns(suite, Some(models)), &self.prices, horizon);
        let failing = bump_book::failing(&coming, |slot| gate(suite, slot)).into_iter();
        let mine = failing.filter(|one| models.contains_key(&one.slot));
        mine.map(|one| kept(&one)).collect()
    }

    /// Asks the providers of all slots for their lists of models, each once.
    pub(super) fn ask(&mut self) -> Result<ListsAsked> {
        let mut asked = ListsAsked::default();
        if self.project.options.offline {
            asked.notes.push("nothing was asked: PROMPTMATRIX_OFFLINE is set".to_owned());
            asked.is_partial = true;
            return Ok(asked);
        }
        let mut requests: Vec<(HttpRequest, BTreeSet<&Slot>, &str)> = Vec::new();
        for model in self.project.suite.models.values() {
            let Some(vendor) = provider::price_key(model).0 else { continue };
            let Some(request) = list_of(model, &mut asked)? else { continue };
            match requests.iter_mut().find(|(known, ..)| *known == request) {
                Some((_, slots, _)) => drop(slots.insert(&model.slot)),
                None => requests.push((request, BTreeSet::from([&model.slot]), vendor)),
            }
        }
        let bare: Vec<HttpRequest> = requests.iter().map(|(request, ..)| request.clone()).collect();
        let transport =
            self.project.unrecorded(&bare, self.project.suite.run.max_response_bytes)?;
        let answers = lists_blocking(bare, &transport)?;
        for ((_, slots, vendor), answer) in requests.iter().zip(answers) {
            match answer {
                Ok(list) => {
                    self.missing(slots, &list, &mut asked);
                    learn(&mut self.lives, vendor, list, self.today);
                }
                Err(why) => {
                    asked.is_partial = true;
                    let slots: Vec<&str> = slots.iter().map(|slot| slot.as_str()).collect();
                    asked.notes.push(format!("no list of models for {}: {why}", slots.join(", ")));
                }
            }
        }
        Ok(asked)
    }

    /// Says which ids a list does not have.
    fn missing(&self, slots: &BTreeSet<&Slot>, list: &[Listed], asked: &mut ListsAsked) {
        for column in self.columns.iter().filter(|column| slots.contains(&column.slot)) {
            let id = column.requested.strip_prefix("models/").unwrap_or(&column.requested);
            let has =
                |listed: &Listed| listed.id == id || listed.aliases.iter().any(|one| one == id);
            if !list.iter().any(has) {
                let slot = &column.slot;
                asked.notes.push(format!("{id} ({slot}) is not in its provider's list of models"));
            }
        }
    }
}

/// How many days before its end a model of the slot fails: the most that any of its cells says.
pub(super) fn gate(suite: &Suite, slot: &Slot) -> Option<u32> {
    let cells = suite.cells.iter().filter(|cell| cell.id.model == *slot);
    cells.filter_map(|cell| cell.gate.retirement_days).max()
}

/// As the record of a run keeps it.
pub(super) fn kept(one: &Retirement) -> Retiring {
    let successor = one.successor.as_ref().filter(|_| one.ending == Ending::Redirects);
    Retiring {
        slot: one.slot.clone(),
        id: one.id.clone(),
        shutdown: one.shutdown.date(),
        days_left: one.days_left,
        answers_as: successor.map(|successor| successor.id.clone()),
        command: one.command(),
    }
}

fn columns(suite: &Suite, last: Option<&BTreeMap<Slot, ModelRecord>>) -> Vec<Column> {
    let of = |model: &Arc<Model>| {
        let (vendor, id) = provider::price_key(model);
        let record = last.and_then(|models| models.get(&model.slot));
        Column {
            slot: model.slot.clone(),
            vendor: vendor.map(str::to_owned),
            requested: id.to_owned(),
            floats: provider::has_floating_id(model),
            served: record.map(|record| record.served.clone()).unwrap_or_default(),
        }
    };
    suite.models.values().map(of).collect()
}

/// The demo world says itself when its models end.
fn learn_demo(world: &World, lives: &mut Lifecycles, today: Day) {
    let vendor = ProviderKind::Demo.as_str();
    for model in world.models_on(today.date()) {
        if let Some(id) = model.alias_of {
            lives.call(vendor, &model.id, &id);
            continue;
        }
        let mut life = Life::new(model.id, LifeSource::DemoWorld);
        life.shutdown = model.shutdown.map(Day::from);
        life.replacement = model.replaced_by;
        lives.learn(vendor, life);
    }
}

fn learn(lives: &mut Lifecycles, vendor: &str, list: Vec<Listed>, today: Day) {
    for listed in list {
        for alias in &listed.aliases {
            lives.call(vendor, alias, &listed.id);
        }
        let known = lives.find(vendor, &listed.id).and_then(|life| life.shutdown);
        let mut life = Life::new(listed.id, LifeSource::Provider);
        if listed.retired {
            life.end = Some(EndKind::Retired);
        } else if listed.shutdown.is_none() {
            lives.still_answers(vendor, &life.id, today);
        }
        // What has ended ended at the latest today, where nobody says when.
        let ended = listed.retired.then(|| known.filter(|day| *day <= today).unwrap_or(today));
        life.shutdown = listed.shutdown.map(Day::from).or(ended);
        life.replacement = listed.replacement;
        lives.learn(vendor, life);
    }
}

/// The request for the list of a slot's provider; a note where its key is not there.
fn list_of(model: &Model, asked: &mut ListsAsked) -> Result<Option<HttpRequest>> {
    let real = !matches!(model.provider, ProviderKind::Demo | ProviderKind::Command);
    let request = provider::list_request(model).map_err(super::error::Source::from)?;
    let Some(request) = request.filter(|_| real) else { return Ok(None) };
    let missing = model.api_key_env.as_ref().filter(|key| !crate::suite::env::has(key));
    if let Some(key) = missing {
        asked.is_partial = true;
        asked.notes.push(format!("the provider of {} was not asked: {key} is not set", model.slot));
        return Ok(None);
    }
    Ok(Some(request))
}
