//! What a text looks like, whatever it says: its format, its script, its decoration.

use unicode_normalization::UnicodeNormalization;

use super::Hash;

/// Texts of more characters have no mask.
const MASKED: usize = 16;

/// Longer categories are cut, and end in a hash.
const MOST: usize = 200;

/// The text in one form: composed characters, plain line ends, single spaces.
pub(crate) fn plain(text: &str) -> String {
    let composed: String = text.nfc().collect();
    let words: Vec<&str> = composed.split_whitespace().collect();
    words.join(" ")
}

/// The text as a category: whole where it is short, else its beginning and a hash.
pub(crate) fn category(text: String) -> String {
    match text.char_indices().nth(MOST) {
        None => text,
        Some((at, _)) => {
            let hash = Hash::of_bytes(text.as_bytes());
            format!("{}…{}", text.get(..at).unwrap_or_default(), hash.short(8))
        }
    }
}

/// How a text is built: as a date, a number, a JSON document, or by a mask of its characters.
pub(crate) fn format_of(text: &str) -> String {
    if let Some(name) = named_format(text) {
        return name;
    }
    if text.chars().count() <= MASKED && !text.contains(' ') { mask(text) } else { "text".into() }
}

/// The format of a text that has a name: a date, a number, a JSON document.
fn named_format(text: &str) -> Option<String> {
    let named = match text.trim() {
        "" => Some("empty"),
        text if is_iso_date(text) => Some("date-iso"),
        text if is_date_time(text) => Some("date-time"),
        text if is_slash_date(text) => Some("date-slash"),
        text if is_long_date(text) => Some("date-long"),
        text if is_grouped(text) => Some("number-grouped"),
        text if text.starts_with(['{', '[']) => Some("json"),
        _ => None,
    };
    named.map(str::to_owned).or_else(|| Some(format!("number-{}", decimals(text.trim())?)))
}

/// How a text is built that is another one in every answer: its format where it has one; else which
/// sorts of characters its words have, how long it is (in powers of four), and what stands between
/// its words.
pub(crate) fn class_of(text: &str) -> String {
    const BETWEEN: usize = 12;
    if let Some(format) = named_format(text) {
        return format;
    }
    let has = |sort: fn(char) -> bool, sign| text.chars().any(sort).then_some(sign);
    let sorts =
        [has(char::is_uppercase, 'A'), has(char::is_lowercase, 'a'), has(char::is_numeric, '9')];
    let mut class: String = sorts.into_iter().flatten().collect();
    let length = text.chars().count().max(1).ilog(4);
    class.extend([" ", &length.to_string(), " "]);
    let is_word = |c: &char| c.is_alphanumeric() || *c == '_';
    class.extend(text.chars().filter(|c| !is_word(c)).take(BETWEEN));
    class
}

/// Runs of capitals as `A`, of other letters as `a`, of digits as `9`; all else stays.
fn mask(text: &str) -> String {
    let mut mask = String::new();
    for c in text.chars() {
        let class = match c {
            _ if c.is_uppercase() => 'A',
            _ if c.is_alphabetic() => 'a',
            _ if c.is_numeric() => '9',
            _ => c,
        };
        if !(matches!(class, 'A' | 'a' | '9') && mask.ends_with(class)) {
            mask.push(class);
        }
    }
    mask
}

fn digits(text: &str, count: std::ops::RangeInclusive<usize>) -> bool {
    count.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_iso_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    matches!(parts[..], [year, month, day]
        if digits(year, 4..=4) && digits(month, 2..=2) && digits(day, 2..=2))
}

fn is_date_time(text: &str) -> bool {
    text.split_once(['T', ' ']).is_some_and(|(date, time)| {
        is_iso_date(date) && time.starts_with(|c: char| c.is_ascii_digit()) && time.contains(':')
    })
}

fn is_slash_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split(['/', '.']).collect();
    matches!(parts[..], [one, two, three]
        if digits(one, 1..=4) && digits(two, 1..=2) && digits(three, 2..=4))
}

fn is_long_date(text: &str) -> bool {
    const MONTHS: &str = "jan feb mar apr may jun jul aug sep oct nov dec";
    let words: Vec<&str> = text.split([' ', ',']).filter(|word| !word.is_empty()).collect();
    let month = |word: &str| {
        let start = word.get(..3).map(str::to_lowercase);
        start.is_some_and(|start| MONTHS.split(' ').any(|month| month == start))
    };
    match words[..] {
        [one, two, year] => {
            digits(year, 4..=4)
                && ((month(one) && digits(two, 1..=2)) || (digits(one, 1..=2) && month(two)))
        }
        _ => false,
    }
}

fn is_grouped(text: &str) -> bool {
    let body = text.strip_prefix('-').unwrap_or(text);
    let (whole, rest) = body.split_once('.').unwrap_or((body, "0"));
    let mut groups = whole.split(',');
    let head = groups.next().is_some_and(|head| digits(head, 1..=3));
    let tail: Vec<&str> = groups.collect();
    head && !tail.is_empty()
        && tail.iter().all(|group| digits(group, 3..=3))
        && digits(rest, 1..=20)
}

/// The decimals of a plain number.
fn decimals(text: &str) -> Option<usize> {
    let body = text.strip_prefix('-').unwrap_or(text);
    let (whole, rest) = body.split_once('.').unwrap_or((body, ""));
    let sound = digits(whole, 1..=400) && (rest.is_empty() != body.contains('.'));
    (sound && rest.bytes().all(|byte| byte.is_ascii_digit())).then_some(rest.len())
}

/// Scripts by the first and last character of their blocks. What is in none counts as `other`.
const SCRIPTS: &[(&str, u32, u32)] = &[
    ("latin", 0x0041, 0x024f),
    ("greek", 0x0370, 0x03ff),
    ("cyrillic", 0x0400, 0x052f),
    ("hebrew", 0x0590, 0x05ff),
    ("arabic", 0x0600, 0x077f),
    ("indic", 0x0900, 0x0dff),
    ("thai", 0x0e00, 0x0e7f),
    ("latin", 0x1e00, 0x1eff),
    ("cjk", 0x3040, 0x9fff),
    ("hangul", 0xac00, 0xd7a3),
    ("cjk", 0xf900, 0xfaff),
    ("latin", 0xff21, 0xff5a),
    ("cjk", 0x20000, 0x3ffff),
];

/// The script of most letters; `none` without letters.
pub(crate) fn script(text: &str) -> &'static str {
    let mut counts: Vec<(&'static str, usize)> = Vec::new();
    for c in text.chars().filter(|c| c.is_alphabetic()) {
        let within = |row: &&(&str, u32, u32)| (row.1..=row.2).contains(&u32::from(c));
        let name = SCRIPTS.iter().find(within).map_or("other", |row| row.0);
        match counts.iter_mut().find(|(seen, _)| *seen == name) {
            Some((_, count)) => *count += 1,
            None => counts.push((name, 1)),
        }
    }
    // Of equal counts the one that comes first in the text.
    counts.into_iter().rev().max_by_key(|(_, count)| *count).map_or("none", |(name, _)| name)
}

/// Whether a form is one that programs read: not a word or a sentence, but a date, a number, a
/// document, or an id with digits in it.
pub(crate) fn is_read_by_programs(format: &str) -> bool {
    let named = ["date-", "number-", "json"].iter().any(|name| format.starts_with(name));
    named || (format != "text" && format.contains('9'))
}

/// Whether a text stands for "there is none".
pub(crate) fn is_placeholder(text: &str) -> bool {
    let word = text.trim().to_lowercase();
    matches!(word.as_str(), "" | "n/a" | "na" | "none" | "unknown" | "null" | "-")
}

/// Whether a text is decorated with Markdown.
pub(crate) fn is_markdown(text: &str) -> bool {
    let listed = |line: &str| line.starts_with("- ") || line.starts_with("* ");
    text.contains("**")
        || text.contains('`')
        || text.lines().any(|line| listed(line) || line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_apart_and_values_of_one_format_are_not() {
        let same = |one: &str, two: &str| format_of(one) == format_of(two);
        assert!(same("2026-05-01", "1999-12-31") && !same("2026-05-01", "May 1, 2026"));
        assert!(same("May 1, 2026", "12 December 2025") && !same("05/01/2026", "2026-05-01"));
        assert!(same("1234.50", "7.25") && !same("1234.50", "1,234.50") && !same("7.5", "7.25"));
        assert!(same("ORD-00017", "ORD-9") && !same("ORD-00017", "00017"));
        assert!(same("billing", "shipping") && !same("billing", "Billing"));
        assert!(!same("2026-05-01T10:00:00Z", "2026-05-01"));
        assert!(!same("{\"a\": 1}", "a") && !same("", "a"));
        assert_eq!(format_of("12."), "9.");
        assert_eq!(format_of("two words"), "text");
    }

    #[test]
    fn the_script_of_most_letters_counts() {
        assert_eq!(script("The order is late"), "latin");
        assert_eq!(script("这个订单延误 ok"), "cjk");
        assert_eq!(script("Заказ 12"), "cyrillic");
        assert_eq!(script("12 – 13"), "none");
    }

    #[test]
    fn decoration_and_placeholders_are_seen() {
        assert!(is_markdown("a **b**") && is_markdown("one\n- two") && is_markdown("# head"));
        assert!(!is_markdown("a - b, 2 * 3 and #4"));
        assert!(is_placeholder(" N/A ") && is_placeholder("-") && !is_placeholder("no"));
    }

    #[test]
    fn white_space_and_composition_make_no_difference() {
        assert_eq!(plain(" a\r\n b\tc "), "a b c");
        assert_eq!(plain("e\u{301}"), plain("\u{e9}"));
        let long = category("x".repeat(500));
        assert!(long.chars().count() < 220 && long != category("x".repeat(501)));
    }
}
