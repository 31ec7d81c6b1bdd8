//! What may be written where: the shapes that `keys` is made of, and the walk that holds a file
//! against them and tells everything that does not fit.

use std::ops::Range;

use strsim::damerau_levenshtein;

use crate::domain::Diagnostic;

use super::grammar::Grammar;
use super::secret;
use super::source::Source;
use super::tree::{Entry, Node, Tree};

/// What a value must look like.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// `true` or `false`.
    Flag,
    /// A number between two limits.
    Number(f64, f64),
    /// A whole number between two limits.
    Integer(i64, i64),
    /// A text that follows some rule.
    Text(&'static Grammar),
    /// One word of a table.
    Word(fn() -> Vec<&'static str>),
    /// Items of one shape.
    List(&'static Self),
    /// Names that the user chooses (first shape), and what stands behind each (second).
    Map(&'static Self, &'static Self),
    /// A table with known keys.
    Table(&'static [&'static [Key]]),
    /// A text or a table.
    Either(&'static Self, &'static Self),
    /// Anything that JSON can hold.
    Any,
}

/// One key of a table.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    pub(super) need: Need,
    /// What holds where nothing is written, as it would be written; a test compares it.
    pub(super) default: Option<&'static str>,
    /// One sentence for the reference page and for editors.
    pub(super) about: &'static str,
}

/// Whether a key can be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    Required,
    /// Required where this other key is not written.
    Unless(&'static str),
    Optional,
}

/// The codes of one kind of file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Codes {
    pub(super) unknown_key: &'static str,
    pub(super) wrong_type: &'static str,
    pub(super) wrong_value: &'static str,
    pub(super) missing_key: &'static str,
}

pub(super) const CONFIG_CODES: Codes = Codes {
    unknown_key: "config::unknown-key",
    wrong_type: "config::wrong-type",
    wrong_value: "config::wrong-value",
    missing_key: "config::missing-key",
};

pub(super) const PROMPT_CODES: Codes = Codes {
    unknown_key: "prompt::unknown-key",
    wrong_type: "prompt::wrong-type",
    wrong_value: "prompt::wrong-value",
    missing_key: "prompt::missing-key",
};

impl Shape {
    /// What is wanted, with its article and an example.
    pub(super) fn wanted(self) -> String {
        match self {
            Self::Flag => "`true` or `false`".to_owned(),
            Self::Number(from, to) => format!("a number from {from} to {to}"),
            Self::Integer(i64::MIN, _) => "a whole number, like `8`".to_owned(),
            Self::Integer(from, to) => format!("a whole number from `{from}` to `{to}`"),
            Self::Text(grammar) => grammar.wanted.to_owned(),
            Self::Word(words) => list(&words()),
            Self::List(item) => format!("a list; each item is {}", item.wanted()),
            Self::Map(_, value) => format!("a table; each value is {}", value.wanted()),
            Self::Table(_) => "a table, like `{ key = value }`".to_owned(),
            Self::Either(one, other) => format!("{}, or {}", one.wanted(), other.wanted()),
            Self::Any => "any value".to_owned(),
        }
    }

    fn takes(self, tree: &Tree) -> bool {
        match (self, tree) {
            (Self::Any, _)
            | (Self::Flag, Tree::Flag(_))
            | (Self::Number(..), Tree::Number(_))
            | (Self::Text(_) | Self::Word(_), Tree::Text(_))
            | (Self::List(_), Tree::List(_))
            | (Self::Map(..) | Self::Table(_), Tree::Table(_)) => true,
            (Self::Integer(..), Tree::Number(number)) => number.is_i64(),
            (Self::Either(one, other), tree) => one.takes(tree) || other.takes(tree),
            _ => false,
        }
    }
}

/// Holds a file against its shape.
pub(super) struct Check<'a> {
    pub(super) source: &'a Source,
    pub(super) codes: Codes,
    pub(super) problems: &'a mut Vec<Diagnostic>,
}

impl Check<'_> {
    /// Tells everything in `node` that does not fit; `path` says for people where the node is,
    /// as in `[run]`, and is empty at the top.
    pub(super) fn node(&mut self, node: &Node, shape: Shape, path: &str) {
        if !shape.takes(&node.tree) {
            self.wrong_type(node, shape, path);
            return;
        }
        match shape {
            Shape::Table(groups) => self.table(node, groups, path),
            Shape::Map(key, value) => self.map(node, key, value, path),
            Shape::List(item) => {
                let path = if path.is_empty() { String::new() } else { format!("[{path}]") };
                node.items().iter().for_each(|n| self.node(n, *item, &path));
            }
            Shape::Either(one, other) => {
                let shape = if one.takes(&node.tree) { one } else { other };
                self.node(node, *shape, path);
            }
            _ => self.scalar(node, shape, path),
        }
    }

    fn scalar(&mut self, node: &Node, shape: Shape, path: &str) {
        let name = plain(path);
        let fault = match (shape, &node.tree) {
            (_, Tree::Text(text)) if text.trim().is_empty() && !name.is_empty() => {
                let fault = text_fault(shape, text, "");
                fault.map(|_| (format!("`{name}` is empty"), None))
            }
            (_, Tree::Text(text)) => text_fault(shape, text, &format!("for `{name}`")),
            (Shape::Number(from, to), _) if node.number().is_some_and(|n| n < from || n > to) => {
                Some((format!("`{name}` is out of range"), None))
            }
            (Shape::Integer(from, _), _) if node.integer().is_some_and(|n| n < from) => {
                Some((format!("`{name}` is less than {from}"), None))
            }
            (Shape::Integer(_, to), _) if node.integer().is_some_and(|n| n > to) => {
                Some((format!("`{name}` is more than {to}"), None))
            }
            _ => None,
        };
        self.wrong_value(fault, shape, node.span.clone());
    }

    fn wrong_value(
        &mut self,
        fault: Option<(String, Option<String>)>,
        shape: Shape,
        span: Range<usize>,
    ) {
        let Some((title, meant)) = fault else { return };
        let help = match meant {
            Some(word) => format!("did you mean `{word}`?"),
            None => format!("write {}", shape.wanted()),
        };
        self.problems.push(
            Diagnostic::error(self.codes.wrong_value, title)
                .at(self.source.place(span), "not possible here")
                .help(help),
        );
    }

    fn wrong_type(&mut self, node: &Node, shape: Shape, path: &str) {
        let title = match plain(path) {
            "" => "another kind of value is wanted".to_owned(),
            name => format!("`{name}` wants another kind of value"),
        };
        let place = self.source.place(node.span.clone());
        self.problems.push(
            Diagnostic::error(self.codes.wrong_type, title)
                .at(place, format!("this is {}", node.kind()))
                .help(format!("write {}", shape.wanted())),
        );
    }

    fn table(&mut self, node: &Node, groups: &'static [&'static [Key]], path: &str) {
        let keys = || groups.iter().copied().flatten();
        let names: Vec<&str> = keys().map(|key| key.name).collect();
        let mut meant = Vec::new();
        for entry in node.entries() {
            if let Some(key) = keys().find(|key| key.name == entry.key) {
                self.node(&entry.node, key.shape, &below(path, key.name));
            } else {
                meant.extend(nearest(&entry.key, names.iter().copied()));
                self.unknown_key(entry, &names, path);
            }
        }
        // A required key that is written wrong has been told.
        let is_missing = |key: &&Key| {
            let is_needed = match key.need {
                Need::Required => true,
                Need::Unless(other) => node.entry(other).is_none(),
                Need::Optional => false,
            };
            is_needed && node.entry(key.name).is_none() && !meant.contains(&key.name)
        };
        for key in keys().filter(is_missing) {
            let title = format!("`{}` is missing{}", key.name, inside(path));
            let place = self.source.place(node.span.start..node.span.start);
            let value = key.default.unwrap_or("…");
            self.problems.push(
                Diagnostic::error(self.codes.missing_key, title)
                    .at(place, format!("no `{}` here", key.name))
                    .help(format!("add `{} = {value}`: {}", key.name, key.about)),
            );
        }
    }

    fn map(&mut self, node: &Node, key: &'static Shape, value: &'static Shape, path: &str) {
        for entry in node.entries() {
            let fault = text_fault(*key, &entry.key, &format!("in `{path}`"));
            self.wrong_value(fault, *key, entry.key_span.clone());
            self.node(&entry.node, *value, &below(path, &entry.key));
        }
    }

    fn unknown_key(&mut self, entry: &Entry, known: &[&str], path: &str) {
        if entry.node.text().is_some_and(|text| secret::is_covered(&entry.key, text)) {
            return; // told already, as a secret
        }
        let help = match nearest(&entry.key, known.iter().copied()) {
            Some(word) => format!("did you mean `{word}`?"),
            None => format!("known here: {}", known.join(", ")),
        };
        let title = format!("unknown key `{}`{}", entry.key, inside(path));
        let place = self.source.place(entry.key_span.clone());
        self.problems.push(
            Diagnostic::error(self.codes.unknown_key, title).at(place, "not a setting").help(help),
        );
    }
}

/// Why a text does not fit (`whose` says where), and the word that was probably meant.
fn text_fault(shape: Shape, text: &str, whose: &str) -> Option<(String, Option<String>)> {
    match shape {
        Shape::Text(grammar) => (grammar.check)(text).err().map(|title| (title, None)),
        Shape::Word(words) => {
            let words = words();
            let meant = || nearest(text, words.iter().copied()).map(str::to_owned);
            (!words.contains(&text)).then(|| (format!("`{text}` is not possible {whose}"), meant()))
        }
        _ => None,
    }
}

fn below(path: &str, key: &str) -> String {
    match plain(path) {
        "" => format!("[{key}]"),
        path => format!("[{path}.{key}]"),
    }
}

/// The path without its brackets.
fn plain(path: &str) -> &str {
    path.trim_matches(['[', ']'])
}

fn inside(path: &str) -> String {
    if path.is_empty() { String::new() } else { format!(" in `{path}`") }
}

fn list(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

/// The word that was probably meant.
pub(crate) fn nearest<'a>(
    written: &str,
    words: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let written = written.to_lowercase();
    let limit = (written.chars().count() / 3).max(1);
    words
        .into_iter()
        .map(|word| (damerau_levenshtein(&written, &word.to_lowercase()), word))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_meant_and_a_far_one_is_not() {
        let words = ["max-concurrency", "timeout", "samples"];
        assert_eq!(nearest("max-concurency", words), Some("max-concurrency"));
        assert_eq!(nearest("max_concurrency", words), Some("max-concurrency"));
        assert_eq!(nearest("budget-usd", words), None);
    }

    #[test]
    fn a_path_is_written_as_in_the_file() {
        assert_eq!(below("", "run"), "[run]");
        assert_eq!(below("[models]", "llama"), "[models.llama]");
        assert_eq!(below("[[override]]", "compare"), "[override.compare]");
    }
}
