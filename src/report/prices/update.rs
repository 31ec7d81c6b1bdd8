//! What an imported list changed.

use std::fmt::Write;

use super::{cut, most};
use crate::cost::price::{Change, Held};
use crate::cost::price_book::PriceUpdate;
use crate::domain::Price;
use crate::report::escape;
use crate::report::paint::{self, BAD, BOLD, DIM, GOOD, HINT, Look, REVIEW, grouped, paint};

pub(crate) fn update(page: &PriceUpdate, look: Look) -> String {
    let most = most(look);
    let mut out = format!(
        "{}  {}\n",
        paint(BOLD, escape::line(&page.from)),
        paint(
            DIM,
            format_args!(
                "{}, {}, sha256 {}",
                page.list,
                entries(page.entries),
                page.sha256.as_str()
            )
        )
    );
    let (changed, new): (Vec<&Change>, Vec<&Change>) =
        page.changes.iter().partition(|change| change.before.is_some());
    out += &cut(changed.iter().map(|it| change(it)), most);
    out += &cut(page.held.iter().map(held), most);
    out += &cut(new.iter().map(|it| change(it)), most);
    let count = |number, what: &str| format!("  {:>6}  {what}\n", grouped(number));
    out.push('\n');
    out += &count(new.len(), "new");
    out += &count(changed.len(), "changed");
    out += &count(page.same, "as known");
    if !page.held.is_empty() {
        out += &count(page.held.len(), "held back");
    }
    if page.joined > 0 && !page.only_configured {
        out += &count(page.joined, "the same once more, or another name");
    }
    for (why, left) in page.reasons() {
        out += &count(left.len(), &format!("left out: {why}"));
        if look.verbose {
            let names = left.iter().map(|it| match it.provider.as_str() {
                "" => it.id.clone(),
                provider => format!("{provider}/{}", it.id),
            });
            let names = names.collect::<Vec<_>>().join(", ");
            let _ = writeln!(out, "          {}", paint(DIM, escape::line(&names)));
        }
    }
    if page.rounded > 0 {
        out += &count(page.rounded, "prices rounded to a pico-dollar per token");
    }
    out += &cut(
        page.odd.iter().map(|odd| {
            let text = format!("{}: {}", odd.what, odd.why);
            format!("  {}  {}\n", paint(REVIEW, "odd"), escape::line(&text))
        }),
        most,
    );
    out + &verdict(page)
}

fn entries(number: usize) -> String {
    if number == 1 { "1 entry".to_owned() } else { format!("{} entries", grouped(number)) }
}

fn both(prices: Option<[Price; 2]>) -> String {
    prices.map_or("nothing".to_owned(), |[input, output]| format!("${input}/${output}"))
}

fn change(change: &Change) -> String {
    let (style, word) = if change.before.is_some() { (REVIEW, "changed") } else { (GOOD, "new") };
    let name = escape::line(&format!("{}/{}", change.provider, change.id));
    let before = change.before.map(|before| format!("{} → ", both(Some(before))));
    let more = change.before == Some(change.after);
    let what = if more { " (batch, caches, tiers or hours)" } else { "" };
    let from = change.from.map_or(String::new(), |from| format!(" from {from} on"));
    let prices = format!("{}{}{what}", before.unwrap_or_default(), both(Some(change.after)));
    format!("  {}  {name}  {prices}{}\n", paint(style, format_args!("{word:<7}")), paint(DIM, from))
}

fn held(held: &Held) -> String {
    let name = escape::line(&format!("{}/{}", held.provider, held.id));
    let what = format!("{}: ${} → ${}", held.price, held.before, held.after);
    format!("  {}  {name}  {what}\n", paint(BAD, "held   "))
}

fn verdict(page: &PriceUpdate) -> String {
    let mut out = String::from("\n");
    let file = escape::line(&page.file);
    let _ = match (page.dry_run, page.changes.is_empty(), page.wrote) {
        (true, true, _) => writeln!(out, "no price would change"),
        (true, false, _) => {
            let changes = paint::count(page.changes.len(), "change");
            writeln!(out, "{}  {changes}; nothing was written (--dry-run)", paint(BAD, "FAIL"))
        }
        (false, _, false) => writeln!(out, "nothing changed: {file} says all of this"),
        (false, true, true) => writeln!(out, "no price changed; {file} says who confirmed them"),
        (false, false, true) => writeln!(out, "wrote {file}"),
    };
    if !page.held.is_empty() {
        let text = format!(
            "{} of five times or more, or to 0: not taken",
            paint::count(page.held.len(), "change")
        );
        let hint = "look at them, then --accept-large-changes";
        let _ = writeln!(out, "{}  {text}   {}", paint(BAD, "FAIL"), paint(HINT, hint));
    }
    out
}
