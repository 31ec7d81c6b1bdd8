//! Money, time and shares in words.

use crate::cost::measure::Basis;

/// Dollars as people read them: `$1,234.56`, `$0.027`, and below a cent with two digits that say
/// something, `$0.00046`. Losses have a minus before the sign.
pub(super) fn usd(dollars: f64) -> String {
    let size = dollars.abs();
    if !size.is_finite() {
        return "unknown".to_owned();
    }
    let places = match size {
        0.0 => 2,
        size if size >= 0.9995 => 2,
        size if size >= 0.01 => 3,
        size => small_places(size),
    };
    let text = format!("{size:.places$}");
    let (whole, part) = text.split_once('.').unwrap_or((&text, "0"));
    let is_zero = text.chars().all(|c| matches!(c, '0' | '.'));
    let sign = if dollars < 0.0 && !is_zero { "-" } else { "" };
    format!("{sign}${}.{part}", thousands(whole))
}

/// The same without cents from a hundred dollars on: for a sentence.
pub(super) fn rounded(dollars: f64) -> String {
    if dollars.abs() < 100.0 {
        return usd(dollars);
    }
    let sign = if dollars < 0.0 { "-" } else { "" };
    format!("{sign}${}", thousands(&format!("{:.0}", dollars.abs())))
}

/// Two digits that say something, and four decimals at least.
fn small_places(size: f64) -> usize {
    let mut places = 4;
    let mut unit = 0.001;
    while size < unit && places < 12 {
        unit /= 10.0;
        places += 1;
    }
    places
}

/// The same with a plus where it is a gain.
pub(super) fn signed(dollars: f64) -> String {
    if dollars > 0.0 { format!("+{}", usd(dollars)) } else { usd(dollars) }
}

fn thousands(digits: &str) -> String {
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A number of requests: `127,000`, `1.3 million`.
pub(super) fn number(count: f64) -> String {
    if count >= 1e6 {
        let text = format!("{:.1}", count / 1e6);
        return format!("{} million", text.trim_end_matches('0').trim_end_matches('.'));
    }
    // Beyond three digits nothing is known that well.
    let scale = if count >= 10_000.0 { 1000.0 } else { 1.0 };
    thousands(&format!("{:.0}", (count / scale).round() * scale))
}

/// `2.9 h`, below one hour `12 min`.
pub(super) fn hours(hours: f64) -> String {
    let minutes = hours * 60.0 + 0.0;
    if minutes.abs() < 59.5 { format!("{minutes:.0} min") } else { format!("{hours:.1} h") }
}

/// `4 h 26 min`, `2 h`, `45 min`.
pub(super) fn span(minutes: f64) -> String {
    // No time is not less than no time.
    let whole = minutes.round().max(0.0) + 0.0;
    let (hours, rest) = ((whole / 60.0).floor(), whole % 60.0);
    match (hours, rest) {
        (0.0, rest) => format!("{rest:.0} min"),
        (hours, 0.0) => format!("{hours:.0} h"),
        (hours, rest) => format!("{hours:.0} h {rest:.0} min"),
    }
}

/// `41 %`, with one digit where it is wanted.
pub(super) fn percent(share: f64, places: usize) -> String {
    format!("{:.places$} %", 100.0 * share)
}

/// `measured, n = 55`, `assumed`.
pub(super) fn basis(basis: Basis, n: usize) -> String {
    match basis {
        Basis::Measured => format!("measured, n = {n}"),
        other => other.to_string(),
    }
}

/// A value of a parameter without digits that say nothing.
pub(super) fn value(value: f64) -> String {
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_and_time_are_written_for_people() {
        let shown = [0.0, 1234.567, -12.3, 0.0214, 0.00046, 0.000_052, 0.9996, -0.0].map(usd);
        assert_eq!(
            shown,
            ["$0.00", "$1,234.57", "-$12.30", "$0.021", "$0.00046", "$0.000052", "$1.00", "$0.00"]
        );
        assert_eq!([2.0, -2.0].map(signed), ["+$2.00", "-$2.00"]);
        assert_eq!(
            [126_910.3, 1_300_000.0, 1e8, 842.0].map(number),
            ["127,000", "1.3 million", "100 million", "842"]
        );
        assert_eq!([0.2, 2.94].map(hours), ["12 min", "2.9 h"]);
        assert_eq!([145.5, 120.0, 45.2, -0.0].map(span), ["2 h 26 min", "2 h", "45 min", "0 min"]);
        assert_eq!([60.0, 0.35, 0.001].map(value), ["60", "0.35", "0.001"]);
    }
}
