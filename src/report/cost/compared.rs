//! Architectures side by side, and what the verdict hangs on.

use super::table::Section;
use super::words::{number, percent, signed, usd, value};
use crate::cost::break_even::Direction;
use crate::cost::compare::{Architecture, Balance, Comparison, Judgement};
use crate::cost::decide::{Bar, Lever, Verdict};
use crate::cost::dominance::Dominance;
use crate::cost::measure::Basis;
use crate::cost::statement::Statement;

/// The tables of the comparison; one that says why there is none.
pub(super) fn sections(statement: &Statement) -> Vec<Section> {
    let Some(compare) = &statement.compare else {
        let mut none = Section::new("compare", "Routed or not", &[]);
        none.note("no two models answered the same case at a known price: run the matrix first");
        return vec![none];
    };
    let mut all = vec![architectures(compare), verdict(compare)];
    all.extend(tornado(compare));
    all.push(essay(statement));
    all
}

fn architectures(compare: &Comparison) -> Section {
    let title = format!(
        "Routed or not: small {}, large {}; {} cases that both answered, replayed in pairs",
        compare.small, compare.large, compare.cases
    );
    let volume = compare
        .volume
        .map_or("$/month won".to_owned(), |volume| format!("$/month won at {}", number(volume)));
    let head = [
        "",
        "$/1,000 requests",
        "valid",
        "$/valid answer",
        "p50 ms",
        "p95 ms",
        "2nd call",
        "h/month",
        "pays from",
        &volume,
    ];
    let mut section = Section::new("compare", title, &head);
    for one in &compare.architectures {
        section.row(architecture(one, compare));
    }
    if compare.architectures.iter().any(|one| one.cases < compare.cases) {
        let fewer = compare.architectures.iter().filter(|one| one.cases < compare.cases);
        let names: Vec<String> =
            fewer.map(|one| format!("{} ({} cases)", one.name, one.cases)).collect();
        section.note(format!("on fewer cases: {}", names.join(", ")));
    }
    let worse = compare.architectures.iter().filter(|one| !one.good_enough);
    let worse: Vec<&str> = worse.map(|one| one.name.as_str()).collect();
    if !worse.is_empty() {
        section.note(format!("cheap because it is wrong too often: {}", worse.join(", ")));
    }
    section.note("oracle knows each answer beforehand: a bound, not a choice");
    section
}

fn architecture(one: &Architecture, compare: &Comparison) -> Vec<String> {
    let outcome = &one.outcome;
    let won = one.balance.as_ref().and_then(|balance| balance.net_month);
    vec![
        one.name.clone(),
        format!("{:.3}", 1000.0 * outcome.usd),
        percent(outcome.valid, 1),
        outcome.usd_per_valid.map_or_else(|| "none valid".to_owned(), usd),
        format!("{:.0}", outcome.ms.p50),
        format!("{:.0}", outcome.ms.p95),
        percent(outcome.second_call, 1),
        if one.balance.is_none() && one.name == "oracle" {
            "–".to_owned()
        } else {
            format!("{:.1}", one.hours_month)
        },
        one.balance.as_ref().map_or_else(|| "–".to_owned(), pays_from),
        match (won, compare.volume) {
            (Some(won), _) => signed(won),
            (None, None) if one.balance.is_some() => "volume unknown".to_owned(),
            _ => "–".to_owned(),
        },
    ]
}

/// `127,000`, `never`, `83,000 to 2.1 million`.
fn pays_from(balance: &Balance) -> String {
    let mut words = Vec::new();
    for crossing in &balance.break_even {
        words.push(match crossing.above {
            Direction::Pays => number(crossing.volume),
            Direction::Loses => format!("to {}", number(crossing.volume)),
        });
    }
    if words.is_empty() { "never".to_owned() } else { words.join(" ") }
}

fn verdict(compare: &Comparison) -> Section {
    let mut section = Section::new("verdict", "Verdict", &[]);
    let Some(route) = compare.best_route() else { return section };
    let balance = route.balance.as_ref();
    let judgement = balance.and_then(|balance| balance.judgement.as_ref());
    match (judgement, compare.volume) {
        (Some(judgement), Some(volume)) => judged(&mut section, &route.name, judgement, volume),
        (None, Some(volume)) => {
            let net = balance.and_then(|balance| balance.net_month).unwrap_or_default();
            section.note(format!(
                "{}: {} a month at {} requests, by what was replayed",
                route.name,
                signed(net),
                number(volume)
            ));
        }
        (_, None) => {
            let from = balance.map_or_else(|| "never".to_owned(), pays_from);
            section.note(format!(
                "{}: pays from {from} requests a month on; whether that is yours is not known: \
                 --volume N, or cost.requests-per-month",
                route.name
            ));
        }
    }
    if !compare.architectures.iter().any(|one| one.balance.as_ref().is_some_and(pays_at_all)) {
        section.note(format!("no route saves anything: stay with {}", compare.large));
    }
    section.notes.extend(breaks_even(compare));
    for one in &compare.dominance {
        section.note(format!("before any router: {}", dominance(one)));
    }
    if let Some(lost) = compare.caching_lost.filter(|lost| *lost > 0.0) {
        section.note(format!(
            "routing thins the traffic of {}: a call of it costs {} more, since its cache is colder",
            compare.large,
            usd(lost)
        ));
    }
    section
}

/// How sure a route is to pay, and what to measure first.
fn judged(section: &mut Section, name: &str, judgement: &Judgement, volume: f64) {
    let odds = &judgement.odds;
    section.note(format!(
        "{}: {} at {} requests a month; P(pays) = {:.2}; a year wins {}, in eight of ten draws {} to {}",
        name,
        judgement.verdict.words(),
        number(volume),
        odds.pays,
        usd(odds.p50),
        usd(odds.p10),
        usd(odds.p90),
    ));
    if judgement.verdict == Verdict::Unclear
        && let Some(bar) = judgement.tornado.iter().find(|bar| bar.basis == Basis::Assumed)
    {
        section.note(format!("measure {} first: {}", bar.lever.name(), how(bar)));
    }
    let top: Vec<&str> = judgement
        .tornado
        .iter()
        .take(3)
        .filter(|bar| bar.basis == Basis::Assumed)
        .map(|bar| bar.lever.name())
        .collect();
    if !top.is_empty() {
        section.note(format!("This verdict rests on assumed {}.", top.join(" and ")));
    }
}

fn pays_at_all(balance: &Balance) -> bool {
    balance.break_even.iter().any(|crossing| crossing.above == Direction::Pays)
}

fn how(bar: &Bar) -> String {
    match bar.lever {
        Lever::Assumed(param) => param.info().measure.to_owned(),
        _ => "a run with a [routes] of kind router prices it".to_owned(),
    }
}

fn dominance(one: &Dominance) -> String {
    match one {
        Dominance::SmallAlone { model } => {
            format!("{model} alone is good enough on every prompt: use it, and no router")
        }
        Dominance::StaticIsEnough { above } => format!(
            "a hard-coded switch is enough: it costs {} more than the bound",
            percent(*above, 1)
        ),
        Dominance::CascadeBeatsRouter { usd: more } => {
            format!("the cascade beats the router by {} per request", usd(*more))
        }
        Dominance::ShutdownBefore { model, on } => {
            format!("{model} is switched off on {on}, before routing has paid")
        }
        Dominance::PriceMoves { model, on, factor } => {
            format!("a request to {model} costs ×{factor:.2} from {on} on")
        }
    }
}

/// What a bar's value is called, with its unit.
pub(super) fn lever_value(lever: Lever, at: f64) -> String {
    match lever {
        Lever::Volume => number(at),
        Lever::LargePrice => format!("×{}", value(at)),
        Lever::RouterUsd => usd(at),
        Lever::Assumed(param) => {
            format!("{} {}", value(at), param.info().unit).trim_end().to_owned()
        }
    }
}

fn tornado(compare: &Comparison) -> Option<Section> {
    let route = compare.best_route()?;
    let judgement = route.balance.as_ref()?.judgement.as_ref()?;
    let head =
        ["", "rests on", "low", "now", "high", "$/year at low", "$/year at high", "flips at"];
    let title = format!("What the verdict on {} hangs on", route.name);
    let mut section = Section::new("tornado", title, &head);
    for bar in &judgement.tornado {
        section.row([
            bar.lever.name().to_owned(),
            bar.basis.as_str().to_owned(),
            lever_value(bar.lever, bar.low),
            lever_value(bar.lever, bar.value),
            lever_value(bar.lever, bar.high),
            usd(bar.net_low),
            usd(bar.net_high),
            bar.flip.map_or_else(|| "cannot flip".to_owned(), |at| lever_value(bar.lever, at)),
        ]);
    }
    Some(section)
}

fn essay(statement: &Statement) -> Section {
    let head = ["", "routed", "one model", "from"];
    let mut section = Section::new("essay", "The trade-off, row by row", &head);
    section.words = true;
    for row in &statement.essay_table {
        section.row([row.row.clone(), row.routed.clone(), row.monolith.clone(), row.from.clone()]);
    }
    section
}

/// Where the curve of the best route breaks even, how sure that is, and why it is another volume than
/// the one that the table has.
pub(super) fn breaks_even(compare: &Comparison) -> Option<String> {
    let curve = compare.curve.as_ref()?;
    let middle: Vec<String> = curve
        .break_even
        .iter()
        .map(|at| match at.above {
            Direction::Pays => format!("wins from {} requests a month on", number(at.volume)),
            Direction::Loses => format!("loses from {} on", number(at.volume)),
        })
        .collect();
    let middle = match (middle.is_empty(), curve.points.first()?.p50 >= 0.0) {
        (false, _) => middle.join(", "),
        (true, true) => {
            format!("wins at any volume from {} on", number(curve.points.first()?.volume))
        }
        (true, false) => "wins at no volume".to_owned(),
    };
    let ends = match (curve.earliest, curve.latest) {
        (Some(from), Some(to)) => {
            format!("; eight of ten draws begin to win between {} and {}", number(from), number(to))
        }
        (Some(from), None) => {
            format!("; one draw in ten pays from {} on, and nine in ten never do", number(from))
        }
        (None, Some(to)) => format!("; nine draws in ten pay from {} on", number(to)),
        (None, None) => String::new(),
    };
    let plain = compare.best_route()?.balance.as_ref().map(pays_from)?;
    Some(format!(
        "by the middle of many draws of what is uncertain it {middle}{ends}; \
         by every parameter as it stands: {plain}, since what is assumed may lie farther to one side"
    ))
}

/// The points of the break-even curve.
pub(super) fn curve(statement: &Statement) -> Option<Section> {
    let compare = statement.compare.as_ref()?;
    let head =
        ["requests a month", "one draw in ten is lower", "middle", "one draw in ten is higher"];
    let mut section = Section::new("curve", "What it wins a month, by requests", &head);
    for point in compare.curve.iter().flat_map(|curve| &curve.points) {
        section.row([number(point.volume), usd(point.p10), usd(point.p50), usd(point.p90)]);
    }
    Some(section)
}

/// The times of every architecture.
pub(super) fn times(statement: &Statement) -> Option<Section> {
    let compare = statement.compare.as_ref()?;
    let head = ["", "mean ms", "p50", "p90", "p95", "p99"];
    let mut section = Section::new("times", "How long an answer takes", &head);
    for one in &compare.architectures {
        let ms = &one.outcome.ms;
        let values = [ms.mean, ms.p50, ms.p90, ms.p95, ms.p99];
        let words = values.map(|value| format!("{value:.0}"));
        section.row(std::iter::once(one.name.clone()).chain(words));
    }
    Some(section)
}
