//! The first screen: what the matrix costs a month, who takes most of the time, and what of it is
//! known.

use super::words::{basis, hours, percent, rounded, span, usd, value};
use crate::cost::decide::Verdict;
use crate::cost::measure::{Basis, Figure};
use crate::cost::statement::Statement;
use crate::domain::{Param, Pico};
use crate::report::paint::{count, grouped};

/// Stands in a line between a figure and what it is made of.
const GAP: &str = "   ";

pub(super) fn headline(statement: &Statement) -> String {
    let month = &statement.month;
    let size = &statement.matrix;
    format!(
        "Keeping {} × {} ({}) costs about {} a month: {} for calls, {} for {} of people.",
        count(size.prompts, "prompt"),
        count(size.models, "model"),
        count(size.cells, "cell"),
        rounded(month.usd),
        rounded(month.calls_usd),
        rounded(month.people_usd),
        hours(month.hours),
    )
}

/// Label and sentence of each line below the headline.
pub(super) fn lines(statement: &Statement) -> Vec<(&'static str, String)> {
    let mut lines = vec![
        ("calls", calls(statement)),
        ("people", people(statement)),
        ("so far", so_far(statement)),
    ];
    lines.extend(most_people(statement).map(|text| ("most people", text)));
    lines.extend(routing(statement).map(|text| ("routing", text)));
    lines.extend(coming(statement).map(|text| ("coming", text)));
    lines.extend(statement.by_code.iter().map(|one| {
        let cases = format!("{} of {}", one.cases, count(one.cases, "case"));
        ("code", format!("{} needs no model: {} answers {cases}", one.prompt, one.slot))
    }));
    for gate in statement.gate.iter().filter(|gate| !gate.passes) {
        let value = gate.value.unwrap_or_default();
        let text =
            format!("{} is {}, above {}", gate.key, self::value(value), self::value(gate.limit));
        lines.push(("limit", format!("{text} ({})", gate.about)));
    }
    lines.push(("measured", measured(statement)));
    lines.push(("table", table(statement)));
    lines.push(("assumed", assumed(statement)));
    lines
}

/// A sentence of a line where it flows, and no column sets its parts apart.
pub(super) fn flowing(sentence: &str) -> String {
    sentence.replace(GAP, ": ")
}

/// What to do about what is assumed.
pub(super) fn advice(statement: &Statement) -> Vec<String> {
    let has_assumed = statement.params.iter().any(|figure| figure.basis == Basis::Assumed);
    let mut advice = Vec::new();
    if statement.month.run_n == 0 {
        advice.push("measure the calls: promptmatrix run".to_owned());
    }
    if has_assumed {
        advice.push(
            "measure the minutes: accept and reject note how long you look; \
             promptmatrix cost log --minutes 30 --why \"fixed a prompt\" notes the rest"
                .to_owned(),
        );
        advice.push(
            "or write what you know under [cost] in promptmatrix.toml; --assumptions lists all of it"
                .to_owned(),
        );
    }
    advice
}

fn calls(statement: &Statement) -> String {
    let month = &statement.month;
    let cells = if month.run_n == 0 {
        "estimated from the length of the texts".to_owned()
    } else {
        format!("measured on {} of {}", grouped(month.run_n), count(statement.matrix.cells, "cell"))
    };
    let rate = &month.runs_per_day;
    format!(
        "{} a month{GAP}{} a run ({cells}) × {} a day ({})",
        usd(month.calls_usd),
        usd(month.run_usd),
        value(rate.value),
        basis(rate.basis, rate.n),
    )
}

fn people(statement: &Statement) -> String {
    let month = &statement.month;
    let rate = statement.figure(Param::HourlyRate);
    let bumps = match month.bumps_measured {
        0 => "assumed".to_owned(),
        slots => format!("measured for {} of {}", slots, count(statement.matrix.models, "model")),
    };
    let parts = [Param::BumpMinutes, Param::ReviewMinutes, Param::TriageMinutes, Param::FixMinutes];
    let known = parts
        .iter()
        .filter(|param| statement.figure(**param).is_some_and(|one| one.basis == Basis::Measured))
        .count();
    let minutes = match known {
        0 => "assumed".to_owned(),
        known => format!("{known} of {} parts measured", parts.len()),
    };
    format!(
        "{} a month{GAP}{:.1} version bumps a year ({bumps}) × {} each ({minutes}) at {}/h ({})",
        hours(month.hours),
        month.bumps_per_year,
        span(month.minutes_per_bump),
        rounded(rate.map_or(0.0, |figure| figure.value)),
        rate.map_or("assumed", |figure| figure.basis.as_str()),
    )
}

fn so_far(statement: &Statement) -> String {
    let total = statement.spend.total;
    let window = match &statement.window.run {
        Some(run) => format!("in run {run}"),
        None => format!("in {:.0} days", statement.window.days),
    };
    let unknown = match total.unpriced {
        0 => String::new(),
        number => format!("; {} of unknown cost, which is in no sum", count(size(number), "call")),
    };
    let people = statement.people.measured.sum();
    let estimated = statement.people.estimated_minutes;
    let people = match (people > 0.0, estimated > 0.0) {
        (false, false) => "no minute of people measured".to_owned(),
        (true, false) => format!("{} of people, measured", span(people)),
        (false, true) => {
            format!("{} of people, estimated for {}", span(estimated), bumps(statement))
        }
        (true, true) => {
            format!("{} of people measured, {} estimated", span(people), span(estimated))
        }
    };
    let spent = if total.calls > 0 && total.cost == Pico::ZERO && total.unpriced > 0 {
        "cost unknown".to_owned()
    } else {
        total.cost.to_string()
    };
    format!("{spent} for {} {window}{unknown}; {people}", count(size(total.calls), "call"))
}

fn bumps(statement: &Statement) -> String {
    let estimated = statement.bumps.iter().filter(|bump| bump.estimated_minutes > 0.0);
    count(estimated.count(), "bump")
}

fn size(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn most_people(statement: &Statement) -> Option<String> {
    let slot = statement.slots.first().filter(|_| statement.slots.len() > 1)?;
    let of = if slot.shares_measured { "spent" } else { "forecast" };
    Some(format!(
        "{}{GAP}{} of people's time, {} of the money for calls ({of})",
        slot.slot,
        percent(slot.people_share, 0),
        percent(slot.calls_share, 0),
    ))
}

fn routing(statement: &Statement) -> Option<String> {
    let compare = statement.compare.as_ref()?;
    let route = compare.best_route()?;
    let balance = route.balance.as_ref()?;
    let said = balance.judgement.as_ref().map(|judgement| match judgement.verdict {
        Verdict::Pays => "pays",
        Verdict::DoesNotPay => "does not pay",
        Verdict::Unclear => "unclear",
    });
    let volume = compare.volume.zip(balance.net_month).map(|(volume, net)| {
        format!(
            ", {} a month at {} requests",
            super::words::signed(net),
            super::words::number(volume)
        )
    });
    let from = balance.break_even.first().map_or_else(
        || "at no volume".to_owned(),
        |at| format!("from {} requests a month on", super::words::number(at.volume)),
    );
    Some(format!(
        "{} against only {}: pays {from}{}{}",
        route.name,
        compare.large,
        volume.unwrap_or_default(),
        said.map_or(String::new(), |said| format!(" ({said})")),
    ))
}

fn coming(statement: &Statement) -> Option<String> {
    let next = statement.lifecycle.first()?;
    Some(format!("{} {}: {}", next.on, next.slot, next.what))
}

fn measured(statement: &Statement) -> String {
    let mut parts = Vec::new();
    if statement.month.run_n > 0 {
        parts.push(format!("cost, time and validity of {}", count(statement.month.run_n, "cell")));
    }
    let figures = statement.params.iter().filter(|figure| figure.basis == Basis::Measured);
    parts.extend(figures.map(|one| format!("{} (n = {})", one.param.info().name, one.n)));
    if parts.is_empty() { "nothing yet".to_owned() } else { parts.join(", ") }
}

fn table(statement: &Statement) -> String {
    let prices = &statement.prices;
    if prices.made_up {
        return "prices of the demo provider, which are made up".to_owned();
    }
    let repriced =
        prices.repriced_at.as_ref().map_or(String::new(), |day| format!(", as of {day}"));
    format!("prices: {}; built-in table of {}{repriced}", prices.layers.join(", "), prices.built_in)
}

/// The parameters that people's time hangs on, and whoever is not there.
const SHOWN: [Param; 5] = [
    Param::HourlyRate,
    Param::BumpMinutes,
    Param::FixMinutes,
    Param::BrokenShare,
    Param::ReviewMinutes,
];

fn assumed(statement: &Statement) -> String {
    let open: Vec<&Figure> =
        statement.params.iter().filter(|figure| figure.basis == Basis::Assumed).collect();
    if open.is_empty() {
        return "nothing".to_owned();
    }
    let shown: Vec<String> = open
        .iter()
        .filter(|figure| SHOWN.contains(&figure.param))
        .map(|figure| format!("{} {}", figure.param.info().name, value(figure.value)))
        .collect();
    let more = open.len() - shown.len();
    let rest = if more > 0 { format!(", and {more} more") } else { String::new() };
    format!("{}{rest} (preset {})", shown.join(", "), statement.month.preset)
}
