//! Saying the same in other words, and the noise that decides where. Knows English only.

use crate::domain::Hash;

/// Pairs that may stand for each other, whole words in lower case. The first of a pair becomes
/// the second.
const SYNONYMS: &[(&str, &str)] = &[
    ("customer", "client"),
    ("wants", "would like"),
    ("reports", "states"),
    ("charged", "billed"),
    ("twice", "two times"),
    ("cannot", "is unable to"),
    ("because", "since"),
    ("broken", "not working"),
    ("shows", "displays"),
    ("says", "states"),
    ("supplier", "vendor"),
    ("without", "with no"),
    ("either", "any"),
    ("must", "has to"),
    ("may", "can"),
    ("needs", "requires"),
    ("agreement", "contract"),
    ("terminate", "end"),
    ("begin", "start"),
];

/// The same sentence with synonyms, or with `prefix` in front where no word has one.
pub(super) fn reworded(text: &str, prefix: &str) -> String {
    let new: Vec<String> = text.split(' ').map(replaced).collect();
    let new = new.join(" ");
    if new == text { format!("{prefix} {text}") } else { new }
}

fn replaced(word: &str) -> String {
    let bare = word.trim_end_matches(|c: char| !c.is_alphanumeric());
    let ending = word.get(bare.len()..).unwrap_or_default();
    let lower = bare.to_lowercase();
    match SYNONYMS.iter().find(|(old, _)| *old == lower) {
        Some((_, new)) if bare.starts_with(char::is_uppercase) => {
            format!("{}{ending}", capitalised(new))
        }
        Some((_, new)) => format!("{new}{ending}"),
        None => word.to_owned(),
    }
}

/// Sentences that say nothing, for answers that are longer than they need to be.
const FILLER: &[&str] = &[
    "To put it in more detail, this is based on everything that the text states.",
    "Further context could refine this assessment, but does not change it.",
    "All relevant parts of the input were taken into account.",
];

/// The same text, at least `factor` times as long.
pub(super) fn lengthened(text: &str, factor: f64) -> String {
    let mut new = text.to_owned();
    let most = (text.len() + 80) * 20;
    #[expect(clippy::cast_precision_loss, reason = "lengths of texts are far below 2^52")]
    while (new.len() as f64) < text.len() as f64 * factor && new.len() < most {
        let at = new.len() % FILLER.len();
        new.push(' ');
        new.push_str(FILLER.get(at).copied().unwrap_or_default());
    }
    new
}

/// `billing` → `Billing`; what has a capital letter becomes lower case.
pub(super) fn other_case(text: &str) -> String {
    if text.contains(char::is_uppercase) { text.to_lowercase() } else { capitalised(text) }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// Everything that decides a draw, but for what the draw is about.
#[derive(Debug, Clone)]
pub(super) struct Noise {
    key: String,
}

impl Noise {
    /// Chance that follows from these parts alone.
    pub(super) fn new<'a>(parts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut key = String::new();
        for part in parts {
            key.push_str(part);
            key.push('\u{1f}');
        }
        Self { key }
    }

    /// A number from 0 (inclusive) to 1 (exclusive), always the same for the same label.
    pub(super) fn unit(&self, label: &str) -> f64 {
        let hash = Hash::of_bytes(format!("{}{label}", self.key).as_bytes());
        let digits = u32::from_str_radix(hash.short(8), 16).unwrap_or_default();
        f64::from(digits) / (f64::from(u32::MAX) + 1.0)
    }

    /// A number below `count`, or 0 when there is nothing to choose from.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a unit number times a small count lies between 0 and that count"
    )]
    pub(super) fn pick(&self, label: &str, count: usize) -> usize {
        let at = (self.unit(label) * count as f64) as usize;
        at.min(count.saturating_sub(1))
    }

    /// Whether something that happens at this rate happens now.
    pub(super) fn happens(&self, label: &str, rate: f64, draw: u64) -> bool {
        rate >= 1.0 || (rate > 0.0 && self.unit(&format!("{label}\u{1f}{draw}")) < rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_worded_anew_whatever_its_words() {
        assert_eq!(
            reworded("Customer was charged twice.", "In short:"),
            "Client was billed two times."
        );
        assert_eq!(reworded("Ohne Worte.", "In short:"), "In short: Ohne Worte.");
    }

    #[test]
    fn a_longer_text_begins_like_the_old_one() {
        let long = lengthened("Short.", 2.0);
        assert!(long.starts_with("Short. ") && long.len() >= 12);
        assert!(lengthened("x", f64::INFINITY).len() < 3000);
    }

    #[test]
    fn letter_case_always_changes() {
        assert_eq!(other_case("billing"), "Billing");
        assert_eq!(other_case("EUR"), "eur");
    }

    #[test]
    fn a_rate_of_a_fifth_happens_about_a_fifth_of_the_time() {
        let noise = Noise::new(["seed", "version"]);
        let hits = (0..2000).filter(|draw| noise.happens("fenced", 0.2, *draw)).count();
        assert!((340..460).contains(&hits), "{hits}");
    }

    #[test]
    fn never_and_always_do_not_depend_on_the_draw() {
        let noise = Noise::new(["seed"]);
        assert!((0..100).all(|draw| noise.happens("x", 1.0, draw)));
        assert!(!(0..100).any(|draw| noise.happens("x", 0.0, draw)));
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        let one = Noise::new(["ab", "c"]).unit("x");
        let two = Noise::new(["a", "bc"]).unit("x");
        assert!((one - two).abs() > f64::EPSILON);
        assert_eq!(Noise::new(["a"]).pick("x", 0), 0);
    }
}
