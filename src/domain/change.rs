//! One classified difference, and alike ones together.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};

use super::{Because, CellId, Family, FieldRole, Hash, Kind, Pointer};

/// How much a change weighs.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Nothing to do.
    Info,
    /// Somebody should look.
    Review,
    /// Callers fail.
    Breaking,
}

impl Level {
    /// All of them, lightest first.
    pub const ALL: [Self; 3] = [Self::Info, Self::Review, Self::Breaking];

    /// As written in the config.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Review => "review",
            Self::Breaking => "breaking",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Level {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|level| level.as_str() == text).ok_or(())
    }
}

/// One classified difference between the accepted answer and a new one, or one cause for which
/// there is no valid answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// What kind.
    pub kind: Kind,
    /// Which form of the kind, where it has several: `fence-open`, the HTTP status, or the sort of
    /// rule that is violated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// Where in the answer; the empty pointer is the whole of it.
    pub pointer: Pointer,
    /// What was accepted.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    #[schemars(with = "Option<Value>")]
    pub before: Option<Value>,
    /// What came now.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    #[schemars(with = "Option<Value>")]
    pub after: Option<Value>,
    /// One sentence for people, where kind, before and after do not say it all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What the place is for, as far as suite or schema say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<FieldRole>,
    /// How much it weighs here.
    pub level: Level,
}

impl Change {
    /// A change of this kind, at the kind's own level.
    pub fn new(kind: Kind, pointer: Pointer) -> Self {
        let level = kind.info().level;
        let (sub, before, after, detail, role) = (None, None, None, None, None);
        Self { kind, sub, pointer, before, after, detail, role, level }
    }

    /// The same change in one of the kind's forms.
    #[must_use]
    pub fn of(mut self, sub: Option<&str>) -> Self {
        self.sub = sub.map(str::to_owned);
        self
    }

    /// The same change with what was accepted and what came now.
    #[must_use]
    pub fn between(mut self, before: Option<Value>, after: Option<Value>) -> Self {
        self.before = before;
        self.after = after;
        self
    }

    /// The same change with a sentence for people.
    #[must_use]
    pub fn saying(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Names this change of this cell: the first 12 digits of a hash over kind, cell, pointer,
    /// before and after. It is the same in every run, so that a decision can be carried over.
    pub fn fingerprint(&self, cell: &CellId) -> String {
        let key = json!([
            self.kind,
            cell.prompt,
            cell.case,
            cell.model,
            self.pointer,
            self.before,
            self.after
        ]);
        Hash::of_json(&key).short(12).to_owned()
    }

    /// Names alike changes: the first 6 digits of the same hash without case and slot. Where the
    /// shape of the answer changed, or only its wording, the values do not count; a moved alias is
    /// alike in every prompt. The number of an item never counts.
    pub fn group_id(&self, cell: &CellId) -> String {
        let words = if self.kind.groups_by_place() {
            Value::Null
        } else {
            json!([self.before, self.after])
        };
        // What happened to the model happened to every prompt.
        let of_model =
            self.kind == Kind::ModelRetired || self.kind.info().family == Family::Telemetry;
        let prompt = if of_model { Value::Null } else { json!(cell.prompt) };
        let key = json!([self.kind, prompt, self.pointer.of_any_item(), words]);
        Hash::of_json(&key).short(6).to_owned()
    }
}

/// Reads a value that is written, `null` too: only one that is missing is `None`.
pub(super) fn present<'de, D: Deserializer<'de>>(reader: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(reader).map(Some)
}

/// Alike changes, for one decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeGroup {
    /// See [`Change::group_id`].
    pub id: String,
    /// One of the changes, standing for all. Where these lie in several items of an array, its place
    /// has `*` for their numbers.
    pub change: Change,
    /// Where it happened, in order.
    pub cells: Vec<CellId>,
    /// What it comes from in these cells, as far as something on record says so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<Because>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_that_is_gone_is_one_group_over_all_prompts() {
        let (one, two): (CellId, CellId) =
            ("triage/a@m".parse().unwrap(), "invoice/b@m".parse().unwrap());
        let gone = Change::new(Kind::ModelRetired, Pointer::root());
        assert_eq!(gone.group_id(&one), gone.group_id(&two));
        let empty = Change::new(Kind::Empty, Pointer::root());
        assert_ne!(empty.group_id(&one), empty.group_id(&two));
    }

    #[test]
    fn a_value_of_null_is_read_back_as_one() {
        let change = Change::new(Kind::ValueToNull, Pointer::root());
        for after in [None, Some(Value::Null), Some(json!(1))] {
            let change = change.clone().between(Some(json!("x")), after);
            let text = serde_json::to_string(&change).unwrap();
            assert_eq!(serde_json::from_str::<Change>(&text).unwrap(), change);
        }
    }
}
