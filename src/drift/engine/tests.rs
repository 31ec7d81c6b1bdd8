//! The engine against a table of worked figures, and its laws.

use proptest::prelude::*;
use serde_json::Value;

use super::evidence::{Counts, Evidence, share_varying};
use super::settings::{self, Prior, VARYING, Weights};
use super::*;
use crate::domain::{CaseName, Conclusion, DeviationKind, Facet, FacetFamily, Scope};

const VECTORS: &str = include_str!("../../../tests/data/verdict-vectors.json");

fn vectors(function: &str) -> Vec<Value> {
    let all: Vec<Value> = serde_json::from_str(VECTORS).unwrap();
    let mine: Vec<Value> = all.into_iter().filter(|row| row["fn"] == function).collect();
    assert!(!mine.is_empty(), "{function}");
    mine
}

fn real(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

fn number(value: &Value) -> u32 {
    u32::try_from(value.as_u64().unwrap()).unwrap()
}

fn halves(value: &Value) -> u32 {
    (2.0 * real(value)) as u32
}

fn prior(word: &Value) -> Prior {
    match word.as_str().unwrap() {
        "broken" => Prior::Broken,
        "unseen" => Prior::Unseen,
        "share" => Prior::Share,
        other => panic!("{other}"),
    }
}

fn is_near(found: f64, wanted: f64) -> bool {
    (found - wanted).abs() <= 1e-6 * wanted.abs().max(1e-12)
}

#[test]
fn how_likely_a_place_varies_is_as_worked_out() {
    for row in vectors("share_varying") {
        let family = if row["kind"] == "value" { FacetFamily::Value } else { FacetFamily::Shape };
        let found =
            share_varying(family, real(&row["varied"]), real(&row["cells"]), real(&row["n"]));
        let wanted: Weights = serde_json::from_value(row["out"].clone()).unwrap();
        for (found, wanted) in found.into_iter().zip(wanted) {
            assert!(is_near(found, wanted), "{row} {found}");
        }
    }
}

fn counts(kind: Prior, own: &Value, of: [&Value; 4]) -> Counts {
    let [failed, passed, new, old] = of;
    Counts {
        prior: kind,
        varies: kind == Prior::Unseen && own.as_f64() == Some(1.0),
        accepted: (halves(failed), halves(passed)),
        new: (number(new), number(old)),
    }
}

#[test]
fn the_evidence_is_as_worked_out() {
    for row in vectors("evidence") {
        let cells = row["cells"].as_array().unwrap().iter().map(|cell| {
            counts(prior(&cell[0]), &cell[1], [&cell[2], &cell[3], &cell[4], &cell[5]])
        });
        let weights: Option<Weights> =
            serde_json::from_value(row["share_varying"].clone()).unwrap();
        let alternatives = match row["alts"].as_str().unwrap() {
            "lone" => settings::LONE,
            "cell" => settings::CELL,
            _ => settings::GROUP,
        };
        let found = Evidence::default().of(cells, weights.as_ref(), alternatives);
        assert!(is_near(found, real(&row["out"])), "{row} {found}");
    }
}

#[test]
fn the_chance_of_one_cell_is_as_worked_out() {
    for row in vectors("likes") {
        let place = VARYING.iter().position(|share| *share == real(&row["h"])).unwrap_or_default();
        let mut weights = [0.0; VARYING.len()];
        weights[place] = 1.0;
        let wanted: Vec<f64> = serde_json::from_value(row["out"].clone()).unwrap();
        let kind = prior(&row["kind"]);
        let of = [&row["F"], &row["S"], &row["f"], &row["s"]];
        let cell = counts(kind, &Value::Null, of);
        for (at, wanted) in wanted[1..].iter().enumerate() {
            let alternatives: settings::Alternatives = Box::leak(Box::new([(at, 1.0)]));
            let found = Evidence::default().of([cell], Some(&weights), alternatives);
            assert!(is_near(found, wanted / real(&row["out"][0])), "{row} {found}");
        }
    }
}

/// A cell of the vectors: prompt, slot, number of the case.
fn cell_of(row: &Value) -> CellId {
    let text = format!(
        "{}/c{:02}@{}",
        row[0].as_str().unwrap(),
        number(&row[2]),
        row[1].as_str().unwrap()
    );
    text.parse().unwrap()
}

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

fn answer(row: &Value) -> Facets {
    let code = row["code"].as_str().unwrap_or("ok").to_owned();
    let mut facets = Facets::default();
    facets.categories.push((Facet::whole(FacetFamily::Contract), code));
    for at in row["at"].as_array().unwrap() {
        let facet = facet(at[0].as_str().unwrap(), at[1].as_str().unwrap());
        match at[2].as_f64() {
            Some(number) if facet.family == FacetFamily::Number => {
                facets.numbers.push((facet, number))
            }
            _ => facets.categories.push((facet, at[2].as_str().unwrap().to_owned())),
        }
    }
    facets
}

fn deviation(row: &Value) -> Deviation {
    let word = |at: usize| row[at].as_str().unwrap();
    let at = |kind, facet| Deviation { kind, facet };
    match word(0) {
        "broken" => Deviation::broken(),
        "unseen" => at(DeviationKind::Unseen, facet(word(1), word(2))),
        "moved" => at(DeviationKind::Moved, facet(word(1), word(2))),
        "gone" => at(DeviationKind::Gone, facet(word(1), "shape")),
        "come" => at(DeviationKind::Come, facet(word(1), "shape")),
        "up" => at(DeviationKind::Up, facet(word(1), "num")),
        "down" => at(DeviationKind::Down, facet(word(1), "num")),
        other => panic!("{other}"),
    }
}

fn seen(row: &Value) -> Seen {
    let deviations = row[2].as_array().unwrap().iter();
    Seen {
        run: String::new(),
        asked: number(&row[0]),
        readable: number(&row[1]),
        deviations: deviations.map(|one| (deviation(&one[0]), number(&one[1]))).collect(),
    }
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
        profile.cases.insert(cell.case.clone(), crate::drift::accepted(&answers, None));
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

#[test]
fn whole_runs_are_decided_as_worked_out() {
    for row in vectors("run") {
        let name = row["name"].as_str().unwrap();
        let list = |key: &str| row[key].as_array().unwrap().clone();
        let cells: Vec<CellId> = list("cells").iter().map(cell_of).collect();
        let answers = |key: &str| -> Vec<Vec<Facets>> {
            let of = |cell: &Value| cell.as_array().unwrap().iter().map(answer).collect();
            list(key).iter().map(of).collect()
        };
        let history: BTreeMap<&CellId, Vec<Seen>> = match row["history"].as_array() {
            Some(runs) => cells
                .iter()
                .zip(runs.iter().map(|runs| runs.as_array().unwrap().iter().map(seen).collect()))
                .collect(),
            None => BTreeMap::new(),
        };
        let hold = row["hold"].as_bool().unwrap() && !row["history"].is_null();
        let past = |cell: &CellId| history.get(cell).map(Vec::as_slice).unwrap_or_default();
        let rules = Rules { hold, further: 0.5 };
        let accepted = profiles(&cells, &answers("accepted"));
        let mut engine = Engine::new(cells.iter().cloned(), accepted, past, rules);
        let asked = run(&mut engine, &cells, &answers("answers"));
        let wanted: Vec<usize> = serde_json::from_value(row["out"]["asked"].clone()).unwrap();
        assert_eq!(asked, wanted, "{name}");
        let judged = engine.judge();
        let mut found: Vec<(String, Scope, Deviation, f64)> = Vec::new();
        for (scoped, one) in &judged {
            let deviation = engine.deviations[scoped.deviation()].clone();
            let word = match one.conclusion {
                Conclusion::Noise => continue,
                Conclusion::Suspect if deviation.is_of_contract() => continue,
                Conclusion::Suspect => "suspect",
                Conclusion::Change if deviation.is_of_contract() => "broken",
                Conclusion::Change => "changed",
            };
            found.push((word.to_owned(), scoped.scope(), deviation, one.evidence));
        }
        let mut wanted: Vec<(String, Scope, Deviation, f64)> = row["out"]["verdicts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| {
                let scope = match one[1].as_str().unwrap() {
                    "cell" => Scope::Cell,
                    "group" => Scope::Prompt,
                    "slot" => Scope::Slot,
                    _ => Scope::Suite,
                };
                (one[0].as_str().unwrap().to_owned(), scope, deviation(&one[3]), real(&one[4]))
            })
            .collect();
        let order = |one: &(String, Scope, Deviation, f64),
                     two: &(String, Scope, Deviation, f64)| {
            (one.1, &one.2).cmp(&(two.1, &two.2)).then(one.3.total_cmp(&two.3))
        };
        found.sort_by(order);
        wanted.sort_by(order);
        assert_eq!(found.len(), wanted.len(), "{name}: {found:?} {wanted:?}");
        for (found, wanted) in found.iter().zip(&wanted) {
            assert_eq!((&found.0, found.1, &found.2), (&wanted.0, wanted.1, &wanted.2), "{name}");
            assert!(is_near(found.3, wanted.3), "{name} {found:?} {wanted:?}");
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
    let rules = Rules { hold: false, further: 0.5 };
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
    let rules = Rules { hold: true, further: 0.5 };
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
fn where_nothing_can_be_asked_a_broken_answer_is_a_change_and_a_new_value_suspect() {
    let mut broken = plain("a");
    broken.categories[0].1 = "refused".into();
    for (answer, wanted) in [(broken, Conclusion::Change), (plain("b"), Conclusion::Suspect)] {
        let (cells, profiles) = six(&["a", "a", "a"]);
        let rules = Rules { hold: false, further: 0.0 };
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
fn thresholds_grow_with_the_suite() {
    let engine = |cells: usize| {
        let ids: Vec<CellId> = (0..cells).map(|at| format!("p/c{at}@m").parse().unwrap()).collect();
        let profiles = profiles(&ids, &vec![vec![plain("a")]; cells]);
        by_hand(&ids, profiles).size()
    };
    assert_eq!((engine(1), engine(100), engine(250)), (1.0, 1.0, 2.5));
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
