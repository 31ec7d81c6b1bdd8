//! Untrusted text made harmless, one function per medium. A reply cannot drive the terminal.

/// Shows what would move the cursor, change colours or reorder text, instead of doing it.
/// Line feeds and tabs stay when `text` is a block; see [`line`] for one line.
pub fn block(text: &str) -> String {
    text.chars().map(|c| if matches!(c, '\n' | '\t') { c } else { visible(c) }).collect()
}

/// As [`block`], on one line: line feeds become `⏎`, tabs become spaces.
pub fn line(text: &str) -> String {
    text.chars()
        .filter(|c| *c != '\r')
        .map(|c| match c {
            '\n' => '⏎',
            '\t' => ' ',
            other => visible(other),
        })
        .collect()
}

/// One line of at most `width` characters, with `…` where it was cut.
pub fn short(text: &str, width: usize) -> String {
    let clean = line(text);
    if clean.chars().count() <= width {
        return clean;
    }
    let mut cut: String = clean.chars().take(width.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

/// Characters that act or hide instead of showing: C1 controls, which some terminals obey as escape
/// sequences; bidirectional marks, overrides and isolates, which make text read as something else;
/// and other format characters without a width.
const HIDING: [(char, char); 6] = [
    ('\u{80}', '\u{9f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{2028}', '\u{202e}'),
    ('\u{2060}', '\u{2064}'),
    ('\u{2066}', '\u{2069}'),
    ('\u{feff}', '\u{feff}'),
];

fn visible(c: char) -> char {
    match c {
        '\u{1b}' => '␛',
        '\u{7f}' => '␡',
        c if (c as u32) < 0x20 => char::from_u32(0x2400 + c as u32).unwrap_or('�'),
        other if HIDING.iter().any(|(first, last)| (*first..=*last).contains(&other)) => '�',
        other => other,
    }
}

/// Text inside a Markdown table cell or paragraph.
pub fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in line(text).chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '@' | '&' | '!' | '~' => {
                out.push('\\');
                out.push(c);
            }
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_escape_sequence_is_shown_and_not_obeyed() {
        assert_eq!(line("\u{1b}[31mred\u{7}\n"), "␛[31mred␇⏎");
        assert_eq!(line("a\u{202e}b"), "a�b");
        assert_eq!(short("abcdef", 4), "abc…");
    }

    proptest! {
        #[test]
        fn no_control_character_survives(text in "\\PC*|[\\x00-\\xff]*") {
            prop_assert!(!line(&text).chars().any(char::is_control));
            prop_assert!(!block(&text).chars().any(|c| c.is_control() && c != '\n' && c != '\t'));
        }
    }
}
