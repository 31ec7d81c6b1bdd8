//! One model's prices, and whether those of all slots are in order, as people read it.

use std::fmt::Write;

use super::shown;
use crate::cost::price::{Confidence, Day, How, PriceRow, Tier, TimeWindow};
use crate::cost::price_book::{Ahead, CheckedModel, PriceCheck, PricePage, STALE_DAYS, Standing};
use crate::domain::Price;
use crate::report::bumps::{self, when};
use crate::report::cost::table::Section;
use crate::report::escape;
use crate::report::paint::{self, BAD, BOLD, DIM, GOOD, HINT, Look, REVIEW, grouped, paint};

/// The page of a model.
pub(crate) fn page(page: &PricePage, look: Look) -> String {
    let layer = paint(DIM, format_args!("  table: {}", page.layer));
    let mut out = format!("{}{layer}\n", paint(BOLD, escape::line(&page.model.name())));
    for (label, text) in facts(page) {
        let _ = writeln!(out, "  {}  {}", paint(DIM, format!("{label:<9}")), escape::line(&text));
    }
    if page.found == How::Family {
        let note = "no table has this version: these are the prices of its family";
        let _ = writeln!(out, "  {}", paint(REVIEW, note));
    }
    out + "\n" + &rows(page).text(look.width)
}

fn facts(page: &PricePage) -> Vec<(&'static str, String)> {
    let model = &page.model;
    let slots: Vec<&str> = page.slots.iter().map(crate::domain::Slot::as_str).collect();
    let confidence = model.confidence.map(|confidence| match confidence {
        Confidence::TwoSourcesAgree => "two sources agree",
        Confidence::TwoSourcesDisagree => "two sources disagree",
        Confidence::SingleSource => "one source",
        Confidence::Curated => "put together by hand",
    });
    let sources = [confidence.map(str::to_owned), list(&model.price_sources)];
    let sources = sources.into_iter().flatten().collect::<Vec<_>>().join(": ");
    let facts = [
        ("asked as", (page.asked != model.name()).then(|| page.asked.clone())),
        ("also", list(&model.aliases)),
        ("slots", (!slots.is_empty()).then(|| slots.join(", "))),
        ("released", model.released.map(|day| day.to_string())),
        ("end", page.end.as_ref().map(end)),
        ("lasts", model.not_retired_before.map(|day| format!("until {day} at least"))),
        ("sources", Some(sources).filter(|text| !text.is_empty())),
        ("notes", model.notes.clone()),
    ];
    facts.into_iter().filter_map(|(label, text)| Some((label, text?))).collect()
}

fn list(words: &[String]) -> Option<String> {
    (!words.is_empty()).then(|| words.join(", "))
}

fn end(end: &Ahead) -> String {
    let mut text = format!("{} ({})", end.shutdown, when(end.days_left));
    if let Some(day) = end.announced {
        let _ = write!(text, ", announced {day}");
    }
    if let Some(next) = &end.successor {
        let basis = if next.named { "named replacement" } else { "newest of its tier" };
        let _ = write!(text, ", {basis}: {}", next.id);
    }
    text + ", says " + end.source.words()
}

/// The history: each row, and what it says of batches, long requests and hours below it.
fn rows(page: &PricePage) -> Section {
    let head = ["from", "input", "output", "cached", "write 5m", "write 1h", ""];
    let mut section = Section::new("rows", "USD per million tokens", &head);
    section.tail = 1;
    let current = page.model.row(page.today);
    for row in &page.model.prices {
        let is_current = current == Some(row);
        section.row(line(
            span(row),
            [Some(row.input), Some(row.output), row.cache_read],
            [row.cache_write_5m, row.cache_write_1h],
            &mark(row, is_current),
        ));
        if let Some(batch) = &row.batch {
            let first = [Some(batch.input), Some(batch.output), batch.cache_read];
            let writes = [batch.cache_write_5m, batch.cache_write_1h];
            section.row(line("  batch".to_owned(), first, writes, ""));
        }
        row.tiers.iter().for_each(|tier| section.row(tier_line(tier)));
        for window in &row.time_windows {
            let first = [Some(window.input), Some(window.output), window.cache_read];
            section.row(line(format!("  {}", hours(window)), first, [None, None], ""));
        }
    }
    section
}

fn mark(row: &PriceRow, is_current: bool) -> String {
    let marks = [is_current.then_some("today"), row.from_basis.as_deref()];
    marks.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn tier_line(tier: &Tier) -> Vec<String> {
    let tokens = usize::try_from(tier.above_input_tokens).unwrap_or(usize::MAX);
    line(
        format!("  above {} in", grouped(tokens)),
        [tier.input, tier.output, tier.cache_read],
        [tier.cache_write_5m, tier.cache_write_1h],
        "",
    )
}

fn line(
    label: String,
    first: [Option<Price>; 3],
    writes: [Option<Price>; 2],
    mark: &str,
) -> Vec<String> {
    let prices = first.into_iter().chain(writes).map(shown);
    [label].into_iter().chain(prices).chain([mark.to_owned()]).collect()
}

fn span(row: &PriceRow) -> String {
    let day = |day: Option<Day>, none: &str| day.map_or(none.to_owned(), |day| day.to_string());
    match row.to {
        Some(to) => format!("{} until {to}", day(row.from, "ever")),
        None => day(row.from, "ever"),
    }
}

/// `01:00–04:00 UTC Mon–Fri`.
pub(super) fn hours(window: &TimeWindow) -> String {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let name = |day: &u8| DAYS.get(usize::from(*day).saturating_sub(1)).copied();
    let days = match window.weekdays.as_slice() {
        [] => String::new(),
        [1, 2, 3, 4, 5] => " Mon–Fri".to_owned(),
        days => format!(" {}", days.iter().filter_map(name).collect::<Vec<_>>().join(", ")),
    };
    let time = |time| -> String { String::from(time) };
    format!("{}–{} UTC{days}", time(window.utc_from), time(window.utc_to))
}

pub(crate) fn check(page: &PriceCheck, _: Look) -> String {
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
