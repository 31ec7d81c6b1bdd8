//! What is different between the accepted answer and a new one, each difference with its kind.
//!
//! Both values must be normalised by the same rules. Nothing here decides what a change means for
//! the gate: every change has its kind's own level.

mod align;
#[cfg(test)]
mod tests;
pub(crate) mod text;

use std::collections::BTreeSet;

use serde_json::{Map, Number, Value};

use crate::domain::number::is_equal;
use crate::domain::{Change, CompareRules, Declared, FieldRole, Kind, Output, Pointer};

use align::Step;
pub(crate) use text::layout;

/// All changes from `before` to `after`, in the order of the values; empty if and only if they are
/// equal.
///
/// What was removed is named by its place in `before`, everything else by its place in `after`.
/// When another tool is called, that is the only change: its arguments belong to another function.
/// Of several calls those of one tool belong together.
pub fn diff(before: &Value, after: &Value, rules: &CompareRules, output: &Output) -> Vec<Change> {
    if let Some(change) = another_tool(before, after, output) {
        return vec![change];
    }
    let schema = output.schema().map(|schema| &schema.document);
    let mut walk = Walk { rules, schema, changes: Vec::new() };
    match (before, after) {
        (Value::Array(before), Value::Array(after)) if output.is_list_of_calls() => {
            walk.calls(before, after);
        }
        _ => walk.value(&Place::default(), before, after),
    }
    walk.changes
}

fn another_tool(before: &Value, after: &Value, output: &Output) -> Option<Change> {
    let Output::Tools { calls, .. } = output else { return None };
    let (at, was, is) = if calls.is_list() {
        (Pointer::root(), tools(before)?, tools(after)?)
    } else {
        (Pointer::root().key("tool"), before.get("tool")?.clone(), after.get("tool")?.clone())
    };
    let change = Change::new(Kind::ToolCallChanged, at);
    (was != is).then(|| change.between(Some(was), Some(is)))
}

/// The tools that are called, sorted.
fn tools(calls: &Value) -> Option<Value> {
    let mut tools: Vec<&str> = calls.as_array()?.iter().map(tool).collect();
    tools.sort_unstable();
    Some(tools.into())
}

fn tool(call: &Value) -> &str {
    call.get("tool").and_then(Value::as_str).unwrap_or_default()
}

/// One place in both values; inside arrays the numbers can differ.
#[derive(Clone, Default)]
struct Place {
    was: Pointer,
    is: Pointer,
}

impl Place {
    fn key(&self, name: &str) -> Self {
        Self { was: self.was.key(name), is: self.is.key(name) }
    }

    fn item(&self, was: usize, is: usize) -> Self {
        Self { was: self.was.index(was), is: self.is.index(is) }
    }
}

struct Walk<'a> {
    rules: &'a CompareRules,
    schema: Option<&'a Value>,
    changes: Vec<Change>,
}

impl Walk<'_> {
    fn value(&mut self, at: &Place, before: &Value, after: &Value) {
        match (before, after) {
            (Value::Object(before), Value::Object(after)) => self.object(at, before, after),
            (Value::Array(before), Value::Array(after)) => self.array(at, before, after),
            (before, after) if before == after => {}
            (before, after) => {
                let (kind, detail) = self.kind(at, before, after);
                let change = Change::new(kind, at.is.clone())
                    .between(Some(before.clone()), Some(after.clone()));
                self.changes.push(Change { detail, role: self.role(&at.is), ..change });
            }
        }
    }

    fn object(&mut self, at: &Place, before: &Map<String, Value>, after: &Map<String, Value>) {
        let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for name in names {
            let at = at.key(name);
            match (before.get(name), after.get(name)) {
                (Some(before), Some(after)) => self.value(&at, before, after),
                (Some(before), None) => self.removed(Kind::FieldRemoved, at.was, before),
                (None, Some(after)) => self.added(Kind::FieldAdded, at.is, after),
                (None, None) => {}
            }
        }
    }

    /// Two lists of calls of the same tools: what is equal belongs together, then what is left of
    /// each tool, in order.
    fn calls(&mut self, before: &[Value], after: &[Value]) {
        let mut left: Vec<(usize, &Value)> = after.iter().enumerate().collect();
        let mut changed = Vec::new();
        for (index, call) in before.iter().enumerate() {
            match left.iter().position(|(_, other)| *other == call) {
                Some(equal) => drop(left.remove(equal)),
                None => changed.push((index, call)),
            }
        }
        for (was, call) in changed {
            let Some(next) = left.iter().position(|(_, other)| tool(other) == tool(call)) else {
                continue;
            };
            let (is, other) = left.remove(next);
            self.value(&Place::default().item(was, is), call, other);
        }
    }

    fn array(&mut self, at: &Place, before: &[Value], after: &[Value]) {
        if before == after {
            return;
        }
        if align::is_reordered(before, after) {
            let array = |items: &[Value]| Some(Value::Array(items.to_vec()));
            let change = Change::new(Kind::OrderChanged, at.is.clone());
            let change = change.between(array(before), array(after));
            self.changes.push(Change { role: self.role(&at.is), ..change });
            return;
        }
        let order = if self.rules.is_unordered(&at.is) {
            align::Order::SaysNothing
        } else {
            align::Order::Matters
        };
        for step in align::align(before, after, order) {
            match step {
                Step::Both(was, is) => {
                    if let (Some(before), Some(after)) = (before.get(was), after.get(is)) {
                        self.value(&at.item(was, is), before, after);
                    }
                }
                Step::Removed(was) => {
                    if let Some(item) = before.get(was) {
                        self.removed(Kind::ItemRemoved, at.was.index(was), item);
                    }
                }
                Step::Added(is) => {
                    if let Some(item) = after.get(is) {
                        self.added(Kind::ItemAdded, at.is.index(is), item);
                    }
                }
            }
        }
    }

    fn removed(&mut self, kind: Kind, at: Pointer, before: &Value) {
        let role = self.role(&at);
        let change = Change::new(kind, at).between(Some(before.clone()), None);
        self.changes.push(Change { role, ..change });
    }

    fn added(&mut self, kind: Kind, at: Pointer, after: &Value) {
        let role = self.role(&at);
        let change = Change::new(kind, at).between(None, Some(after.clone()));
        self.changes.push(Change { role, ..change });
    }

    /// What the place is for, as far as the suite or the schema say.
    fn role(&self, at: &Pointer) -> Option<FieldRole> {
        let declared = || self.schema.map(|schema| Declared::at(schema, at)).unwrap_or_default();
        self.rules.role(at).or_else(|| {
            let declared = declared();
            declared.role().or_else(|| declared.implied_role())
        })
    }

    /// The kind of a change between two different values that are not both containers of a sort.
    fn kind(&self, at: &Place, before: &Value, after: &Value) -> (Kind, Option<String>) {
        let kind = match (before, after) {
            (_, Value::Null) => Kind::ValueToNull,
            (Value::Null, _) => Kind::NullToValue,
            (Value::Number(before), Value::Number(after)) => {
                return self.number(at, before, after);
            }
            (Value::Bool(_), Value::Bool(_)) => Kind::EnumValueChanged,
            (Value::String(before), Value::String(after)) => self.text(at, before, after),
            _ => Kind::TypeChanged,
        };
        (kind, None)
    }

    fn text(&self, at: &Place, before: &str, after: &str) -> Kind {
        let (was, is) = (Value::from(before), Value::from(after));
        if self.declared(at).lists(&was, &is) {
            return match self.alternatives(at) {
                Some((owner, member)) if owner.is_discriminator(&member, &was, &is) => {
                    Kind::BranchShift
                }
                _ => Kind::EnumValueChanged,
            };
        }
        if self.rules.role(&at.is) == Some(FieldRole::FreeText) {
            text::kind(before, after)
        } else {
            text::kind_of_exact(before, after)
        }
    }

    /// What the schema says of the object around a place, and the member that the place is.
    fn alternatives(&self, at: &Place) -> Option<(Declared<'_>, String)> {
        let mut steps: Vec<String> = at.is.steps().collect();
        let member = steps.pop()?;
        let owner = steps.iter().fold(Pointer::root(), |place, step| place.key(step));
        Some((Declared::at(self.schema?, &owner), member))
    }

    /// A number that turns from `12` into `12.0` breaks readers that expect an integer, unless the
    /// schema promises no more than a number; then it is a matter of writing.
    fn number(&self, at: &Place, before: &Number, after: &Number) -> (Kind, Option<String>) {
        let declared = self.declared(at);
        let (was, is) = (before.as_f64().unwrap_or_default(), after.as_f64().unwrap_or_default());
        let rewritten = before.is_f64() != after.is_f64();
        let equal = rewritten && is_equal(before, after);
        if rewritten && (declared.is_integer() || (equal && !declared.is_number())) {
            let words = "a fraction in one, an integer in the other".to_owned();
            return (Kind::TypeChanged, Some(words));
        }
        if equal {
            let words = "the same number, written otherwise".to_owned();
            return (Kind::NumberWithinTolerance, Some(words));
        }
        let (value_was, value_is) = (Value::from(before.clone()), Value::from(after.clone()));
        let tolerance = self.rules.tolerance(&at.is);
        let kind = match tolerance {
            _ if self.rules.allows(&at.is, was, is) => Kind::NumberWithinTolerance,
            _ if declared.lists(&value_was, &value_is) => Kind::EnumValueChanged,
            // Of an exact number every other value is alike; what varies has an order of magnitude.
            _ if (tolerance.is_some() || self.varies(at, &declared)) && is_far(was, is) => {
                Kind::MagnitudeShift
            }
            Some(_) => Kind::NumberOutOfTolerance,
            None => Kind::ValueChanged,
        };
        (kind, None)
    }

    /// Whether a number is one that varies between answers.
    fn varies(&self, at: &Place, declared: &Declared<'_>) -> bool {
        let role = self.rules.role(&at.is).or_else(|| declared.role());
        role.map_or(declared.is_number(), |role| role == FieldRole::Numeric)
    }

    fn declared(&self, at: &Place) -> Declared<'_> {
        self.schema.map(|schema| Declared::at(schema, &at.is)).unwrap_or_default()
    }
}

/// Whether a number became half or less, twice or more, zero, or changed its sign.
fn is_far(was: f64, is: f64) -> bool {
    let ratio = is / was;
    !(ratio > 0.5 && ratio < 2.0)
}
