//! The table of breakages, worst first. Each of them has happened to somebody.

use super::act::{self, Act};
use super::remedy::Cure;
use super::spots::Target;
use super::{Breakage, write};
use crate::domain::Weight;

macro_rules! breakages {
    ($($name:literal $weight:ident $code:literal
        $target:ident $act:expr $(=> $cure:ident)?; $title:literal $remedy:literal)*) => {
        /// All breakages: those that leave nothing usable, those against the schema, those of form,
        /// those of the answer, and those that only look different.
        pub(crate) const BREAKAGES: &[Breakage] = &[$(Breakage {
            name: $name,
            weight: Weight::$weight,
            title: $title,
            remedy: $remedy,
            code: $code,
            target: Target::$target,
            act: $act,
            cures: &[$(Cure::$cure)?],
        }),*];
    };
}

breakages! {
    "refusal-text" Contract "refused" Whole Act::Text(write::refusal_text);
        "The model declines in words."
        "Any reader of JSON notices."
    "refusal-flag" Contract "refused" Whole Act::Text(write::refusal_flag);
        "The provider marks the answer as a refusal."
        "Any reader of JSON notices."
    "truncated" Contract "truncated" Whole Act::Text(write::truncated);
        "The answer is cut off in the middle."
        "Any reader of JSON notices."
    "fenced-json" Contract "fenced" Whole Act::Text(write::fenced) => Strict;
        "The JSON stands inside a code fence."
        "Set `extract = \"strict\"` in [compare], so that a fence is a failure."
    "prose-prefix" Contract "surrounding-prose" Whole Act::Text(write::prose) => Strict;
        "Words stand before the JSON."
        "Any strict reader of JSON notices."
    "stray-prefix" Contract "surrounding-prose" Whole
        Act::Text(write::stray_prefix) => Strict;
        "Stray letters stand before the JSON."
        "Any strict reader of JSON notices."
    "duplicate-key" Contract "duplicate-key" Whole
        Act::Text(write::duplicate_key);
        "A key stands twice."
        "A reader that refuses duplicate keys notices."
    "trailing-comma" Contract "not-json" Whole Act::Text(write::trailing_comma);
        "A comma stands before the last brace."
        "Any strict reader of JSON notices."
    "empty-content" Contract "empty" Whole Act::Text(write::empty);
        "The answer is empty."
        "Any reader of JSON notices."
    "provider-400" Contract "rejected-request" Whole Act::Text(write::rejected);
        "The provider refuses the request."
        "Any client notices."
    "missing-required" Contract "schema-violation/required" Required
        Act::Remove;
        "A required field is missing."
        "List the field under `required` in the schema."
    "enum-out-of-list" Contract "schema-violation/enum" Choice
        Act::Value(act::shout);
        "A value is not one of the closed list."
        "List the allowed values under `enum` in the schema."
    "enum-case" Contract "schema-violation/enum" Choice
        Act::Value(act::other_case);
        "A value of the closed list has other capitals."
        "List the allowed values under `enum` in the schema."
    "number-as-string" Contract "schema-violation/type" Number
        Act::Value(act::as_text) => Type;
        "A number stands in quotes."
        "Say `\"type\": \"number\"` in the schema."
    "stringified-object" Contract "schema-violation/type" Nested
        Act::Value(act::as_text) => Type;
        "An object or array is written as a text."
        "Say `\"type\": \"object\"` or `\"array\"` in the schema."
    "extra-key-closed" Contract "schema-violation/additionalProperties"
        Closed Act::Whole(act::extra_key);
        "There is a key that the schema forbids."
        "Keep `\"additionalProperties\": false` in the schema."
    "extra-envelope" Contract "schema-violation" Whole
        Act::Whole(act::envelope) => Members;
        "The whole answer stands one step too deep."
        "List the fields under `required` in the schema."
    "null-required" Contract "schema-violation" NotNull
        Act::Value(act::null);
        "A required value is null."
        "Say the `type` of the field in the schema, without `null`."
    "extra-key-open" Form "" Open Act::Whole(act::extra_key) => Close;
        "There is a key that the schema does not name."
        "Set `\"additionalProperties\": false` in the schema."
    "optional-vanished" Form "" Optional Act::Remove => Require;
        "An optional field is missing."
        "List the field under `required` in the schema, with `null` where it can be unknown."
    "null-instead-of-value" Form "" Nullable Act::Value(act::null) => NotNull;
        "A value is null, which the schema allows."
        "Take `null` out of the `type` of the field, or fix the value with `expect` in a case."
    "array-shrunk" Form "" Several Act::Value(act::shrunk) => FewestItems;
        "An array has only a third of its items."
        "Say `minItems` in the schema, or fix the items with `expect` in a case."
    "int-to-float" Form "" Integer Act::Value(act::fraction);
        "An integer is written as a fraction (`12.0`)."
        "JSON Schema takes `12.0` for an integer: read the field as a number in the client."
    "date-format" Form "" Date Act::Value(act::long_date) => Date;
        "A date is written in words."
        "Say `\"format\": \"date\"` in the schema."
    "number-format" Form "" Thousands Act::Value(act::grouped) => Decimals;
        "A number in a text has commas between thousands."
        "Say a `pattern` for the field in the schema, or make it a number."
    "language-shift" Form "" Prose Act::Value(act::other_language) => Prose;
        "A text is in another language."
        "Give the place the role `free-text` in [roles], so that its script is watched."
    "array-reversed" Form "" Sequence Act::Value(act::reversed) => Ordered;
        "An array is in reverse order."
        "Give the place the role `ordered` in [roles]."
    "enum-collapse" Form "" Choice Act::Value(act::collapsed) => Value;
        "The same value of the closed list comes whatever was asked."
        "Fix the value with `expect` in some cases."
    "id-prefix-dropped" Form "" Prefixed
        Act::Value(act::without_prefix) => Prefix;
        "An identifier has lost its prefix."
        "Say a `pattern` for the field in the schema."
    "numeric-scale" Form "" Share
        Act::Value(act::in_percent) => Share;
        "A share comes in percent."
        "Say `\"maximum\": 1` in the schema."
    "text-placeholder" Form "" Prose Act::Value(act::placeholder) => ShortestText;
        "A text is a mere placeholder."
        "Say a `minLength` in the schema."
    "label-flip" Answer "" Choice Act::Value(act::next_choice) => Value;
        "A value of the closed list is another one of it."
        "Fix the value with `expect` in a case, or accept more answers."
    "bool-flip" Answer "" Switch Act::Value(act::negated) => Value;
        "True is false, and false is true."
        "Fix the value with `expect` in a case, or accept more answers."
    "count-changed" Answer "" Integer Act::Value(act::two_more) => Value;
        "An integer is two higher."
        "Fix the value with `expect` in a case, or accept more answers."
    "verbosity-doubled" Cosmetic "" Prose Act::Value(act::doubled);
        "A text is twice as long."
        "Say a `maxLength` in the schema if that matters."
    "markdown-in-text" Cosmetic "" Prose Act::Value(act::markdown);
        "A text is decorated with Markdown."
        "Say `plain text` in the prompt if that matters."
    "key-order" Cosmetic "" Whole Act::Whole(act::reversed_keys);
        "The keys stand in another order."
        "None: JSON objects have no order."
    "pretty-printed" Cosmetic "" Whole Act::Pretty;
        "The JSON is written over many lines."
        "None: the value is the same."
    "text-synonyms" Cosmetic "" Prose Act::Value(act::synonyms);
        "A text says the same in other words."
        "None: nothing is meant to notice."
}
