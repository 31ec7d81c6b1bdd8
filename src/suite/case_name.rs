//! Names for cases that have none: made of what they ask, so that they stay when cases move.

use crate::domain::{CaseName, Hash};

/// Most characters of a text that is a name as it is.
const LONGEST: usize = 40;

/// Most of them where a hash follows.
const LONGEST_HEAD: usize = 32;

/// A name made of texts: their words, where these say everything, else some of them and a hash.
pub(super) fn made_of(texts: &[String]) -> String {
    let text = texts.join(" ");
    let words = words(&text);
    let says_all = words == text.to_lowercase().replace(' ', "-") && words.len() <= LONGEST;
    if says_all && CaseName::new(words.as_str()).is_ok() {
        return words;
    }
    let head: String = words.chars().take(LONGEST_HEAD).collect();
    let head = if head.is_empty() { "case" } else { head.trim_end_matches('-') };
    format!("{head}-{}", Hash::of_bytes(texts.join("\u{1f}").as_bytes()).short(6))
}

/// A text as a name: its letters and digits in lower case, with one `-` between words.
pub(super) fn words(text: &str) -> String {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_text_itself_where_it_can_be_and_differs_where_texts_do() {
        let made = |text: &str| made_of(&[text.to_owned()]);
        assert_eq!(made("Danish One"), "danish-one");
        for (one, other) in [("a b", "a, b"), ("a?", "a!"), ("", " ")] {
            assert_ne!(made(one), made(other), "{one} {other}");
        }
        for text in ["con", "", "!?", "ß — é", &"long ".repeat(40)] {
            assert!(CaseName::new(made(text)).is_ok(), "{}", made(text));
        }
        assert_ne!(made_of(&["a".into(), "b c".into()]), made_of(&["a b".into(), "c!".into()]));
    }
}
