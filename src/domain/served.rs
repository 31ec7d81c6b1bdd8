//! Model ids as providers spell them: whether two of them name the same version.
//!
//! Gateways and regions put names before an id, order its words otherwise and leave its date out.
//! None of that is another model; another word, number or date is.

/// How one id stands to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Likeness {
    /// To the letter.
    Same,
    /// The same version, spelt otherwise.
    Respelt,
    /// Another version.
    Other,
}

impl Likeness {
    pub(crate) fn of(was: &str, is: &str) -> Self {
        if was == is {
            return Self::Same;
        }
        let (was, is) = (Name::of(was), Name::of(is));
        let agree = was.words == is.words
            && both(was.date.as_ref(), is.date.as_ref(), same_day)
            && both(was.revision.as_ref(), is.revision.as_ref(), |one, two| one == two);
        if agree { Self::Respelt } else { Self::Other }
    }
}

/// Whether the id that answers tells which version it is: an alias that comes back as it was asked
/// for does not.
pub(crate) fn discloses(requested: &str, served: &str) -> bool {
    let name = Name::of(served);
    name.date.is_some()
        || name.revision.is_some()
        || Likeness::of(requested, served) == Likeness::Other
}

/// Whether another version answers to the same requested id than before.
pub(crate) fn moved(requested: &str, was: &str, is: &str) -> bool {
    Likeness::of(was, is) == Likeness::Other && discloses(requested, is)
}

/// What an id says, in no order and without the names that stand before it.
#[derive(Debug)]
struct Name {
    words: Vec<String>,
    /// A date as digits, with or without its year or its day.
    date: Option<String>,
    /// A number of the host's own, as in `-v1:0` or `-002`.
    revision: Option<String>,
}

/// Names of hosts and makers; makers whose name is the model's too are not among them.
const HOSTS: &[&str] = &[
    "amazon",
    "anthropic",
    "azure",
    "bedrock",
    "cerebras",
    "cohere",
    "databricks",
    "deepinfra",
    "fireworks",
    "google",
    "groq",
    "meta",
    "microsoft",
    "mistralai",
    "nvidia",
    "openai",
    "openrouter",
    "together",
    "vertex",
    "xai",
];

/// Words that say no more than that a version is not named.
const UNSAID: &[&str] = &["latest", "default"];

impl Name {
    fn of(id: &str) -> Self {
        let id = id.to_lowercase();
        let id = without_prefixes(&id);
        let (id, mut revision) = without_revision(id);
        let parts: Vec<&str> = id.split(['-', '_', '.', ':', '@', ' ']).collect();
        let mut name = Self { words: Vec::new(), date: None, revision: None };
        let mut rest = parts.as_slice();
        while let [first, more @ ..] = rest {
            if let Some((date, length)) = date(rest) {
                name.date = Some(date);
                rest = rest.get(length..).unwrap_or_default();
                continue;
            }
            if first.len() == 3 && first.starts_with('0') && is_number(first) {
                revision = Some((*first).to_owned());
            } else {
                name.add(first);
            }
            rest = more;
        }
        name.revision = revision;
        for word in &mut name.words {
            while let Some(shorter) = word.strip_suffix(".0") {
                *word = shorter.to_owned();
            }
        }
        name.words.retain(|word| {
            let word = word.as_str();
            !word.is_empty() && !HOSTS.contains(&word) && !UNSAID.contains(&word)
        });
        name.words.sort();
        name
    }

    /// Adds a part: numbers that follow each other are one, as in `4-5` and `3.5`, and a number may
    /// be written right after its word.
    fn add(&mut self, part: &str) {
        let start = part.find(|c: char| c.is_ascii_digit()).unwrap_or(part.len());
        let (word, number) = part.split_at(start);
        let version = number.replace('p', ".");
        let is_version = version.split('.').all(is_number);
        if !is_version || !(word.is_empty() || word == "v" || word.len() > 2) {
            return self.words.push(part.to_owned());
        }
        if word.len() > 2 {
            self.words.push(word.to_owned());
        }
        let before = self.words.last_mut().filter(|_| word.is_empty());
        match before.filter(|before| before.ends_with(|c: char| c.is_ascii_digit())) {
            Some(before) => before.extend([".", version.as_str()]),
            None => self.words.push(version),
        }
    }
}

/// The id without paths, regions and makers before it: `us.anthropic.claude-…`, `models/gemini-…`.
fn without_prefixes(id: &str) -> &str {
    let mut id = id.rsplit('/').next().unwrap_or(id);
    while let Some((head, rest)) = id.split_once('.') {
        let is_name = |c: char| c.is_ascii_alphabetic() || c == '-';
        if head.is_empty() || !head.chars().all(is_name) {
            break;
        }
        id = rest;
    }
    id
}

/// The id without `-v1:0` at its end, or `-v2` before an `@`.
fn without_revision(id: &str) -> (String, Option<String>) {
    let numbers = |text: &str| text.split(':').all(is_number);
    if let Some((head, tail)) = id.rsplit_once("-v")
        && tail.contains(':')
        && numbers(tail)
    {
        return (head.to_owned(), Some(tail.to_owned()));
    }
    if let Some((head, tail)) = id.split_once('@')
        && let Some((head, number)) = head.rsplit_once("-v")
        && is_number(number)
    {
        return (format!("{head}-{tail}"), Some(format!("{number}:0")));
    }
    (id.to_owned(), None)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The date that these parts begin with, as digits, and how many parts it takes.
fn date(parts: &[&str]) -> Option<(String, usize)> {
    let length = |at: usize| parts.get(at).filter(|part| is_number(part)).map_or(0, |p| p.len());
    let is_year = |at: usize| parts.get(at).is_some_and(|part| part.starts_with("20"));
    let joined = |count: usize| Some((parts.get(..count)?.concat(), count));
    match (length(0), length(1), length(2)) {
        (4, 2, 2) if is_year(0) => joined(3),
        (4, 2, _) if is_year(0) => joined(2),
        (2, 4, _) if is_year(1) => Some((format!("{}{}", parts.get(1)?, parts.first()?), 2)),
        (2, 2, _) => joined(2),
        (4 | 8, ..) => joined(1),
        (6, ..) => Some((format!("20{}", parts.first()?), 1)),
        _ => None,
    }
}

/// Whether two dates are one, as far as both are written.
fn same_day(one: &String, two: &String) -> bool {
    let (long, short) = if one.len() < two.len() { (two, one) } else { (one, two) };
    long.starts_with(short.as_str())
        || long.ends_with(short.as_str())
        || long.get(2..6) == Some(short.as_str())
}

/// Whether two things agree as far as both are there.
fn both<T>(one: Option<&T>, two: Option<&T>, agree: impl Fn(&T, &T) -> bool) -> bool {
    one.zip(two).is_none_or(|(one, two)| agree(one, two))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_version_is_spelt_in_many_ways() {
        let same: &[&[&str]] = &[
            &[
                "claude-haiku-4-5-20251001",
                "claude-haiku-4-5",
                "anthropic/claude-haiku-4.5",
                "anthropic/claude-4.5-haiku-20251001",
                "claude-haiku-4-5@20251001",
                "us.anthropic.claude-haiku-4-5-20251001-v1:0",
                "global.anthropic.claude-haiku-4-5-20251001-v1:0",
                "us-gov.anthropic.claude-haiku-4-5-20251001-v1:0",
                "arn:aws:bedrock:eu-west-1::foundation-model/anthropic.claude-haiku-4-5-20251001-v1:0",
                "CLAUDE_HAIKU_4.5",
            ],
            &["claude-sonnet-4-0", "claude-sonnet-4-20250514"],
            &["claude-3-5-sonnet-v2@20241022", "claude-3-5-sonnet-20241022"],
            &[
                "gpt-4o-2024-08-06",
                "gpt-4o",
                "openai/gpt-4o",
                "gpt-4o-0806",
                "azure/gpt-4o-20240806",
            ],
            &["models/gemini-2.0-flash", "gemini-2.0-flash-001", "google/gemini-2.0-flash"],
            &["llama-3.3-70b", "llama3.3-70b", "meta.llama3-3-70b", "llama-v3p3-70b"],
            &["command-r-08-2024", "command-r-2024-08", "cohere.command-r"],
            &["mistral-large-latest", "mistral-large-2411", "mistralai/mistral-large-2024-11"],
            &["kimi-k2.5", "moonshotai/kimi-k2.5-0127"],
            &["zeta:latest", "zeta"],
        ];
        for group in same {
            let (first, rest) = group.split_first().unwrap();
            assert_eq!(Likeness::of(first, first), Likeness::Same);
            for other in rest {
                assert_eq!(Likeness::of(first, other), Likeness::Respelt, "{first} {other}");
                assert_eq!(Likeness::of(other, first), Likeness::Respelt, "{other} {first}");
            }
        }
    }

    #[test]
    fn another_word_number_or_date_is_another_version() {
        for (was, is) in [
            ("gpt-4o-2024-08-06", "gpt-4o-2024-11-20"),
            ("gpt-4o-2024-08-06", "gpt-4o-1120"),
            ("gpt-4o", "gpt-4o-mini"),
            ("gpt-4o", "o4"),
            ("gpt-4.1", "gpt-4"),
            ("gpt-5.6", "gpt-5.6-sol"),
            ("o4-mini", "gpt-4o-mini"),
            ("claude-haiku-4.5", "claude-haiku-4"),
            ("claude-4.5-haiku", "claude-4.5-sonnet"),
            ("gemini-3-pro-preview", "gemini-3.1-pro-preview"),
            ("gemini-2.0-flash-001", "gemini-2.0-flash-002"),
            ("anthropic.zeta-v1:0", "anthropic.zeta-v2:0"),
            ("grok-4-fast", "grok-4-fast-reasoning"),
            ("deepseek-v3", "deepseek-v4"),
            ("mistral-large-2411", "mistral-large-2502"),
            ("command-r-03-2024", "command-r-08-2024"),
            ("llama-3.1-8b", "llama-3.1-70b"),
            ("m-1", "m-2"),
        ] {
            assert_eq!(Likeness::of(was, is), Likeness::Other, "{was} {is}");
        }
    }

    #[test]
    fn an_alias_that_comes_back_discloses_nothing_and_moves_nothing() {
        assert!(!discloses("gpt-4o", "gpt-4o") && !discloses("gpt-4o", "openai/gpt-4o"));
        assert!(discloses("gpt-4o", "gpt-4o-2024-08-06") && discloses("best", "zeta-1"));
        assert!(!moved("best", "zeta-1", "best"));
        assert!(moved("best", "zeta-1", "zeta-2"));
        assert!(!moved("gpt-4o", "gpt-4o-2024-08-06", "gpt-4o"));
        // A version that was asked for and did not answer before answers now.
        assert!(moved("gpt-4o-2024-08-06", "gpt-4o-2024-05-13", "gpt-4o-2024-08-06"));
    }
}
