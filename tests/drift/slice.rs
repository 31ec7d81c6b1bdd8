//! A fast slice of `cargo bench --bench drift`: whole runs of a simulated suite, with fixed seeds.

use promptmatrix::domain::{Scope, Setting};
use promptmatrix::drift::promise::{Break, row};

use crate::rows::{Quietness, quiet, shot};

#[test]
fn nights_without_a_change_are_hardly_ever_red_and_cost_hardly_a_call() {
    let quiet = quiet(5, Setting::FreshMachine, 5, 2, Quietness::Steady);
    assert!(quiet.red <= 1, "{quiet:?}");
    assert!(quiet.calls as f64 <= 1.2 * quiet.cells as f64, "{quiet:?}");
}

#[test]
fn what_breaks_one_cell_or_changes_all_cells_of_a_prompt_in_a_slot_is_red_at_once() {
    for (kind, scope) in [(Break::Broken, Scope::Cell), (Break::Value, Scope::Prompt)] {
        let shot = shot(row(kind, scope, 100).unwrap(), 3, Setting::FreshMachine, 8).unwrap();
        assert_eq!(shot.run, Some(1), "{shot:?}");
    }
}
