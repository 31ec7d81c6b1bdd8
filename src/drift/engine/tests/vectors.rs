//! The engine against a table of worked figures.

use serde_json::Value;

use super::*;
use crate::drift::engine::evidence::share_varying;
use crate::drift::engine::settings::{VARYING, Weights};

const VECTORS: &str = include_str!("../../../../tests/data/verdict-vectors.json");

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
    (2.0 * real(value)).to_string().parse().unwrap()
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
        let place =
            VARYING.iter().position(|share| is_near(*share, real(&row["h"]))).unwrap_or_default();
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

fn answer(row: &Value) -> Facets {
    let code = row["code"].as_str().unwrap_or("ok").to_owned();
    let mut facets = Facets::default();
    facets.categories.push((Facet::whole(FacetFamily::Contract), code));
    for at in row["at"].as_array().unwrap() {
        let facet = facet(at[0].as_str().unwrap(), at[1].as_str().unwrap());
        match at[2].as_f64() {
            Some(number) if facet.family == FacetFamily::Number => {
                facets.numbers.push((facet, number));
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

fn verdict(row: &Value) -> (String, Scope, Deviation, f64) {
    let scope = match row[1].as_str().unwrap() {
        "cell" => Scope::Cell,
        "group" => Scope::Prompt,
        "slot" => Scope::Slot,
        _ => Scope::Suite,
    };
    (row[0].as_str().unwrap().to_owned(), scope, deviation(&row[3]), real(&row[4]))
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
        let rules = Rules { hold, further: 0.5, cells: 0 };
        let accepted = profiles(&cells, &answers("accepted"));
        let mut engine = Engine::new(cells.iter().cloned(), accepted, past, rules);
        let asked = run(&mut engine, &cells, &answers("answers"));
        let wanted: Vec<usize> = serde_json::from_value(row["out"]["asked"].clone()).unwrap();
        assert_eq!(asked, wanted, "{name}");
        let judged = engine.judge();
        let mut found: Vec<(String, Scope, Deviation, f64)> = Vec::new();
        for (scoped, one) in &judged {
            let deviation = engine.deviations[scoped.deviation as usize].clone();
            let word = match one.conclusion {
                Conclusion::Noise => continue,
                Conclusion::Suspect if deviation.is_of_contract() => continue,
                Conclusion::Suspect => "suspect",
                Conclusion::Change if deviation.is_of_contract() => "broken",
                Conclusion::Change => "changed",
            };
            found.push((word.to_owned(), scoped.scope, deviation, one.evidence));
        }
        let mut wanted: Vec<(String, Scope, Deviation, f64)> =
            row["out"]["verdicts"].as_array().unwrap().iter().map(verdict).collect();
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
