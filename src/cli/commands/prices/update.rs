//! `prices update`: an imported list makes the suite's own file of prices current.

use std::collections::BTreeSet;

use crate::cli::args::PricesUpdate;
use crate::cli::clock::SystemClock;
use crate::cli::failure::Failure;
use crate::cli::ledger::Repricing;
use crate::cli::output;
use crate::cli::prices;
use crate::cli::session::Session;
use crate::cost::price::{Day, Imported, Layer, PricedModel, Prices, Terms, update as updated};
use crate::cost::price_book::PriceUpdate;
use crate::domain::{Clock, Exit, PriceLayer, RunRecord, Suite};
use crate::provider;
use crate::report::prices as report;
use crate::store::PriceFile;

use super::source::Source;

/// Runs the command. Exit 1 where something is held back, or a dry run would change something; 3 where
/// the list could not be had, or is not what was pinned.
pub(super) fn update(session: &Session, args: &PricesUpdate) -> Result<Exit, Failure> {
    let (suite, _) = session.suite()?;
    let source = Source::open(session, &suite, &args.from)?;
    if let Some(pin) = &args.pin {
        source.pinned(pin)?;
    }
    let mut list = source.list(args.format.flatten())?;
    if args.only_configured {
        let run = Session::runs(&suite).latest()?;
        configured(&suite, run.as_ref(), &mut list);
    }
    if list.models.is_empty() {
        return Err(nothing(&source, &list, args));
    }
    let commit = (!args.dry).then(|| Session::begin(&suite.root)).transpose()?;
    let file = PriceFile::open(&suite.root, &suite.store);
    let own = file.read()?;
    let today = Day::of(SystemClock.now());
    let terms = Terms {
        today,
        effective: args.effective.map_or(today, Day::from),
        accept_large: args.accept_large_changes,
        source: format!("{} sha256:{}", source.name, source.sha256),
    };
    let done = updated(own.as_ref(), &below(&suite)?, &list, &terms);
    let clerk = Repricing::open(&suite)?;
    let commit = commit.filter(|_| own.as_ref() != Some(&done.table));
    let wrote = commit.is_some();
    if let Some(mut commit) = commit {
        clerk.write(&done.table, &done.changes, &mut commit)?;
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
        only_configured: args.only_configured,
        changes: done.changes,
        held: done.held,
        same: done.same,
        left_out: list.left_out,
        odd: [list.odd, done.odd].concat(),
        rounded: list.rounded,
        file: file.name(),
        wrote,
        dry_run: args.dry,
        exit_code: 0,
    };
    let exit = page.exit();
    page.exit_code = exit.code();
    if session.global.json {
        output::print_json(&serde_json::to_value(&page)?)?;
    } else {
        output::print(&report::update(&page, session.look()))?;
    }
    Ok(exit)
}

/// The tables below the suite's own file.
fn below(suite: &Suite) -> Result<Prices, Failure> {
    let layers = prices::layers(suite)?.into_iter();
    let layers: Vec<Layer> = layers.filter(|layer| layer.name == PriceLayer::Embedded).collect();
    Ok(Prices::new(&layers))
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

fn nothing(source: &Source, list: &Imported, args: &PricesUpdate) -> Failure {
    let what = if args.only_configured { "no price of the suite's models" } else { "no price" };
    let title = format!("{} has {what} that can be taken", source.name);
    let (first, many) = (list.left_out.first(), list.left_out.len());
    let why = first.map(|left| {
        format!("left out: {many}; the first, {}/{}: {}", left.provider, left.id, left.why)
    });
    let none = if args.only_configured {
        "`promptmatrix prices check` names the slots without"
    } else {
        "its list of models is empty"
    };
    Failure::nothing("prices::no-match", title, why.unwrap_or_else(|| none.to_owned()))
}
