//! Decisions over small matrices of made-up facets.

mod laws;

use std::collections::BTreeMap;

use super::*;
use crate::domain::{CaseProfile, Decision, Hold, Profile, Ruling, Weight};
use crate::drift::settings::Ask;

fn facets(code: &str, label: &str) -> Facets {
    let categories = [("C", code), ("S /label", "string"), ("V /label", label), ("W", "flat")];
    let categories = categories.map(|(facet, text)| (facet.parse().unwrap(), text.to_owned()));
    Facets { categories: categories.to_vec(), numbers: Vec::new() }
}

fn broken(code: &str) -> Facets {
    Facets { categories: vec![("C".parse().unwrap(), code.to_owned())], numbers: Vec::new() }
}

fn id(case: usize) -> CellId {
    format!("triage/case-{case:03}@swift").parse().unwrap()
}

fn ids(cells: usize) -> Vec<CellId> {
    (0..cells).map(id).collect()
}

/// A baseline in which every cell answered `n` times the same.
fn steady(cells: usize, n: u32) -> Baseline {
    let case = || {
        let count = |text: &str| BTreeMap::from([(text.to_owned(), n)]);
        let facets = facets("ok", "bug").categories;
        CaseProfile {
            n,
            pinned: n,
            nights: ["2026-11-01", "2026-11-02", "2026-11-03"]
                .map(|day| day.parse().unwrap())
                .to_vec(),
            facets: facets.into_iter().map(|(facet, text)| (facet, count(&text))).collect(),
            ..CaseProfile::default()
        }
    };
    let cases = ids(cells).into_iter().map(|cell| (cell.case, case())).collect();
    let profile = Profile {
        format: Profile::FORMAT,
        prompt: id(0).prompt,
        slot: id(0).model,
        requested: "m-1".to_owned(),
        served: Vec::new(),
        fingerprints: Vec::new(),
        roles: BTreeMap::new(),
        weights: BTreeMap::new(),
        cases,
    };
    let mut baseline = Baseline::default();
    baseline.add(&profile);
    baseline
}

/// Asks until nothing is open; `answer` is asked for the cell and the number of its answer.
fn play(
    engine: &mut Engine,
    cells: &[CellId],
    mut answer: impl FnMut(usize, u32) -> Facets,
) -> (Decision, u32) {
    let mut taken: BTreeMap<CellId, u32> = BTreeMap::new();
    let mut give = |engine: &mut Engine, cell: &CellId| {
        let number = taken.entry(cell.clone()).and_modify(|n| *n += 1).or_insert(1);
        let at: usize = cell.case.as_str().rsplit('-').next().unwrap().parse().unwrap();
        engine.add(cell, Side::Candidate, &answer(at, *number));
    };
    for cell in cells {
        give(engine, cell);
    }
    let mut extra = 0;
    loop {
        let asks = engine.next_wave();
        if asks.is_empty() {
            return (engine.decide(), extra);
        }
        for Ask { cell, side } in asks {
            assert_eq!(side, Side::Candidate);
            extra += 1;
            give(engine, &cell);
        }
    }
}

fn decide(cells: usize, n: u32, answer: impl FnMut(usize, u32) -> Facets) -> (Decision, u32) {
    let mut engine = Engine::new(&ids(cells), steady(cells, n), Settings::default());
    play(&mut engine, &ids(cells), answer)
}

fn rulings(decision: &Decision) -> BTreeMap<Ruling, usize> {
    let mut rulings = BTreeMap::new();
    for cell in &decision.cells {
        *rulings.entry(cell.ruling).or_default() += 1;
    }
    rulings
}

#[test]
fn as_usual_passes_and_asks_for_nothing() {
    let (decision, extra) = decide(20, 5, |_, _| facets("ok", "bug"));
    assert_eq!(rulings(&decision), BTreeMap::from([(Ruling::Pass, 20)]));
    assert_eq!((extra, decision.incidents.len(), decision.false_share), (0, 0, None));
}

#[test]
fn a_break_of_all_cells_is_an_incident_without_a_further_call() {
    let (decision, extra) = decide(20, 5, |_, _| broken("fenced"));
    assert_eq!(extra, 0);
    assert_eq!(rulings(&decision), BTreeMap::from([(Ruling::Regression, 20)]));
    let incident = &decision.incidents[0];
    assert_eq!((incident.facet.to_string().as_str(), incident.seen.as_str()), ("C", "fenced"));
    assert_eq!((incident.members, incident.deviating.len()), (20, 20));
    assert!(decision.false_share.unwrap() < 0.001);
}

#[test]
fn a_single_broken_cell_is_asked_again_until_it_is_sure() {
    let (decision, extra) =
        decide(20, 5, |cell, _| if cell == 7 { broken("empty") } else { facets("ok", "bug") });
    assert_eq!(extra, 5, "six of six are enough");
    assert_eq!(rulings(&decision), BTreeMap::from([(Ruling::Pass, 19), (Ruling::Regression, 1)]));
    let finding = &decision.cells[7].findings[0];
    assert_eq!((finding.weight, finding.deviating, finding.answers), (Weight::Contract, 6, 6));
    assert!(finding.confirmed && !finding.shared && finding.posterior > 0.95);
}

#[test]
fn a_single_deviation_that_does_not_come_again_is_cleared() {
    let (decision, extra) = decide(20, 5, |cell, number| {
        facets("ok", if cell == 3 && number == 1 { "feature" } else { "bug" })
    });
    assert!(extra <= 7, "{extra}");
    let cell = &decision.cells[3];
    assert!(matches!(cell.ruling, Ruling::Noisy | Ruling::Suspect), "{:?}", cell.ruling);
    assert!(!decision.cells.iter().any(|cell| cell.ruling.is_alarm()));
}

#[test]
fn one_accepted_answer_never_confirms_a_value() {
    let (decision, _) =
        decide(20, 1, |cell, _| facets("ok", if cell == 3 { "feature" } else { "bug" }));
    assert_eq!(decision.cells[3].ruling, Ruling::Suspect);
    let (decision, _) =
        decide(20, 8, |cell, _| facets("ok", if cell == 3 { "feature" } else { "bug" }));
    assert_eq!(decision.cells[3].ruling, Ruling::Regression);
}

#[test]
fn a_cell_that_breaks_most_of_the_time_is_unreliable_and_one_that_does_now_and_then_is_open() {
    let ruling = |breaks: fn(u32) -> bool| {
        let (decision, _) = decide(20, 5, |cell, number| {
            let is_broken = cell == 0 && breaks(number);
            if is_broken { broken("truncated") } else { facets("ok", "bug") }
        });
        decision.cells[0].ruling
    };
    assert!(ruling(|number| number % 4 != 0).is_alarm());
    assert_eq!(ruling(|number| number % 2 == 1), Ruling::Suspect);
}

#[test]
fn where_no_more_may_be_asked_what_is_there_decides() {
    let settings = Settings { budget: 0.0, ..Settings::default() };
    let mut engine = Engine::new(&ids(20), steady(20, 5), settings);
    for cell in ids(20) {
        let answer = if cell == id(4) { broken("empty") } else { facets("ok", "bug") };
        for _ in 0..3 {
            engine.add(&cell, Side::Candidate, &answer);
        }
    }
    assert!(engine.next_wave().is_empty());
    assert!(engine.decide().cells[4].ruling.is_alarm());
}

#[test]
fn a_group_in_which_two_cells_deviate_is_asked_once_more_as_a_whole() {
    let settings = Settings { budget: 2.0, ..Settings::default() };
    let mut engine = Engine::new(&ids(20), steady(20, 5), settings);
    let (decision, extra) = play(&mut engine, &ids(20), |cell, number| {
        let breaks = if number == 1 { cell < 2 } else { cell.is_multiple_of(3) };
        if breaks { broken("truncated") } else { facets("ok", "bug") }
    });
    assert!((18..40).contains(&extra), "{extra}");
    let incident =
        decision.incidents.first().expect("what two cells show is shown by more of them");
    assert!(incident.deviating.len() >= 4, "{incident:?}");
}

#[test]
fn a_cell_alone_counts_only_in_the_second_run_unless_nothing_is_valid_any_more() {
    let settings = Settings { two_runs: true, ..Settings::default() };
    let answer = |cell, _| match cell {
        2 => broken("empty"),
        5 => facets("ok", "feature"),
        _ => facets("ok", "bug"),
    };
    let mut engine = Engine::new(&ids(20), steady(20, 10), settings);
    let (decision, _) = play(&mut engine, &ids(20), answer);
    let hold = |at: usize| decision.cells[at].findings[0].hold;
    assert_eq!((hold(2), hold(5)), (None, Some(Hold::NextRun)));
    assert!(decision.cells[2].is_alarm() && !decision.cells[5].is_alarm());
    let mut next = decision.clone();
    crate::drift::settle(&mut next, &decision);
    assert!(next.cells[5].is_alarm(), "found twice in a row");
    let mut next = decision.clone();
    crate::drift::settle(&mut next, &Decision::default());
    assert!(!next.cells[5].is_alarm());
}

#[test]
fn what_was_never_accepted_and_what_nobody_answered_is_said() {
    let mut cells = ids(3);
    cells.push("triage/new@swift".parse().unwrap());
    let mut engine = Engine::new(&cells, steady(3, 5), Settings::default());
    engine.add(&cells[0], Side::Candidate, &facets("ok", "bug"));
    engine.add(&cells[3], Side::Candidate, &facets("ok", "bug"));
    assert!(engine.next_wave().is_empty());
    let rulings: Vec<Ruling> = engine.decide().cells.iter().map(|cell| cell.ruling).collect();
    assert_eq!(rulings, [Ruling::Pass, Ruling::NoEvidence, Ruling::NoEvidence, Ruling::NoBaseline]);
}

#[test]
fn answers_that_do_not_come_end_the_asking() {
    let mut engine = Engine::new(&ids(5), steady(5, 5), Settings::default());
    for cell in ids(5) {
        let answer = if cell == id(1) { broken("empty") } else { facets("ok", "bug") };
        engine.add(&cell, Side::Candidate, &answer);
    }
    let waves = (0..20).take_while(|_| !engine.next_wave().is_empty()).count();
    assert!((1..8).contains(&waves), "{waves}");
}

#[test]
fn no_more_is_asked_than_the_budget_allows() {
    let settings = Settings { budget: 0.1, ..Settings::default() };
    let mut engine = Engine::new(&ids(20), steady(20, 5), settings);
    let (decision, extra) = play(&mut engine, &ids(20), |cell, number| {
        if (cell + number as usize).is_multiple_of(7) {
            facets("ok", "other")
        } else {
            facets("ok", "bug")
        }
    });
    assert_eq!((extra, decision.extra_calls), (2, 2));
}

#[test]
fn the_other_side_is_asked_as_well_while_it_can_be() {
    let settings = Settings { two_sided: true, budget: 10.0, ..Settings::default() };
    let mut engine = Engine::new(&ids(6), steady(6, 1), settings);
    for cell in ids(6) {
        let answer = facets("ok", if cell == id(1) { "feature" } else { "bug" });
        engine.add(&cell, Side::Candidate, &answer);
    }
    let mut sides = BTreeMap::new();
    loop {
        let asks = engine.next_wave();
        if asks.is_empty() {
            break;
        }
        for ask in asks {
            assert_eq!(ask.cell, id(1));
            *sides.entry(ask.side).or_insert(0) += 1;
            let label = if ask.side == Side::Accepted { "bug" } else { "feature" };
            engine.add(&ask.cell, ask.side, &facets("ok", label));
        }
    }
    assert!(sides[&Side::Accepted] >= 2, "{sides:?}");
    assert_eq!(engine.decide().cells[1].ruling, Ruling::Regression);
}

#[test]
fn a_deeper_baseline_would_see_smaller_faults() {
    let seen = |n| decide(20, n, |_, _| facets("ok", "bug")).0.detectable[&id(0).model];
    let (shallow, deep) = (seen(1), seen(10));
    assert!(deep.prompt.unwrap() <= shallow.prompt.unwrap());
    assert!(shallow.value.is_none() && deep.value.is_some());
    assert!(deep.cell.unwrap() > deep.prompt.unwrap(), "one cell alone sees only large faults");
}

#[test]
fn strictness_only_takes_back() {
    let answer = |cell, _| if cell == 2 { broken("empty") } else { facets("ok", "bug") };
    let run = |strict_fdr| {
        let settings = Settings { strict_fdr, ..Settings::default() };
        let mut engine = Engine::new(&ids(20), steady(20, 5), settings);
        play(&mut engine, &ids(20), answer).0
    };
    let (loose, strict) = (run(None), run(Some(0.05)));
    assert_eq!(loose.cells[2].ruling, Ruling::Regression);
    for (loose, strict) in loose.cells.iter().zip(&strict.cells) {
        assert!(!strict.ruling.is_alarm() || loose.ruling.is_alarm());
    }
    assert_eq!(run(Some(1.0)).cells[2].ruling, Ruling::Regression);
}

#[test]
fn numbers_that_vary_are_news_when_all_of_them_move() {
    let facet: Facet = "M /confidence".parse().unwrap();
    let by_cell = |at: usize| f64::from(u32::try_from(at).unwrap()) * 0.005;
    let with = |mut facets: Facets, number| {
        facets.numbers.push((facet.clone(), number));
        facets
    };
    let profile = {
        let case = |at: usize| {
            let answers: Vec<crate::drift::Counted> = (0..5)
                .map(|turn| crate::drift::Counted {
                    facets: with(facets("ok", "bug"), 0.6 + by_cell(at) + f64::from(turn) * 0.01),
                    night: "2026-11-01".parse().unwrap(),
                    input_tokens: None,
                    metrics: Vec::new(),
                    identity: crate::domain::Identity::default(),
                    sample: None,
                })
                .collect();
            crate::drift::accepted(&answers, None)
        };
        let cases = ids(24).into_iter().enumerate().map(|(at, cell)| (cell.case, case(at)));
        Profile {
            format: Profile::FORMAT,
            prompt: id(0).prompt,
            slot: id(0).model,
            requested: "m-1".to_owned(),
            served: Vec::new(),
            fingerprints: Vec::new(),
            roles: BTreeMap::new(),
            weights: BTreeMap::new(),
            cases: cases.collect(),
        }
    };
    let run = |by: f64| {
        let mut baseline = Baseline::default();
        baseline.add(&profile);
        let mut engine = Engine::new(&ids(24), baseline, Settings::default());
        play(&mut engine, &ids(24), |at, _| with(facets("ok", "bug"), 0.62 + by_cell(at) + by)).0
    };
    assert!(run(0.001).numbers.is_empty(), "certain, but too small to matter");
    let found = run(-0.1).numbers;
    assert_eq!((found.len(), found[0].cells), (1, 24));
    assert!((found[0].by + 0.1).abs() < 1e-9 && found[0].z < -4.0);
}
