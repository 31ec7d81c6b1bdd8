//! A fast slice of the simulated world of `cargo bench --bench drift`, with fixed seeds.

use promptmatrix::drift::drill::Breakage;

use crate::measure::{Scene, Scope, Shot};

/// Share of the cells in which a breakage shows that were found.
fn found(shots: &[Shot], scope: Scope, is_meant: impl Fn(&Breakage) -> bool) -> f64 {
    let meant = || shots.iter().filter(|shot| shot.scope == scope && is_meant(shot.row));
    let visible: f64 = meant().map(|shot| shot.visible).sum();
    meant().map(|shot| shot.hits).sum::<f64>() / visible
}

#[test]
fn nights_without_a_change_raise_hardly_an_alarm_and_cost_hardly_a_call() {
    let mut quiet = Scene::new(5, 5, false, 0).quiet(2, false);
    assert!(quiet.calls <= 1.10 * quiet.cells, "{quiet:?}");
    quiet.merge(&Scene::new(8, 5, true, 1).quiet(1, true));
    // 1 of 1,000 cells of the two nights, 4 of 1,000 where noise shifts, as the benchmark's targets.
    assert!(quiet.alarms <= 0.001 * 1920.0 + 0.004 * 960.0, "{quiet:?}");
    assert!(quiet.twice < 1.0 && quiet.incidents + quiet.slot_incidents < 1.0, "{quiet:?}");
}

#[test]
fn what_breaks_a_prompt_on_a_model_is_found_at_once_in_nearly_all_of_its_cells() {
    let scopes = [Scope::Cell, Scope::Prompt];
    let shots = Scene::new(6, 5, false, 0).shots(&[1.0], 1, &scopes);
    let is_contract = |row: &Breakage| !row.code.is_empty();
    assert!(found(&shots, Scope::Prompt, is_contract) >= 0.99);
    assert!(found(&shots, Scope::Cell, is_contract) >= 0.94);
    assert!(found(&shots, Scope::Prompt, Breakage::matters) >= 0.95);
    let named: Vec<f64> = shots.iter().filter_map(|shot| shot.named).collect();
    assert!(named.iter().sum::<f64>() / named.len() as f64 >= 0.97);
    let reworded = shots.iter().filter(|shot| shot.row.name == "text-synonyms");
    assert!(reworded.map(|shot| shot.text_alarms).sum::<f64>() < 1.0);
    let wide = || shots.iter().filter(|shot| shot.affected >= 20.0 && shot.row.matters());
    let per_cell: f64 = wide().map(|shot| shot.extra / shot.affected).sum();
    assert!(per_cell / wide().count() as f64 <= 0.05);
}
