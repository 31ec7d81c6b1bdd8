//! The table of kinds: every cause for which there is no valid answer, and every kind of change.
//!
//! `explain`, the reference page, the reports and the JSON Schema are generated from it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Level;

/// What a row of the table is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// Nobody answered: says nothing about the prompt.
    NoEvidence,
    /// The answer cannot be used: why there is no valid value.
    Cause,
    /// A valid answer that differs from the accepted one.
    Change,
    /// Something around the answer differs.
    Telemetry,
}

/// Where the repair is usually made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FixClass {
    /// In the code that parses the answer.
    ClientParse,
    /// In the JSON Schema.
    Schema,
    /// In the wording of the prompt.
    Prompt,
    /// In the parameters of the request.
    Params,
    /// By pinning another version, or going back to the last.
    Pin,
    /// Outside: network, key, quota, provider.
    Infra,
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct KindInfo {
    /// The kind itself.
    pub kind: Kind,
    /// Its name everywhere: stable, lower case, with dashes.
    pub id: &'static str,
    /// What the row is about.
    pub family: Family,
    /// How much it weighs unless `[levels]` says otherwise.
    pub level: Level,
    /// One sentence: what it is.
    pub title: &'static str,
    /// What it does to the program that reads the answer.
    pub effect: &'static str,
    /// What to do if it matters.
    pub mend: &'static str,
    /// An accepted answer and one that has changed like this; empty where there is none.
    pub example: (&'static str, &'static str),
    /// Where the repair is usually made.
    pub fix: FixClass,
}

macro_rules! kinds {
    ($($kind:ident $id:literal $family:ident $level:ident $fix:ident
        $title:literal $effect:literal $mend:literal $before:literal $after:literal;)*) => {
        /// One kind of cause or change, ordered as the table is: by family, worst first.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[derive(schemars::JsonSchema)]
        pub enum Kind {
            $(#[doc = $title] #[serde(rename = $id)] $kind,)*
        }

        /// All kinds: by family, worst first.
        pub const KINDS: &[KindInfo] = &[$(KindInfo {
            kind: Kind::$kind,
            id: $id,
            family: Family::$family,
            level: Level::$level,
            title: $title,
            effect: $effect,
            mend: $mend,
            example: ($before, $after),
            fix: FixClass::$fix,
        },)*];
    };
}

kinds! {
    Transport "transport" NoEvidence Info Infra
        "No response arrived: connection, time limit, or a broken transfer."
        "Says nothing about the prompt; the cell has no answer in this run."
        "Run the failed cells again: promptmatrix run --failed"
        "" "";
    Unrecorded "unrecorded" NoEvidence Info Infra
        "Nothing is sent offline, and there is no recording of this request that can be used."
        "Says nothing about the prompt; the cell has no answer in this run."
        "Record it with network and key: promptmatrix run CELL"
        "" "";
    ProviderError "provider-error" NoEvidence Info Infra
        "The provider answered with an error of its own: rate limit, overload, key, or quota."
        "Says nothing about the prompt; the cell has no answer in this run."
        "Mend the key or the quota the message names, then: promptmatrix run --failed"
        "" "";
    ModelRetired "model-retired" Cause Breaking Pin
        "The provider no longer serves the model id."
        "Every call fails."
        "Pin a successor: set a new `id` for the slot, and run its cells."
        "" "";
    RejectedRequest "rejected-request" Cause Breaking Params
        "The provider refuses the request itself: a parameter, the schema, or the length of the input."
        "Every call like this one fails."
        "Change the parameter or the schema that the message names."
        "" "";
    Refused "refused" Cause Breaking Prompt
        "The model declined to answer."
        "There is no value to read; a client that expects JSON fails."
        "Restate the task in the prompt, or state why the input is legitimate."
        "{\"category\": \"billing\"}" "I'm sorry, but I can't help with that.";
    Filtered "filtered" Cause Breaking Prompt
        "A content filter of the provider blocked the input or cut the answer."
        "There is no value to read."
        "Adjust the filter at the provider, or the wording of prompt and case."
        "" "";
    Truncated "truncated" Cause Breaking Params
        "The answer was cut off: at the limit of output tokens, or because the context was full."
        "The JSON ends in the middle; even when it parses, something is missing."
        "Raise `max-output-tokens`, or ask for a shorter answer."
        "{\"category\": \"billing\"}" "{\"category\": \"bil";
    NoStructuredBlock "no-structured-block" Cause Breaking Prompt
        "The model wrote text where a tool call was required."
        "A client that reads the tool's arguments finds none."
        "Say in the prompt that the answer is always a call of the tool."
        "" "";
    Empty "empty" Cause Breaking Params
        "The answer is empty."
        "There is no value to read."
        "Raise `max-output-tokens` if the model reasons; else run the cell again."
        "" "";
    Fenced "fenced" Cause Breaking ClientParse
        "The JSON stands inside a Markdown code fence, where bare JSON was promised."
        "A strict parser fails at the first character; the payload itself may be fine."
        "Say `no code fences` in the prompt, use `structured = \"native\"`, or set `extract = \"tolerant\"` in [compare]."
        "{\"category\": \"billing\"}" "```json\n{\"category\": \"billing\"}\n```";
    SurroundingProse "surrounding-prose" Cause Breaking ClientParse
        "There is text before or after the JSON."
        "A strict parser fails; the payload itself may be fine."
        "Say `JSON only` in the prompt, or use `structured = \"native\"`."
        "{\"category\": \"billing\"}" "Here is the JSON: {\"category\": \"billing\"}";
    ByteOrderMark "byte-order-mark" Cause Breaking ClientParse
        "The answer begins with a byte order mark."
        "A strict parser fails at an invisible character."
        "Strip U+FEFF in the client."
        "{\"category\": \"billing\"}" "\u{feff}{\"category\": \"billing\"}";
    MultipleDocuments "multiple-documents" Cause Breaking ClientParse
        "Two or more JSON documents follow each other, or several tools are called at once."
        "A strict parser fails after the first; a lenient one drops the rest."
        "Ask for exactly one JSON value, or one tool call."
        "{\"category\": \"billing\"}" "{\"category\": \"billing\"}{\"category\": \"other\"}";
    DuplicateKey "duplicate-key" Cause Breaking ClientParse
        "An object names the same key twice."
        "Parsers disagree on which value counts: most keep the last, some the first, some fail."
        "Shorten the schema or the prompt around that field."
        "{\"a\": 1}" "{\"a\": 1, \"a\": 2}";
    NonstandardJson "nonstandard-json" Cause Breaking ClientParse
        "The text has NaN, Infinity, a number too large for a double, or half a surrogate pair."
        "A strict parser fails; a lenient one yields a value that others cannot read."
        "Say what to write when a number is not known (`null`, or leave the field out)."
        "{\"score\": null}" "{\"score\": NaN}";
    NotJson "not-json" Cause Breaking Prompt
        "The answer is not JSON."
        "There is no value to read."
        "Ask for JSON only, or use `structured = \"native\"`."
        "{\"category\": \"billing\"}" "{'category': 'billing'}";
    SchemaViolation "schema-violation" Cause Breaking Schema
        "The value does not satisfy the JSON Schema."
        "A client that relies on the schema fails or reads something it does not know."
        "Restate the rule in the prompt, or change the schema if the new value is right."
        "{\"priority\": \"urgent\"}" "{\"priority\": \"urgent!!\"}";
    ExpectationFailed "expectation-failed" Cause Breaking Prompt
        "A value that the case fixes with `expect` is another one."
        "The answer is valid but wrong by the suite's own rule."
        "Mend the prompt; if the rule is outdated, change `expect` in the case."
        "{\"priority\": \"urgent\"}" "{\"priority\": \"low\"}";
    FieldRemoved "field-removed" Change Breaking Schema
        "A field that the accepted answer had is missing, although the schema allows that."
        "Callers that read it fail or fall back without an error message."
        "Make it `required` in the schema, or restate it in the prompt."
        "{\"category\": \"billing\", \"tags\": [\"invoice\"]}" "{\"category\": \"billing\"}";
    ValueToNull "value-to-null" Change Breaking Schema
        "A field that had a value is now null, although the schema allows that."
        "Callers that read the value fail, or take null for an answer."
        "Forbid null in the schema, or say in the prompt when null is right."
        "{\"due\": \"2026-05-01\"}" "{\"due\": null}";
    TypeChanged "type-changed" Change Breaking Schema
        "A value has another JSON type, or a fraction where there was an integer (`12.0` for `12`), although the schema allows both."
        "Typed callers fail to read it."
        "Allow only one type in the schema."
        "{\"total\": 12}" "{\"total\": \"12\"}";
    NullToValue "null-to-value" Change Review Schema
        "A field that was null now has a value."
        "Callers meet a value where they had none; it may be better, or invented."
        "Say in the prompt when null is right, or accept the value."
        "{\"due\": null}" "{\"due\": \"2026-05-01\"}";
    EnumValueChanged "enum-value-changed" Change Review Prompt
        "A value from a closed list changed to another one of the list."
        "Whatever is routed or counted by that value goes elsewhere from now on."
        "State the rule that separates the two values in the prompt."
        "{\"category\": \"billing\"}" "{\"category\": \"account\"}";
    ToolCallChanged "tool-call-changed" Change Review Prompt
        "Another tool is called."
        "The program does something else from now on."
        "State in the prompt when each tool is right."
        "{\"tool\": \"refund_order\"}" "{\"tool\": \"escalate\"}";
    ValueChanged "value-changed" Change Review Prompt
        "A value is another one."
        "Whoever reads it gets another answer."
        "Restate the rule in the prompt; if the wording is free, list the place under `prose`."
        "{\"order\": \"1182\"}" "{\"order\": \"#1182\"}";
    NumberOutOfTolerance "number-out-of-tolerance" Change Review Prompt
        "A number moved further than `tolerance` allows."
        "Thresholds and sums downstream shift."
        "Widen `tolerance` in [compare], or restate how the number is found."
        "{\"confidence\": 0.9}" "{\"confidence\": 0.4}";
    FieldAdded "field-added" Change Review Schema
        "There is a field that the accepted answer did not have."
        "Strict callers reject unknown fields; others ignore it."
        "Set `additionalProperties: false`, or accept the field."
        "{\"category\": \"billing\"}" "{\"category\": \"billing\", \"note\": \"x\"}";
    ItemAdded "item-added" Change Review Prompt
        "An array has an item more."
        "Whoever counts or shows the items gets one more."
        "State in the prompt what belongs in the list."
        "{\"tags\": [\"a\"]}" "{\"tags\": [\"a\", \"b\"]}";
    ItemRemoved "item-removed" Change Review Prompt
        "An array has an item less."
        "Whoever reads the list misses it."
        "State in the prompt what belongs in the list."
        "{\"tags\": [\"a\", \"b\"]}" "{\"tags\": [\"a\"]}";
    OrderChanged "order-changed" Change Review Prompt
        "The same items stand in another order."
        "Callers that read by position get another item."
        "List the place under `unordered` in [compare] if order says nothing."
        "{\"tags\": [\"a\", \"b\"]}" "{\"tags\": [\"b\", \"a\"]}";
    TextReworded "text-reworded" Change Info Prompt
        "A text listed under `prose` is worded anew."
        "People read something else; programs should not care."
        "Take the place out of `prose` if the wording matters."
        "{\"summary\": \"Charged twice.\"}" "{\"summary\": \"The customer was charged twice.\"}";
    NumberWithinTolerance "number-within-tolerance" Change Info Prompt
        "A number moved, but not further than `tolerance` allows."
        "None, by the suite's own rule."
        "Narrow `tolerance` in [compare] if it matters."
        "{\"confidence\": 0.9}" "{\"confidence\": 0.91}";
    WrappedInFence "wrapped-in-fence" Change Info ClientParse
        "The JSON stands inside a code fence, where the accepted answer had none; the suite takes it."
        "A client that parses strictly would fail."
        "Set `extract = \"strict\"` in [compare] to make this a failure."
        "{\"category\": \"billing\"}" "```json\n{\"category\": \"billing\"}\n```";
    ServedModelChanged "served-model-changed" Telemetry Review Pin
        "The same model id was asked for, and another version says that it answered."
        "The alias moved: whatever else changed in this column may come from that."
        "Pin a dated id, so that the provider cannot move it."
        "" "";
}

impl Kind {
    /// Its row in the table.
    #[expect(clippy::indexing_slicing, reason = "the macro makes one row per variant, in order")]
    pub fn info(self) -> &'static KindInfo {
        &KINDS[self as usize]
    }

    /// Whether changes of this kind at the same place are alike whatever their values are: where
    /// the shape of the answer changed, a rule is broken, or only the wording is another.
    pub fn groups_by_place(self) -> bool {
        matches!(
            self,
            Self::SchemaViolation
                | Self::ExpectationFailed
                | Self::FieldRemoved
                | Self::FieldAdded
                | Self::ValueToNull
                | Self::NullToValue
                | Self::TypeChanged
                | Self::TextReworded
                | Self::NumberWithinTolerance
        )
    }

    /// Its name everywhere.
    pub fn id(self) -> &'static str {
        self.info().id
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

impl FromStr for Kind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        KINDS.iter().find(|row| row.id == text).map(|row| row.kind).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_own_id_and_says_what_to_do() {
        for row in KINDS {
            assert_eq!(row.id.parse(), Ok(row.kind));
            assert_eq!(row.kind.info().id, row.id);
            assert!(row.title.ends_with('.') && row.effect.ends_with('.'), "{}", row.id);
            assert!(!row.mend.is_empty(), "{}", row.id);
        }
        let mut ids: Vec<_> = KINDS.iter().map(|row| row.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), KINDS.len());
    }

    #[test]
    fn a_cause_is_breaking_and_no_evidence_is_not() {
        for row in KINDS {
            match row.family {
                Family::Cause => assert_eq!(row.level, Level::Breaking, "{}", row.id),
                Family::NoEvidence => assert_eq!(row.level, Level::Info, "{}", row.id),
                Family::Change | Family::Telemetry => {}
            }
        }
    }
}
