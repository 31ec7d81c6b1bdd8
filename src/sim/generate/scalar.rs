//! Numbers and texts within their bounds.

use regex_syntax::hir::{Hir, HirKind};
use serde_json::Value;

use super::Writer;
use super::object::count;

/// Names of members that say how large a number is, where the schema does not.
const NAMED_RANGES: &[(&str, f64, f64)] = &[
    ("confidence", 0.5, 0.99),
    ("probability", 0.0, 1.0),
    ("score", 0.0, 1.0),
    ("rate", 0.0, 1.0),
    ("share", 0.0, 1.0),
    ("ratio", 0.0, 1.0),
];

impl Writer<'_> {
    /// A whole number within the bounds, 0 to 100 without any.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "JSON Schema bounds are floats; whole numbers here stay far below 2^53"
    )]
    pub(super) fn integer(&self, schema: &Value, place: &str) -> Value {
        let step = schema.get("multipleOf").and_then(Value::as_f64).map_or(1.0, f64::abs);
        let step = step.max(1.0).round();
        let (low, high) = bounds(schema, 1.0, (0.0, 100.0));
        let (first, last) = ((low / step).ceil(), (high / step).floor());
        let steps = (last - first).clamp(0.0, 1e6) as usize;
        let at = self.noise.pick(place, steps.saturating_add(1)) as f64;
        Value::from(((first + at) * step) as i64)
    }

    /// A number within the bounds, with two decimals where they leave room for that.
    pub(super) fn number(&self, schema: &Value, place: &str) -> Value {
        if let Some(step) = schema.get("multipleOf").and_then(Value::as_f64) {
            let (low, high) = bounds(schema, step, (0.0, 100.0));
            let first = (low / step).ceil();
            let steps = ((high / step).floor() - first).clamp(0.0, 1e6);
            let at = (self.noise.unit(place) * (steps + 1.0)).floor().min(steps);
            return Value::from(((first + at) * step * 1e9).round() / 1e9);
        }
        let (low, high) = bounds(schema, 0.01, named_range(place));
        let exact = low + self.noise.unit(place) * (high - low);
        let rounded = (exact * 100.0).round() / 100.0;
        Value::from(if (low..=high).contains(&rounded) { rounded } else { exact })
    }

    /// A text of the format, pattern and length that the schema asks for.
    pub(super) fn string(&self, schema: &Value, place: &str) -> String {
        if let Some(format) = schema.get("format").and_then(Value::as_str)
            && let Some(text) = self.formatted(format, place)
        {
            return text;
        }
        if let Some(pattern) = schema.get("pattern").and_then(Value::as_str)
            && let Ok(parsed) = regex_syntax::parse(pattern)
        {
            let mut text = String::new();
            self.spell(&parsed, place, &mut text);
            return text;
        }
        let least = count(schema, "minLength").unwrap_or(0).min(100_000);
        let most = count(schema, "maxLength").unwrap_or(usize::MAX);
        let mut text = self.sentence(place);
        while text.chars().count() < least {
            text.push(' ');
            text.push_str(&self.sentence(place));
        }
        text.chars().take(most).collect()
    }

    /// A few of the user's own words, one after the other.
    pub(super) fn sentence(&self, place: &str) -> String {
        if self.words.is_empty() {
            return "Nothing to report".to_owned();
        }
        let length = 3 + self.noise.pick(&format!("{place}#"), 6);
        let from = self.noise.pick(place, self.words.len());
        let words = self.words.iter().cycle().skip(from).take(length.min(self.words.len()));
        words.copied().collect::<Vec<_>>().join(" ")
    }

    fn digits(&self, place: &str, below: usize) -> usize {
        self.noise.pick(place, below)
    }

    fn formatted(&self, format: &str, place: &str) -> Option<String> {
        let pick = |label: &str, below| self.digits(&format!("{place}:{label}"), below);
        let date = || format!("2026-{:02}-{:02}", 1 + pick("month", 12), 1 + pick("day", 28));
        let time = || format!("{:02}:{:02}:00Z", pick("hour", 24), pick("minute", 60));
        let word = || {
            let word = self.words.get(pick("word", self.words.len())).copied().unwrap_or("demo");
            let plain: String = word.chars().filter(char::is_ascii_alphanumeric).collect();
            if plain.is_empty() { "demo".to_owned() } else { plain.to_lowercase() }
        };
        Some(match format {
            "date" => date(),
            "time" => time(),
            "date-time" => format!("{}T{}", date(), time()),
            "duration" => format!("P{}D", 1 + pick("days", 30)),
            "email" | "idn-email" => format!("{}@example.com", word()),
            "hostname" | "idn-hostname" => format!("{}.example.com", word()),
            "uri" | "iri" | "uri-reference" | "url" => format!("https://example.com/{}", word()),
            "ipv4" => format!("192.0.2.{}", 1 + pick("host", 254)),
            "ipv6" => format!("2001:db8::{:x}", 1 + pick("host", 65_534)),
            "uuid" => format!(
                "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
                pick("a", 1 << 31),
                pick("b", 1 << 16),
                pick("c", 1 << 12),
                pick("d", 1 << 12),
                pick("e", 1 << 31)
            ),
            _ => return None,
        })
    }

    /// A text that the regular expression matches.
    fn spell(&self, part: &Hir, place: &str, into: &mut String) {
        // The length so far is part of the label, so that repeated parts differ.
        let label = format!("{place}~{}", into.len());
        if into.len() > 10_000 {
            return;
        }
        match part.kind() {
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(literal) => into.push_str(&String::from_utf8_lossy(&literal.0)),
            HirKind::Class(class) => into.push(self.letter(class, &label)),
            HirKind::Repetition(again) => {
                let most = again.max.unwrap_or(again.min.saturating_add(3)).min(again.min + 3);
                let extra = self.noise.pick(&label, (most.saturating_sub(again.min) + 1) as usize);
                for _ in 0..again.min.min(1000) as usize + extra {
                    self.spell(&again.sub, place, into);
                }
            }
            HirKind::Capture(group) => self.spell(&group.sub, place, into),
            HirKind::Concat(parts) => parts.iter().for_each(|part| self.spell(part, place, into)),
            HirKind::Alternation(parts) => {
                if let Some(part) = parts.get(self.noise.pick(&label, parts.len())) {
                    self.spell(part, place, into);
                }
            }
        }
    }

    fn letter(&self, class: &regex_syntax::hir::Class, label: &str) -> char {
        let regex_syntax::hir::Class::Unicode(class) = class else { return 'x' };
        // Plain ASCII where the class has some: a pattern is rarely meant for other digits.
        let plain: Vec<char> = (' '..='~').filter(|c| class_has(class, *c)).collect();
        let sober: Vec<char> = plain.iter().copied().filter(char::is_ascii_alphanumeric).collect();
        let letters = if sober.is_empty() { plain } else { sober };
        let at = self.noise.pick(label, letters.len());
        let first = || class.iter().next().map_or('x', regex_syntax::hir::ClassUnicodeRange::start);
        letters.get(at).copied().unwrap_or_else(first)
    }
}

fn class_has(class: &regex_syntax::hir::ClassUnicode, letter: char) -> bool {
    class.iter().any(|range| (range.start()..=range.end()).contains(&letter))
}

fn named_range(place: &str) -> (f64, f64) {
    let name = place.rsplit('/').next().unwrap_or_default().to_lowercase();
    let named = NAMED_RANGES.iter().find(|(part, ..)| name.contains(part));
    named.map_or((0.0, 100.0), |(_, low, high)| (*low, *high))
}

/// The bounds of a number. An exclusive bound, also in the boolean form of draft 4, moves in by
/// `step`, or by less where the range is narrow.
fn bounds(schema: &Value, step: f64, default: (f64, f64)) -> (f64, f64) {
    let number = |word: &str| schema.get(word).and_then(Value::as_f64);
    let is_exclusive =
        |word: &str| number(word).is_some() || schema.get(word) == Some(&Value::Bool(true));
    let low = number("exclusiveMinimum").or_else(|| number("minimum"));
    let high = number("exclusiveMaximum").or_else(|| number("maximum"));
    let (low, high) = match (low, high) {
        (Some(low), Some(high)) => (low, high.max(low)),
        (Some(low), None) => (low, if low < default.1 { default.1 } else { low + 100.0 }),
        (None, Some(high)) => (if high > default.0 { default.0 } else { high - 100.0 }, high),
        (None, None) => default,
    };
    let inwards = step.min((high - low) / 4.0);
    (
        if is_exclusive("exclusiveMinimum") { low + inwards } else { low },
        if is_exclusive("exclusiveMaximum") { high - inwards } else { high },
    )
}
