//! Two answers compared: every difference found, named and placed. Weighs nothing.

mod array;
mod outline;
#[cfg(test)]
mod tests;

use serde_json::{Number, Value};

use crate::domain::{Change, CompareRules, Kind, Pointer};
use outline::Outline;

/// What two answers are compared by.
#[derive(Debug, Clone, Copy)]
pub struct Basis<'b> {
    /// What may be worded anew, or wobble.
    pub rules: &'b CompareRules,
    /// The author's schema, which says where a value comes from a closed list.
    pub schema: Option<&'b Value>,
    /// The answer is the choice of a tool: its name stands at `/tool`.
    pub tools: bool,
}

/// Every difference between two normalised answers, in order of their places.
///
/// There is none exactly when the answers are equal; an integer and a number with a fraction are
/// not equal, because typed readers tell them apart. Array items are aligned first, so that one
/// inserted item is one difference.
pub fn diff(before: &Value, after: &Value, basis: Basis<'_>) -> Vec<Change> {
    let mut finder = Finder { basis, changes: Vec::new() };
    let outline = basis.schema.map(Outline::new);
    finder.compare(before, after, &Place { pointer: Pointer::root(), outline });
    finder.changes
}

/// Where the comparison stands, in the answers and in the schema.
struct Place<'b> {
    pointer: Pointer,
    outline: Option<Outline<'b>>,
}

impl Place<'_> {
    fn key(&self, name: &str) -> Self {
        let outline = self.outline.as_ref().map(|outline| outline.key(name));
        Self { pointer: self.pointer.key(name), outline }
    }

    fn index(&self, index: usize) -> Self {
        let outline = self.outline.as_ref().map(|outline| outline.item(index));
        Self { pointer: self.pointer.index(index), outline }
    }
}

struct Finder<'b> {
    basis: Basis<'b>,
    changes: Vec<Change>,
}

impl<'b> Finder<'b> {
    // Bounded: values come from a parser that refuses more than 128 levels.
    fn compare(&mut self, before: &Value, after: &Value, place: &Place<'b>) {
        if before == after {
            return;
        }
        match (before, after) {
            (Value::Object(old), Value::Object(new)) => self.members(old, new, place),
            (Value::Array(old), Value::Array(new)) => self.items(old, new, place),
            (Value::Number(old), Value::Number(new)) => self.number(old, new, place),
            _ => {
                let kind = self.kind(before, after, place);
                self.push(kind, &place.pointer, (Some(before), Some(after)));
            }
        }
    }

    fn members(
        &mut self,
        old: &serde_json::Map<String, Value>,
        new: &serde_json::Map<String, Value>,
        place: &Place<'b>,
    ) {
        let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
        names.sort();
        names.dedup();
        for name in names {
            let inner = place.key(name);
            match (old.get(name), new.get(name)) {
                (Some(before), Some(after)) => self.compare(before, after, &inner),
                (Some(gone), None) => {
                    self.push(Kind::FieldRemoved, &inner.pointer, (Some(gone), None));
                }
                (None, added) => self.push(Kind::FieldAdded, &inner.pointer, (None, added)),
            }
        }
    }

    fn number(&mut self, old: &Number, new: &Number, place: &Place<'b>) {
        let kind = match self.basis.rules.tolerance(&place.pointer) {
            Some(tolerance) if distance(old, new) <= tolerance => Kind::NumberWithinTolerance,
            Some(_) => Kind::NumberOutOfTolerance,
            None if old.is_f64() != new.is_f64() => Kind::TypeChanged,
            None => closed_list_or(Kind::ValueChanged, &Value::Number(old.clone()), place),
        };
        let values = (Value::Number(old.clone()), Value::Number(new.clone()));
        self.push(kind, &place.pointer, (Some(&values.0), Some(&values.1)));
    }

    fn kind(&self, before: &Value, after: &Value, place: &Place<'b>) -> Kind {
        match (before, after) {
            (Value::Null, _) => Kind::NullToValue,
            (_, Value::Null) => Kind::ValueToNull,
            (Value::String(_), Value::String(_)) => {
                if self.basis.rules.is_prose(&place.pointer) {
                    Kind::TextReworded
                } else if self.basis.tools && place.pointer.as_str() == "/tool" {
                    Kind::ToolCallChanged
                } else {
                    closed_list_or(Kind::ValueChanged, before, place)
                }
            }
            (Value::Bool(_), Value::Bool(_)) => Kind::ValueChanged,
            _ => Kind::TypeChanged,
        }
    }

    fn push(&mut self, kind: Kind, at: &Pointer, sides: (Option<&Value>, Option<&Value>)) {
        let (before, after) = (sides.0.cloned(), sides.1.cloned());
        self.changes.push(Change::new(kind, at.clone()).between(before, after));
    }
}

/// The kind, or that a value of a closed list changed, where the schema has such a list.
fn closed_list_or(kind: Kind, value: &Value, place: &Place<'_>) -> Kind {
    let listed = place.outline.as_ref().is_some_and(|outline| outline.lists(value));
    if listed { Kind::EnumValueChanged } else { kind }
}

/// How far two numbers are apart; exact for integers that a float cannot tell apart.
fn distance(one: &Number, other: &Number) -> f64 {
    if let (Some(one), Some(other)) = (one.as_i128(), other.as_i128()) {
        #[expect(
            clippy::cast_precision_loss,
            reason = "a distance that large is out of any tolerance"
        )]
        return one.abs_diff(other) as f64;
    }
    match (one.as_f64(), other.as_f64()) {
        // Decimal tolerances are meant as written: 0.95 and 0.90 are 0.05 apart.
        (Some(one), Some(other)) => ((one - other).abs() * 1e12).round() / 1e12,
        _ => f64::INFINITY,
    }
}
