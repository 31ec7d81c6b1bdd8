//! The files of a promptfoo config, and places in them.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::notes::Place;
use crate::suite::json::read_json;
use crate::suite::source::Source;
use crate::suite::tree::{Entry, Node, Tree};
use crate::suite::yaml::read_yaml;

/// A value in a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct At<'a> {
    pub(super) source: &'a Source,
    pub(super) node: &'a Node,
}

impl<'a> At<'a> {
    pub(super) fn get(self, key: &str) -> Option<Self> {
        let node = self.node.get(key)?;
        (!matches!(node.tree, Tree::Null)).then_some(Self { node, ..self })
    }

    pub(super) fn items(self) -> impl Iterator<Item = Self> {
        self.node.items().iter().map(move |node| Self { node, ..self })
    }

    /// The items of a list, or the value itself.
    pub(super) fn each(self) -> Vec<Self> {
        if matches!(self.node.tree, Tree::List(_)) { self.items().collect() } else { vec![self] }
    }

    pub(super) fn entries(self) -> impl Iterator<Item = (&'a str, Self)> {
        self.node
            .entries()
            .iter()
            .map(move |entry| (entry.key.as_str(), Self { node: &entry.node, source: self.source }))
    }

    pub(super) fn is_table(self) -> bool {
        matches!(self.node.tree, Tree::Table(_))
    }

    pub(super) fn text(self) -> Option<&'a str> {
        self.node.text()
    }

    /// A scalar as JavaScript writes it.
    pub(super) fn plain(self) -> Option<String> {
        match &self.node.tree {
            Tree::Text(text) => Some(text.clone()),
            Tree::Number(number) => Some(number.to_string()),
            Tree::Flag(flag) => Some(flag.to_string()),
            _ => None,
        }
    }

    pub(super) fn texts(self) -> Vec<String> {
        self.each().into_iter().filter_map(Self::plain).collect()
    }

    pub(super) fn json(self) -> Value {
        self.node.to_json()
    }

    pub(super) fn place(self) -> Place {
        let place = self.source.place(self.node.span.clone());
        let column = self.node.get(COLUMN).and_then(Node::text).map(str::to_owned);
        Place { file: place.file, line: place.line, column }
    }
}

/// The member that says from which column of a table a value comes.
pub(super) const COLUMN: &str = "\u{0}column";

/// A file as it was read.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) source: Source,
    pub(super) node: Node,
}

impl Document {
    pub(super) fn at(&self) -> At<'_> {
        At { source: &self.source, node: &self.node }
    }
}

/// The folder that paths are relative to.
#[derive(Debug)]
pub(super) struct Base {
    pub(super) folder: PathBuf,
}

impl Base {
    /// The text of a file, by its path or `file://` address.
    pub(super) fn read(&self, path: &str) -> Result<Source, String> {
        let path = path_of(path);
        match std::fs::read_to_string(self.folder.join(path)) {
            Ok(text) => Ok(Source::new(path, &text)),
            Err(error) => Err(format!("`{path}` cannot be read: {error}")),
        }
    }

    /// A file of JSON, JSON lines or YAML as one value.
    pub(super) fn document(&self, path: &str) -> Result<Document, String> {
        let source = self.read(path)?;
        let fault = |fault: crate::suite::tree::Fault| {
            let line = source.place(fault.span).line;
            format!("`{}:{line}` cannot be read: {}", source.file, fault.message)
        };
        let node = match ending(path) {
            "json" => read_json(&source.text, 0).map_err(fault)?,
            "jsonl" => Node::new(0..0, Tree::List(lines(&source).map_err(fault)?)),
            _ => read_yaml(&source.text).map_err(fault)?,
        };
        Ok(Document { source, node })
    }

    /// The files that a pattern names, in order; the path itself where it is no pattern.
    pub(super) fn files(&self, pattern: &str) -> Vec<String> {
        let pattern = path_of(pattern);
        if !pattern.contains(['*', '?', '{']) {
            return vec![pattern.to_owned()];
        }
        let mut found = vec![String::new()];
        for step in pattern.split('/') {
            found = found.iter().flat_map(|folder| self.below(folder, step)).collect();
        }
        found.retain(|path| self.folder.join(path).is_file());
        found.sort();
        found
    }

    fn below(&self, folder: &str, step: &str) -> Vec<String> {
        let join = |name: &str| match folder {
            "" => name.to_owned(),
            folder => format!("{folder}/{name}"),
        };
        if step == "**" {
            let inner = names(&self.folder.join(folder)).into_iter().map(|name| join(&name));
            let inner = inner.filter(|path| self.folder.join(path).is_dir());
            let deeper = inner.flat_map(|path| self.below(&path, "**"));
            return std::iter::once(folder.to_owned()).chain(deeper).collect();
        }
        if !step.contains(['*', '?', '{']) {
            return vec![join(step)];
        }
        let names = names(&self.folder.join(folder)).into_iter();
        names.filter(|name| fits(step, name)).map(|name| join(&name)).collect()
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().into_string().ok()).collect()
}

/// Whether a name fits a step of a pattern, with `*`, `?` and `{a,b}`.
fn fits(pattern: &str, name: &str) -> bool {
    let mut expression = regex::escape(pattern);
    for (from, to) in [("\\*", ".*"), ("\\?", "."), ("\\{", "(?:"), ("\\}", ")"), (",", "|")] {
        expression = expression.replace(from, to);
    }
    regex::Regex::new(&format!("^{expression}$")).is_ok_and(|expression| expression.is_match(name))
}

/// Without the scheme.
pub(super) fn path_of(path: &str) -> &str {
    let path = path.strip_prefix("file://").unwrap_or(path);
    path.strip_prefix("./").unwrap_or(path)
}

pub(super) fn ending(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(_, ending)| ending)
}

/// The file's name without folders and ending.
pub(super) fn stem(path: &str) -> &str {
    let name = path_of(path).rsplit('/').next().unwrap_or_default();
    name.split('.').find(|part| !part.is_empty()).unwrap_or(name)
}

fn lines(source: &Source) -> Result<Vec<Node>, crate::suite::tree::Fault> {
    let (mut nodes, mut at) = (Vec::new(), 0);
    for line in source.text.split_inclusive('\n') {
        if !line.trim().is_empty() {
            nodes.push(read_json(line.trim_end(), at)?);
        }
        at += line.len();
    }
    Ok(nodes)
}

/// A table made of texts, for what is written in rows.
pub(super) fn table(span: std::ops::Range<usize>, members: Vec<(String, Tree)>) -> Node {
    let entry = |(key, tree): (String, Tree)| Entry {
        key,
        key_span: span.clone(),
        node: Node::new(span.clone(), tree),
    };
    Node::new(span.clone(), Tree::Table(members.into_iter().map(entry).collect()))
}
