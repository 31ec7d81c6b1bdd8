//! Whether the prices of a suite are in order.

use std::fmt::Write;

use super::page::hours;
use crate::cost::price_book::{CheckedModel, PriceCheck, STALE_DAYS, Standing};
use crate::report::bumps;
use crate::report::escape;
use crate::report::paint::{self, BAD, BOLD, DIM, GOOD, HINT, Look, REVIEW, paint};

/// The page.
pub fn check(page: &PriceCheck, _: Look) -> String {
    let mut out = format!("{}\n", paint(BOLD, "Prices of the slots"));
    let widest = page.models.iter().map(|model| model.slot.as_str().chars().count()).max();
    for model in &page.models {
        let slot = format!("{:<width$}", model.slot, width = widest.unwrap_or(0));
        let (style, word) = match model.standing {
            Standing::Fresh => (GOOD, "known"),
            Standing::Undated => (DIM, "known"),
            Standing::Family => (REVIEW, "by family"),
            Standing::Stale => (BAD, "stale"),
            Standing::Unknown => (REVIEW, "unknown"),
        };
        let word = paint(style, format_args!("{word:<9}"));
        let name =
            model.provider.as_ref().map_or(model.id.clone(), |it| format!("{it}/{}", model.id));
        let _ = writeln!(
            out,
            "  {slot}  {word}  {}  {}",
            escape::line(&name),
            paint(DIM, basis(model))
        );
        for window in &model.hours {
            let costs = format!("${}/${}", window.input, window.output);
            let _ = writeln!(out, "    {} it costs {costs}", paint(REVIEW, hours(window)));
        }
    }
    let window = format!("next {} days", page.upcoming_days);
    let nothing = page.retirements.is_empty() && page.prices.is_empty();
    let window = if nothing { window + ": nothing that is known" } else { window };
    let _ = writeln!(out, "\n{}  {}", paint(BOLD, "What is coming"), paint(DIM, window));
    let fails = |slot| page.failing.contains(slot);
    out.extend(page.retirements.iter().map(|one| bumps::retirement(one, fails(&one.slot))));
    out.extend(page.prices.iter().map(bumps::price));
    out + &verdict(page)
}

fn basis(model: &CheckedModel) -> String {
    if let Some(why) = &model.why {
        return escape::line(why);
    }
    let layer = model.layer.map_or(String::new(), |layer| format!("table: {layer}"));
    match (model.age, model.standing) {
        (Some(age), _) => format!("{layer}, of {} ({} d ago)", age.on, age.days),
        (None, Standing::Undated) => layer + ", nothing says since when it was looked up",
        (None, _) => layer,
    }
}

fn verdict(page: &PriceCheck) -> String {
    let count = |standing| page.models.iter().filter(|one| one.standing == standing).count();
    let (stale, unknown) = (count(Standing::Stale), count(Standing::Unknown));
    let mut out = String::new();
    let mut say = |style, word: &str, text: String, hint: &str| {
        let _ = writeln!(out, "{}  {text}   {}", paint(style, word), paint(HINT, hint));
    };
    if !page.failing.is_empty() {
        let slots: Vec<&str> = page.failing.iter().map(crate::domain::Slot::as_str).collect();
        let text = format!("{} ended, or within the days of the gate", slots.join(", "));
        say(BAD, "FAIL", text, "promptmatrix bumps");
    }
    if stale > 0 {
        let text = format!("{} older than {STALE_DAYS} days", paint::count(stale, "price"));
        say(BAD, "FAIL", text, "promptmatrix prices update --from FILE");
    }
    if unknown > 0 {
        let text =
            format!("{} not known: their calls are in no sum", paint::count(unknown, "price"));
        say(REVIEW, "INCONCLUSIVE", text, "write `price` or `price-as` under [models]");
    }
    if out.is_empty() { out } else { format!("\n{out}") }
}
