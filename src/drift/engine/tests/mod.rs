//! What the engine promises, beside a table of worked figures.

mod vectors;

use proptest::prelude::*;

use super::evidence::{Counts, share_varying};
use super::settings::{self, Prior};
use super::*;
use crate::domain::{CaseName, Conclusion, DeviationKind, Facet, FacetFamily, Scope};

fn facet(place: &str, kind: &str) -> Facet {
    let family = match kind {
        "shape" => FacetFamily::Shape,
        "value" => FacetFamily::Value,
        "count" => FacetFamily::Count,
        "keys" => FacetFamily::Undeclared,
        "cls" => FacetFamily::Class,
        "num" | "range" => FacetFamily::Number,
        other => panic!("{other}"),
    };
    Facet::at(family, format!("/{place}").parse().unwrap())
}

fn counted(facets: Facets) -> Counted {
    let identity = crate::domain::Identity::default();
    Counted { facets, input_tokens: None, metrics: Vec::new(), identity }
}

fn profiles(cells: &[CellId], accepted: &[Vec<Facets>]) -> Vec<Profile> {
    let mut profiles: BTreeMap<(PromptName, Slot), Profile> = BTreeMap::new();
    for (cell, answers) in cells.iter().zip(accepted) {
        let home = (cell.prompt.clone(), cell.model.clone());
        let profile = profiles
            .entry(home)
            .or_insert_with(|| Profile::new(cell.prompt.clone(), cell.model.clone()));
        let answers: Vec<Counted> = answers.iter().cloned().map(counted).collect();
        profile.cases.insert(cell.case.clone(), crate::drift::accepted(&answers, None).into());
    }
    profiles.into_values().collect()
}

const ALL: fn(&Deviation, &str, &str) -> bool = |_, _, _| true;

/// A whole run: asks until nothing more is wanted, and gives back who was asked again.
fn run(engine: &mut Engine, cells: &[CellId], script: &[Vec<Facets>]) -> Vec<usize> {
    let mut given = vec![0; cells.len()];
    let mut give = |engine: &mut Engine, at: usize| {
        let answers = &script[at];
        let answer = &answers[given[at].min(answers.len() - 1)];
        given[at] += 1;
        engine.add(&cells[at], answer, ALL);
    };
    (0..cells.len()).for_each(|at| give(engine, at));
    let mut asked = Vec::new();
    loop {
        let wave = engine.next_wave();
        if wave.is_empty() {
            return asked;
        }
        for cell in wave {
            let at = cells.iter().position(|known| *known == cell).unwrap();
            asked.push(at);
            give(engine, at);
        }
    }
}

fn plain(value: &str) -> Facets {
    let mut facets = Facets::default();
    facets.categories.push((Facet::whole(FacetFamily::Contract), "ok".into()));
    facets.categories.push((facet("label", "value"), value.to_owned()));
    facets
}

fn six(accepted: &[&str]) -> (Vec<CellId>, Vec<Profile>) {
    let cells: Vec<CellId> = (0..6).map(|at| format!("p/c{at}@m").parse().unwrap()).collect();
    let answers = vec![accepted.iter().map(|value| plain(value)).collect(); 6];
    let profiles = profiles(&cells, &answers);
    (cells, profiles)
}

fn by_hand(cells: &[CellId], profiles: Vec<Profile>) -> Engine {
    let rules = Rules { hold: false, further: 0.5, cells: 0 };
    Engine::new(cells.iter().cloned(), profiles, |_| &[], rules)
}

fn conclusion_of(engine: &mut Engine, cell: &CellId) -> Conclusion {
    let decided = engine.decide(|_| false);
    decided.iter().find(|(known, _)| known == cell).unwrap().1.conclusion()
}

#[test]
fn with_one_accepted_answer_a_value_of_one_cell_is_asked_twice_more_and_never_a_change() {
    for (answers, wanted, asked) in [
        (["b", "b", "b"], Conclusion::Suspect, 2),
        (["b", "a", "a"], Conclusion::Noise, 1),
        (["b", "c", "b"], Conclusion::Noise, 2),
    ] {
        let (cells, profiles) = six(&["a"]);
        let mut script = vec![vec![plain("a")]; 6];
        script[0] = answers.iter().map(|value| plain(value)).collect();
        let mut engine = by_hand(&cells, profiles);
        assert_eq!(run(&mut engine, &cells, &script).len(), asked, "{answers:?}");
        assert_eq!(conclusion_of(&mut engine, &cells[0]), wanted, "{answers:?}");
    }
}

#[test]
fn with_one_accepted_answer_what_all_cells_share_is_a_change() {
    let (cells, profiles) = six(&["a"]);
    let mut engine = by_hand(&cells, profiles);
    run(&mut engine, &cells, &vec![vec![plain("b")]; 6]);
    assert_eq!(conclusion_of(&mut engine, &cells[0]), Conclusion::Change);
}

#[test]
fn a_field_that_every_accepted_answer_has_is_lost_and_never_held() {
    let there = |shape: &str| {
        let mut facets = plain("a");
        facets.categories.push((facet("note", "shape"), shape.to_owned()));
        facets
    };
    let cells: Vec<CellId> = (0..6).map(|at| format!("p/c{at}@m").parse().unwrap()).collect();
    let profiles = profiles(&cells, &vec![vec![there("string"); 3]; 6]);
    let rules = Rules { hold: true, further: 0.5, cells: 0 };
    let mut engine = Engine::new(cells.iter().cloned(), profiles, |_| &[], rules);
    let mut script = vec![vec![there("string")]; 6];
    script[0] = vec![there("absent")];
    run(&mut engine, &cells, &script);
    let decided = engine.decide(|_| false);
    let finding = decided[0].1.leading().unwrap();
    assert_eq!(finding.deviation.to_string(), "lost S /note");
    assert_eq!(finding.conclusion, Conclusion::Change);
}

#[test]
fn numbers_that_stray_in_half_of_the_answers_are_a_change_where_no_accepted_number_strayed() {
    let number = |number: f64| {
        let mut facets = plain("a");
        facets.numbers.push((facet("share", "num"), number));
        facets
    };
    let cells: Vec<CellId> = (0..6).map(|at| format!("p/c{at}@m").parse().unwrap()).collect();
    let steady: Vec<Facets> = [0.80, 0.81, 0.82, 0.83, 0.84].map(number).into();
    let straying: Vec<Facets> = [0.80, 0.81, 0.82, 0.83, 0.98].map(number).into();
    let one_of_two: Vec<Facets> = [1.9, 0.82].into_iter().cycle().take(24).map(number).collect();
    let mut script = vec![one_of_two; 6];
    script.iter_mut().skip(3).for_each(|answers| answers.rotate_left(1));
    let asked = |of_third: &[Facets]| {
        let mut accepted = vec![steady.clone(); 6];
        accepted[2] = of_third.to_vec();
        let mut engine = by_hand(&cells, profiles(&cells, &accepted));
        let further = run(&mut engine, &cells, &script).len();
        assert_eq!(conclusion_of(&mut engine, &cells[0]), Conclusion::Change);
        further
    };
    assert!(asked(&steady) < asked(&straying), "a stray number that is accepted is no surprise");
}

#[test]
fn where_nothing_can_be_asked_a_broken_answer_is_a_change_and_a_new_value_suspect() {
    let mut broken = plain("a");
    broken.categories[0].1 = "refused".into();
    for (answer, wanted) in [(broken, Conclusion::Change), (plain("b"), Conclusion::Suspect)] {
        let (cells, profiles) = six(&["a", "a", "a"]);
        let rules = Rules { hold: false, further: 0.0, cells: 0 };
        let mut engine = Engine::new(cells.iter().cloned(), profiles, |_| &[], rules);
        let mut script = vec![vec![plain("a")]; 6];
        script[0] = vec![answer];
        assert!(run(&mut engine, &cells, &script).is_empty());
        let decided = engine.decide(|_| true);
        assert_eq!(decided[0].1.conclusion(), wanted);
        assert_eq!(decided[1].1.conclusion(), Conclusion::Noise);
    }
}

#[test]
fn a_number_of_one_cell_counts_also_where_it_never_varied_and_beside_one_accepted_answer() {
    let number = |number: f64| {
        let mut facets = plain("a");
        facets.numbers.push((facet("score", "num"), number));
        facets
    };
    let cells: Vec<CellId> = (0..6).map(|at| format!("p/c{at}@m").parse().unwrap()).collect();
    for (accepted, seen, wanted) in
        [(5, 0.1, Conclusion::Change), (1, 90.0, Conclusion::Suspect), (1, 0.85, Conclusion::Noise)]
    {
        let profiles = profiles(&cells, &vec![vec![number(0.9); accepted]; 6]);
        let mut engine = by_hand(&cells, profiles);
        let mut script = vec![vec![number(0.9)]; 6];
        script[0] = vec![number(seen)];
        run(&mut engine, &cells, &script);
        assert_eq!(conclusion_of(&mut engine, &cells[0]), wanted, "{accepted} {seen}");
    }
}

#[test]
fn a_breakage_that_the_suite_does_not_mind_hides_no_other_value() {
    let (cells, profiles) = six(&["a", "a", "a"]);
    let mut engine = by_hand(&cells, profiles);
    let mut fenced = plain("b");
    fenced.categories[0].1 = "fenced/fence".into();
    for cell in &cells {
        engine.add(cell, &fenced, |deviation, _, _| *deviation != Deviation::broken());
    }
    assert_eq!(conclusion_of(&mut engine, &cells[0]), Conclusion::Change);
}

#[test]
fn a_cell_is_not_asked_for_ever_where_nobody_answers() {
    let (cells, profiles) = six(&["a", "a", "a"]);
    let mut broken = plain("a");
    broken.categories[0].1 = "refused".into();
    let mut engine = by_hand(&cells, profiles);
    engine.add(&cells[0], &broken, ALL);
    let waves = (0..100).take_while(|_| !engine.next_wave().is_empty()).count();
    assert_eq!(waves, 24);
}

#[test]
fn thresholds_grow_with_the_suite() {
    let grown = |cells: usize, scope: Scope| {
        let ids: Vec<CellId> = (0..cells).map(|at| format!("p/c{at}@m").parse().unwrap()).collect();
        let mut engine = by_hand(&ids, profiles(&ids, &vec![vec![plain("a"); 3]; cells]));
        ids.iter().take(3).for_each(|id| engine.add(id, &plain("b"), ALL));
        let judged = engine.judge();
        let (scoped, one) = judged.iter().find(|(scoped, _)| scoped.scope == scope).unwrap();
        let deviation = &engine.deviations[scoped.deviation as usize];
        one.threshold / settings::thresholds(deviation, scope).0
    };
    // Three single cells stand out, so each needs the third part.
    for (cells, single, several) in [(3, 1.0, 1.0), (50, 1.0, 1.0), (300, 2.0, 3.0)] {
        let found = (grown(cells, Scope::Cell), grown(cells, Scope::Prompt));
        assert_eq!(found, (single, several), "{cells} cells");
    }
}

fn values() -> impl Strategy<Value = Vec<Vec<&'static str>>> {
    let value = prop::sample::select(vec!["a", "a", "a", "b", "c"]);
    prop::collection::vec(prop::collection::vec(value, 1..4), 6)
}

/// How many ways there are to pick so many of all.
fn ways(all: u32, picked: u32) -> f64 {
    (0..picked).map(|at| f64::from(all - at) / f64::from(at + 1)).product()
}

proptest! {
    #[test]
    fn the_mean_of_the_evidence_is_one_where_nothing_changed(
        accepted in (0..8u32, 0..8u32), answers in 1..7u32, kind in 0..3usize
    ) {
        let prior = [Prior::Broken, Prior::Unseen, Prior::Share][kind];
        let weights = share_varying(FacetFamily::Value, 1.0, 6.0, 5.0);
        let sum: f64 = weights.iter().sum();
        let weights = weights.map(|weight| weight / sum);
        let given = (prior == Prior::Unseen).then_some(&weights);
        for alternatives in [settings::LONE, settings::CELL, settings::GROUP] {
            let mean: f64 = (0..=answers)
                .map(|hits| {
                    let new = (hits, answers - hits);
                    let cell = Counts { prior, varies: false, accepted, new };
                    let noise: f64 = weights
                        .iter()
                        .enumerate()
                        .map(|(share, weight)| weight * evidence::likelihoods(cell, share)[0])
                        .sum();
                    let noise = if given.is_some() { noise } else { evidence::likelihoods(cell, 0)[0] };
                    ways(answers, hits) * noise * Evidence::default().of([cell], given, alternatives)
                })
                .sum();
            prop_assert!((mean - 1.0).abs() < 1e-6, "{mean}");
        }
    }

    #[test]
    fn answers_that_are_as_accepted_are_never_asked_for_again(accepted in values()) {
        let cells: Vec<CellId> = (0..6).map(|at| format!("p/c{at}@m").parse().unwrap()).collect();
        let answers: Vec<Vec<Facets>> =
            accepted.iter().map(|cell| cell.iter().map(|value| plain(value)).collect()).collect();
        let mut engine = by_hand(&cells, profiles(&cells, &answers));
        for (cell, answers) in cells.iter().zip(&accepted) {
            let counts = answers.iter().fold(BTreeMap::new(), |mut counts: BTreeMap<&str, u32>, value| {
                *counts.entry(value).or_default() += 1;
                counts
            });
            let mode = counts.iter().rev().max_by_key(|(_, count)| **count).unwrap().0;
            engine.add(cell, &plain(mode), ALL);
        }
        prop_assert!(engine.next_wave().is_empty());
    }

    #[test]
    fn the_order_of_cells_makes_no_difference(answers in values(), seed in 0..6usize) {
        let decide = |turn: usize| {
            let (mut cells, profiles) = six(&["a", "a", "a"]);
            let mut script: Vec<Vec<Facets>> =
                answers.iter().map(|cell| cell.iter().map(|value| plain(value)).collect()).collect();
            cells.rotate_left(turn);
            script.rotate_left(turn);
            let mut engine = by_hand(&cells, profiles);
            let asked = run(&mut engine, &cells, &script).len();
            (asked, engine.decide(|_| false))
        };
        prop_assert_eq!(decide(0), decide(seed));
    }
}

#[test]
fn a_case_that_is_not_in_the_run_still_says_how_much_places_vary() {
    let (cells, profiles) = six(&["a", "b", "a"]);
    let name: CaseName = cells[0].case.clone();
    let engine = by_hand(&cells[..1], profiles);
    assert!(engine.pairs[0].case(&name).is_some());
    let label = (DeviationKind::Unseen, facet("label", "value"));
    assert_eq!(engine.pairs[0].varied()[&label], (6.0, 6.0));
}

proptest! {
    #[test]
    fn weights_sum_to_one_however_many_cells_vary(
        cells in 0u32..20_000, part in 0.0f64..=1.0, answers in 1u32..20, value in proptest::bool::ANY,
    ) {
        let family = if value { FacetFamily::Value } else { FacetFamily::Class };
        let varied = (f64::from(cells) * part).floor();
        let weights = share_varying(family, varied, f64::from(cells), f64::from(answers));
        let sum: f64 = weights.iter().sum();
        prop_assert!((sum - 1.0).abs() < 0.06 && weights.iter().all(|one| one.is_finite()));
    }
}

#[test]
fn the_chance_of_a_cell_is_a_number_beside_many_thousand_accepted_answers() {
    for share in 0..settings::VARYING.len() {
        let cell =
            Counts { prior: Prior::Unseen, varies: false, accepted: (0, 40_000), new: (3, 1) };
        let found = evidence::likelihoods(cell, share);
        assert!(found.iter().all(|one| one.is_finite()), "{share} {found:?}");
    }
}

/// A suite of `cells` cells with three alike answers accepted, of which `swapped` say another thing
/// from now on: how many of these are red, if each is asked `asked` times.
fn red_of_swapped(cells: usize, swapped: usize, asked: usize) -> usize {
    let ids: Vec<CellId> =
        (0..cells).map(|at| format!("p{}/c{at}@m", at / 10).parse().unwrap()).collect();
    let accepted = vec![vec![plain("a"); 3]; cells];
    let mut engine = by_hand(&ids, profiles(&ids, &accepted));
    // One a prompt, so that none has company in its group.
    let is_swapped = |at: usize| at.is_multiple_of(10) && at / 10 < swapped;
    for (at, id) in ids.iter().enumerate() {
        let (value, times) = if is_swapped(at) { ("b", asked) } else { ("a", 1) };
        (0..times).for_each(|_| engine.add(id, &plain(value), ALL));
    }
    let decided = engine.decide(|_| false);
    decided.iter().filter(|(_, cell)| cell.conclusion() == Conclusion::Change).count()
}

#[test]
fn many_cells_of_a_large_suite_that_stand_out_at_once_need_less_evidence_each() {
    let needed = |cells, swapped| {
        (1..=64).find(|asked| red_of_swapped(cells, swapped, *asked) == swapped).unwrap()
    };
    let (alone, together) = (needed(2_000, 1), needed(2_000, 40));
    assert!(together < alone, "{together} answers against {alone}");
    // Forty of 2,000 need what one of fifty does, and never less.
    assert_eq!(needed(100, 2), together);
    assert_eq!(needed(100, 10), together);
}
