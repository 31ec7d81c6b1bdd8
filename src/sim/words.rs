//! Saying the same in other words: synonyms, length, letter case. Knows English only.

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
}
