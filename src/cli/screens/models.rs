//! What each slot has, and what the suite uses of it, within 80 columns.

use std::fmt::Write;

use serde_json::{Value, json};

use super::{COLUMNS, fold};
use crate::project::{Feature, SlotFeatures};
use crate::report::escape;
use crate::report::paint::{BOLD, grouped, paint};

/// As data.
pub(in crate::cli) fn data(slots: &[SlotFeatures]) -> Value {
    json!({"format": 1, "models": slots})
}

/// For people: of each slot what is used, what is there and not used, what is not there.
pub(in crate::cli) fn render(slots: &[SlotFeatures]) -> String {
    let mut out = String::new();
    for one in slots {
        let head = format!("{}  {}, {}", one.slot, one.id, one.dialect);
        let (name, rest) = head.split_at(one.slot.as_str().len());
        let _ = writeln!(out, "{}{}", paint(BOLD, name), escape::short(rest, COLUMNS - name.len()));
        let pick = |has: Option<bool>, used: bool| {
            let fits = |one: &&Feature| one.has == has && (one.used == used || has != Some(true));
            one.features.iter().filter(fits).map(words).collect::<Vec<_>>()
        };
        let size = |what: &str, tokens: Option<u64>| {
            tokens.map(|tokens| {
                let tokens = usize::try_from(tokens).unwrap_or(usize::MAX);
                format!("{} tokens of {what}", grouped(tokens))
            })
        };
        let sizes = [size("input", one.context), size("output", one.output)];
        line(&mut out, "takes", &sizes.into_iter().flatten().collect::<Vec<_>>());
        line(&mut out, "uses", &pick(Some(true), true));
        line(&mut out, "unused", &pick(Some(true), false));
        line(&mut out, "has not", &pick(Some(false), false));
        line(&mut out, "unknown", &pick(None, false));
    }
    out
}

/// A feature, with what there is to say of it.
fn words(one: &Feature) -> String {
    match &one.why {
        Some(why) => format!("{} ({why})", one.name),
        None => one.name.to_owned(),
    }
}

/// `name` and a list, folded.
fn line(out: &mut String, name: &str, items: &[String]) {
    if !items.is_empty() {
        fold(out, &format!("  {name:<9}"), &items.join(", "));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Slot;

    #[test]
    fn every_line_of_a_slot_fits_eighty_columns() {
        let feature = |has, used, why: Option<&str>| Feature {
            name: "native schema",
            has,
            used,
            why: why.map(str::to_owned),
        };
        let slot = SlotFeatures {
            slot: Slot::new("a-slot-with-a-name-of-thirty-two").unwrap(),
            id: "x".repeat(90),
            dialect: "openai-responses".to_owned(),
            context: Some(1_048_576),
            output: Some(65_536),
            features: [Some(true), Some(false), None]
                .into_iter()
                .flat_map(|has| (0..9).map(move |n| (has, n % 2 == 0)))
                .map(|(has, used)| feature(has, used, Some("this one has a reason of its own")))
                .collect(),
        };
        let text = anstream::adapter::strip_str(&render(&[slot])).to_string();
        for line in text.lines() {
            assert!(line.chars().count() <= COLUMNS, "{line}");
        }
        assert!(text.contains("1,048,576 tokens of input"), "{text}");
    }
}
