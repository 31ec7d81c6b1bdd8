//! Untrusted text made harmless, one function per medium. A reply cannot drive the terminal, break
//! XML or Markdown, or give orders to a CI service.

use std::fmt::Write;

/// Shows what would move the cursor, change colours or reorder text, instead of doing it.
/// Line feeds and tabs stay when `text` is a block; see [`line`] for one line.
pub(crate) fn block(text: &str) -> String {
    text.chars().map(|c| if matches!(c, '\n' | '\t') { c } else { visible(c) }).collect()
}

/// As [`block`], on one line: line feeds become `⏎`, tabs become spaces.
pub(crate) fn line(text: &str) -> String {
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
pub(crate) fn short(text: &str, width: usize) -> String {
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

fn hides(c: char) -> bool {
    HIDING.iter().any(|(first, last)| (*first..=*last).contains(&c))
}

fn visible(c: char) -> char {
    match c {
        '\u{1b}' => '␛',
        '\u{7f}' => '␡',
        c if (c as u32) < 0x20 => char::from_u32(0x2400 + c as u32).unwrap_or('�'),
        other if hides(other) => '�',
        other => other,
    }
}

/// JSON that means the same, where what acts or hides is escaped: outside of strings there is none.
pub(crate) fn json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, c)) = rest
        .find(|c| c == '\u{7f}' || hides(c))
        .and_then(|at| rest.split_at_checked(at))
        .and_then(|(before, from)| Some((before, from.chars().next()?)))
    {
        let _ = write!(out, "{before}\\u{:04x}", c as u32);
        rest = rest.get(before.len() + c.len_utf8()..).unwrap_or_default();
    }
    out + rest
}

/// Text that is about to be printed, whose styles are ours: colours pass, and whatever else would act on
/// the terminal is shown. What comes from outside is escaped where it is put into a text; this is for
/// what was forgotten.
pub(crate) fn terminal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut parts = text.split('\u{1b}');
    out.push_str(&block(parts.next().unwrap_or_default()));
    for part in parts {
        let style = part.strip_prefix('[').and_then(|rest| rest.split_once('m'));
        let style =
            style.filter(|(style, _)| style.chars().all(|c| c.is_ascii_digit() || c == ';'));
        if let Some((style, rest)) = style {
            out.extend(["\u{1b}[", style, "m"]);
            out.push_str(&block(rest));
        } else {
            out.push(visible('\u{1b}'));
            out.push_str(&block(part));
        }
    }
    out
}

/// Text between tags or quotes of XML, before the writer puts entities: without characters that XML
/// forbids even as entities. Line feeds stay.
pub(crate) fn xml(text: &str) -> String {
    block(text).replace(['\u{fffe}', '\u{ffff}'], "�")
}

/// Text inside HTML, on one line.
pub(crate) fn html(text: &str) -> String {
    let text = line(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;")
}

/// Text as code inside a Markdown paragraph: what stands in code is no link, no mention, no markup.
pub(crate) fn code(text: &str) -> String {
    let text = line(text);
    let ticks = "`".repeat(longest_run(&text) + 1);
    // A space keeps ticks apart, and Markdown takes one away on either side.
    let pad = if text.is_empty() || text.contains('`') || text.starts_with(' ') { " " } else { "" };
    format!("{ticks}{pad}{text}{pad}{ticks}")
}

/// Text as a block of Markdown code, in a fence that is longer than any in the text.
pub(crate) fn fence(language: &str, text: &str) -> String {
    let text = block(text);
    let ticks = "`".repeat(longest_run(&text).max(2) + 1);
    format!("{ticks}{language}\n{}\n{ticks}\n", text.trim_end_matches('\n'))
}

/// The message of a GitHub workflow command. Line feeds stay, as `%0A`.
pub(crate) fn workflow_message(text: &str) -> String {
    block(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property of a GitHub workflow command.
pub(crate) fn workflow_property(text: &str) -> String {
    workflow_message(&line(text)).replace(':', "%3A").replace(',', "%2C")
}

/// Text for the log of a GitHub workflow, where the runner obeys lines that begin with `::` and
/// whatever follows `##[`: the same text, with a character without width between. Styles may stand
/// before a command, since they may be stripped on the way.
pub(crate) fn workflow_log(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let start = line.len() - unstyled(line).len();
        let (before, rest) = line.split_at_checked(start).unwrap_or(("", line));
        out.push_str(before);
        let (colons, rest) = match rest.strip_prefix("::") {
            Some(rest) => (":\u{200b}:", rest),
            None => ("", rest),
        };
        out.push_str(colons);
        out.push_str(&rest.replace("##[", "##\u{200b}["));
    }
    out
}

/// What follows the white space and the styles that a line begins with.
fn unstyled(line: &str) -> &str {
    let rest = line.trim_start();
    match rest.strip_prefix("\u{1b}[").and_then(|style| style.split_once('m')) {
        Some((style, rest)) if style.chars().all(|c| c.is_ascii_digit() || c == ';') => {
            unstyled(rest)
        }
        _ => rest,
    }
}

/// The longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
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

    #[test]
    fn of_what_is_printed_only_colours_act() {
        let text =
            "\u{1b}[1;32mok\u{1b}[0m \u{1b}]8;;http://x\u{7}a \u{1b}[2J \u{9b}31m \u{202e}b\n";
        assert_eq!(terminal(text), "\u{1b}[1;32mok\u{1b}[0m ␛]8;;http://x␇a ␛[2J �31m �b\n");
    }

    proptest! {
        #[test]
        fn printed_json_has_nothing_that_acts_and_means_the_same(text in "\\PC*|[\\x00-\\xff]*|[\u{2000}-\u{20ff}\u{feff}]*") {
            let printed = json(&serde_json::to_string(&text).unwrap());
            prop_assert!(!printed.chars().any(|c| c.is_control() || hides(c)), "{}", printed);
            prop_assert_eq!(serde_json::from_str::<String>(&printed).unwrap(), text);
        }

        #[test]
        fn no_control_character_survives(text in "\\PC*|[\\x00-\\xff]*") {
            prop_assert!(!line(&text).chars().any(char::is_control));
            prop_assert!(!block(&text).chars().any(|c| c.is_control() && c != '\n' && c != '\t'));
        }
    }
}
