//! A fast slice of `cargo bench --bench drift`: whole runs of a simulated suite, with fixed seeds.

use promptmatrix::domain::Break;
use promptmatrix::domain::{Scope, Setting};
use promptmatrix::drift::promise::row;

use crate::faults::Fault;
use crate::rows::{Quietness, each, quiet, shot};

#[test]
fn nights_without_a_change_are_hardly_ever_red_and_cost_hardly_a_call() {
    let quiet = quiet(5, Setting::FreshMachine, 5, 2, Quietness::Steady);
    assert!(quiet.red <= 1, "{quiet:?}");
    assert!(quiet.calls as f64 <= 1.2 * quiet.cells as f64, "{quiet:?}");
}

#[test]
fn cells_that_vary_and_agree_for_a_night_are_no_collapsed_list() {
    let quiet = quiet(5, Setting::FreshMachine, 100_900_007, 4, Quietness::Steady);
    assert_eq!(quiet.columns, 0, "{quiet:?}");
}

#[test]
fn what_breaks_one_cell_or_changes_all_cells_of_a_prompt_in_a_slot_is_red_at_once() {
    for (kind, scope) in [(Break::Broken, Scope::Cell), (Break::Value, Scope::Prompt)] {
        let shot = shot(row(kind, scope, 100).unwrap(), 3, Setting::FreshMachine, 8).unwrap();
        assert_eq!(shot.run, Some(1), "{shot:?}");
    }
}

#[test]
fn another_format_of_a_place_that_always_varies_is_red_and_so_are_numbers_that_all_move() {
    let stamps = each(Fault::named("stamp_format"), 3, Setting::FreshMachine, 8).unwrap();
    assert_eq!(stamps.run, Some(1), "{stamps:?}");
    let numbers = row(Break::Numbers, Scope::Prompt, 100).unwrap();
    let numbers = shot(numbers, 5, Setting::FreshMachine, 700_000).unwrap();
    assert_eq!(numbers.run, Some(1), "{numbers:?}");
}
