//! The rows of the table of kinds, by family, worst first.
//!
//! A row is: variant, name, what people read in its place (`-` where nobody answered), number in the
//! taxonomy, family, level, where it is fixed, what about an answer it is; then what it is, what it
//! does, what to do, and an example before and after.

use serde::{Deserialize, Serialize};

use super::{ChangeClass, Family, FixClass, KindFamily, KindInfo};
use crate::domain::Level;

macro_rules! shown {
    (-) => {
        None
    };
    ($shown:ident) => {
        Some(KindFamily::$shown)
    };
}

macro_rules! kinds {
    ($($kind:ident $id:literal $shown:tt $number:literal $family:ident $level:ident $fix:ident $class:ident
        $title:literal $effect:literal $remedy:literal $before:literal $after:literal;)*) => {
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
            shown: shown!($shown),
            family: Family::$family,
            class: ChangeClass::$class,
            level: Level::$level,
            title: $title,
            effect: $effect,
            remedy: $remedy,
            example: ($before, $after),
            fix: FixClass::$fix,
        },)*];
    };
}

kinds! {
    Transport "transport" - "PM001" NoEvidence Info Infra Whole
        "No response arrived: connection, time limit, or a broken transfer."
        "Says nothing about the prompt; the cell has no answer in this run."
        "Run the failed cells again: promptmatrix run --failed"
        "" "";
    Unrecorded "unrecorded" - "" NoEvidence Info Infra Whole
        "Nothing is sent offline, and there is no recording of this request that can be used."
        "Says nothing about the prompt; the cell has no answer in this run."
        "Record it with network and key: promptmatrix run CELL"
        "" "";
    ProviderError "provider-error" - "PM001" NoEvidence Info Infra Whole
        "The provider answered with an error of its own: rate limit, overload, key, or quota."
        "Says nothing about the prompt; the cell has no answer in this run."
        "Fix the key or the quota the message names, then: promptmatrix run --failed"
        "" "";
    NoSuchModel "no-such-model" - "" NoEvidence Info Pin Whole
        "The provider knows no model of this id, and none of its answers was ever accepted."
        "Says nothing about the prompt; no cell of the slot has an answer in this run."
        "Correct the `id` of the slot, then: promptmatrix run --failed"
        "" "";
    ModelRetired "model-retired" Identity "PM101" Cause Breaking Pin Contract
        "The provider no longer serves the model id."
        "Every call fails."
        "Pin a successor: set a new `id` for the slot, and run its cells."
        "" "";
    RejectedRequest "rejected-request" Refused "PM101" Cause Breaking Params Contract
        "The provider refuses the request itself: a parameter, the schema, or the length of the input."
        "Every call like this one fails."
        "Change the parameter or the schema that the message names."
        "" "";
    Refused "refused" Refused "PM102" Cause Breaking Prompt Contract
        "The model declined to answer."
        "There is no value to read; a client that expects JSON fails."
        "Restate the task in the prompt, or state why the input is legitimate."
        "{\"category\": \"billing\"}" "I'm sorry, but I can't help with that.";
    Filtered "filtered" Refused "PM102" Cause Breaking Prompt Contract
        "A content filter of the provider blocked the input or cut the answer."
        "There is no value to read."
        "Adjust the filter at the provider, or the wording of prompt and case."
        "" "";
    Truncated "truncated" Unreadable "PM103" Cause Breaking Params Contract
        "The answer was cut off: at the limit of output tokens, or because the context was full."
        "The JSON ends in the middle; even when it parses, something is missing."
        "Raise `max-output-tokens`, or ask for a shorter answer."
        "{\"category\": \"billing\"}" "{\"category\": \"bil";
    NoStructuredBlock "no-structured-block" Unreadable "PM105" Cause Breaking Prompt Contract
        "The model wrote text where a tool call was required."
        "A client that reads the tool's arguments finds none."
        "Say in the prompt that the answer is always a call of the tool."
        "" "";
    Empty "empty" Unreadable "PM104" Cause Breaking Params Contract
        "The answer is empty."
        "There is no value to read."
        "Raise `max-output-tokens` if the model reasons; else run the cell again."
        "" "";
    EmptyArguments "empty-arguments" Unreadable "PM104" Cause Breaking ClientParse Contract
        "The model called the tool without arguments: an empty text instead of `{}`."
        "A strict parser fails on the empty text; a lenient one reads `{}`."
        "Read an empty text of arguments as `{}`, or give the tool a required argument."
        "" "";
    Fenced "fenced" Unreadable "PM107" Cause Breaking ClientParse Contract
        "The JSON stands inside a Markdown code fence, where bare JSON was promised."
        "A strict parser fails at the first character; the payload itself may be fine."
        "Say `no code fences` in the prompt, use `structured = \"native\"`, or set `extract = \"tolerant\"` in [compare]."
        "{\"category\": \"billing\"}" "```json\n{\"category\": \"billing\"}\n```";
    SurroundingProse "surrounding-prose" Unreadable "PM107" Cause Breaking ClientParse Contract
        "There is text before or after the JSON."
        "A strict parser fails; the payload itself may be fine."
        "Say `JSON only` in the prompt, or use `structured = \"native\"`."
        "{\"category\": \"billing\"}" "Here is the JSON: {\"category\": \"billing\"}";
    ByteOrderMark "byte-order-mark" Unreadable "PM107" Cause Breaking ClientParse Contract
        "The answer begins with a byte order mark."
        "A strict parser fails at an invisible character."
        "Strip U+FEFF in the client."
        "{\"category\": \"billing\"}" "\u{feff}{\"category\": \"billing\"}";
    MultipleDocuments "multiple-documents" Unreadable "PM107" Cause Breaking ClientParse Contract
        "Two or more JSON documents follow each other, or several tools are called at once."
        "A strict parser fails after the first; a lenient one drops the rest."
        "Ask for exactly one JSON value, or one tool call."
        "{\"category\": \"billing\"}" "{\"category\": \"billing\"}{\"category\": \"other\"}";
    DuplicateKey "duplicate-key" Unreadable "PM108" Cause Breaking ClientParse Contract
        "An object names the same key twice."
        "Parsers disagree on which value counts: most keep the last, some the first, some fail."
        "Shorten the schema or the prompt around that field."
        "{\"a\": 1}" "{\"a\": 1, \"a\": 2}";
    NonstandardJson "nonstandard-json" Unreadable "PM109" Cause Breaking ClientParse Contract
        "The text has NaN, Infinity, a number too large for a double, or half a surrogate pair."
        "A strict parser fails; a lenient one yields a value that others cannot read."
        "Say what to write when a number is not known (`null`, or leave the field out)."
        "{\"score\": null}" "{\"score\": NaN}";
    NotJson "not-json" Unreadable "PM106" Cause Breaking Prompt Contract
        "The answer is not JSON."
        "There is no value to read."
        "Ask for JSON only, or use `structured = \"native\"`."
        "{\"category\": \"billing\"}" "{'category': 'billing'}";
    SchemaViolation "schema-violation" Schema "PM2xx" Cause Breaking Schema Contract
        "The value does not satisfy the JSON Schema."
        "A client that relies on the schema fails or reads something it does not know."
        "Restate the rule in the prompt, or change the schema if the new value is right."
        "{\"priority\": \"urgent\"}" "{\"priority\": \"urgent!!\"}";
    ExpectationFailed "expectation-failed" Schema "" Cause Breaking Prompt Contract
        "A value that the case fixes with `expect` is another one."
        "The answer is valid but wrong by the suite's own rule."
        "Fix the prompt; if the rule is outdated, change `expect` in the case."
        "{\"priority\": \"urgent\"}" "{\"priority\": \"low\"}";
    FieldRemoved "field-removed" Structure "PM302" Change Breaking Schema Shape
        "A field that the accepted answer had is missing, although the schema allows that."
        "Callers that read it fail or fall back without an error message."
        "Make it `required` in the schema, or restate it in the prompt."
        "{\"category\": \"billing\", \"tags\": [\"invoice\"]}" "{\"category\": \"billing\"}";
    ValueToNull "value-to-null" Structure "PM304" Change Breaking Schema Shape
        "A field that had a value is now null, although the schema allows that."
        "Callers that read the value fail, or take null for an answer."
        "Forbid null in the schema, or say in the prompt when null is right."
        "{\"due\": \"2026-05-01\"}" "{\"due\": null}";
    TypeChanged "type-changed" Structure "PM306" Change Breaking Schema Shape
        "A value has another JSON type, or a fraction where there was an integer (`12.0` for `12`), although the schema allows both."
        "Typed callers fail to read it."
        "Allow only one type in the schema."
        "{\"total\": 12}" "{\"total\": \"12\"}";
    FormatShift "format-shift" Text "PM309" Change Breaking Prompt Form
        "A text has another form: a date written otherwise, a number with other decimals, an id without its prefix."
        "Whoever parses, sorts or joins by it fails, or finds nothing."
        "Show the form in the prompt, or fix it with `format` or `pattern` in the schema."
        "{\"due\": \"2026-05-01\"}" "{\"due\": \"May 1, 2026\"}";
    MagnitudeShift "magnitude-shift" Number "PM310" Change Breaking Prompt Magnitude
        "A number is less than half or more than twice of what it was, or changed its sign."
        "Thresholds and sums downstream fail; most often the unit is another one."
        "State unit and range in the prompt, and `minimum` and `maximum` in the schema."
        "{\"confidence\": 0.9}" "{\"confidence\": 90.0}";
    ScriptShift "script-shift" Text "PM311" Change Breaking Prompt Texture
        "A text that people read is in another script."
        "Readers do not understand it; searches find nothing."
        "State the language of the answer in the prompt."
        "{\"summary\": \"Charged twice.\"}" "{\"summary\": \"二重に請求された。\"}";
    Placeholder "placeholder" Text "PM313" Change Breaking Prompt Texture
        "A text became empty or a mere placeholder, such as `n/a`."
        "Readers get nothing; programs take the placeholder for an answer."
        "Say in the prompt what to write when nothing is known; forbid the rest with `minLength`."
        "{\"summary\": \"Charged twice.\"}" "{\"summary\": \"N/A\"}";
    BranchShift "branch-shift" Structure "PM314" Change Breaking Schema Shape
        "Another alternative of the schema is taken than in the accepted answers."
        "Callers that handle one alternative meet the other."
        "State in the prompt when each alternative is right."
        "{\"kind\": \"refund\"}" "{\"kind\": \"exchange\"}";
    CardinalityShift "cardinality-shift" Structure "PM307" Change Breaking Prompt Count
        "An array has far more or far fewer items than the accepted answers have."
        "Whoever counts, pages or sums the items gets something else."
        "State in the prompt what belongs in the list, and `minItems` and `maxItems` in the schema."
        "" "";
    EnumSupportShift "enum-support-shift" Value "PM308" Change Breaking Prompt Whole
        "Over many cases a field has one and the same value, where the accepted answers have several."
        "Whatever is routed or counted by it goes one way from now on."
        "State the rule that separates the values in the prompt."
        "" "";
    NullToValue "null-to-value" Structure "PM305" Change Review Schema Shape
        "A field that was null now has a value."
        "Callers meet a value where they had none; it may be better, or invented."
        "Say in the prompt when null is right, or accept the value."
        "{\"due\": null}" "{\"due\": \"2026-05-01\"}";
    EnumValueChanged "enum-value-changed" Value "PM402" Change Review Prompt Value
        "A value from a closed list changed to another one of the list."
        "Whatever is routed or counted by that value goes elsewhere from now on."
        "State the rule that separates the two values in the prompt."
        "{\"category\": \"billing\"}" "{\"category\": \"account\"}";
    ToolCallChanged "tool-call-changed" Value "" Change Review Prompt Whole
        "Another tool is called."
        "The program does something else from now on."
        "State in the prompt when each tool is right."
        "{\"tool\": \"refund_order\"}" "{\"tool\": \"escalate\"}";
    ValueChanged "value-changed" Value "PM401" Change Review Prompt Value
        "A value is another one."
        "Whoever reads it gets another answer."
        "Restate the rule in the prompt; if the wording is free, list the place under `prose`."
        "{\"order\": \"1182\"}" "{\"order\": \"1183\"}";
    NumberOutOfTolerance "number-out-of-tolerance" Number "PM403" Change Review Prompt Value
        "A number moved further than `tolerance` allows."
        "Thresholds and sums downstream shift."
        "Widen `tolerance` in [compare], or restate how the number is found."
        "{\"confidence\": 0.9}" "{\"confidence\": 0.6}";
    ConfidenceShift "confidence-shift" Number "PM408" Change Review Prompt Whole
        "A number that varies by itself moved over the cells of a prompt and slot, all of them taken together."
        "No single answer is news, but thresholds and sums downstream shift."
        "Move the thresholds that read it, or state in the prompt how the number is found."
        "" "";
    NegativeFlip "negative-flip" Value "PM405" Change Review Prompt Value
        "A value that the case fixes with `expect` was right before and is wrong now."
        "The new answers are worse at this place."
        "Fix the prompt until the case passes, or stay with the old version."
        "" "";
    LateralFlip "lateral-flip" Value "PM406" Change Review Prompt Value
        "A value that the case fixes with `expect` was wrong before, and is wrong otherwise now."
        "Neither version gets it right; whoever works around the old mistake meets a new one."
        "Fix the prompt until the case passes."
        "" "";
    FieldAdded "field-added" Structure "PM301 PM303" Change Review Schema ExtraField
        "There is a field that the accepted answer did not have."
        "Strict callers reject unknown fields; others ignore it."
        "Set `additionalProperties: false`, or accept the field."
        "{\"category\": \"billing\"}" "{\"category\": \"billing\", \"note\": \"x\"}";
    ItemAdded "item-added" Structure "PM404" Change Review Prompt Value
        "An array has an item more."
        "Whoever counts or shows the items gets one more."
        "State in the prompt what belongs in the list."
        "{\"tags\": [\"a\"]}" "{\"tags\": [\"a\", \"b\"]}";
    ItemRemoved "item-removed" Structure "PM404" Change Review Prompt Value
        "An array has an item less."
        "Whoever reads the list misses it."
        "State in the prompt what belongs in the list."
        "{\"tags\": [\"a\", \"b\"]}" "{\"tags\": [\"a\"]}";
    OrderChanged "order-changed" Structure "PM312" Change Review Prompt Order
        "The same items stand in another order."
        "Callers that read by position get another item."
        "List the place under `unordered` in [compare] if order says nothing."
        "{\"tags\": [\"a\", \"b\"]}" "{\"tags\": [\"b\", \"a\"]}";
    TextReworded "text-reworded" Text "PM505" Change Info Prompt Writing
        "A text listed under `prose` is worded anew."
        "People read something else; programs should not care."
        "Take the place out of `prose` if the wording matters."
        "{\"summary\": \"Charged twice.\"}" "{\"summary\": \"The charge came twice.\"}";
    NumberWithinTolerance "number-within-tolerance" Number "PM506" Change Info Prompt Writing
        "A number moved, but not further than `tolerance` allows."
        "None, by the suite's own rule."
        "Narrow `tolerance` in [compare] if it matters."
        "{\"confidence\": 0.9}" "{\"confidence\": 0.91}";
    VerbosityChanged "verbosity-changed" Text "PM503" Change Info Prompt Writing
        "A text that people read is much shorter or longer: less than 0.6 or more than 1.67 of its length."
        "Layouts may break; output tokens cost more or less."
        "State the length in the prompt."
        "{\"summary\": \"Charged twice.\"}" "{\"summary\": \"The customer was charged twice and asks for the money.\"}";
    MarkdownInText "markdown-in-text" Text "PM504" Change Info Prompt Writing
        "A text that people read has Markdown, where it had none, or the other way round."
        "Where it is shown as it is, people see stars and hashes."
        "Say `plain text` in the prompt, or render it."
        "{\"summary\": \"Charged twice.\"}" "{\"summary\": \"**Charged** twice.\"}";
    KeyOrderChanged "key-order-changed" Text "PM501" Change Info ClientParse Writing
        "The same keys stand in another order."
        "None for readers of JSON; caches and plain text diffs see a change."
        "Nothing, unless something reads the text."
        "" "";
    LayoutChanged "layout-changed" Text "PM502 PM507" Change Info ClientParse Writing
        "The same value with other white space, or in another Unicode form."
        "None for readers that trim; exact comparisons of texts fail."
        "Trim and normalise in the client."
        "{\"note\": \"Charged twice.\"}" "{\"note\": \"Charged  twice.\\n\"}";
    PositiveFlip "positive-flip" Value "PM407" Change Info Prompt Value
        "A value that the case fixes with `expect` was wrong before and is right now."
        "The new answers are better at this place."
        "Accept the answer."
        "" "";
    WrappedInFence "wrapped-in-fence" Text "" Change Info ClientParse Whole
        "The JSON stands inside a code fence, where the accepted answer had none; the suite takes it."
        "A client that parses strictly would fail."
        "Set `extract = \"strict\"` in [compare] to make this a failure."
        "{\"category\": \"billing\"}" "```json\n{\"category\": \"billing\"}\n```";
    ServedModelChanged "served-model-changed" Identity "PM601" Telemetry Review Pin Whole
        "The same model id was asked for, and another version says that it answered."
        "The alias moved: whatever else changed in this column may come from that."
        "Pin a dated id, so that the provider cannot move it."
        "" "";
    SilentModelSwap "silent-model-swap" Identity "PM608" Telemetry Review Pin Whole
        "The answers of a slot behave otherwise than the accepted ones, and nothing disclosed says why."
        "Something was swapped behind an unchanged id: whatever else changed may come from that."
        "Ask the provider, pin a dated id, or accept the new behaviour with fresh answers."
        "" "";
    FingerprintNew "fingerprint-new" Identity "PM602" Telemetry Info Pin Whole
        "In at least twenty calls every fingerprint of the backend was one that was never seen."
        "The provider runs the model on another configuration; answers may vary otherwise."
        "Nothing, unless answers change too."
        "" "";
    InputTokensChanged "input-tokens-changed" Number "PM603" Telemetry Info Pin Whole
        "The provider counts the tokens of the very same request otherwise."
        "Something changed on its side: the tokenizer, the template, or text that it adds. Bills change too."
        "Look at what else changed in this slot; accept, to take the new count."
        "" "";
    OutputTokensChanged "output-tokens-changed" Number "PM604" Telemetry Info Prompt Whole
        "Answers cost at least 15 % more or fewer output tokens than the accepted ones, over many cells."
        "The bill follows; so does the latency."
        "State the length in the prompt, or accept it."
        "" "";
    ReasoningTokensChanged "reasoning-tokens-changed" Number "PM607" Telemetry Info Params Whole
        "At least 15 % more or fewer tokens go into reasoning than for the accepted answers."
        "The bill and the latency follow; `max-output-tokens` may cut answers off."
        "Set `reasoning-effort`, or accept it."
        "" "";
    LatencyChanged "latency-changed" Number "PM605" Telemetry Info Infra Whole
        "Answers take at least 30 % more or less time than the accepted ones, over many cells."
        "People wait longer; time limits may be met."
        "Run again at another hour; if it stays, choose another slot for what is urgent."
        "" "";
    CostChanged "cost-changed" Number "PM606" Telemetry Info Params Whole
        "Answers cost at least 10 % more or less than the accepted ones, over many cells."
        "The bill follows."
        "Look whether tokens or the price changed; shorten the prompt or the answers."
        "" "";
}
