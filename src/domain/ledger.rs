//! The ledger: what happened to a suite that costs money or minutes, one event a line.
//!
//! An event's `id` is made of what it is about, so that a line that is appended twice, or comes in
//! from two branches, counts once. Lines of kinds that are not known here are left alone.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Bill, BumpEvent, CellId, Hash, ProviderKind, Slot, Status, Usage, number};

/// One line of `snapshots/ledger.jsonl`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LedgerLine {
    /// Version of the line's format.
    pub v: u32,
    /// When it happened, in UTC, to the second.
    #[schemars(with = "String")]
    pub ts: Timestamp,
    /// Names the event: 16 hexadecimal digits, the same wherever the same event is written.
    pub id: String,
    #[serde(flatten)]
    pub event: LedgerEvent,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "t", rename_all = "kebab-case")]
pub enum LedgerEvent {
    /// A run ended.
    Run(RunSummary),
    /// A slot moved from one version to another.
    Bump(BumpEvent),
    /// A person looked at an answer, or decided about it.
    Review(ReviewEvent),
    /// A commit fixed prompts or schemas after a bump.
    Fix(FixEvent),
    /// Somebody wrote down minutes that nothing else measures.
    Note(NoteEvent),
}

/// A run in summary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunSummary {
    pub run: String,
    /// What it was for.
    pub kind: RunKind,
    /// Cells that took part.
    pub cells: usize,
    /// Answers that were asked for now.
    pub trials: usize,
    /// Answers that were recordings.
    pub replayed: usize,
    /// Requests sent, retries included.
    pub calls: usize,
    /// What the answers cost that were asked for now.
    #[serde(default)]
    pub bill: Bill,
    /// Hash of the price tables that it was billed by, 16 digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prices: Option<Hash>,
    /// From beginning to end, in seconds.
    pub wall_s: u64,
    /// Hash of the suite, 16 digits.
    pub suite: Hash,
    /// The profile in effect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// The commit that was checked out, where git knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub git: Option<String>,
    /// The exit code that the gate gave.
    pub exit_code: u8,
    pub slots: BTreeMap<Slot, SlotSummary>,
}

/// What a run was for.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum RunKind {
    /// The profile `nightly`.
    Nightly,
    /// A rehearsed upgrade.
    Upgrade,
    /// Somebody at a desk.
    Local,
    /// Any other run in CI.
    Ci,
    /// Recordings alone: nothing was sent.
    Replay,
}

/// One column of a run, in summary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SlotSummary {
    /// Which adapter spoke to it.
    pub provider: ProviderKind,
    /// The dialect it was spoken to in: whose prices hold.
    pub dialect: String,
    /// The id that was asked for.
    pub requested: String,
    /// The ids that answered, in order.
    pub served: Vec<String>,
    /// Cells by status; statuses that do not occur are left out.
    pub cells: BTreeMap<Status, usize>,
    /// Answers that were asked for now.
    pub trials: usize,
    /// Of these, answers with a valid value.
    pub valid: usize,
    /// Requests sent, retries included.
    pub calls: usize,
    /// What these answers cost.
    #[serde(default)]
    pub bill: Bill,
    /// Tokens of the answers that were asked for now; a member is missing where none reported it.
    pub usage: Usage,
}

/// A person looked at an answer, or decided about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReviewEvent {
    /// What belongs together: the run whose answers are looked at, else the day.
    pub session: String,
    /// Id of the bump that brought the change, where one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bump: Option<String>,
    /// Which cells, all at once; none for a look at the whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cells: Vec<CellId>,
    pub action: ReviewAction,
    /// Tells two checkouts apart: 8 digits that were drawn once and say nothing of a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
}

/// What a person did with an answer.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum ReviewAction {
    /// The results came on the screen.
    Open,
    /// Looked at how it differs.
    Diff,
    /// Took it.
    Accept,
    /// Threw it away.
    Reject,
    /// Opened the prompt or the schema.
    Edit,
    /// Left it for later.
    Skip,
    /// Stopped looking.
    Close,
}

impl ReviewAction {
    /// Whether it settles the cell.
    pub fn decides(self) -> bool {
        matches!(self, Self::Accept | Self::Reject)
    }
}

/// A commit that fixed prompts or schemas after a bump.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FixEvent {
    /// Id of the bump.
    pub bump: String,
    /// The commit, 12 digits.
    pub commit: String,
    /// Broken or changed cells of the bump that the touched files belong to, as `prompt@slot`
    /// patterns.
    pub cells: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variant_files: Vec<String>,
    /// Lines added in prompts and schemas.
    pub added: usize,
    pub removed: usize,
}

/// Minutes that nothing else measures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NoteEvent {
    /// Id of the bump that they were for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bump: Option<String>,
    /// Slot that they were for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<Slot>,
    pub minutes: f64,
    /// What for, in a few words.
    pub why: String,
}

impl LedgerLine {
    /// Version of the format that this version writes.
    pub const FORMAT: u32 = 1;

    /// How many digits an id has.
    const DIGITS: usize = 16;

    /// The line of an event.
    pub fn new(ts: Timestamp, event: LedgerEvent) -> Self {
        let ts = Timestamp::from_second(ts.as_second()).unwrap_or(ts);
        let id = Hash::of_json(&event.key(ts)).short(Self::DIGITS).to_owned();
        Self { v: Self::FORMAT, ts, id, event }
    }

    /// Reads a line; `None` where its kind or its version is of a later program.
    pub fn read(text: &str) -> serde_json::Result<Option<Self>> {
        #[derive(Deserialize)]
        struct Head {
            v: u32,
            t: String,
        }
        let head: Head = serde_json::from_str(text)?;
        if head.v > Self::FORMAT || !LedgerEvent::KINDS.contains(&head.t.as_str()) {
            return Ok(None);
        }
        // An event is read by its tag, which only knows numbers in their one form.
        let value = number::canonical_in(serde_json::from_str(text)?);
        serde_json::from_value(value).map(Some)
    }

    /// Whether it is of a run that was cut short when the other line was written, and went on.
    pub fn goes_on_from(&self, before: &Self) -> bool {
        match (&self.event, &before.event) {
            (LedgerEvent::Run(now), LedgerEvent::Run(before)) => {
                now.run == before.run && now.trials > before.trials
            }
            _ => false,
        }
    }

    /// The line as text, without its end.
    pub fn text(&self) -> serde_json::Result<String> {
        serde_json::to_string(self)
    }
}

impl LedgerEvent {
    /// The words under `t` that are known.
    const KINDS: [&str; 5] = ["run", "bump", "review", "fix", "note"];

    /// What tells the event from every other: counts and prices may be known better later, and the
    /// event stays the same.
    fn key(&self, ts: Timestamp) -> Value {
        match self {
            Self::Run(run) => json!(["run", run.run]),
            Self::Bump(bump) => {
                let first = bump.runs.first().cloned().unwrap_or_else(|| ts.to_string());
                json!(["bump", bump.slot, bump.class, bump.from, bump.to, first])
            }
            Self::Review(review) => json!(["review", ts, review]),
            Self::Fix(fix) => json!(["fix", fix.bump, fix.commit]),
            Self::Note(note) => json!(["note", ts, note]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::BumpClass;

    fn ts(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn note(why: &str) -> LedgerEvent {
        LedgerEvent::Note(NoteEvent { bump: None, model: None, minutes: 30.0, why: why.into() })
    }

    fn bump(changed: usize, run: &str) -> LedgerEvent {
        LedgerEvent::Bump(BumpEvent {
            slot: Slot::new("swift").unwrap(),
            provider: "gemini".into(),
            class: BumpClass::AliasMove,
            from: "a-1".into(),
            to: "a-2".into(),
            cells: 12,
            changed,
            broken_loud: 1,
            broken_silent: 2,
            noise_floor: None,
            prompts: Vec::new(),
            runs: vec![run.into()],
        })
    }

    #[test]
    fn a_line_is_written_and_read_the_same_way() {
        let line = LedgerLine::new(ts("2026-11-23T20:46:35.9Z"), bump(3, "20261123-204635-3f9a"));
        let text = line.text().unwrap();
        assert_eq!(
            text,
            format!(
                concat!(
                    r#"{{"v":1,"ts":"2026-11-23T20:46:35Z","id":"{}","t":"bump","slot":"swift","#,
                    r#""provider":"gemini","class":"alias-move","from":"a-1","to":"a-2","cells":12,"#,
                    r#""changed":3,"broken_loud":1,"broken_silent":2,"runs":["20261123-204635-3f9a"]}}"#
                ),
                line.id
            )
        );
        assert_eq!(LedgerLine::read(&text).unwrap(), Some(line));
    }

    #[test]
    fn the_same_event_has_the_same_id_whatever_is_known_of_it() {
        let at = ts("2026-11-23T20:46:35Z");
        let id = |event| LedgerLine::new(at, event).id;
        assert_eq!(id(bump(3, "r1")), id(bump(4, "r1")));
        assert_ne!(id(bump(3, "r1")), id(bump(3, "r2")));
        assert_ne!(id(note("a")), id(note("b")));
        assert_eq!(id(note("a")).len(), 16);
        assert_ne!(id(note("a")), LedgerLine::new(ts("2026-11-23T20:46:36Z"), note("a")).id);
    }

    #[test]
    fn a_later_kind_or_version_is_left_alone_and_a_new_member_is_no_matter() {
        let read = |text: &str| LedgerLine::read(text);
        assert_eq!(read(r#"{"v":1,"t":"audit","ts":"x","id":"1"}"#).unwrap(), None);
        assert_eq!(read(r#"{"v":2,"t":"note","ts":"x"}"#).unwrap(), None);
        let text = LedgerLine::new(ts("2026-11-23T20:46:35Z"), note("a")).text().unwrap();
        let longer = text.replacen('{', r#"{"later":[1],"#, 1);
        assert_eq!(read(&longer).unwrap(), read(&text).unwrap());
        assert!(read(r#"{"v":1,"t":"note","ts":"2026-11-23T20:46:35Z"}"#).is_err());
        assert!(read("{}").is_err() && read("").is_err());
    }

    #[test]
    fn every_kind_of_event_is_known_by_its_word() {
        let schema = schemars::schema_for!(LedgerLine);
        let text = schema.to_value().to_string();
        for kind in LedgerEvent::KINDS {
            assert!(text.contains(&format!(r#""const":"{kind}""#)), "{kind}: {text}");
        }
        for class in BumpClass::ALL {
            assert_eq!(json!(class), json!(class.as_str()));
        }
    }
}
