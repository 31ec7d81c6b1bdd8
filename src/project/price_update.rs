//! An imported list makes the suite's own file of prices current.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::ledger::Repricing;
use super::{Error, PriceSource, Project, Result, clock};
use crate::cost::price::{
    Day, Imported, Layer, ListFormat, PricedModel, Prices, Terms, update as updated,
};
use crate::cost::price_book::PriceUpdate;
use crate::domain::{PriceLayer, RunRecord, Suite};
use crate::provider;

/// Which list is taken, and how.
#[derive(Debug, Clone, Default)]
pub struct PriceUpdateOptions {
    /// A file, or an address.
    pub from: String,
    /// Whose format it has; `None` looks.
    pub format: Option<ListFormat>,
    /// Only the models of the suite's slots.
    pub only_configured: bool,
    /// Say what would change, and write nothing.
    pub dry: bool,
    /// The SHA-256 that the list must have.
    pub pin: Option<String>,
    /// Take changes to five times as much, or to a fifth.
    pub accept_large_changes: bool,
    /// The first day of prices whose list does not say since when.
    pub effective: Option<Date>,
}

impl Project {
    /// Takes a price list into the suite's file. Exit 1 where something is held back, or a dry run
    /// would change something.
    pub fn update_prices(&self, options: &PriceUpdateOptions) -> Result<PriceUpdate> {
        let source = self.price_source(&options.from)?;
        if let Some(pin) = &options.pin {
            source.pinned(pin)?;
        }
        let mut list = source.list(options.format)?;
        if options.only_configured {
            configured(&self.suite, self.runs().latest()?.as_ref(), &mut list);
        }
        if list.models.is_empty() {
            return Err(nothing(&source, &list, options.only_configured));
        }
        let commit = (!options.dry).then(|| self.begin()).transpose()?;
        let file = self.price_file();
        let own = file.read()?;
        let today = Day::of(clock::now());
        let terms = Terms {
            today,
            effective: options.effective.map_or(today, Day::from),
            accept_large: options.accept_large_changes,
            source: format!("{} sha256:{}", source.name, source.sha256),
        };
        let done = updated(own.as_ref(), &self.prices_below()?, &list, &terms);
        let repricing = Repricing::open(self)?;
        let commit = commit.filter(|_| own.as_ref() != Some(&done.table));
        let wrote = commit.is_some();
        if let Some(mut commit) = commit {
            repricing.write(&done.table, &done.changes, &mut commit)?;
            file.write(&mut commit, &done.table);
            commit.finish()?;
        }
        let mut page = PriceUpdate {
            format: PriceUpdate::FORMAT,
            today,
            from: source.name,
            list: list.format,
            sha256: source.sha256,
            entries: list.entries,
            joined: list.joined,
            only_configured: options.only_configured,
            changes: done.changes,
            held: done.held,
            same: done.same,
            left_out: list.left_out,
            odd: [list.odd, done.odd].concat(),
            rounded: list.rounded,
            file: file.name(),
            wrote,
            dry_run: options.dry,
            exit_code: 0,
        };
        page.exit_code = page.exit().code();
        Ok(page)
    }

    /// The tables below the suite's own file.
    fn prices_below(&self) -> Result<Prices> {
        let layers = self.price_layers()?.into_iter();
        let layers: Vec<Layer> =
            layers.filter(|layer| layer.name == PriceLayer::Embedded).collect();
        Ok(Prices::new(&layers))
    }
}

/// Keeps the entries that bill a slot: by the id that it asks for, or by one that answered last.
fn configured(suite: &Suite, run: Option<&RunRecord>, list: &mut Imported) {
    let all = Prices::new(&[Layer { name: PriceLayer::File, models: list.models.clone() }]);
    let mut wanted: BTreeSet<(&str, &str)> = BTreeSet::new();
    let mut asked: BTreeSet<(&str, &str)> = BTreeSet::new();
    for model in suite.models.values() {
        let (Some(vendor), id) = provider::price_key(model) else { continue };
        // Who says that another entry is meant means it whatever answers.
        let run = run.filter(|_| model.billing.price_as.is_none());
        let served = run.and_then(|run| run.models.get(&model.slot)).map(|it| &it.served);
        let served = served.into_iter().flatten().map(String::as_str);
        for id in served.chain([id]) {
            asked.insert((vendor, id));
            let found = all.find(vendor, id).map(|found| found.model);
            wanted.extend(found.map(|model| (model.provider.as_str(), model.id.as_str())));
        }
    }
    list.models.retain(|model| wanted.contains(&(model.provider.as_str(), model.id.as_str())));
    list.left_out.retain(|left| asked.contains(&(left.provider.as_str(), left.id.as_str())));
    let names: BTreeSet<String> = list.models.iter().map(PricedModel::name).collect();
    list.odd.retain(|odd| names.contains(&odd.what));
}

fn nothing(source: &PriceSource, list: &Imported, only_configured: bool) -> Error {
    let what = if only_configured { "no price of the suite's models" } else { "no price" };
    let title = format!("{} has {what} that can be taken", source.name);
    let (first, many) = (list.left_out.first(), list.left_out.len());
    let why = first.map(|left| {
        format!("left out: {many}; the first, {}/{}: {}", left.provider, left.id, left.why)
    });
    let none = if only_configured {
        "`promptmatrix prices check` names the slots without"
    } else {
        "its list of models is empty"
    };
    Error::nothing("prices::no-match", title, why.unwrap_or_else(|| none.to_owned()))
}
