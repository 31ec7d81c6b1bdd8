//! What counts as the same outcome, what differs between two headers, and which cause is named.

use super::*;
use crate::verdict::because::between;
use crate::verdict::cause::settle;

#[test]
fn each_part_of_a_header_that_differs_is_named_alone() {
    let other = || Hash::from("fedcba9876543210".to_owned());
    let differs = |change: &dyn Fn(&mut SnapshotMeta)| {
        let mut after = meta();
        change(&mut after);
        between(&meta(), &after)
    };
    assert_eq!(differs(&|_| {}), (vec![], false));
    assert_eq!(differs(&|meta| meta.prompt = other()).0, [StaleReason::Prompt]);
    assert_eq!(differs(&|meta| meta.schema = None).0, [StaleReason::Schema]);
    assert_eq!(differs(&|meta| meta.parameters = other()).0, [StaleReason::Parameters]);
    assert_eq!(differs(&|meta| meta.structured = Structured::Prompt).0, [StaleReason::Parameters]);
    assert_eq!(differs(&|meta| meta.lowering = Some(other())).0, [StaleReason::Lowering]);
    assert_eq!(
        differs(&|meta| meta.requested = "model-2".into()),
        (vec![StaleReason::Model], false)
    );
    assert_eq!(differs(&|meta| meta.served = Some("model-1-b".into())), (vec![], true));
}

#[test]
fn answers_that_differ_lightly_or_break_the_same_rule_are_one_outcome() {
    let light = |one: &Value, two: &Value| one.is_u64() && two.is_u64();
    let same = |one: &Trial, two: &Trial| same_outcome(one, two, light);
    assert!(same(&answer(json!("a")), &answer(json!("a"))));
    assert!(same(&answer(json!(1)), &answer(json!(2))));
    assert!(!same(&answer(json!("a")), &answer(json!("b"))));
    let none = || Trial { value: None, ..answer(Value::Null) };
    assert!(same(&none(), &none()) && !same(&none(), &answer(json!(1))));
    let broken = |place: &str| violating(place, json!({"a": 1}));
    assert!(same(&broken("/a"), &broken("/a")));
    assert!(!same(&broken("/a"), &broken("/b")), "another place");
    assert!(!same(&broken("/a"), &answer(json!(1))));
    let expected = || Trial { cause: Some(Kind::ExpectationFailed), ..broken("/a") };
    assert!(!same(&broken("/a"), &expected()), "another cause at the same place");
    assert!(same(&failure(Kind::Refused), &failure(Kind::Refused)));
    assert!(!same(&failure(Kind::Refused), &failure(Kind::Truncated)));
}

#[test]
fn only_edited_rules_that_left_something_out_make_it_come_back() {
    let by_rules = |kind| {
        let mut cell = cell();
        cell.compare.unordered.push("/tags".parse().unwrap());
        let change = move |_: &Value, _: &Value| vec![Change::new(kind, Pointer::root())];
        let found = judge(&cell, &[answer(json!(1))], Some(&accepted(json!(2))), change);
        found.changes[0].level == Level::Info
    };
    for kind in [Kind::FieldAdded, Kind::ItemAdded, Kind::NullToValue, Kind::OrderChanged] {
        assert!(by_rules(kind), "{kind}");
    }
    for kind in [Kind::FieldRemoved, Kind::ItemRemoved, Kind::ValueChanged, Kind::ValueToNull] {
        assert!(!by_rules(kind), "{kind}");
    }
}

#[test]
fn a_rule_of_the_schema_is_named_before_one_of_the_case_and_a_cause_before_both() {
    let [mut expected, broken] = [violating("/a", json!(1)), violating("/b", json!(1))]
        .map(|trial| trial.violations[0].clone());
    expected.keyword = Violation::EXPECT.to_owned();
    let named = |violations: &[Violation]| settle(None, violations, Some(&json!({}))).unwrap();
    let both = named(&[expected.clone(), broken.clone()]);
    assert_eq!(both.kind, Kind::SchemaViolation);
    assert_eq!(both.detail.unwrap(), "/b: is not one of (and 1 more)");
    assert_eq!(named(std::slice::from_ref(&expected)).kind, Kind::ExpectationFailed);
    let fenced = || Some(Cause::new(Kind::Fenced, None));
    assert!(settle(fenced(), &[], Some(&json!({}))).unwrap().recoverable);
    assert!(!settle(fenced(), &[broken], Some(&json!({}))).unwrap().recoverable);
    assert!(!settle(fenced(), &[], None).unwrap().recoverable, "nothing was read");
    let cut = Some(Cause::new(Kind::Truncated, None));
    assert!(!settle(cut, &[], Some(&json!({}))).unwrap().recoverable);
}

#[test]
fn under_an_envelope_nothing_else_is_said() {
    let mut trial = violating("/a", json!({"a": 1}));
    let envelope = Violation { rule: Some(Rule::ExtraEnvelope), ..trial.violations[0].clone() };
    let plain = kinds(&judge(&cell(), std::slice::from_ref(&trial), None, compare)).len();
    trial.violations.extend([envelope.clone(), envelope]);
    let found = judge(&cell(), &[trial], None, compare);
    assert_eq!((plain, found.changes.len()), (1, 1));
    assert_eq!(found.changes[0].sub.as_deref(), Some(Rule::ExtraEnvelope.id()));
}
