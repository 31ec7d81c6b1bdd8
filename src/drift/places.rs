//! The places of an answer: which there are, which are missing, and which nobody declared.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::roles::Roles;
use crate::domain::{Declared, PointerPattern};

/// Deeper than this a value is taken as a whole.
const MOST_DEPTH: usize = 8;

/// Beyond this many places the rest is taken as a whole.
const MOST_PLACES: usize = 200;

/// All places of one answer.
#[derive(Default)]
pub(super) struct Places<'a> {
    /// By pattern.
    pub(super) found: BTreeMap<PointerPattern, Found<'a>>,
    /// Members that the schema does not name, where it names others.
    pub(super) undeclared: BTreeSet<PointerPattern>,
}

/// What stands at one place; several values where the pattern has a `*`.
pub(super) struct Found<'a> {
    /// What the schema says of it.
    pub(super) declared: Declared<'a>,
    /// The values; `None` where one could stand and none does.
    pub(super) values: Vec<Option<&'a Value>>,
    /// Whether it lies inside an array or a dictionary.
    pub(super) is_inside: bool,
    /// Whether it is an object whose members are places of their own.
    pub(super) is_opened: bool,
}

/// Which members of an object that the schema leaves open are places.
#[derive(Clone, Copy)]
pub(super) enum Known<'r> {
    /// All that occur: while roles are learned.
    All,
    /// Those that have a role, or lie above one that has.
    Of(&'r Roles),
}

/// Finds the places of an answer.
pub(super) fn places<'a>(
    value: &'a Value,
    schema: Option<&'a Value>,
    known: Known<'_>,
) -> Places<'a> {
    let mut walk = Walk { places: Places::default(), known };
    let declared = schema.map(Declared::whole).unwrap_or_default();
    walk.visit(&PointerPattern::root(), &declared, Some(value), 0, false);
    walk.places
}

struct Walk<'a, 'r> {
    places: Places<'a>,
    known: Known<'r>,
}

impl<'a> Walk<'a, '_> {
    fn visit(
        &mut self,
        place: &PointerPattern,
        declared: &Declared<'a>,
        value: Option<&'a Value>,
        depth: usize,
        is_inside: bool,
    ) {
        let opened = match value {
            Some(Value::Object(members)) if self.opens(declared, depth) => Some(members),
            _ => None,
        };
        let found = self.places.found.entry(place.clone()).or_insert_with(|| Found {
            declared: declared.clone(),
            values: Vec::new(),
            is_inside,
            is_opened: false,
        });
        found.values.push(value);
        found.is_opened |= opened.is_some();
        match value {
            Some(Value::Array(items)) if depth < MOST_DEPTH => {
                self.items(place, declared, items, depth);
            }
            Some(Value::Object(members)) if opened.is_some() => {
                self.members(place, declared, members, depth, is_inside);
            }
            // What a dictionary holds is looked at as if it were a list.
            Some(Value::Object(members)) if declared.is_dictionary() && depth < MOST_DEPTH => {
                for (name, value) in members {
                    let declared = declared.below(name);
                    self.visit(&place.each(), &declared, Some(value), depth + 1, true);
                }
            }
            _ => {}
        }
    }

    fn opens(&self, declared: &Declared<'_>, depth: usize) -> bool {
        depth < MOST_DEPTH && self.places.found.len() < MOST_PLACES && !declared.is_dictionary()
    }

    fn items(
        &mut self,
        place: &PointerPattern,
        declared: &Declared<'a>,
        items: &'a [Value],
        depth: usize,
    ) {
        let each = place.each();
        for (index, item) in items.iter().enumerate() {
            let declared = declared.below(&index.to_string());
            self.visit(&each, &declared, Some(item), depth + 1, true);
        }
    }

    fn members(
        &mut self,
        place: &PointerPattern,
        declared: &Declared<'a>,
        members: &'a Map<String, Value>,
        depth: usize,
        is_inside: bool,
    ) {
        let named: BTreeSet<String> = match (declared.members(), self.known) {
            (named, _) if !named.is_empty() => named.into_iter().map(str::to_owned).collect(),
            (_, Known::All) => members.keys().cloned().collect(),
            (_, Known::Of(roles)) => roles.below(place),
        };
        for name in &named {
            let declared = declared.below(name);
            self.visit(&place.key(name), &declared, members.get(name), depth + 1, is_inside);
        }
        for name in members.keys().filter(|name| !named.contains(*name)) {
            self.places.undeclared.insert(place.key(name));
        }
    }
}
