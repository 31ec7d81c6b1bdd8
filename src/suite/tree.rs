//! What a user wrote, TOML or JSON, as one tree in which every value knows its place.
//!
//! Says nothing about which keys are allowed; `shape` does.

use std::ops::Range;
use std::str::FromStr;
use std::time::Duration;

use serde_json::{Map, Number, Value};
use toml::de::{DeTable, DeValue};

use super::grammar::duration;

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// Byte range in the file.
    pub(super) span: Range<usize>,
    pub(super) tree: Tree,
}

/// A value of TOML or JSON. A date of TOML is the text it was written as.
#[derive(Debug, Clone)]
pub(super) enum Tree {
    Null,
    Flag(bool),
    Number(Number),
    Text(String),
    List(Vec<Node>),
    /// In the order of the file.
    Table(Vec<Entry>),
}

/// One member of a table.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) key_span: Range<usize>,
    pub(super) node: Node,
}

/// Something that cannot be read, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) message: String,
    pub(super) help: &'static str,
    pub(super) span: Range<usize>,
}

impl Node {
    pub(super) fn new(span: Range<usize>, tree: Tree) -> Self {
        Self { span, tree }
    }

    /// A table with nothing in it.
    pub(super) fn empty() -> Self {
        Self::new(0..0, Tree::Table(Vec::new()))
    }

    pub(super) fn entries(&self) -> &[Entry] {
        match &self.tree {
            Tree::Table(entries) => entries,
            _ => &[],
        }
    }

    pub(super) fn items(&self) -> &[Self] {
        match &self.tree {
            Tree::List(items) => items,
            _ => &[],
        }
    }

    pub(super) fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.node)
    }

    /// The member at the end of a path of keys.
    pub(super) fn at(&self, path: &[&str]) -> Option<&Entry> {
        let (last, parents) = path.split_last()?;
        parents.iter().try_fold(self, |node, key| node.get(key))?.entry(last)
    }

    pub(super) fn text(&self) -> Option<&str> {
        match &self.tree {
            Tree::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn texts(&self) -> impl Iterator<Item = (&str, &Self)> {
        self.items().iter().filter_map(|item| item.text().map(|text| (text, item)))
    }

    pub(super) fn flag(&self) -> Option<bool> {
        match self.tree {
            Tree::Flag(flag) => Some(flag),
            _ => None,
        }
    }

    pub(super) fn number(&self) -> Option<f64> {
        match &self.tree {
            Tree::Number(number) => number.as_f64(),
            _ => None,
        }
    }

    pub(super) fn integer(&self) -> Option<i64> {
        match &self.tree {
            Tree::Number(number) => number.as_i64(),
            _ => None,
        }
    }

    /// A whole number whose limits are in the table of keys.
    pub(super) fn whole<T: TryFrom<i64>>(&self) -> Option<T> {
        self.integer()?.try_into().ok()
    }

    pub(super) fn duration(&self) -> Option<Duration> {
        self.text().and_then(duration)
    }

    /// A word of a table.
    pub(super) fn word<T: FromStr>(&self) -> Option<T> {
        self.text()?.parse().ok()
    }

    /// What kind of value it is, for people.
    pub(super) fn kind(&self) -> &'static str {
        match &self.tree {
            Tree::Null => "null",
            Tree::Flag(_) => "true or false",
            Tree::Number(number) if number.is_f64() => "a number",
            Tree::Number(_) => "a whole number",
            Tree::Text(_) => "a text",
            Tree::List(_) => "a list",
            Tree::Table(_) => "a table",
        }
    }

    /// The value without its places.
    pub(super) fn to_json(&self) -> Value {
        match &self.tree {
            Tree::Null => Value::Null,
            Tree::Flag(flag) => Value::Bool(*flag),
            Tree::Number(number) => Value::Number(number.clone()),
            Tree::Text(text) => Value::String(text.clone()),
            Tree::List(items) => Value::Array(items.iter().map(Self::to_json).collect()),
            Tree::Table(entries) => Value::Object(members(entries)),
        }
    }

    /// The value that a JSON Pointer names.
    pub(super) fn pointer(&self, pointer: &str) -> Option<&Self> {
        pointer.split('/').skip(1).try_fold(self, |node, step| {
            let step = step.replace("~1", "/").replace("~0", "~");
            match &node.tree {
                Tree::Table(_) => node.get(&step),
                Tree::List(items) => step.parse().ok().and_then(|at: usize| items.get(at)),
                _ => None,
            }
        })
    }
}

fn members(entries: &[Entry]) -> Map<String, Value> {
    entries.iter().map(|entry| (entry.key.clone(), entry.node.to_json())).collect()
}

/// Reads TOML that begins `offset` bytes into its file; everything that cannot be read is told.
pub(super) fn read_toml(text: &str, offset: usize) -> (Node, Vec<Fault>) {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut reader = TomlReader { offset, faults: Vec::new() };
    // What follows a table that stands twice stands twice too.
    let twice = errors.iter().position(|error| error.message() == TWICE);
    for error in errors.iter().take(twice.map_or(errors.len(), |first| first + 1)) {
        let span = error.span().unwrap_or(0..0);
        reader.fault(error.message(), help_for(error.message()), span);
    }
    let span = table.span();
    let node = reader.table(table.get_ref(), span);
    (node, reader.faults)
}

const TWICE: &str = "duplicate key";

/// What to do about a message of the parser.
fn help_for(message: &str) -> &'static str {
    match message {
        TWICE => "give it another name, or take one of the two away",
        m if m.starts_with("string values must be quoted") => "write it in quotes: `\"…\"`",
        m if m.contains("assignment") => "write `name = value`, or `[name]` for a table",
        m if m.contains("value") => "write a value behind `=`: `\"text\"`, `1`, `true` or `[…]`",
        m if m.contains("string") => "end the text with the quote it begins with, in the same line",
        m if m.contains("comma") || m.contains("array") => "write a list as `[\"a\", \"b\"]`",
        m if m.contains("table") => "write the name of a table as `[name]`",
        _ => "write `name = value`; a text stands in quotes",
    }
}

struct TomlReader {
    offset: usize,
    faults: Vec<Fault>,
}

impl TomlReader {
    fn shift(&self, span: &Range<usize>) -> Range<usize> {
        span.start + self.offset..span.end + self.offset
    }

    fn fault(&mut self, message: impl Into<String>, help: &'static str, span: Range<usize>) {
        let span = self.shift(&span);
        self.faults.push(Fault { message: message.into(), help, span });
    }

    fn table(&mut self, table: &DeTable<'_>, span: Range<usize>) -> Node {
        let mut entries: Vec<Entry> = table
            .iter()
            .map(|(key, value)| Entry {
                key: key.get_ref().to_string(),
                key_span: self.shift(&key.span()),
                node: self.value(value.get_ref(), value.span()),
            })
            .collect();
        entries.sort_by_key(|entry| entry.key_span.start);
        Node::new(self.shift(&span), Tree::Table(entries))
    }

    fn value(&mut self, value: &DeValue<'_>, span: Range<usize>) -> Node {
        let tree = match value {
            DeValue::Table(table) => return self.table(table, span),
            DeValue::Array(items) => Tree::List(
                items.iter().map(|item| self.value(item.get_ref(), item.span())).collect(),
            ),
            DeValue::String(text) => Tree::Text(text.to_string()),
            DeValue::Boolean(flag) => Tree::Flag(*flag),
            DeValue::Datetime(date) => Tree::Text(date.to_string()),
            DeValue::Integer(integer) => {
                match i64::from_str_radix(integer.as_str(), integer.radix()) {
                    Ok(integer) => Tree::Number(integer.into()),
                    Err(_) => self.no_number(integer.as_str(), span.clone()),
                }
            }
            DeValue::Float(float) => match float.as_str().parse().ok().and_then(Number::from_f64) {
                Some(number) => Tree::Number(number),
                None => self.no_number(float.as_str(), span.clone()),
            },
        };
        Node::new(self.shift(&span), tree)
    }

    fn no_number(&mut self, written: &str, span: Range<usize>) -> Tree {
        let message = format!("`{written}` is not a number that JSON can hold");
        self.fault(message, "write a number with at most 18 digits", span);
        Tree::Null
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_knows_where_it_stands() {
        let text = "+++\nb = 1\n[a]\nx.y = \"z\"\n";
        let (node, faults) = read_toml(&text[4..], 4);
        assert_eq!(faults, []);
        assert_eq!(node.entries().iter().map(|e| e.key.as_str()).collect::<Vec<_>>(), ["b", "a"]);
        let entry = node.at(&["a", "x", "y"]).unwrap();
        assert_eq!(&text[entry.key_span.clone()], "y");
        assert_eq!(&text[entry.node.span.clone()], "\"z\"");
    }

    #[test]
    fn all_errors_of_syntax_are_told() {
        let (_, faults) = read_toml("a = \nb = 2\nc = [1,\n\nd = nan\n", 0);
        assert!(faults.len() >= 2, "{faults:?}");
        let (_, faults) = read_toml("a = nan\nb = 99999999999999999999\nc = 1979-05-27\n", 0);
        assert_eq!(faults.len(), 2, "{faults:?}");
    }
}
