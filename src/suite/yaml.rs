//! YAML 1.2 as a tree in which every value knows its place. An alias has the place of its anchor.

use std::fmt;
use std::ops::Range;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Number;
use serde_saphyr::{Location, Spanned};

use super::tree::{Entry, Fault, Node, Tree};

/// Reads one document. Numbers are those of JavaScript: `1.0` is `1`.
pub(super) fn read_yaml(text: &str) -> Result<Node, Fault> {
    if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return Ok(Node::new(0..0, Tree::Null));
    }
    let options = serde_saphyr::options! { strict_booleans: true, with_snippet: false };
    match serde_saphyr::from_str_with_options::<Spanned<Yaml>>(text, options) {
        Ok(yaml) => Ok(node(yaml)),
        Err(error) => Err(Fault {
            message: error.to_string(),
            help: "let it be YAML 1.2",
            span: error.location().map_or(0..0, |location| span(&location)),
        }),
    }
}

fn node(yaml: Spanned<Yaml>) -> Node {
    let tree = match yaml.value {
        Yaml::Scalar(tree) => tree,
        Yaml::List(items) => Tree::List(items.into_iter().map(node).collect()),
        Yaml::Table(members) => Tree::Table(
            members
                .into_iter()
                .map(|(key, value)| {
                    let node = node(value);
                    Entry { key, key_span: node.span.clone(), node }
                })
                .collect(),
        ),
    };
    Node::new(span(&yaml.defined), tree)
}

fn span(location: &Location) -> Range<usize> {
    let start = location.span().byte_offset().and_then(|at| usize::try_from(at).ok());
    let start = start.unwrap_or_default();
    start..start
}

enum Yaml {
    Scalar(Tree),
    List(Vec<Spanned<Self>>),
    Table(Vec<(String, Spanned<Self>)>),
}

impl<'de> Deserialize<'de> for Yaml {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Yaml;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Yaml, E> {
        Ok(Yaml::Scalar(Tree::Null))
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Yaml, E> {
        Ok(Yaml::Scalar(Tree::Flag(flag)))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Yaml, E> {
        Ok(Yaml::Scalar(Tree::Number(number.into())))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Yaml, E> {
        Ok(Yaml::Scalar(Tree::Number(number.into())))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Yaml, E> {
        let text = number.to_string(); // without a fraction where it is whole
        let number = text.parse::<i64>().map(Number::from).ok().or(Number::from_f64(number));
        Ok(Yaml::Scalar(number.map_or(Tree::Text(text), Tree::Number)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Yaml, E> {
        Ok(Yaml::Scalar(Tree::Text(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Yaml, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Yaml::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Yaml, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Yaml::Table(members))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_those_of_yaml_1_2_and_know_their_lines() {
        let text = "a: &a {n: 007, f: 1.0, yes: no, t: true}\nb:\n  <<: *a\n  n: 2\nlist: [*a, ~]\n1: 'x'\n";
        let node = read_yaml(text).unwrap();
        let a = json!({"n": 7, "f": 1, "yes": "no", "t": true});
        let b = json!({"n": 2, "f": 1, "yes": "no", "t": true});
        assert_eq!(node.to_json(), json!({"a": a, "b": b, "list": [a, null], "1": "x"}));
        let line = |path: &[&str]| {
            let at = node.at(path).unwrap().node.span.start;
            text[..at].matches('\n').count() + 1
        };
        assert_eq!((line(&["a", "n"]), line(&["b", "f"]), line(&["b", "n"])), (1, 1, 4));
        assert_eq!(read_yaml("a: [1").unwrap_err().help, "let it be YAML 1.2");
    }
}
