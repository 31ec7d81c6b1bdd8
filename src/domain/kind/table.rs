//! The rows of the table of kinds, by family, worst first.
//!
//! A row is: variant, name, number in the taxonomy, family, level, where it is mended; then
//! what it is, what it does, what to do, and an example before and after.

use serde::{Deserialize, Serialize};

use super::{Family, FixClass, KindInfo};
use crate::domain::Level;

macro_rules! kinds {
    ($($kind:ident $id:literal $number:literal $family:ident $level:ident $fix:ident
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
            number: $number,
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
    Transport "transport" "PM001" NoEvidence Info Infra
        "No response arrived: connection, time limit, or a broken transfer."
        "Says nothing about the prompt; the cell has no answer in this run."
        "Run the failed cells again: promptmatrix run --failed"
        "" "";
    Unrecorded "unrecorded" "" NoEvidence Info Infra
        "Nothing is sent offline, and there is no recording of this request that can be used."
        "Says nothing about the prompt; the cell has no answer in this run."
        "Record it with network and key: promptmatrix run CELL"
        "" "";
    ProviderError "provider-error" "PM001" NoEvidence Info Infra
        "The provider answered with an error of its own: rate limit, overload, key, or quota."
        "Says nothing about the prompt; the cell has no answer in this run."
        "Mend the key or the quota the message names, then: promptmatrix run --failed"
        "" "";
    ModelRetired "model-retired" "PM101" Cause Breaking Pin
        "The provider no longer serves the model id."
        "Every call fails."
        "Pin a successor: set a new `id` for the slot, and run its cells."
        "" "";
    RejectedRequest "rejected-request" "PM101" Cause Breaking Params
        "The provider refuses the request itself: a parameter, the schema, or the length of the input."
        "Every call like this one fails."
        "Change the parameter or the schema that the message names."
        "" "";
    Refused "refused" "PM102" Cause Breaking Prompt
        "The model declined to answer."
        "There is no value to read; a client that expects JSON fails."
        "Restate the task in the prompt, or state why the input is legitimate."
        "{\"category\": \"billing\"}" "I'm sorry, but I can't help with that.";
    Filtered "filtered" "PM102" Cause Breaking Prompt
        "A content filter of the provider blocked the input or cut the answer."
        "There is no value to read."
        "Adjust the filter at the provider, or the wording of prompt and case."
        "" "";
    Truncated "truncated" "PM103" Cause Breaking Params
        "The answer was cut off: at the limit of output tokens, or because the context was full."
        "The JSON ends in the middle; even when it parses, something is missing."
        "Raise `max-output-tokens`, or ask for a shorter answer."
        "{\"category\": \"billing\"}" "{\"category\": \"bil";
    NoStructuredBlock "no-structured-block" "PM105" Cause Breaking Prompt
        "The model wrote text where a tool call was required."
        "A client that reads the tool's arguments finds none."
        "Say in the prompt that the answer is always a call of the tool."
        "" "";
    Empty "empty" "PM104" Cause Breaking Params
        "The answer is empty."
        "There is no value to read."
        "Raise `max-output-tokens` if the model reasons; else run the cell again."
        "" "";
    Fenced "fenced" "PM107" Cause Breaking ClientParse
        "The JSON stands inside a Markdown code fence, where bare JSON was promised."
        "A strict parser fails at the first character; the payload itself may be fine."
        "Say `no code fences` in the prompt, use `structured = \"native\"`, or set `extract = \"tolerant\"` in [compare]."
        "{\"category\": \"billing\"}" "```json\n{\"category\": \"billing\"}\n```";
    SurroundingProse "surrounding-prose" "PM107" Cause Breaking ClientParse
        "There is text before or after the JSON."
        "A strict parser fails; the payload itself may be fine."
        "Say `JSON only` in the prompt, or use `structured = \"native\"`."
        "{\"category\": \"billing\"}" "Here is the JSON: {\"category\": \"billing\"}";
    ByteOrderMark "byte-order-mark" "PM107" Cause Breaking ClientParse
        "The answer begins with a byte order mark."
        "A strict parser fails at an invisible character."
        "Strip U+FEFF in the client."
        "{\"category\": \"billing\"}" "\u{feff}{\"category\": \"billing\"}";
    MultipleDocuments "multiple-documents" "PM107" Cause Breaking ClientParse
        "Two or more JSON documents follow each other, or several tools are called at once."
        "A strict parser fails after the first; a lenient one drops the rest."
        "Ask for exactly one JSON value, or one tool call."
        "{\"category\": \"billing\"}" "{\"category\": \"billing\"}{\"category\": \"other\"}";
    DuplicateKey "duplicate-key" "PM108" Cause Breaking ClientParse
        "An object names the same key twice."
        "Parsers disagree on which value counts: most keep the last, some the first, some fail."
        "Shorten the schema or the prompt around that field."
        "{\"a\": 1}" "{\"a\": 1, \"a\": 2}";
    NonstandardJson "nonstandard-json" "PM109" Cause Breaking ClientParse
        "The text has NaN, Infinity, a number too large for a double, or half a surrogate pair."
        "A strict parser fails; a lenient one yields a value that others cannot read."
        "Say what to write when a number is not known (`null`, or leave the field out)."
        "{\"score\": null}" "{\"score\": NaN}";
    NotJson "not-json" "PM106" Cause Breaking Prompt
        "The answer is not JSON."
        "There is no value to read."
        "Ask for JSON only, or use `structured = \"native\"`."
        "{\"category\": \"billing\"}" "{'category': 'billing'}";
    SchemaViolation "schema-violation" "PM2xx" Cause Breaking Schema
        "The value does not satisfy the JSON Schema."
        "A client that relies on the schema fails or reads something it does not know."
        "Restate the rule in the prompt, or change the schema if the new value is right."
        "{\"priority\": \"urgent\"}" "{\"priority\": \"urgent!!\"}";
    ExpectationFailed "expectation-failed" "" Cause Breaking Prompt
        "A value that the case fixes with `expect` is another one."
        "The answer is valid but wrong by the suite's own rule."
        "Mend the prompt; if the rule is outdated, change `expect` in the case."
        "{\"priority\": \"urgent\"}" "{\"priority\": \"low\"}";
    FieldRemoved "field-removed" "PM302" Change Breaking Schema
        "A field that the accepted answer had is missing, although the schema allows that."
        "Callers that read it fail or fall back without an error message."
        "Make it `required` in the schema, or restate it in the prompt."
        "{\"category\": \"billing\", \"tags\": [\"invoice\"]}" "{\"category\": \"billing\"}";
    ValueToNull "value-to-null" "PM304" Change Breaking Schema
        "A field that had a value is now null, although the schema allows that."
        "Callers that read the value fail, or take null for an answer."
        "Forbid null in the schema, or say in the prompt when null is right."
        "{\"due\": \"2026-05-01\"}" "{\"due\": null}";
    TypeChanged "type-changed" "PM306" Change Breaking Schema
        "A value has another JSON type, or a fraction where there was an integer (`12.0` for `12`), although the schema allows both."
        "Typed callers fail to read it."
        "Allow only one type in the schema."
        "{\"total\": 12}" "{\"total\": \"12\"}";
    NullToValue "null-to-value" "PM305" Change Review Schema
        "A field that was null now has a value."
        "Callers meet a value where they had none; it may be better, or invented."
        "Say in the prompt when null is right, or accept the value."
        "{\"due\": null}" "{\"due\": \"2026-05-01\"}";
    EnumValueChanged "enum-value-changed" "PM402" Change Review Prompt
        "A value from a closed list changed to another one of the list."
        "Whatever is routed or counted by that value goes elsewhere from now on."
        "State the rule that separates the two values in the prompt."
        "{\"category\": \"billing\"}" "{\"category\": \"account\"}";
    ToolCallChanged "tool-call-changed" "" Change Review Prompt
        "Another tool is called."
        "The program does something else from now on."
        "State in the prompt when each tool is right."
        "{\"tool\": \"refund_order\"}" "{\"tool\": \"escalate\"}";
    ValueChanged "value-changed" "PM401" Change Review Prompt
        "A value is another one."
        "Whoever reads it gets another answer."
        "Restate the rule in the prompt; if the wording is free, list the place under `prose`."
        "{\"order\": \"1182\"}" "{\"order\": \"#1182\"}";
    NumberOutOfTolerance "number-out-of-tolerance" "PM403" Change Review Prompt
        "A number moved further than `tolerance` allows."
        "Thresholds and sums downstream shift."
        "Widen `tolerance` in [compare], or restate how the number is found."
        "{\"confidence\": 0.9}" "{\"confidence\": 0.4}";
    FieldAdded "field-added" "PM301 PM303" Change Review Schema
        "There is a field that the accepted answer did not have."
        "Strict callers reject unknown fields; others ignore it."
        "Set `additionalProperties: false`, or accept the field."
        "{\"category\": \"billing\"}" "{\"category\": \"billing\", \"note\": \"x\"}";
    ItemAdded "item-added" "PM404" Change Review Prompt
        "An array has an item more."
        "Whoever counts or shows the items gets one more."
        "State in the prompt what belongs in the list."
        "{\"tags\": [\"a\"]}" "{\"tags\": [\"a\", \"b\"]}";
    ItemRemoved "item-removed" "PM404" Change Review Prompt
        "An array has an item less."
        "Whoever reads the list misses it."
        "State in the prompt what belongs in the list."
        "{\"tags\": [\"a\", \"b\"]}" "{\"tags\": [\"a\"]}";
    OrderChanged "order-changed" "PM312" Change Review Prompt
        "The same items stand in another order."
        "Callers that read by position get another item."
        "List the place under `unordered` in [compare] if order says nothing."
        "{\"tags\": [\"a\", \"b\"]}" "{\"tags\": [\"b\", \"a\"]}";
    TextReworded "text-reworded" "PM505" Change Info Prompt
        "A text listed under `prose` is worded anew."
        "People read something else; programs should not care."
        "Take the place out of `prose` if the wording matters."
        "{\"summary\": \"Charged twice.\"}" "{\"summary\": \"The customer was charged twice.\"}";
    NumberWithinTolerance "number-within-tolerance" "PM506" Change Info Prompt
        "A number moved, but not further than `tolerance` allows."
        "None, by the suite's own rule."
        "Narrow `tolerance` in [compare] if it matters."
        "{\"confidence\": 0.9}" "{\"confidence\": 0.91}";
    WrappedInFence "wrapped-in-fence" "" Change Info ClientParse
        "The JSON stands inside a code fence, where the accepted answer had none; the suite takes it."
        "A client that parses strictly would fail."
        "Set `extract = \"strict\"` in [compare] to make this a failure."
        "{\"category\": \"billing\"}" "```json\n{\"category\": \"billing\"}\n```";
    ServedModelChanged "served-model-changed" "PM601" Telemetry Review Pin
        "The same model id was asked for, and another version says that it answered."
        "The alias moved: whatever else changed in this column may come from that."
        "Pin a dated id, so that the provider cannot move it."
        "" "";
}
