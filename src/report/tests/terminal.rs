//! The terminal: what it leaves out, and how it says so.

use super::fixture::{cell, change, green, run};
use crate::domain::{CellRecord, Exit, Kind, RunRecord, Status};
use crate::report::Look;
use crate::report::terminal::render;

const LOOK: Look = Look { width: 100, ascii: false, verbose: false };

#[test]
fn a_long_list_of_groups_ends_with_their_number_and_where_they_are() {
    let cells: Vec<CellRecord> = (0..35)
        .map(|number| {
            let changes = vec![change(Kind::FieldRemoved, &format!("/place-{number}"))];
            CellRecord { changes, ..cell(&format!("p/c{number}@m"), Status::Broken) }
        })
        .collect();
    let record = run(cells, 1);
    let text = anstream::adapter::strip_str(&render(&record, LOOK)).to_string();
    assert_eq!(text.matches("  /place-").count(), 30, "{text}");
    assert!(text.contains("… and 5 more groups in 5 cells; -v shows them"), "{text}");
    let whole = render(&record, Look { verbose: true, ..LOOK });
    assert_eq!(whole.matches("/place-").count(), 35, "{whole}");
}

#[test]
fn a_run_that_ended_before_any_cell_was_whole_says_so() {
    let exit_code = Exit::Interrupted.code();
    let record = RunRecord { interrupted: true, exit_code, ..run(Vec::new(), 0) };
    let text = anstream::adapter::strip_str(&render(&record, LOOK)).to_string();
    assert!(text.contains("INTERRUPTED  no cell answered to its end   6.8s"), "{text}");
    let text = anstream::adapter::strip_str(&render(&green(), LOOK)).to_string();
    assert!(text.contains("PASS  2 cells: 2 same   6.8s"), "{text}");
}
