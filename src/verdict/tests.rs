//! The status of a cell for every way its answers can turn out, and what makes a snapshot stale.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;

use crate::domain::{
    AnswerLimits, Billing, CompareRules, ErrorClass, FieldRole, Gate, Hash, Hashes, Identity,
    Levels, Model, Output, Params, Place, ProviderError, ProviderKind, Rule, ServedModelPolicy,
    SnapshotMeta, StaleReason, StopReason, Strictness, Structured, Violation,
};

use super::*;

mod outcomes;
mod weighing;

fn model() -> Model {
    Model {
        slot: "m".to_owned().try_into().unwrap(),
        provider: ProviderKind::Demo,
        dialect: "demo".into(),
        id: "model-1".into(),
        structured: Structured::Native,
        base_url: None,
        api_key_env: None,
        headers: Vec::new(),
        params: Params::default(),
        cache_system_prompt: false,
        billing: Billing::default(),
        command: Vec::new(),
        timeout: Duration::from_secs(1),
        max_concurrency: None,
        limits: domain::ModelLimits::default(),
    }
}

fn cell() -> Cell {
    Cell {
        id: "p/c@m".parse().unwrap(),
        model: Arc::new(model()),
        system: "".into(),
        messages: Arc::new([]),
        output: Output::Text,
        expect: std::collections::BTreeMap::new(),
        limits: AnswerLimits::default(),
        compare: CompareRules::default(),
        tolerant: None,
        samples: 1,
        gate: Gate::default(),
        levels: Levels::default(),
        prompt_file: "prompts/p.md".into(),
        place: Place::new("prompts/p.md", "".into(), 0..0),
    }
}

fn answer(value: Value) -> Trial {
    Trial {
        number: 1,
        at: Timestamp::UNIX_EPOCH,
        source: domain::Source::Fresh,
        latency_ms: 0,
        attempts: Vec::new(),
        cause: None,
        sub: None,
        recoverable: false,
        detail: None,
        how: Some(How::Native),
        strict: true,
        value: Some(value.into()),
        violations: Vec::new(),
        text: None,
        stop: StopReason::Complete,
        stop_raw: None,
        usage: None,
        identity: Identity { served: Some("model-1-a".into()), ..Identity::default() },
        usd_pico: None,
        priced_by_family: false,
    }
}

fn failure(cause: Kind) -> Trial {
    Trial { cause: Some(cause), detail: Some("why".into()), value: None, ..answer(Value::Null) }
}

fn violating(pointer: &str, value: Value) -> Trial {
    let violation = Violation {
        pointer: pointer.parse().unwrap(),
        schema_path: "/x".into(),
        keyword: "enum".into(),
        rule: Some(Rule::Enum),
        case_only: false,
        message: "is not one of".into(),
    };
    Trial { cause: Some(Kind::SchemaViolation), violations: vec![violation], ..answer(value) }
}

fn meta() -> SnapshotMeta {
    let hash = || Hash::from("0123456789abcdef".to_owned());
    SnapshotMeta {
        requested: "model-1".into(),
        served: Some("model-1-a".into()),
        api_version: None,
        structured: Structured::Native,
        prompt: hash(),
        schema: Some(hash()),
        parameters: hash(),
        lowering: None,
        rules: None,
        how: None,
        trials: 1,
    }
}

fn accepted(value: Value) -> Accepted {
    Accepted { value: value.into(), meta: meta() }
}

/// Numbers under 10 wobble, everything else is a change to look at.
fn compare(before: &Value, after: &Value) -> Vec<Change> {
    if before == after {
        return Vec::new();
    }
    let small = |value: &Value| value.as_u64().is_some_and(|number| number < 10);
    let wobbles = small(before) && small(after);
    let kind = if wobbles { Kind::NumberWithinTolerance } else { Kind::ValueChanged };
    vec![Change::new(kind, Pointer::root()).between(Some(before.clone()), Some(after.clone()))]
}

fn judge(
    cell: &Cell,
    trials: &[Trial],
    accepted: Option<&Accepted>,
    compare: impl Fn(&Value, &Value) -> Vec<Change>,
) -> Compared {
    compare_answers(cell, trials, accepted, compare, |_| false).unwrap()
}

fn status(cell: &Cell, trials: &[Trial], snapshot: Option<Value>) -> Status {
    by_level(&judge(cell, trials, snapshot.map(accepted).as_ref(), compare).changes)
}

fn kinds(verdict: &Compared) -> Vec<Kind> {
    verdict.changes.iter().map(|change| change.kind).collect()
}

#[test]
fn one_answer_has_the_status_of_its_worst_change() {
    let cell = cell();
    let one = |value: Value, snapshot| status(&cell, &[answer(value)], snapshot);
    assert_eq!(one(json!("a"), Some(json!("a"))), Status::Same);
    assert_eq!(one(json!(1), Some(json!(2))), Status::Varies);
    assert_eq!(one(json!("a"), Some(json!("b"))), Status::Changed);
}

#[test]
fn an_answer_with_a_cause_is_broken_with_and_without_a_snapshot() {
    let cell = cell();
    for snapshot in [None, Some(json!("a"))] {
        let snapshot = snapshot.map(accepted);
        let verdict = judge(&cell, &[failure(Kind::Truncated)], snapshot.as_ref(), compare);
        assert_eq!((by_level(&verdict.changes), verdict.agreeing), (Status::Broken, 1));
        assert_eq!(kinds(&verdict), [Kind::Truncated]);
        assert_eq!(verdict.changes[0].detail.as_deref(), Some("why"));
    }
}

#[test]
fn every_violation_is_a_change_at_its_place_with_the_value_that_offends() {
    let trial = violating("/priority", json!({"priority": "urgent!!"}));
    let snapshot = accepted(json!({"priority": "urgent"}));
    let verdict = judge(&cell(), &[trial], Some(&snapshot), compare);
    assert_eq!(by_level(&verdict.changes), Status::Broken);
    let change = &verdict.changes[0];
    assert_eq!((change.kind, change.pointer.as_str()), (Kind::SchemaViolation, "/priority"));
    assert_eq!((&change.before, &change.after), (&None, &Some(json!("urgent!!"))));
    assert_eq!(change.detail.as_deref(), Some("is not one of"));
}

#[test]
fn an_item_of_a_sorted_array_is_not_looked_up_by_its_old_number() {
    let mut cell = cell();
    let trial = || [violating("/tags/0", json!({"tags": ["a", "z!!"]}))];
    assert_eq!(judge(&cell, &trial(), None, compare).changes[0].after, Some(json!("a")));
    cell.compare.unordered.push("/tags".parse().unwrap());
    assert_eq!(judge(&cell, &trial(), None, compare).changes[0].after, None);
}

#[test]
fn nobody_answering_says_why() {
    let why = |trials: &[Trial]| compare_answers(&cell(), trials, None, compare, |_| false);
    assert_eq!(why(&[failure(Kind::Transport)]).unwrap_err(), "why");
    assert_eq!(why(&[]).unwrap_err(), "no answer");
    let trials = [answer(json!("a")), failure(Kind::Unrecorded), answer(json!("a"))];
    assert_eq!(why(&trials).unwrap_err(), "why", "a replay that is not whole proves nothing");
}

#[test]
fn the_answer_that_shows_it_stands_for_the_cell_and_else_the_one_closest_to_what_was_accepted() {
    let trials = [failure(Kind::Transport), answer(json!("b")), answer(json!("a"))];
    let known = accepted(json!("a"));
    let closest = judge(&cell(), &trials, Some(&known), compare);
    assert_eq!((closest.judged, closest.agreeing), (2, 1));
    assert_eq!(closest.note.as_deref(), Some("1/2 answers agree, 1/3 not answered"));
    let shows = |trial: &Trial| trial.value == Some(json!("b").into());
    let found = compare_answers(&cell(), &trials, Some(&known), compare, shows).unwrap();
    assert_eq!((found.judged, kinds(&found)), (1, vec![Kind::ValueChanged]));
}

#[test]
fn where_nothing_is_accepted_the_first_of_the_most_frequent_answers_stands_for_the_cell() {
    let trials = [answer(json!("b")), answer(json!("a")), answer(json!("a"))];
    let found = judge(&cell(), &trials, None, compare);
    assert_eq!((found.judged, found.agreeing), (1, 2));
    let tie = [answer(json!("x")), answer(json!("y"))];
    assert_eq!(judge(&cell(), &tie, None, compare).judged, 0);
}

#[test]
fn answers_that_differ_only_by_what_weighs_nothing_agree() {
    let trials = [answer(json!(1)), answer(json!(2)), answer(json!(3))];
    let found = judge(&cell(), &trials, Some(&accepted(json!(1))), compare);
    assert_eq!((by_level(&found.changes), found.agreeing), (Status::Same, 3));
}

#[test]
fn a_silent_bump_is_a_change_unless_the_gate_lets_it_pass() {
    let moved = || {
        let served = Identity { served: Some("model-1-b".into()), ..Identity::default() };
        Trial { identity: served, ..answer(json!("a")) }
    };
    let verdict = judge(&cell(), &[moved()], Some(&accepted(json!("a"))), compare);
    assert_eq!(
        (by_level(&verdict.changes), kinds(&verdict)),
        (Status::Changed, vec![Kind::ServedModelChanged])
    );
    assert_eq!(verdict.changes[0].before, Some(json!("model-1-a")));
    let mut lenient = cell();
    lenient.gate.served_model = ServedModelPolicy::Pass;
    assert_eq!(status(&lenient, &[moved()], Some(json!("a"))), Status::Varies);
    let mut announced = cell();
    announced.model = Arc::new(Model { id: "model-2".into(), ..model() });
    assert_eq!(status(&announced, &[moved()], Some(json!("a"))), Status::Same);
    let unknown = Trial { identity: Identity::default(), ..answer(json!("a")) };
    assert_eq!(status(&cell(), &[unknown], Some(json!("a"))), Status::Same);
}

#[test]
fn levels_speak_of_causes_too_and_do_not_hide_what_else_changed() {
    let mut cell = cell();
    cell.levels.0.insert(Kind::Fenced, Level::Info);
    let fenced = Trial { value: Some(json!("b").into()), ..failure(Kind::Fenced) };
    let same = judge(&cell, std::slice::from_ref(&fenced), Some(&accepted(json!("b"))), compare);
    assert_eq!((by_level(&same.changes), kinds(&same)), (Status::Varies, vec![Kind::Fenced]));
    let other = judge(&cell, &[fenced], Some(&accepted(json!("a"))), compare);
    assert_eq!(by_level(&other.changes), Status::Changed);
    assert_eq!(kinds(&other), [Kind::ValueChanged, Kind::Fenced]);
    cell.levels.0.insert(Kind::Fenced, Level::Review);
    let fenced = Trial { value: Some(json!("b").into()), ..failure(Kind::Fenced) };
    let both = judge(&cell, &[fenced], Some(&accepted(json!("a"))), compare);
    assert!(kinds(&both).contains(&Kind::ValueChanged), "a review does not hide it either");
}

#[test]
fn a_forgiven_fence_is_shown() {
    let fenced = Trial { how: Some(How::Fenced), strict: false, ..answer(json!("a")) };
    let verdict = judge(&cell(), &[fenced], Some(&accepted(json!("a"))), compare);
    assert_eq!(
        (by_level(&verdict.changes), kinds(&verdict)),
        (Status::Varies, vec![Kind::WrappedInFence])
    );
}

#[test]
fn a_fence_that_people_accepted_is_no_news() {
    let fenced = Trial { how: Some(How::Fenced), strict: false, ..answer(json!("a")) };
    let mut known = accepted(json!("a"));
    known.meta.how = Some(How::Fenced);
    assert!(judge(&cell(), &[fenced], Some(&known), compare).changes.is_empty());
}

#[test]
fn the_worst_change_comes_first() {
    let both = |_: &Value, _: &Value| {
        [Kind::TextReworded, Kind::ValueChanged, Kind::FieldRemoved]
            .map(|kind| Change::new(kind, Pointer::root()))
            .to_vec()
    };
    let verdict = judge(&cell(), &[answer(json!("b"))], Some(&accepted(json!("a"))), both);
    assert_eq!(kinds(&verdict), [Kind::FieldRemoved, Kind::ValueChanged, Kind::TextReworded]);
    assert_eq!(by_level(&verdict.changes), Status::Broken);
}

#[test]
fn a_snapshot_is_stale_for_each_thing_that_no_longer_fits() {
    let whole = || Hash::from("0123456789abcdef".repeat(4));
    let other = || Hash::from("f".repeat(64));
    let hashes = Hashes {
        prompt: whole(),
        schema: Some(whole()),
        parameters: whole(),
        lowering: None,
        request: whole(),
    };
    assert!(stale(&meta(), &hashes, &model()).is_empty());
    let edited = Hashes { prompt: other(), schema: None, ..hashes.clone() };
    assert_eq!(stale(&meta(), &edited, &model()), [StaleReason::Prompt, StaleReason::Schema]);
    let tuned = Hashes { parameters: other(), lowering: Some(whole()), ..hashes.clone() };
    let reasons = [StaleReason::Parameters, StaleReason::Lowering];
    assert_eq!(stale(&meta(), &tuned, &model()), reasons);
    let bumped = Model { id: "model-2".into(), structured: Structured::Tool, ..model() };
    let reasons = [StaleReason::Parameters, StaleReason::Model];
    assert_eq!(stale(&meta(), &hashes, &bumped), reasons);
}

#[test]
fn an_error_of_the_provider_speaks_of_the_request_or_of_nothing() {
    for (class, kind) in [
        (ErrorClass::RateLimited, Kind::ProviderError),
        (ErrorClass::Unauthorized, Kind::ProviderError),
        (ErrorClass::ModelGone, Kind::ModelRetired),
        (ErrorClass::Filtered, Kind::Filtered),
        (ErrorClass::SchemaRejected, Kind::RejectedRequest),
        (ErrorClass::ContextOverflow, Kind::RejectedRequest),
    ] {
        let error = ProviderError {
            class,
            status: 400,
            code: None,
            message: "the provider's words".into(),
            retry_after: None,
            should_retry: None,
            generation: None,
        };
        let cause = Cause::from(&error);
        assert_eq!((cause.kind, cause.detail.as_deref()), (kind, Some("the provider's words")));
        assert_eq!(cause.sub.as_deref(), Some("400"));
    }
}
