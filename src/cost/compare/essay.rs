//! The trade-offs of routing against one model, row by row, in the figures of the user's own matrix.

use super::{Architecture, Comparison};
use crate::cost::wording;
use crate::domain::Slot;

/// One row of the table.
#[derive(Debug, Clone, PartialEq, serde::Serialize, schemars::JsonSchema)]
pub struct EssayRow {
    pub row: String,
    /// How it is with routing.
    pub routed: String,
    /// How it is with the large model alone.
    pub monolith: String,
    /// What the figures rest on.
    pub from: String,
}

/// What is known of the upkeep of one side.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Upkeep {
    /// Bumps that the ledger has.
    pub bumps: usize,
    /// Cells that these broke so that a program notices.
    pub loud: usize,
    /// Cells that these broke so that none does.
    pub silent: usize,
    /// Bumps a year.
    pub per_year: f64,
    /// Models that are switched off within twelve months.
    pub forced: usize,
}

/// The table for the best route; `None` where there is none.
pub(crate) fn essay(
    comparison: &Comparison,
    wordings: &wording::Upkeep,
    upkeep: impl Fn(&[Slot]) -> Upkeep,
) -> Option<Vec<EssayRow>> {
    let route = comparison.best_route()?;
    let large = comparison.architectures.first()?;
    Some(vec![
        latency(route, large),
        wording(wordings, route),
        features(route, large, comparison),
        row(
            "upkeep",
            overhead(route, upkeep(&route.models)),
            overhead(large, upkeep(&large.models)),
            "ledger where it has bumps, else assumed",
        ),
        money(route, large, comparison),
    ])
}

fn row(row: &str, routed: String, monolith: String, from: &str) -> EssayRow {
    EssayRow { row: row.to_owned(), routed, monolith, from: from.to_owned() }
}

fn latency(route: &Architecture, large: &Architecture) -> EssayRow {
    let times = |one: &Architecture| {
        format!("p50 {:.0} ms, p95 {:.0} ms", one.outcome.ms.p50, one.outcome.ms.p95)
    };
    let routed = format!(
        "{}; a second call for {:.1} % of the requests",
        times(route),
        100.0 * route.outcome.second_call
    );
    row("latency", routed, times(large), &format!("measured, {} cases replayed", route.cases))
}

fn wording(all: &wording::Upkeep, route: &Architecture) -> EssayRow {
    let strayed = all
        .divergence
        .map_or(String::new(), |share| format!(", variants strayed {:.0} %", 100.0 * share));
    let edits = format!(
        ", {} commits, {} of them a variant alone ({} lines)",
        all.commits, all.translation_commits, all.variant_lines
    );
    let routed = format!(
        "{:.1} wordings per prompt for {} models{strayed}{edits}",
        all.per_prompt,
        route.models.len()
    );
    row("prompts", routed, "1 wording per prompt".to_owned(), "files and git, in the window")
}

fn features(route: &Architecture, large: &Architecture, comparison: &Comparison) -> EssayRow {
    let words = |features: &[String]| {
        if features.is_empty() { "none".to_owned() } else { features.join(", ") }
    };
    let gone: Vec<&str> = large
        .features
        .iter()
        .filter(|feature| !route.features.contains(feature))
        .map(String::as_str)
        .collect();
    let gone = if gone.is_empty() { String::new() } else { format!("; lost: {}", gone.join(", ")) };
    let caching = comparison.caching_lost.filter(|usd| *usd > 0.0);
    let caching = caching.map_or(String::new(), |usd| {
        format!("; a call of {} costs ${usd:.6} more, its cache is colder", comparison.large)
    });
    let routed = format!("common to all: {}{gone}{caching}", words(&route.features));
    row("features", routed, words(&large.features), "tables of servers and prices")
}

fn overhead(one: &Architecture, upkeep: Upkeep) -> String {
    let Upkeep { bumps, loud, silent, per_year, forced } = upkeep;
    let so_far = if bumps == 0 {
        String::new()
    } else {
        format!("; so far {bumps} bumps broke {loud} cells loudly, {silent} silently")
    };
    let forced =
        if forced == 0 { String::new() } else { format!("; {forced} forced within a year") };
    format!("{:.1} h a month, {per_year:.1} bumps a year{so_far}{forced}", one.hours_month)
}

fn money(route: &Architecture, large: &Architecture, comparison: &Comparison) -> EssayRow {
    let side = |one: &Architecture| {
        let valid = one.outcome.usd_per_valid;
        let valid =
            valid.map_or("no valid answer".to_owned(), |usd| format!("${usd:.6} per valid answer"));
        let month =
            comparison.volume.map(|volume| format!(", ${:.2} a month", volume * one.outcome.usd));
        format!("{valid}{}", month.unwrap_or_default())
    };
    let balance = route.balance.as_ref();
    let from = balance.and_then(|balance| balance.break_even.first()).map_or_else(
        || "measured; routing never breaks even".to_owned(),
        |crossing| format!("measured; breaks even at {:.0} requests a month", crossing.volume),
    );
    row("cost", side(route), side(large), &from)
}
