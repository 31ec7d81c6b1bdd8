//! Annotations: one for each group, at most ten.

use super::fixture::{cell, change, every_status, green, run};
use crate::domain::{CellRecord, Kind, Status};
use crate::report::github::annotations;

#[test]
fn a_group_is_one_annotation_breaking_first() {
    insta::assert_snapshot!(annotations(&every_status(), "apps/mail/"));
}

#[test]
fn a_green_run_says_nothing() {
    assert_eq!(annotations(&green(), ""), "");
}

#[test]
fn ten_annotations_are_shown_and_the_last_counts_the_others() {
    let record = |number: usize| {
        let cells = (0..number).map(|n| CellRecord {
            changes: vec![change(Kind::FieldRemoved, &format!("/f{n}"))],
            ..cell(&format!("p/c{n}@m"), Status::Broken)
        });
        annotations(&run(cells.collect(), 1), "")
    };
    assert_eq!(record(10).lines().count(), 10);
    assert!(!record(10).contains("more group"));
    assert_eq!(record(13).lines().count(), 10);
    assert!(record(13).lines().last().unwrap().contains("4 more groups"));
}
