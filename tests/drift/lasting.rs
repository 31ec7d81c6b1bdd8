//! What breaks and stays broken: how often the gate fails, night by night.

use promptmatrix::domain::Setting;

use crate::faults::Fault;
use crate::product::Outcome;
use crate::rows::Scene;
use crate::world::Kinds;

/// Nights with a fault in a share of the answers of some cells.
fn nights(
    (scene, setting): (&mut Scene, Setting),
    fault: &str,
    cells: &[usize],
    shares: impl IntoIterator<Item = f64>,
) -> Vec<Outcome> {
    let fault = Fault::named(fault);
    let nights = (1..).zip(shares).map(|(day, share)| {
        let faults = scene.faults(fault, cells, share);
        scene.night(setting, day, faults)
    });
    nights.collect()
}

fn always(share: f64, nights: usize) -> impl Iterator<Item = f64> {
    std::iter::repeat_n(share, nights)
}

fn red(nights: &[Outcome]) -> Vec<bool> {
    nights.iter().map(|night| night.exit == 1).collect()
}

fn share(nights: &[bool]) -> f64 {
    nights.iter().filter(|red| **red).count() as f64 / nights.len() as f64
}

/// The cells of the first prompt and slot all of whose cells can show the fault.
fn group(scene: &Scene, fault: &str) -> Vec<usize> {
    let fault = Fault::named(fault);
    let groups = (0..scene.world.cells.len()).map(|cell| scene.world.group(cell));
    let fits = |cells: &Vec<usize>| cells.iter().all(|cell| fault.fits(&scene.world, *cell));
    groups.into_iter().find(fits).unwrap()
}

/// The cells of a slot.
fn slot(scene: &Scene, slot: usize) -> Vec<usize> {
    let cells = scene.world.cells.iter().enumerate();
    cells.filter(|(_, cell)| cell.slot == slot).map(|(at, _)| at).collect()
}

const SETTINGS: [Setting; 2] = [Setting::RunsKept, Setting::FreshMachine];

#[test]
fn another_value_in_all_cells_of_a_prompt_is_red_from_the_first_or_second_night_on_for_ever() {
    for setting in SETTINGS {
        let mut scene = Scene::new(101, 3, Kinds::Usual);
        let cells = group(&scene, "count_changed");
        let red = red(&nights((&mut scene, setting), "count_changed", &cells, always(1.0, 4)));
        assert_eq!(red[1..], [true; 3], "{setting:?}");
    }
}

#[test]
fn a_label_that_moves_by_three_of_100_answers_a_night_is_red_before_it_reaches_half_and_stays_so() {
    let mut scene = Scene::new(102, 5, Kinds::Usual);
    let cells = group(&scene, "label_flip");
    let shares = (1..=30).map(|night| f64::from(night) * 0.03).chain(always(1.0, 3));
    let red = red(&nights((&mut scene, Setting::RunsKept), "label_flip", &cells, shares));
    let first = red.iter().position(|red| *red).unwrap();
    assert!(f64::from(u32::try_from(first + 1).unwrap()) * 0.03 < 0.5, "{red:?}");
    assert_eq!(red[first + 3..].iter().filter(|red| !**red).count(), 0, "{red:?}");
}

#[test]
fn a_lone_cell_swapped_for_ever_is_suspect_and_then_red_while_it_lasts() {
    // With fewer accepted answers it takes more new ones to know.
    for (accepted, suspect) in [(3, 2), (5, 1)] {
        let mut scene = Scene::new(103, accepted, Kinds::Usual);
        let cell = slot(&scene, 0)[8];
        let nights = nights((&mut scene, Setting::RunsKept), "label_flip", &[cell], always(1.0, 5));
        assert_eq!(nights[0].exit, 0);
        assert_eq!(nights[suspect - 1].suspect, [cell], "{accepted} accepted");
        assert!(red(&nights[suspect..]).iter().all(|red| *red), "{accepted} accepted");
    }
}

#[test]
fn refusals_in_four_of_ten_answers_of_a_slot_are_red_in_nearly_every_night() {
    let mut scene = Scene::new(104, 5, Kinds::Usual);
    let cells = &slot(&scene, 1)[..7];
    let shares = always(0.4, 20);
    let red = red(&nights((&mut scene, Setting::RunsKept), "refusal_text", cells, shares));
    assert!(share(&red) >= 0.85, "{red:?}");
}

#[test]
fn a_field_that_was_always_there_and_is_gone_from_a_third_of_the_answers_is_red_by_the_third_night()
{
    let mut scene = Scene::new(106, 5, Kinds::FullOptional);
    let cells = group(&scene, "optional_vanished");
    let shares = always(0.34, 10);
    let red = red(&nights((&mut scene, Setting::RunsKept), "optional_vanished", &cells, shares));
    assert!(red[..3].contains(&true), "{red:?}");
    assert!(share(&red) >= 0.8, "{red:?}");
}

#[test]
fn a_fence_in_four_of_ten_answers_is_as_red_on_a_fresh_machine_as_where_runs_are_kept() {
    let shares = SETTINGS.map(|setting| {
        let mut scene = Scene::new(106, 5, Kinds::Usual);
        let cells = &slot(&scene, 0)[..12];
        share(&red(&nights((&mut scene, setting), "fenced_json", cells, always(0.4, 10))))
    });
    assert!(shares.iter().all(|share| *share >= 0.9), "{shares:?}");
}

#[test]
fn an_optional_field_gone_from_all_answers_is_red_by_the_second_run() {
    let mut scene = Scene::new(107, 5, Kinds::HalfOptional);
    let cells = group(&scene, "optional_vanished");
    let shares = always(1.0, 4);
    let red = red(&nights((&mut scene, Setting::RunsKept), "optional_vanished", &cells, shares));
    assert_eq!(red[1..], [true; 3]);
}

#[test]
fn of_twenty_lone_cells_of_a_large_suite_nineteen_are_red_by_the_second_run() {
    let mut scene = Scene::new(108, 5, Kinds::Labels(0));
    let cells: Vec<usize> = (0..20).map(|at| at * 97).collect();
    let nights = nights((&mut scene, Setting::RunsKept), "label_flip", &cells, always(1.0, 2));
    assert!(nights[1].red.len() >= 19, "{:?}", nights[1].red);
}

#[test]
fn labels_that_flap_beside_one_accepted_answer_are_no_swap_and_never_red() {
    let mut scene = Scene::new(109, 1, Kinds::Labels(20));
    for setting in SETTINGS {
        for night in nights((&mut scene, setting), "label_flip", &[], always(0.0, 2)) {
            assert!(night.exit == 0 && !night.column, "{setting:?} {night:?}");
        }
    }
}

#[test]
fn labels_that_flap_in_a_large_suite_cost_hardly_a_call_and_are_never_red() {
    let mut scene = Scene::new(110, 5, Kinds::Labels(20));
    for night in nights((&mut scene, Setting::RunsKept), "label_flip", &[], always(0.0, 1)) {
        assert_eq!((night.exit, night.red), (0, Vec::new()));
        assert!(night.calls as f64 <= 1.1 * scene.world.cells.len() as f64, "{}", night.calls);
    }
}
