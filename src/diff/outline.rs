//! The part of a schema that describes one place of an answer.

use serde_json::Value;

/// Most schema nodes that are kept for one place; a schema that needs more is told apart no better.
const MOST_NODES: usize = 64;

/// The nodes of a schema that apply to one place, branches and references followed.
#[derive(Debug, Clone)]
pub(super) struct Outline<'s> {
    root: &'s Value,
    nodes: Vec<&'s Value>,
}

impl<'s> Outline<'s> {
    pub(super) fn new(root: &'s Value) -> Self {
        Self::of(root, vec![root])
    }

    /// The outline of a member.
    pub(super) fn key(&self, name: &str) -> Self {
        let inner = self.nodes.iter().filter_map(|node| {
            let named = node.get("properties").and_then(|properties| properties.get(name));
            named.or_else(|| node.get("additionalProperties"))
        });
        Self::of(self.root, inner.collect())
    }

    /// The outline of an array item.
    pub(super) fn item(&self, index: usize) -> Self {
        let inner = self.nodes.iter().filter_map(|node| {
            let by_place = |keyword: &str| node.get(keyword)?.as_array()?.get(index);
            by_place("prefixItems").or_else(|| by_place("items")).or_else(|| node.get("items"))
        });
        Self::of(self.root, inner.collect())
    }

    /// Whether the value is one of a closed list here.
    pub(super) fn lists(&self, value: &Value) -> bool {
        let constants = self.nodes.iter().filter_map(|node| node.get("const"));
        // Several branches with a constant each are a closed list too.
        let several = constants.clone().count() > 1;
        self.nodes
            .iter()
            .filter_map(|node| node.get("enum")?.as_array())
            .any(|list| list.contains(value))
            || (several && constants.into_iter().any(|constant| constant == value))
    }

    /// Follows references and branches; each node is kept once, so circles end.
    fn of(root: &'s Value, start: Vec<&'s Value>) -> Self {
        let mut nodes: Vec<&Value> = Vec::new();
        let mut open = start;
        while let Some(node) = open.pop() {
            if nodes.len() >= MOST_NODES || nodes.iter().any(|known| std::ptr::eq(*known, node)) {
                continue;
            }
            nodes.push(node);
            let target = node.get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix('#'));
            open.extend(target.and_then(|pointer| root.pointer(pointer)));
            for keyword in ["anyOf", "oneOf", "allOf"] {
                open.extend(node.get(keyword).and_then(Value::as_array).into_iter().flatten());
            }
            for keyword in ["then", "else"] {
                open.extend(node.get(keyword));
            }
        }
        Self { root, nodes }
    }
}
