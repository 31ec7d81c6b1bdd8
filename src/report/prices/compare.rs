//! Two tables of prices beside each other, as people read it.

use std::fmt::Write;

use crate::cost::price_book::{Disagreement, OneSided, PriceDiff, PriceVerify};
use crate::report::escape;
use crate::report::paint::{self, BAD, BOLD, DIM, GOOD, Look, REVIEW, paint};

use super::{cut, most, shown};

/// What is different between two tables.
pub fn diff(page: &PriceDiff, look: Look) -> String {
    let title = format!("{} → {}", page.left, page.right);
    let since = format!("from {} on", page.at);
    let mut out = format!("{}  {}\n", paint(BOLD, escape::line(&title)), paint(DIM, since));
    let most = most(look);
    out += &cut(page.changed.iter().map(|it| disagreement(it, page.at)), most);
    out += &cut(page.gone.iter().map(|it| one_sided(&paint(BAD, "gone   "), it)), most);
    out += &cut(page.added.iter().map(|it| one_sided(&paint(GOOD, "new    "), it)), most);
    let count = |number, noun| paint::count(number, noun);
    let _ = writeln!(
        out,
        "\n{} the same, {} changed, {} new, {} gone",
        count(page.same, "model"),
        paint::grouped(page.changed.len()),
        paint::grouped(page.added.len()),
        paint::grouped(page.gone.len())
    );
    out
}

/// Whether the prices here and those of another source agree.
pub fn verify(page: &PriceVerify, look: Look) -> String {
    let title = format!("the prices here → {}", page.against);
    let what = format!("{}, on {}", page.list, page.at);
    let mut out = format!("{}  {}\n", paint(BOLD, escape::line(&title)), paint(DIM, what));
    out += &cut(page.disagree.iter().map(|it| disagreement(it, page.at)), most(look));
    let _ = writeln!(
        out,
        "\n{} agree, {} disagree; {} only here, {} only there",
        paint::count(page.agree, "model"),
        paint::grouped(page.disagree.len()),
        paint::grouped(page.only_here),
        paint::grouped(page.only_there)
    );
    out
}

fn disagreement(one: &Disagreement, at: crate::cost::price::Day) -> String {
    let name = escape::line(&format!("{}/{}", one.provider, one.id));
    let prices = one
        .prices
        .iter()
        .map(|pair| format!("{} {} → {}", pair.price, shown(pair.left), shown(pair.right)));
    let prices = prices.collect::<Vec<_>>().join(", ");
    let from = if one.from > at { format!("  from {} on", one.from) } else { String::new() };
    let word = paint(REVIEW, "differs");
    format!("  {word}  {name}  {}{}\n", escape::line(&prices), paint(DIM, from))
}

fn one_sided(word: &str, one: &OneSided) -> String {
    let name = escape::line(&format!("{}/{}", one.provider, one.id));
    let [input, output] = one.prices.map_or([None, None], |prices| prices.map(Some));
    format!("  {word}  {name}  {}/{}\n", shown(input), shown(output))
}
