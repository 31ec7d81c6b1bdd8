//! Markdown: the layout of the comment, and its limit.

use super::fixture::{cell, change, every_status, green, run};
use crate::domain::{CellRecord, Kind, Status};
use crate::report::markdown::{COMMENT, MARKER, render};

#[test]
fn a_comment_has_headline_matrix_and_groups() {
    insta::assert_snapshot!(render(&every_status(), COMMENT));
}

#[test]
fn a_green_run_is_one_line_with_the_marker() {
    let text = render(&green(), COMMENT);
    assert_eq!(
        text,
        format!("✓ **promptmatrix**: 2 cells, all fine · run 20261123-031700-3f9a {MARKER}\n")
    );
}

#[test]
fn a_comment_that_is_too_long_leaves_out_whole_groups_and_says_so() {
    let cells: Vec<CellRecord> = (0..400)
        .map(|number| {
            let long = serde_json::json!("x".repeat(300 + number));
            let change =
                change(Kind::ValueChanged, &format!("/text{number}")).between(None, Some(long));
            CellRecord { changes: vec![change], ..cell(&format!("p/c{number}@m"), Status::Changed) }
        })
        .collect();
    let text = render(&run(cells, 1), COMMENT);
    assert!(text.len() <= COMMENT && text.len() > COMMENT - 2_000, "{}", text.len());
    assert!(text.contains("more groups: see the log of the job"), "{text}");
    assert!(text.starts_with(MARKER));
    assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
    assert_eq!(text.matches("```").count() % 2, 0);
}

#[test]
fn a_matrix_that_is_too_large_is_left_out() {
    let cells = (0..5_000).map(|n| cell(&format!("prompt-{n}/c@m"), Status::Broken)).collect();
    let text = render(&run(cells, 1), COMMENT);
    assert!(text.len() <= COMMENT && text.contains("too large"), "{text}");
}
