//! One classified difference, what it comes from, and alike ones together.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Bound;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};

use super::{CellId, FieldRole, Hash, Kind, KindFamily, Pointer, PromptName, Slot, string_enum};

string_enum! {
    /// How much a change weighs.
    pub enum Level {
        /// Nothing to do.
        Info = "info",
        /// Somebody should look.
        Review = "review",
        /// Callers fail.
        Breaking = "breaking",
    }
}

/// One classified difference between the accepted answer and a new one, or one cause for which
/// there is no valid answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    pub kind: Kind,
    /// Which form of the kind, where it has several: `fence-open`, the HTTP status, or the sort of
    /// rule that is violated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// Where in the answer; the empty pointer is the whole of it.
    pub pointer: Pointer,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    #[schemars(with = "Option<Value>")]
    pub before: Option<Value>,
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

    /// Whether a person has to see it before its answer is accepted. Who answers does not count: every
    /// cell of a slot that moved shows it.
    pub fn wants_a_look(&self) -> bool {
        self.level > Level::Info && self.kind.info().shown != Some(KindFamily::Identity)
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

    /// Names this change of this cell: a hash over kind, cell, pointer, before and after. It is the
    /// same in every run, so that a decision can be carried over.
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
        Hash::of_json(&key).as_str().to_owned()
    }

    /// Names alike changes: a hash over kind, place and slot, and the prompt, unless the change comes
    /// from the model. The number of an item never counts.
    pub fn group_id(&self, cell: &CellId, because: &[Because]) -> String {
        let of_model = self.kind.info().shown == Some(KindFamily::Identity)
            || Because::is_of_model_alone(because);
        let prompt = (!of_model).then_some(&cell.prompt);
        let key = json!([self.kind, prompt, cell.model, self.pointer.of_any_item()]);
        Hash::of_json(&key).as_str().to_owned()
    }
}

/// Reads a value that is written, `null` too: only one that is missing is `None`.
pub(super) fn present<'de, T, D>(reader: D) -> Result<Option<T>, D::Error>
where
    T: From<Value>,
    D: Deserializer<'de>,
{
    Value::deserialize(reader).map(|value| Some(value.into()))
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
    /// What became what in these cells; the most frequent first.
    pub pairs: Vec<Pair>,
    /// What it comes from in these cells, as far as something on record says so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<Because>,
}

impl ChangeGroup {
    /// Whether somebody should look.
    pub fn weighs(&self) -> bool {
        self.change.level > Level::Info
    }
}

/// What was accepted and what came instead, counted over the cells of a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    #[schemars(with = "Option<Value>")]
    pub before: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    #[schemars(with = "Option<Value>")]
    pub after: Option<Value>,
    /// One sentence for people, where the values do not say it all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// In how many cells.
    pub cells: usize,
}

/// Ids as people read and type them: the first six digits, and more where another id begins alike.
#[derive(Debug, Clone, Default)]
pub struct Prefixes(BTreeSet<String>);

impl Prefixes {
    /// Fewest digits of an id that are shown, and taken for one.
    pub const LEAST: usize = 6;

    /// So much of the id as no other one begins with.
    pub fn short<'i>(&self, id: &'i str) -> &'i str {
        let before = (Bound::Unbounded, Bound::Excluded(id));
        let before = self.0.range::<str, _>(before).next_back();
        let after = (Bound::Excluded(id), Bound::Unbounded);
        let after = self.0.range::<str, _>(after).next();
        let alike =
            |other: &String| id.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
        let alike = before.into_iter().chain(after).map(alike).max().unwrap_or(0);
        id.get(..Self::LEAST.max(alike + 1)).unwrap_or(id)
    }
}

impl<S: Into<String>> FromIterator<S> for Prefixes {
    fn from_iter<I: IntoIterator<Item = S>>(ids: I) -> Self {
        Self(ids.into_iter().map(Into::into).collect())
    }
}

/// One change of a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ColumnChange {
    pub kind: Kind,
    pub slot: Slot,
    /// Of which prompt in it; absent where it is about the whole column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<PromptName>,
    /// How much it weighs here.
    pub level: Level,
    /// Whether it fails the gate.
    pub fails: bool,
    /// One sentence for people, with the numbers.
    pub detail: String,
    /// In how many cells it was looked for.
    pub cells: usize,
    /// By how much the middle cell moved: `0.2` is a fifth more, and of `confidence-shift` it is in the
    /// number's own unit. Absent where it is no number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<f64>,
    /// What it comes from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<Because>,
}

impl ColumnChange {
    /// What it is about: `triage@swift`, or `@swift`.
    pub fn name(&self) -> String {
        let prompt = self.prompt.as_ref().map(PromptName::as_str).unwrap_or_default();
        format!("{prompt}@{}", self.slot)
    }
}

macro_rules! reasons {
    ($($reason:ident $id:literal $words:literal;)*) => {
        /// What a change comes from. Follows from what is recorded, and is never guessed: several
        /// hold where several things changed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[derive(schemars::JsonSchema)]
        #[serde(rename_all = "kebab-case")]
        pub enum Because {
            $(#[doc = $words] $reason,)*
        }

        impl Because {
            /// All of them, with the word of each.
            pub const ALL: &[(Self, &str)] = &[$((Self::$reason, $id),)*];

            /// What it says to people, as a part of a sentence.
            pub fn words(self) -> &'static str {
                match self { $(Self::$reason => $words,)* }
            }
        }
    };
}

reasons! {
    PromptEdited "prompt-edited" "the prompt or the case was edited since the answer was accepted";
    SchemaEdited "schema-edited" "the schema was edited since the answer was accepted";
    ParametersChanged "parameters-changed" "a parameter or the structured mode is another one";
    WireChanged "wire-changed" "the same schema is sent in another form";
    CompareRulesChanged "compare-rules-changed" "the rules of comparing were edited since the answer was accepted";
    ModelChanged "model-changed" "another model id is asked for";
    AliasMoved "alias-moved" "another version answers to the same model id";
    SilentSwap "silent-swap" "the slot behaves otherwise, and its provider discloses nothing";
    Noise "noise" "answers to this request vary by themselves";
    Unexplained "unexplained" "nothing on record changed";
}

impl Because {
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(reason, _)| *reason == self).map_or("", |(_, id)| id)
    }

    /// Whether the model is what changed, and nothing that the suite says.
    pub fn is_of_model_alone(reasons: &[Self]) -> bool {
        let moved = [Self::ModelChanged, Self::AliasMoved, Self::SilentSwap];
        let own = [Self::PromptEdited, Self::SchemaEdited, Self::ParametersChanged];
        let has = |of: &[Self]| reasons.iter().any(|reason| of.contains(reason));
        has(&moved) && !has(&own)
    }

    /// All reasons as one sentence; `None` without any.
    pub fn sentence(reasons: &[Self]) -> Option<String> {
        let words: Vec<&str> = reasons.iter().map(|reason| reason.words()).collect();
        let (last, rest) = words.split_last()?;
        let text = match reasons {
            [Self::Unexplained] => format!("Unexplained: {last}."),
            _ if rest.is_empty() => format!("Cause on record: {last}."),
            _ => format!("Causes on record: {}, and {last}.", rest.join(", ")),
        };
        Some(text)
    }
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_that_is_gone_is_one_group_over_all_prompts() {
        let (one, two): (CellId, CellId) =
            ("triage/a@m".parse().unwrap(), "invoice/b@m".parse().unwrap());
        let gone = Change::new(Kind::ModelRetired, Pointer::root());
        assert_eq!(gone.group_id(&one, &[]), gone.group_id(&two, &[]));
        let empty = Change::new(Kind::Empty, Pointer::root());
        assert_ne!(empty.group_id(&one, &[]), empty.group_id(&two, &[]));
        let moved = [Because::AliasMoved];
        assert_eq!(empty.group_id(&one, &moved), empty.group_id(&two, &moved));
        let edited = [Because::PromptEdited, Because::AliasMoved];
        assert_ne!(empty.group_id(&one, &edited), empty.group_id(&two, &edited));
    }

    #[test]
    fn an_id_is_shown_as_far_as_no_other_one_begins_like_it() {
        let ids: Prefixes = ["1234560000", "1234567000", "1234567800", "ab"].into_iter().collect();
        assert_eq!(ids.short("1234560000"), "1234560");
        assert_eq!(ids.short("1234567800"), "12345678");
        assert_eq!(ids.short("fedcba9876"), "fedcba");
        assert_eq!(ids.short("ab"), "ab");
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

    #[test]
    fn reasons_are_one_sentence_and_their_words_are_those_of_the_data() {
        for (reason, id) in Because::ALL {
            assert_eq!(serde_json::to_value(reason).unwrap(), *id);
        }
        let both = [Because::PromptEdited, Because::AliasMoved];
        let text = Because::sentence(&both).unwrap();
        assert!(text.starts_with("Causes on record: the prompt") && text.contains(", and another"));
        let none = Because::sentence(&[Because::Unexplained]);
        assert_eq!(none.as_deref(), Some("Unexplained: nothing on record changed."));
        assert_eq!(Because::sentence(&[]), None);
    }
}
