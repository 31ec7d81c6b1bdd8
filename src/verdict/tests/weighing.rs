//! How much a change weighs: by its kind, by what its place is for, and by the suite's word.

use super::*;

#[test]
fn what_counts_follows_from_kind_role_and_strictness_and_levels_speak_last() {
    let change = |kind, role| Change { role, ..Change::new(kind, Pointer::root()) };
    let reworded = change(Kind::ValueChanged, Some(FieldRole::FreeText));
    let label = change(Kind::EnumValueChanged, Some(FieldRole::Enumerable));
    let lost = change(Kind::FieldRemoved, None);
    let invalid = change(Kind::SchemaViolation, None);
    let levels = |strictness| {
        let mut cell = cell();
        cell.gate.strictness = strictness;
        [&reworded, &label, &lost, &invalid].map(|change| level(&cell, change))
    };
    let (info, review, breaking) = (Level::Info, Level::Review, Level::Breaking);
    assert_eq!(levels(Strictness::Exact), [review, review, breaking, breaking]);
    assert_eq!(levels(Strictness::Contract), [info, review, breaking, breaking]);
    assert_eq!(levels(Strictness::Schema), [info, info, info, breaking]);
    let mut strict = cell();
    strict.gate.strictness = Strictness::Schema;
    strict.levels.0.insert(Kind::EnumValueChanged, breaking);
    assert_eq!(level(&strict, &label), breaking);
}

#[test]
fn a_level_of_a_moved_model_goes_before_the_policy_of_the_gate() {
    let moved = Change::new(Kind::ServedModelChanged, Pointer::root());
    for policy in [ServedModelPolicy::Pass, ServedModelPolicy::Fail] {
        let mut cell = cell();
        cell.gate.served_model = policy;
        let lenient = policy == ServedModelPolicy::Pass;
        let by_policy = if lenient { Level::Info } else { Level::Review };
        assert_eq!(level(&cell, &moved), by_policy);
        for word in [Level::Info, Level::Review, Level::Breaking] {
            cell.levels.0.insert(Kind::ServedModelChanged, word);
            assert_eq!(level(&cell, &moved), word);
        }
    }
}
