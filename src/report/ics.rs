//! A calendar of what is coming, in iCalendar (RFC 5545): whole days, with an alarm a month before.

use std::fmt::Write;

use jiff::Timestamp;

use crate::cost::lifecycle::{Ending, PriceChange, Retirement};
use crate::cost::price::Day;
use crate::domain::Hash;

/// Longest line, in bytes, without its end.
const LONGEST: usize = 75;

/// One day of the calendar.
struct Entry {
    /// What tells it from every other, whenever the calendar is written.
    key: String,
    day: Day,
    summary: String,
    description: String,
}

/// The calendar. `now` is when it is written.
pub fn render(retirements: &[Retirement], prices: &[PriceChange], now: Timestamp) -> String {
    let entries = retirements.iter().map(retirement).chain(prices.iter().map(price));
    let mut out = String::new();
    let mut line = |text: &str| folded(&mut out, text);
    line("BEGIN:VCALENDAR");
    line("VERSION:2.0");
    line("PRODID:-//promptmatrix//bumps//EN");
    line("CALSCALE:GREGORIAN");
    let stamp = now.strftime("%Y%m%dT%H%M%SZ");
    for entry in entries {
        let day = |day: Day| day.date().strftime("%Y%m%d").to_string();
        let id = Hash::of_bytes(entry.key.as_bytes());
        line("BEGIN:VEVENT");
        line(&format!("UID:{}@promptmatrix", id.short(24)));
        line(&format!("DTSTAMP:{stamp}"));
        line(&format!("DTSTART;VALUE=DATE:{}", day(entry.day)));
        line(&format!("DTEND;VALUE=DATE:{}", day(entry.day.plus_days(1))));
        line(&format!("SUMMARY:{}", escaped(&entry.summary)));
        line(&format!("DESCRIPTION:{}", escaped(&entry.description)));
        line("TRANSP:TRANSPARENT");
        line("BEGIN:VALARM");
        line("ACTION:DISPLAY");
        line("TRIGGER:-P30D");
        line(&format!("DESCRIPTION:{}", escaped(&entry.summary)));
        line("END:VALARM");
        line("END:VEVENT");
    }
    line("END:VCALENDAR");
    out
}

fn retirement(one: &Retirement) -> Entry {
    let summary = match one.ending {
        Ending::Stops => format!("{} ({}) stops answering", one.id, one.slot),
        Ending::Moves => format!("{} ends: {} will mean another version", one.id, one.slot),
    };
    let mut description = format!("Says {}.", one.source.words());
    if let Some(successor) = &one.successor {
        let basis = if successor.named { "named by its provider" } else { "newest of its tier" };
        let _ = write!(description, "\nReplacement: {} ({basis})", successor.id);
    }
    if let Some(command) = one.command() {
        let _ = write!(description, "\nRehearse: {command}");
    }
    let key = format!("end {} {} {}", one.slot, one.vendor, one.id);
    Entry { key, day: one.shutdown, summary, description }
}

fn price(one: &PriceChange) -> Entry {
    let [input, output] = one.after;
    let summary = format!("{} ({}) has another price", one.id, one.slot);
    let before = one
        .before
        .map_or(String::new(), |[input, output]| format!(", before {input} and {output}"));
    let description = format!("Input {input}, output {output} dollars per million tokens{before}.");
    let key = format!("price {} {} {} {}", one.slot, one.vendor, one.id, one.from);
    Entry { key, day: one.from, summary, description }
}

/// Text as a value: `\`, `;` and `,` are marked, a line end is `\n`, and what cannot be shown is
/// left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// Adds a line with its end. A long one is broken, between characters, and goes on after a space.
fn folded(out: &mut String, text: &str) {
    let mut length = 0;
    for c in text.chars() {
        if length + c.len_utf8() > LONGEST {
            out.push_str("\r\n ");
            length = 1;
        }
        out.push(c);
        length += c.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::cost::lifecycle::{LifeSource, Successor};
    use crate::domain::Slot;

    fn ends(id: &str) -> Retirement {
        Retirement {
            slot: Slot::new("steady").unwrap(),
            vendor: "demo".into(),
            id: id.into(),
            ending: Ending::Stops,
            shutdown: "2027-01-14".parse().unwrap(),
            days_left: 50,
            announced: None,
            successor: Some(Successor { id: "next-1".into(), named: true }),
            source: LifeSource::Provider,
        }
    }

    fn calendar(id: &str) -> String {
        render(&[ends(id)], &[], "2026-11-25T08:09:10Z".parse().unwrap())
    }

    /// The lines as a reader joins them again.
    fn unfolded(text: &str) -> Vec<String> {
        text.replace("\r\n ", "").split_terminator("\r\n").map(str::to_owned).collect()
    }

    #[test]
    fn an_end_is_a_whole_day_with_its_command() {
        let lines = unfolded(&calendar("m-1"));
        for line in [
            "DTSTAMP:20261125T080910Z",
            "DTSTART;VALUE=DATE:20270114",
            "DTEND;VALUE=DATE:20270115",
            "SUMMARY:m-1 (steady) stops answering",
            "DESCRIPTION:Says the provider's list of models.\\nReplacement: next-1 (named by its \
             provider)\\nRehearse: promptmatrix upgrade steady --to next-1",
        ] {
            assert!(lines.iter().any(|known| known == line), "no `{line}` in {lines:#?}");
        }
    }

    #[test]
    fn the_same_end_has_the_same_name_whenever_it_is_written() {
        let id = |text: &str| unfolded(text).into_iter().find(|line| line.starts_with("UID:"));
        let later = render(&[ends("m-1")], &[], "2026-12-25T08:09:10Z".parse().unwrap());
        assert_eq!(id(&calendar("m-1")), id(&later));
        assert_ne!(id(&calendar("m-1")), id(&calendar("m-2")));
    }

    proptest! {
        #[test]
        fn no_text_breaks_a_line_or_makes_a_property(id in "\\PC{0,90}|[\\n\\r;:,\\\\]{0,20}") {
            let text = calendar(&id);
            let lines: Vec<&str> = text.split_terminator("\r\n").collect();
            prop_assert!(lines.iter().all(|line| line.len() <= LONGEST));
            prop_assert!(!text.replace("\r\n", "").contains(['\r', '\n']));
            let whole = unfolded(&text);
            prop_assert_eq!(whole.len(), unfolded(&calendar("m-1")).len());
            prop_assert_eq!(whole.iter().filter(|line| line.starts_with("SUMMARY:")).count(), 1);
        }
    }
}
