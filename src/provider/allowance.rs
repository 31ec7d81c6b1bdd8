//! What responses say of the limits of an account: how much is left now, and how fast it comes back.

use std::time::Duration;

use crate::domain::HttpResponse;
use crate::domain::kit::real;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Counted {
    Requests,
    /// Input and output together.
    Tokens,
    InputTokens,
    OutputTokens,
}

/// How much of one thing may be used.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Allowance {
    pub counted: Counted,
    /// All of it, as the provider writes it.
    pub limit: u64,
    /// What is left now.
    pub left: f64,
    /// What comes back in a second.
    pub per_second: f64,
}

/// The names of headers around `limit`, `remaining` and `reset`.
const NAMES: [(Counted, &str, &str); 5] = [
    (Counted::Requests, "x-ratelimit-", "-requests"),
    (Counted::Tokens, "x-ratelimit-", "-tokens"),
    (Counted::Requests, "anthropic-ratelimit-requests-", ""),
    (Counted::InputTokens, "anthropic-ratelimit-input-tokens-", ""),
    (Counted::OutputTokens, "anthropic-ratelimit-output-tokens-", ""),
];

/// What the headers of a response say.
///
/// A limit is per minute, but where the time until all of it is back tells that it is for longer: some
/// servers count the requests of a day.
pub(crate) fn allowances(response: &HttpResponse) -> Vec<Allowance> {
    let read = |(counted, before, after): &(Counted, &str, &str)| {
        let header = |what| response.header(&format!("{before}{what}{after}"));
        let number = |what| header(what)?.trim().parse::<f64>().ok().filter(|n| n.is_finite());
        let whole = header("limit")?.trim().parse::<u64>().ok()?;
        let (limit, left) = (real(whole), number("remaining")?);
        let reset = header("reset").and_then(span).map(|reset| reset.as_secs_f64());
        let used = limit - left;
        let slower = reset.filter(|reset| *reset > 0.0 && used > 0.0).map(|reset| used / reset);
        let per_second = slower.map_or(limit / 60.0, |slower| slower.min(limit / 60.0));
        (per_second > 0.0).then_some(Allowance {
            counted: *counted,
            limit: whole,
            left,
            per_second,
        })
    };
    NAMES.iter().filter_map(read).collect()
}

/// Reads `120ms`, `1.5s`, `6m0s`, `1h2m`.
pub(super) fn span(text: &str) -> Option<Duration> {
    let (mut rest, mut whole) = (text.trim(), 0.0);
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, unit) = rest.split_at_checked(digits)?;
        let units = [("ms", 0.001), ("h", 3600.0), ("m", 60.0), ("s", 1.0)];
        let (name, seconds) = units.into_iter().find(|(name, _)| unit.starts_with(name))?;
        whole += number.parse::<f64>().ok()? * seconds;
        rest = unit.strip_prefix(name)?;
    }
    Duration::try_from_secs_f64(whole).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Source;

    fn told(headers: &[(&str, &str)]) -> Vec<Allowance> {
        allowances(&HttpResponse {
            status: 200,
            headers: headers.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
            body: Vec::new(),
            elapsed: Duration::ZERO,
            source: Source::Fresh,
        })
    }

    #[test]
    fn limits_of_a_minute_and_of_a_day_are_told_apart() {
        let of = |limit, remaining, reset| {
            let told = told(&[
                ("x-ratelimit-limit-requests", limit),
                ("x-ratelimit-remaining-requests", remaining),
                ("x-ratelimit-reset-requests", reset),
            ]);
            (told[0].left, (told[0].per_second * 60.0 * 100.0).round() / 100.0)
        };
        assert_eq!(of("600", "599", "100ms"), (599.0, 600.0));
        assert_eq!(of("600", "9", "0.1s"), (9.0, 600.0));
        assert_eq!(of("600", "600", "0s"), (600.0, 600.0));
        assert_eq!(of("14400", "14370", "3m0s"), (14370.0, 10.0));
    }

    #[test]
    fn each_provider_counts_in_its_own_words() {
        let anthropic = told(&[
            ("anthropic-ratelimit-requests-limit", "60"),
            ("anthropic-ratelimit-requests-remaining", "59"),
            ("anthropic-ratelimit-requests-reset", "2026-01-01T00:00:00Z"),
            ("anthropic-ratelimit-output-tokens-limit", "6000"),
            ("anthropic-ratelimit-output-tokens-remaining", "1000"),
        ]);
        let is = |at: usize| (anthropic[at].counted, anthropic[at].left, anthropic[at].per_second);
        assert_eq!(is(0), (Counted::Requests, 59.0, 1.0));
        assert_eq!(is(1), (Counted::OutputTokens, 1000.0, 100.0));
        let tokens =
            told(&[("x-ratelimit-limit-tokens", "60"), ("x-ratelimit-remaining-tokens", "0")]);
        assert_eq!(tokens[0].counted, Counted::Tokens);
        assert_eq!(told(&[("x-ratelimit-limit-requests", "60")]), []);
        assert_eq!(
            told(&[("x-ratelimit-limit-tokens", "0"), ("x-ratelimit-remaining-tokens", "0")]),
            []
        );
    }

    #[test]
    fn spans_are_read() {
        let of = |text| span(text).map(|span| span.as_millis());
        assert_eq!(of("120ms"), Some(120));
        assert_eq!(of("1.5s"), Some(1500));
        assert_eq!(of("6m0s"), Some(360_000));
        assert_eq!(of("1h2m"), Some(3_720_000));
        assert_eq!((of("soon"), of("7"), of("")), (None, None, None));
    }
}
