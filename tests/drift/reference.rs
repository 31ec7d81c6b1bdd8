//! Whole decisions of the reference implementation, replayed: what is asked again, what is
//! confirmed, and which changes are shared. Only what is not as usual is written down: a cell has
//! answered `n` times alike at each facet of its prompt.

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

fn decide(figures: &Value, ids: &[CellId]) -> (Decision, Vec<usize>) {
    let cells = figures["cells"].as_array().unwrap();
    let mut engine = Engine::new(ids, baseline(figures), Settings::default());
    let mut taken = vec![0; ids.len()];
    let mut give = |engine: &mut Engine, at: usize| {
        let name = &figures["name"];
        assert!(taken[at] < cells[at]["answers"].as_array().unwrap().len(), "{name}: {}", ids[at]);
        engine.add(&ids[at], Side::Candidate, &answer(figures, &cells[at], taken[at]));
        taken[at] += 1;
    };
    for at in 0..ids.len() {
        give(&mut engine, at);
    }
    loop {
        let asks = engine.next_wave();
        if asks.is_empty() {
            return (engine.decide(), taken);
        }
        for ask in asks {
            give(&mut engine, ids.iter().position(|id| *id == ask.cell).unwrap());
        }
    }
}

fn close(ours: f64, theirs: &Value, what: &str) {
    let theirs = theirs.as_f64().unwrap();
    assert!((ours - theirs).abs() <= 1e-6 * theirs, "{what}: {ours} is not {theirs}");
}

fn replay(figures: &Value) {
    let cells = figures["cells"].as_array().unwrap();
    let id = |cell: &Value| cell["id"].as_str().unwrap().parse().unwrap();
    let ids: Vec<CellId> = cells.iter().map(id).collect();
    let (decision, taken) = decide(figures, &ids);
    assert_eq!(u64::from(decision.extra_calls), figures["extra"].as_u64().unwrap());
    for ((cell, id), taken) in cells.iter().zip(&ids).zip(taken) {
        assert_eq!(taken, cell["answers"].as_array().unwrap().len(), "{id}");
        let ours = decision.cells.iter().find(|found| found.cell == *id).unwrap();
        let facts = ours.findings.iter().filter(|finding| finding.confirmed);
        let mut facts: Vec<String> = facts.map(|fact| fact.facet.to_string()).collect();
        facts.sort();
        assert_eq!(facts, list(&cell["flags"]).collect::<Vec<_>>(), "{id}");
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
