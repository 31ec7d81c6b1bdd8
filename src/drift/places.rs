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
    /// Whether the schema leaves no choice of type there, so that another one is a violation.
    pub(super) is_fixed: bool,
    /// Whether it is an object whose members are places of their own.
    pub(super) is_opened: bool,
}

/// Which members of an object that the schema leaves open are places.
#[derive(Clone, Copy)]
pub(super) enum OpenMembers<'r> {
    /// All that occur: while roles are learned.
    All,
    /// Those that have a role, or lie above one that has.
    Of(&'r Roles),
}

/// Finds the places of an answer.
pub(super) fn places<'a>(
    value: &'a Value,
    schema: Option<&'a Value>,
    open: OpenMembers<'_>,
) -> Places<'a> {
    let mut walk = Walk { places: Places::default(), open };
    let declared = schema.map(Declared::whole).unwrap_or_default();
    let way = Way { depth: 0, is_inside: false, is_required: true };
    walk.visit(&PointerPattern::root(), &declared, Some(value), way);
    walk.places
}

struct Walk<'a, 'r> {
    places: Places<'a>,
    open: OpenMembers<'r>,
}

/// How a value comes to stand at its place.
#[derive(Clone, Copy)]
struct Way {
    depth: usize,
    /// Inside an array or a dictionary.
    is_inside: bool,
    /// Whether the schema wants a value there.
    is_required: bool,
}

impl Way {
    fn below(self, is_required: bool) -> Self {
        Self { depth: self.depth + 1, is_required, ..self }
    }

    fn inside(self) -> Self {
        Self { depth: self.depth + 1, is_inside: true, is_required: true }
    }
}

impl<'a> Walk<'a, '_> {
    fn visit(
        &mut self,
        place: &PointerPattern,
        declared: &Declared<'a>,
        value: Option<&'a Value>,
        way: Way,
    ) {
        let opened = match value {
            Some(Value::Object(members)) if self.opens(declared, way) => Some(members),
            _ => None,
        };
        let found = self.places.found.entry(place.clone()).or_insert_with(|| Found {
            declared: declared.clone(),
            values: Vec::new(),
            is_inside: way.is_inside,
            is_opened: false,
            is_fixed: way.is_required && declared.fixes_type(),
        });
        found.values.push(value);
        found.is_opened |= opened.is_some();
        match value {
            Some(Value::Array(items)) if way.depth < MOST_DEPTH => {
                for (index, item) in items.iter().enumerate() {
                    let declared = declared.below(&index.to_string());
                    self.visit(&place.each(), &declared, Some(item), way.inside());
                }
            }
            Some(Value::Object(members)) if opened.is_some() => {
                self.members(place, declared, members, way);
            }
            // What a dictionary holds is looked at as if it were a list.
            Some(Value::Object(members)) if declared.is_dictionary() && way.depth < MOST_DEPTH => {
                for (name, value) in members {
                    let declared = declared.below(name);
                    self.visit(&place.each(), &declared, Some(value), way.inside());
                }
            }
            _ => {}
        }
    }

    fn opens(&self, declared: &Declared<'_>, way: Way) -> bool {
        way.depth < MOST_DEPTH && self.places.found.len() < MOST_PLACES && !declared.is_dictionary()
    }

    fn members(
        &mut self,
        place: &PointerPattern,
        declared: &Declared<'a>,
        members: &'a Map<String, Value>,
        way: Way,
    ) {
        let named: BTreeSet<String> = match (declared.members(), self.open) {
            (named, _) if !named.is_empty() => named.into_iter().map(str::to_owned).collect(),
            (_, OpenMembers::All) => members.keys().cloned().collect(),
            (_, OpenMembers::Of(roles)) => roles.below(place),
        };
        // Of alternatives, each may require what another does not know.
        let is_one = declared.fixes_type();
        for name in &named {
            let is_required = is_one && declared.requires(name);
            let declared = declared.below(name);
            self.visit(&place.key(name), &declared, members.get(name), way.below(is_required));
        }
        for name in members.keys().filter(|name| !named.contains(*name)) {
            self.places.undeclared.insert(place.key(name));
        }
    }
}
