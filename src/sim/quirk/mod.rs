//! The table of quirks: what a version of a demo model does differently. Data, and which of them
//! are at work for one request; how each works is in the files beside.

mod text;
mod value;

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde_json::Value;

use super::ask::Ask;
use super::reply::{Draft, Reply};
use super::wire::Wire;
use super::words::Noise;

/// When a quirk is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// To the value, before it is written down.
    Value,
    /// To the text that carries the value.
    Text,
    /// To the way the answer ends.
    Ending,
    /// To what stands around the answer.
    Around,
}

/// What `to` says in a quirk of some kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum To {
    /// Nothing: it must not be there.
    Nothing,
    /// A text.
    Text,
    /// A number above 0.
    Number,
    /// An HTTP status from 400 to 599.
    Status,
    /// One of the JSON types `string`, `number`, `boolean`, `array`, `object`.
    Type,
    /// A table from old value to new value.
    Table,
    /// Any value.
    Any,
}

impl To {
    /// The JSON types that [`To::Type`] takes.
    pub const TYPES: [&'static str; 5] = ["string", "number", "boolean", "array", "object"];
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct QuirkInfo {
    pub kind: QuirkKind,
    /// Its name in a world.
    pub id: &'static str,
    /// When it is applied.
    pub stage: Stage,
    /// What `to` says.
    pub to: To,
    pub does: &'static str,
    /// What `to` means, and what happens where the quirk has nothing to work on.
    pub note: &'static str,
}

macro_rules! quirks {
    ($($kind:ident $id:literal $stage:ident $to:ident $does:literal $note:literal;)*) => {
        /// One kind of quirk, in the order in which they are applied.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum QuirkKind {
            $(#[doc = $does] $kind,)*
        }

        /// All kinds, in the order in which they are applied.
        pub const QUIRKS: &[QuirkInfo] = &[$(QuirkInfo {
            kind: QuirkKind::$kind,
            id: $id,
            stage: Stage::$stage,
            to: To::$to,
            does: $does,
            note: $note,
        },)*];
    };
}

quirks! {
    FieldRemoved "field-removed" Value Nothing
        "Leaves out a member of an object."
        "Without a pointer: an optional member, if there is one.";
    FieldAdded "field-added" Value Any
        "Adds a member to an object."
        "`to` is its value (default: a short text); without a pointer it is `/note`.";
    EnumShifted "enum-shifted" Value Table
        "Answers with another value of a closed list."
        "`to` maps old values to new ones; without it the next value of the schema's list is taken.";
    CaseChanged "case-changed" Value Nothing
        "Writes a value of a closed list in other letters."
        "`billing` becomes `Billing`, `BILLING` becomes `billing`.";
    TypeChanged "type-changed" Value Type
        "Answers with another JSON type."
        "`to` is the type (default: a number becomes a text, anything else a list of itself).";
    ValueToNull "value-to-null" Value Nothing
        "Answers null instead of a value."
        "Without a pointer: any member.";
    ReorderedArray "reordered-array" Value Nothing
        "Turns the order of an array round."
        "Nothing happens to arrays with fewer than two items.";
    ItemDropped "item-dropped" Value Nothing
        "Leaves out the last item of an array."
        "Nothing happens to empty arrays.";
    NumberScaled "number-scaled" Value Number
        "Multiplies a number."
        "`to` is the factor (default 100: cents for whole units).";
    TextReworded "text-reworded" Value Text
        "Words a text anew."
        "Common words are replaced by their synonyms; where none occurs, `to` (default `In short:`) is put in front. Without a pointer: every text of three words or more.";
    Longer "longer" Value Number
        "Says the same at greater length."
        "`to` is the factor (default 2). Without a pointer: every text of three words or more.";
    KeyOrder "key-order" Value Nothing
        "Writes the members of every object in the opposite order."
        "Equal as JSON; only clients that read text can tell.";
    SchemaViolation "schema-violation" Value Nothing
        "Breaks the schema."
        "A value of a closed list gets `!!` at its end; where there is none, a required member is left out, or the value becomes a text.";
    DuplicateKey "duplicate-key" Text Nothing
        "Names the first member of the answer twice."
        "Where a tool's arguments travel as an object, the provider's own parser has already dropped it.";
    Nan "nan" Text Nothing
        "Writes NaN for a number."
        "Nothing happens to answers without a number. Where a tool's arguments travel as an object, it arrives as null.";
    Fenced "fenced" Text Nothing
        "Puts a Markdown code fence around the JSON."
        "Instead of a tool call the answer comes as text.";
    UnclosedFence "unclosed-fence" Text Nothing
        "Opens a Markdown code fence before the JSON and never closes it."
        "Instead of a tool call the answer comes as text.";
    ProseAround "prose-around" Text Text
        "Writes a sentence before and after the JSON."
        "`to` is the sentence before it. Instead of a tool call the answer comes as text.";
    Truncated "truncated" Ending Number
        "Ends the answer in the middle, as at the limit of tokens."
        "`to` is the share that is left (default 0.6).";
    Refused "refused" Ending Text
        "Declines, with the flag that the provider has for it."
        "`to` is the sentence. Gemini reports it as its filter's doing; Ollama has no flag: there it is a sentence in the text.";
    RefusedInText "refused-in-text" Ending Text
        "Declines in a sentence, without any flag."
        "`to` is the sentence.";
    Filtered "filtered" Ending Nothing
        "The provider's content filter cuts in."
        "Anthropic reports its filter as a refusal; Ollama has none: there the answer is empty.";
    Empty "empty" Ending Nothing
        "Answers with no text at all."
        "The answer ends normally.";
    Slower "slower" Around Number
        "Takes longer."
        "`to` is the factor (default 3). Nothing waits: the latency is only reported.";
    DifferentServedId "different-served-id" Around Text
        "Names another version than the one that answers."
        "`to` is the id (default: the version's own with `-r2` at its end).";
    Error "error" Around Status
        "Answers with an HTTP error, in the provider's own words."
        "`to` is the status (default 500).";
}

impl QuirkKind {
    /// Its row in the table.
    #[expect(clippy::indexing_slicing, reason = "the macro makes one row per variant, in order")]
    pub fn info(self) -> &'static QuirkInfo {
        &QUIRKS[self as usize]
    }

    /// Its name in a world.
    pub fn id(self) -> &'static str {
        self.info().id
    }
}

impl fmt::Display for QuirkKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

impl FromStr for QuirkKind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        QUIRKS.iter().find(|row| row.id == text).map(|row| row.kind).ok_or(())
    }
}

/// One quirk of a version.
#[derive(Debug, Clone)]
pub(super) struct Quirk {
    pub(super) kind: QuirkKind,
    /// How often, from 0 to 1.
    pub(super) rate: f64,
    /// Occurs in the system prompt; `None` means any.
    pub(super) prompt: Option<String>,
    /// Occurs in the last message of the user; `None` means any.
    pub(super) when: Option<String>,
    /// Where in the answer, `*` standing for any step; `None` means that the kind chooses.
    pub(super) pointer: Option<String>,
    pub(super) to: Option<Value>,
}

impl Quirk {
    fn concerns(&self, ask: &Ask) -> bool {
        self.prompt.as_ref().is_none_or(|text| ask.system.contains(text))
            && self.when.as_ref().is_none_or(|text| ask.user.contains(text))
    }

    fn text<'a>(&'a self, default: &'a str) -> &'a str {
        self.to.as_ref().and_then(Value::as_str).unwrap_or(default)
    }

    fn number(&self, default: f64) -> f64 {
        self.to.as_ref().and_then(Value::as_f64).unwrap_or(default)
    }
}

/// The quirks that are at work for one request.
pub(super) struct Active<'a> {
    quirks: Vec<&'a Quirk>,
    noise: &'a Noise,
}

impl<'a> Active<'a> {
    /// Those that concern the request and happen at this draw, in the order of the table.
    pub(super) fn of(quirks: &'a [Quirk], ask: &Ask, noise: &'a Noise, draw: u64) -> Self {
        let mut quirks: Vec<&Quirk> = quirks
            .iter()
            .enumerate()
            .filter(|(_, quirk)| quirk.concerns(ask))
            .filter(|(at, quirk)| noise.happens(&format!("{at} {}", quirk.kind), quirk.rate, draw))
            .map(|(_, quirk)| quirk)
            .collect();
        quirks.sort_by_key(|quirk| quirk.kind);
        Self { quirks, noise }
    }

    fn at(&self, stage: Stage) -> impl Iterator<Item = &'a Quirk> {
        self.quirks.iter().copied().filter(move |quirk| quirk.kind.info().stage == stage)
    }

    fn the(&self, kind: QuirkKind) -> Option<&'a Quirk> {
        self.quirks.iter().copied().find(|quirk| quirk.kind == kind)
    }

    /// Applies what changes the value.
    pub(super) fn bend_value(&self, draft: &mut Draft, ask: &Ask) {
        let schema = value::schema_of(draft, ask);
        for quirk in self.at(Stage::Value) {
            value::bend(quirk, &mut draft.value, &schema, self.noise);
        }
    }

    /// Applies what changes the text that carries the value.
    pub(super) fn bend_text(&self, reply: &mut Reply, wire: Wire) {
        for quirk in self.at(Stage::Text) {
            text::bend_text(quirk, reply, wire);
        }
    }

    /// Applies what changes how the answer ends.
    pub(super) fn bend_ending(&self, reply: &mut Reply, wire: Wire) {
        for quirk in self.at(Stage::Ending) {
            text::bend_ending(quirk, reply, wire);
        }
    }

    /// The HTTP error that is answered instead.
    pub(super) fn status(&self) -> Option<u16> {
        let status = self.the(QuirkKind::Error)?.to.as_ref().and_then(Value::as_u64);
        Some(status.and_then(|status| u16::try_from(status).ok()).unwrap_or(500))
    }

    /// The id that the answer names, where it is not the version's own.
    pub(super) fn served(&self, version: &str) -> String {
        match self.the(QuirkKind::DifferentServedId) {
            Some(quirk) => quirk.text(&format!("{version}-r2")).to_owned(),
            None => version.to_owned(),
        }
    }

    /// How long the answer takes.
    pub(super) fn latency(&self, usual: Duration) -> Duration {
        match self.the(QuirkKind::Slower) {
            Some(quirk) => usual.mul_f64(quirk.number(3.0).min(1000.0)),
            None => usual,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_quirk_has_its_own_id_and_says_what_it_does() {
        let mut ids = Vec::new();
        for row in QUIRKS {
            assert_eq!(row.id.parse(), Ok(row.kind));
            assert_eq!(row.kind.info().id, row.id);
            assert!(row.does.ends_with('.') && row.note.ends_with('.'), "{}", row.id);
            assert!(!ids.contains(&row.id));
            ids.push(row.id);
        }
    }
}
