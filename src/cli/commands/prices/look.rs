//! `prices list` and `prices show`: of the suite's own tables, or of the built-in one where there is
//! no suite.

use crate::cli::args::{PricesList, PricesShow};
use crate::cli::session::Session;
use crate::cost::price::{Day, Prices};
use crate::cost::price_book::{PriceList, PricePage};
use crate::domain::{Clock, Exit, PriceKey, Slot, Suite};
use crate::project::{Error, Project, Result, SystemClock};
use crate::provider;
use crate::report::prices as report;

/// Lists what every model costs on a day. Exit 4 where no table has the provider.
pub(super) fn list(session: &Session, args: &PricesList) -> Result<Exit> {
    let (_, prices) = here(session)?;
    let at = args.at.map_or_else(|| Day::of(SystemClock.now()), Day::from);
    let list = PriceList::new(&prices, args.provider.as_deref(), at);
    if let (true, Some(name)) = (list.models.is_empty(), &args.provider) {
        let title = format!("no price table has the provider `{name}`");
        return Err(Error::nothing("prices::no-match", title, known(&prices)));
    }
    let data = serde_json::to_value(&list)?;
    session.print(|| data, || report::list(&list, session.look()))?;
    Ok(Exit::Pass)
}

/// The providers that there are, for people who named another.
fn known(prices: &Prices) -> String {
    let mut names: Vec<&str> = prices.models().map(|(model, _)| model.provider.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    format!("there are {}", names.join(", "))
}

/// Shows all that is known of one model. Exit 4 where no table has it.
pub(super) fn show(session: &Session, args: &PricesShow) -> Result<Exit> {
    let (project, prices) = here(session)?;
    let suite = project.as_ref().map(Project::suite);
    let key = match args.key() {
        Some(key) => key,
        None => of_slot(suite, &args.model)?,
    };
    let slots = suite.map(|suite| billed(suite, &prices, &key)).unwrap_or_default();
    let today = Day::of(SystemClock.now());
    let page = PricePage::new(&prices, &key, slots, today).ok_or_else(|| {
        let help = match like(&prices, &key) {
            Some(near) => format!("did you mean `{near}`? `promptmatrix prices list` has all"),
            None => "`promptmatrix prices list` has all".to_owned(),
        };
        Error::nothing("prices::no-match", format!("no price table has `{key}`"), help)
    })?;
    let data = serde_json::to_value(&page)?;
    session.print(|| data, || report::page(&page, session.look()))?;
    Ok(Exit::Pass)
}

/// The entry whose name is most like what was typed.
fn like(prices: &Prices, key: &PriceKey) -> Option<String> {
    const NEAR: f64 = 0.85;
    let typed = key.to_string();
    let names = prices.models().map(|(model, _)| model.name());
    let near = names.map(|name| (strsim::jaro_winkler(&typed, &name), name));
    let near = near.filter(|(likeness, _)| *likeness > NEAR);
    near.max_by(|one, two| one.0.total_cmp(&two.0)).map(|(_, name)| name)
}

/// The entry that bills a slot.
fn of_slot(suite: Option<&Suite>, word: &str) -> Result<PriceKey> {
    let slot = suite.and_then(|suite| suite.models.values().find(|it| it.slot.as_str() == word));
    let named = slot.and_then(|model| {
        let (provider, id) = provider::price_key(model);
        Some(PriceKey { provider: provider?.to_owned(), id: id.to_owned() })
    });
    named.ok_or_else(|| {
        let title = match slot {
            Some(_) => format!("nothing says who bills `{word}`"),
            None => format!("`{word}` is neither `PROVIDER/ID` nor a slot"),
        };
        Error::nothing("prices::no-match", title, "name a model as in `openai/gpt-4o`")
    })
}

/// The slots that an entry bills.
fn billed(suite: &Suite, prices: &Prices, key: &PriceKey) -> Vec<Slot> {
    let entry = |provider: &str, id: &str| prices.find(provider, id).map(|found| found.model);
    let asked = entry(&key.provider, &key.id);
    let bills = suite.models.values().filter(|model| {
        let (provider, id) = provider::price_key(model);
        let own = model.billing.own.is_some();
        asked.is_some() && !own && provider.and_then(|provider| entry(provider, id)) == asked
    });
    bills.map(|model| model.slot.clone()).collect()
}

/// The suite, where there is one, and the prices that hold.
fn here(session: &Session) -> Result<(Option<Project>, Prices)> {
    let project = session.project_if_any()?;
    let prices = project.as_ref().map_or_else(|| Ok(Prices::embedded()), Project::prices)?;
    Ok((project, prices))
}
