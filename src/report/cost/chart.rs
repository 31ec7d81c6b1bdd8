//! The break-even curve of a route as an SVG image.

use std::fmt::Write;

use super::compared::breaks_even;
use super::words::{number, usd};
use crate::cost::compare::Comparison;
use crate::report::escape;

const LEFT: f64 = 70.0;
const RIGHT: f64 = 700.0;
const TOP: f64 = 20.0;
const BOTTOM: f64 = 260.0;

/// Where a value lies on an axis.
fn scale(value: f64, (low, high): (f64, f64), (from, to): (f64, f64)) -> f64 {
    let share = if high > low { (value - low) / (high - low) } else { 0.5 };
    from + share.clamp(0.0, 1.0) * (to - from)
}

/// A logarithm that keeps the sign, so that losses and gains of several sizes fit.
fn symlog(value: f64) -> f64 {
    value.signum() * (1.0 + value.abs()).log10()
}

/// A figure: what the best route wins a month, by requests; `None` where there is no curve.
pub(super) fn break_even(compare: &Comparison) -> Option<String> {
    let route = compare.best_route()?;
    let curve = compare.curve.as_ref()?;
    let points = &curve.points;
    let (first, last) = (points.first()?, points.last()?);
    let xs = (first.volume.log10(), last.volume.log10());
    let all = || points.iter().flat_map(|point| [point.p10, point.p90]).map(symlog);
    let ys = (all().fold(0.0, f64::min), all().fold(0.0, f64::max));
    let x = |volume: f64| scale(volume.log10(), xs, (LEFT, RIGHT));
    let y = |net: f64| scale(symlog(net), ys, (BOTTOM, TOP));
    let place = |volume: f64, net: f64| format!("{:.1} {:.1}", x(volume), y(net));
    let path = |class: &str, places: Vec<String>| {
        format!("<path d=\"M{}\" class=\"{class}\"/>\n", places.join(" L"))
    };
    let text = |x: f64, y: f64, anchor: &str, text: &str| {
        let text = escape::html(text);
        format!("<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>\n")
    };

    let title = escape::html(&format!("What {} wins a month, by requests", route.name));
    let mut out = format!(
        "<figure><figcaption>{title}</figcaption>\n\
         <svg role=\"img\" aria-labelledby=\"curve-t curve-d\" viewBox=\"0 0 760 300\">\
         <title id=\"curve-t\">{title}</title><desc id=\"curve-d\">USD a month over requests a month, \
         both in powers of ten; the band holds eight of ten draws</desc>\n"
    );
    let high = points.iter().map(|point| place(point.volume, point.p90));
    let low = points.iter().rev().map(|point| place(point.volume, point.p10));
    out += &path("band", high.chain(low).collect());
    out += &path("zero", vec![place(first.volume, 0.0), place(last.volume, 0.0)]);
    out += &path("curve", points.iter().map(|point| place(point.volume, point.p50)).collect());
    for volume in (3..=8).map(|power| 10_f64.powi(power)) {
        out += &text(x(volume), BOTTOM + 18.0, "middle", &number(volume));
    }
    out += &text(RIGHT, BOTTOM + 34.0, "end", "requests a month");
    for net in [-1e4, -1e2, 0.0, 1e2, 1e4, 1e6] {
        if (ys.0..=ys.1).contains(&symlog(net)) {
            out += &text(LEFT - 6.0, y(net) + 4.0, "end", &usd(net));
        }
    }
    for crossing in &curve.break_even {
        let at = x(crossing.volume);
        out += &path("mark", vec![format!("{at:.1} {TOP}"), format!("{at:.1} {BOTTOM}")]);
        let label = format!("breaks even {}", number(crossing.volume));
        let (anchor, aside) = if at > RIGHT / 2.0 { ("end", -4.0) } else { ("start", 4.0) };
        out += &text(at + aside, TOP + 10.0, anchor, &label);
    }
    out.push_str("</svg>\n");
    if let Some(note) = breaks_even(compare) {
        let _ = writeln!(out, "<p>{}</p>", escape::html(&note));
    }
    Some(out)
}
