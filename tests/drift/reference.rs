//! Whole nights of the reference implementation, replayed with the answers that it asked for: how
//! certain each deviation is, and which changes are shared. Which answers are asked for and when a
//! deviation counts as a fact is stricter here, and held by `cargo bench --bench drift`. Only what
//! is not as usual is written down: a cell has answered `n` times alike at each facet of its prompt.

use std::collections::BTreeMap;

use promptmatrix::domain::{CaseProfile, CellId, Decision, Facet, Profile};
use promptmatrix::drift::{Baseline, Engine, Facets, Settings, Side};
use serde_json::Value;

/// The usual category of a facet.
fn usual(facet: &str) -> &'static str {
    if facet == "C" { "ok" } else { "0" }
}

fn list(value: &Value) -> impl Iterator<Item = &str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str)
}

/// The facets that a cell has.
fn known<'a>(figures: &'a Value, cell: &'a Value) -> Vec<&'a str> {
    let id = cell["id"].as_str().unwrap();
    let all = list(&figures["facets"][id.split('/').next().unwrap()]);
    all.filter(|facet| !list(&cell["without"]).any(|none| none == *facet)).collect()
}

fn answer(figures: &Value, cell: &Value, number: usize) -> Facets {
    let other = &cell["answers"][number];
    let category = |facet: &&str| match &other[*facet] {
        Value::String(text) => Some(text.clone()),
        Value::Null if other.get(facet).is_some() => None,
        _ => Some(usual(facet).to_owned()),
    };
    let mut categories: Vec<(Facet, String)> = known(figures, cell)
        .iter()
        .filter_map(|facet| Some((facet.parse().unwrap(), category(facet)?)))
        .collect();
    categories.sort();
    Facets { categories, numbers: Vec::new() }
}

fn case(figures: &Value, cell: &Value) -> CaseProfile {
    let n = figures["n"].as_u64().unwrap() as u32;
    let counts = |facet: &&str| match &cell["base"][*facet] {
        Value::Object(counts) => counts
            .iter()
            .map(|(text, count)| (text.clone(), count.as_u64().unwrap() as u32))
            .collect(),
        _ => BTreeMap::from([(usual(facet).to_owned(), n)]),
    };
    let facets = known(figures, cell);
    let facets = facets.iter().map(|facet| (facet.parse().unwrap(), counts(facet))).collect();
    CaseProfile { n, pinned: n, facets, ..CaseProfile::default() }
}

fn baseline(figures: &Value) -> Baseline {
    let mut profiles: BTreeMap<String, Profile> = BTreeMap::new();
    for cell in figures["cells"].as_array().unwrap() {
        let id: CellId = cell["id"].as_str().unwrap().parse().unwrap();
        let pair = format!("{}@{}", id.prompt, id.model);
        let profile = profiles.entry(pair).or_insert_with(|| Profile {
            format: Profile::FORMAT,
            prompt: id.prompt.clone(),
            slot: id.model.clone(),
            requested: "simulated".to_owned(),
            served: Vec::new(),
            fingerprints: Vec::new(),
            roles: BTreeMap::new(),
            weights: BTreeMap::new(),
            cases: BTreeMap::new(),
        });
        profile.cases.insert(id.case, case(figures, cell));
    }
    let mut baseline = Baseline::default();
    for profile in profiles.values() {
        baseline.add(profile);
    }
    baseline
}

fn decide(figures: &Value, ids: &[CellId]) -> Decision {
    let cells = figures["cells"].as_array().unwrap();
    let answers = |at: usize| cells[at]["answers"].as_array().unwrap().len();
    let mut engine = Engine::new(ids, baseline(figures), Settings::default());
    for round in 0..(0..ids.len()).map(answers).max().unwrap() {
        for at in (0..ids.len()).filter(|at| round < answers(*at)) {
            engine.add(&ids[at], Side::Candidate, &answer(figures, &cells[at], round));
        }
        // What a round says together is weighed, whatever would be asked next.
        engine.next_wave();
    }
    engine.decide()
}

fn close(ours: f64, theirs: &Value, what: &str) {
    let theirs = theirs.as_f64().unwrap();
    assert!((ours - theirs).abs() <= 1e-6 * theirs, "{what}: {ours} is not {theirs}");
}

fn replay(figures: &Value) {
    let cells = figures["cells"].as_array().unwrap();
    let id = |cell: &Value| cell["id"].as_str().unwrap().parse().unwrap();
    let ids: Vec<CellId> = cells.iter().map(id).collect();
    let decision = decide(figures, &ids);
    for (cell, id) in cells.iter().zip(&ids) {
        let ours = decision.cells.iter().find(|found| found.cell == *id).unwrap();
        let facts = ours.findings.iter().filter(|finding| finding.confirmed);
        let facts: Vec<String> = facts.map(|fact| fact.facet.to_string()).collect();
        let theirs: Vec<&str> = list(&cell["flags"]).collect();
        assert!(facts.iter().all(|fact| theirs.contains(&fact.as_str())), "{id}: {facts:?}");
        assert_eq!(ours.findings.len(), cell["ppc"].as_object().unwrap().len(), "{id}");
        for finding in &ours.findings {
            let name = finding.facet.to_string();
            close(finding.posterior, &cell["ppc"][&name], &format!("{id} {name}"));
        }
    }
    let mut shared: BTreeMap<String, f64> = BTreeMap::new();
    for incident in &decision.incidents {
        let (slot, facet) = (&incident.slot, &incident.facet);
        let name = match &incident.prompt {
            Some(prompt) => format!("{prompt}@{slot} {facet}"),
            None => format!("{slot} {}", facet.family.letter()),
        };
        shared.insert(name, incident.posterior);
    }
    let lists = ["incidents", "slots"].map(|name| figures[name].as_array().unwrap());
    let theirs: Vec<&Value> = lists.into_iter().flatten().collect();
    assert_eq!(shared.len(), theirs.len(), "{shared:?}");
    for one in theirs {
        let name = one[0].as_str().unwrap();
        close(shared[name], &one[1], name);
    }
}

#[test]
fn decisions_are_those_of_the_reference() {
    let all: Vec<Value> = serde_json::from_str(include_str!("decisions.json")).unwrap();
    assert_eq!(all.len(), 3);
    for figures in &all {
        replay(figures);
    }
}
