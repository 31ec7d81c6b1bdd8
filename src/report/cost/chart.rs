//! The charts of the statement: break-even, tornado, ledger, time line, price per valid answer, times.

use super::compared::{breaks_even, lever_value};
use super::svg::{Anchor, Canvas};
use super::words::{number, usd};
use crate::cost::compare::Comparison;
use crate::cost::measure::Basis;
use crate::cost::statement::Statement;

const WIDTH: f64 = 760.0;
const LEFT: f64 = 190.0;
const RIGHT: f64 = 740.0;
const ROW: f64 = 26.0;

/// A chart with its name.
pub(super) struct Chart {
    pub(super) id: &'static str,
    pub(super) title: String,
    pub(super) svg: String,
    /// What has to be said of the picture.
    pub(super) notes: Vec<String>,
}

impl Chart {
    fn new(id: &'static str, title: impl Into<String>, about: &str, canvas: Canvas) -> Self {
        let title = title.into();
        Self { id, svg: canvas.finish(id, &title, about), title, notes: Vec::new() }
    }
}

/// Every chart that there is something to draw for.
pub(super) fn charts(statement: &Statement) -> Vec<Chart> {
    let compare = statement.compare.as_ref();
    [
        compare.and_then(break_even),
        compare.and_then(tornado),
        ledger(statement),
        timeline(statement),
        per_valid(statement),
        compare.and_then(times),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Where a value lies between two pixels.
fn scale(value: f64, (low, high): (f64, f64), (from, to): (f64, f64)) -> f64 {
    let share = if high > low { (value - low) / (high - low) } else { 0.5 };
    from + share.clamp(0.0, 1.0) * (to - from)
}

/// Large and small amounts of both signs in one picture: a logarithm that passes through 0.
fn symlog(value: f64) -> f64 {
    value.signum() * (1.0 + value.abs()).log10()
}

fn break_even(compare: &Comparison) -> Option<Chart> {
    const TOP: f64 = 20.0;
    const BOTTOM: f64 = 260.0;
    const END: f64 = RIGHT - 40.0;
    let route = compare.best_route()?;
    let curve = compare.curve.as_ref()?;
    let points = &curve.points;
    let (first, last) = (points.first()?, points.last()?);
    let xs = (first.volume.log10(), last.volume.log10());
    let all = || points.iter().flat_map(|point| [point.p10, point.p90]).map(symlog);
    let ys = (all().fold(0.0, f64::min), all().fold(0.0, f64::max));
    let x = |volume: f64| scale(volume.log10(), xs, (70.0, END));
    let y = |net: f64| scale(symlog(net), ys, (BOTTOM, TOP));
    let mut canvas = Canvas::new(WIDTH, 300.0);
    let mut band: Vec<(f64, f64)> =
        points.iter().map(|point| (x(point.volume), y(point.p90))).collect();
    band.extend(points.iter().rev().map(|point| (x(point.volume), y(point.p10))));
    canvas.path(&band, "band");
    canvas.line((70.0, y(0.0)), (END, y(0.0)), "zero");
    let middle: Vec<(f64, f64)> =
        points.iter().map(|point| (x(point.volume), y(point.p50))).collect();
    canvas.path(&middle, "curve");
    for power in 3..=8 {
        let volume = 10_f64.powi(power);
        canvas.words((x(volume), BOTTOM + 18.0), Anchor::Middle, "tick", &number(volume));
    }
    canvas.words((END, BOTTOM + 34.0), Anchor::End, "tick", "requests a month");
    for net in [-1e4, -1e2, 0.0, 1e2, 1e4, 1e6] {
        if (ys.0..=ys.1).contains(&symlog(net)) {
            canvas.words((64.0, y(net) + 4.0), Anchor::End, "tick", &usd(net));
        }
    }
    // The interval lies on the line of 0, and the mark where the curve crosses it.
    let ends = (curve.earliest.unwrap_or(first.volume), curve.latest.unwrap_or(last.volume));
    if curve.earliest.is_some() {
        canvas.line((x(ends.0), y(0.0)), (x(ends.1), y(0.0)), "range");
    }
    for crossing in &curve.break_even {
        let at = x(crossing.volume);
        canvas.line((at, TOP), (at, BOTTOM), "mark");
        let label = format!("breaks even {}", number(crossing.volume));
        let (anchor, aside) =
            if at > WIDTH / 2.0 { (Anchor::End, -4.0) } else { (Anchor::Start, 4.0) };
        canvas.words((at + aside, TOP + 10.0), anchor, "label", &label);
    }
    let judgement = route.balance.as_ref().and_then(|balance| balance.judgement.as_ref());
    if let Some((volume, judgement)) = compare.volume.zip(judgement) {
        let net = judgement.odds.p50 / 12.0;
        canvas.dot((x(volume), y(net)), 5.0, "you");
        let label = format!("you: {}", usd(net));
        // The curve rises to the right: what is above it on the left is free.
        let (anchor, aside) =
            if x(volume) > LEFT { (Anchor::End, -8.0) } else { (Anchor::Start, 8.0) };
        canvas.words((x(volume) + aside, y(net) - 8.0), anchor, "label", &label);
    }
    let title = format!("What {} wins a month, by requests", route.name);
    let about = "USD a month over requests a month, both in powers of ten; the band holds eight of ten draws";
    let mut chart = Chart::new("break-even", title, about, canvas);
    chart.notes.extend(breaks_even(compare));
    Some(chart)
}

fn tornado(compare: &Comparison) -> Option<Chart> {
    let route = compare.best_route()?;
    let bars = &route.balance.as_ref()?.judgement.as_ref()?.tornado;
    let ends = || bars.iter().flat_map(|bar| [bar.net_low, bar.net_high, 0.0]);
    let xs = (ends().fold(f64::INFINITY, f64::min), ends().fold(f64::NEG_INFINITY, f64::max));
    let x = |net: f64| scale(net, xs, (LEFT, RIGHT - 150.0));
    let mut canvas = Canvas::new(WIDTH, 30.0 + ROW * length(bars.len()));
    let mut top = 10.0;
    for bar in bars {
        let class = if bar.basis == Basis::Assumed { "assumed" } else { "known" };
        canvas.words((LEFT - 10.0, top + 15.0), Anchor::End, "label", bar.lever.name());
        canvas.bar((x(bar.net_low), top + 3.0), (x(bar.net_high), top + ROW - 5.0), class);
        let flip = bar.flip.map_or_else(
            || "cannot flip".to_owned(),
            |at| format!("flips at {}", lever_value(bar.lever, at)),
        );
        canvas.words((RIGHT - 140.0, top + 15.0), Anchor::Start, "tick", &flip);
        top += ROW;
    }
    canvas.line((x(0.0), 5.0), (x(0.0), top), "zero");
    canvas.words((x(0.0), top + 14.0), Anchor::Middle, "tick", "$0 a year");
    let title = format!("What the verdict on {} hangs on", route.name);
    let about = "USD won in a year with each quantity at its lowest and at its highest; light bars are assumed";
    Some(Chart::new("tornado", title, about, canvas))
}

fn length(of: usize) -> f64 {
    crate::cost::stats::length(of)
}

/// What a year of each model costs: calls beside people.
fn ledger(statement: &Statement) -> Option<Chart> {
    let rows: Vec<(String, f64, f64)> = statement
        .slots
        .iter()
        .map(|slot| {
            let year = &slot.outlook.year;
            let rate = statement.figure(crate::domain::Param::HourlyRate);
            let people = year.hours() * rate.map_or(0.0, |figure| figure.value);
            (slot.slot.to_string(), (year.usd() - people).max(0.0), people)
        })
        .collect();
    let most = rows.iter().map(|(_, calls, people)| calls + people).fold(0.0, f64::max);
    if most <= 0.0 {
        return None;
    }
    let x = |usd: f64| scale(usd, (0.0, most), (LEFT, RIGHT - 120.0));
    let mut canvas = Canvas::new(WIDTH, 40.0 + ROW * length(rows.len()));
    let mut top = 30.0;
    canvas.bar((LEFT, 6.0), (LEFT + 12.0, 18.0), "people");
    canvas.words((LEFT + 18.0, 16.0), Anchor::Start, "tick", "people");
    canvas.bar((LEFT + 80.0, 6.0), (LEFT + 92.0, 18.0), "calls");
    canvas.words((LEFT + 98.0, 16.0), Anchor::Start, "tick", "calls");
    for (name, calls, people) in &rows {
        canvas.words((LEFT - 10.0, top + 15.0), Anchor::End, "label", name);
        canvas.bar((x(0.0), top + 3.0), (x(*people), top + ROW - 5.0), "people");
        canvas.bar((x(*people), top + 3.0), (x(people + calls), top + ROW - 5.0), "calls");
        let label = format!("{} a year", usd(people + calls));
        canvas.words((x(people + calls) + 6.0, top + 15.0), Anchor::Start, "tick", &label);
        top += ROW;
    }
    let title = "What each model costs in a year";
    let about = "USD of people and of calls for each model, by what is known today";
    Some(Chart::new("babysitting", title, about, canvas))
}

/// Bumps that were, and ends and prices that are coming, one lane for each model.
fn timeline(statement: &Statement) -> Option<Chart> {
    let day = |text: &str| text.get(..10)?.parse::<jiff::civil::Date>().ok();
    let days =
        |date: jiff::civil::Date| f64::from((date - jiff::civil::date(2020, 1, 1)).get_days());
    let now = day(&statement.window.to)?;
    let months = statement.months.len().try_into().unwrap_or(12);
    let horizon = now.checked_add(jiff::Span::new().months::<i64>(months)).ok()?;
    let (from, to) = (days(day(&statement.window.from)?), days(horizon));
    let mut lanes: Vec<String> = statement.bumps.iter().map(|bump| bump.slot.to_string()).collect();
    lanes.extend(statement.lifecycle.iter().map(|life| life.slot.to_string()));
    lanes.sort();
    lanes.dedup();
    if lanes.is_empty() {
        return None;
    }
    let x = |at: f64| scale(at, (from, to), (LEFT, RIGHT));
    let lane = |slot: &str| {
        let at = lanes.iter().position(|name| name == slot).unwrap_or(0);
        24.0 + ROW * length(at)
    };
    let mut canvas = Canvas::new(WIDTH, 60.0 + ROW * length(lanes.len()));
    for name in &lanes {
        canvas.words((LEFT - 10.0, lane(name) + 4.0), Anchor::End, "label", name);
        canvas.line((LEFT, lane(name)), (RIGHT, lane(name)), "grid");
    }
    for bump in &statement.bumps {
        let Some(at) = day(&bump.at) else { continue };
        let broken = length(bump.broken_loud + bump.broken_silent);
        let class = if bump.broken_silent > 0 { "silent" } else { "known" };
        canvas.dot((x(days(at)), lane(bump.slot.as_str())), 4.0 + broken.sqrt() * 2.0, class);
    }
    for life in &statement.lifecycle {
        let Some(at) = day(&life.on).map(days).filter(|at| (from..=to).contains(at)) else {
            continue;
        };
        let sign = if life.command.is_some() || life.what.contains("off") { "✕" } else { "◇" };
        canvas.words((x(at), lane(life.slot.as_str()) + 5.0), Anchor::Middle, "sign", sign);
    }
    let bottom = lane(lanes.last()?) + ROW;
    canvas.line((x(days(now)), 8.0), (x(days(now)), bottom), "mark");
    canvas.words((x(days(now)), bottom + 14.0), Anchor::Middle, "tick", "today");
    canvas.words((LEFT, bottom + 14.0), Anchor::Start, "tick", statement.window.from.get(..10)?);
    canvas.words((RIGHT, bottom + 14.0), Anchor::End, "tick", &horizon.to_string());
    let title = "Bumps, and what is coming";
    let about = "Each dot is a bump, larger the more it broke, red where it broke silently; ✕ is an end, ◇ another price";
    Some(Chart::new("timeline", title, about, canvas))
}

/// What a valid answer costs, with its interval, in powers of ten.
fn per_valid(statement: &Statement) -> Option<Chart> {
    let rows: Vec<(String, f64, f64, f64)> = statement
        .slots
        .iter()
        .filter_map(|slot| {
            let cost = slot.per_valid.usd_per_valid.filter(|cost| cost.low > 0.0)?;
            Some((slot.slot.to_string(), cost.low, cost.mean, cost.high.min(cost.mean * 1e3)))
        })
        .collect();
    let low = rows.iter().map(|row| row.1).fold(f64::INFINITY, f64::min).log10() - 0.1;
    let high = rows.iter().map(|row| row.3).fold(0.0, f64::max).log10() + 0.1;
    if rows.is_empty() || !low.is_finite() || !high.is_finite() {
        return None;
    }
    let x = |usd: f64| scale(usd.log10(), (low, high), (LEFT, RIGHT - 120.0));
    let mut canvas = Canvas::new(WIDTH, 20.0 + ROW * length(rows.len()));
    let mut middle = 18.0;
    for (name, low, mean, high) in &rows {
        canvas.words((LEFT - 10.0, middle + 4.0), Anchor::End, "label", name);
        canvas.line((x(*low), middle), (x(*high), middle), "range");
        canvas.dot((x(*mean), middle), 5.0, "known");
        canvas.words((x(*high) + 8.0, middle + 4.0), Anchor::Start, "tick", &usd(*mean));
        middle += ROW;
    }
    let title = "What one valid answer costs";
    let about = "USD in powers of ten, with the 95 % interval";
    Some(Chart::new("valid", title, about, canvas))
}

/// From the median to the slowest of twenty, for each architecture.
fn times(compare: &Comparison) -> Option<Chart> {
    let all = &compare.architectures;
    let most = all.iter().map(|one| one.outcome.ms.p95).fold(0.0, f64::max);
    if most <= 0.0 {
        return None;
    }
    let x = |ms: f64| scale(ms, (0.0, most), (LEFT, RIGHT - 130.0));
    let mut canvas = Canvas::new(WIDTH, 20.0 + ROW * length(all.len()));
    let mut top = 6.0;
    for one in all {
        let ms = &one.outcome.ms;
        canvas.words((LEFT - 10.0, top + 15.0), Anchor::End, "label", &one.name);
        canvas.bar((x(ms.p50), top + 5.0), (x(ms.p95) + 2.0, top + ROW - 7.0), "known");
        let label = format!("{:.0} to {:.0} ms", ms.p50, ms.p95);
        canvas.words((x(ms.p95) + 8.0, top + 15.0), Anchor::Start, "tick", &label);
        top += ROW;
    }
    let title = "How long an answer takes, p50 to p95";
    let about = "Milliseconds of each architecture, from the median to the slowest of twenty";
    Some(Chart::new("times", title, about, canvas))
}
