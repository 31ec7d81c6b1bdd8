//! The numbers of the reference implementation, to one part in a million.

use promptmatrix::domain::{Facet, FacetFamily};
use promptmatrix::drift::prior::{
    ALONE, GRID, PRIORS, Prior, QUIET, RATES, SHARES, TOGETHER, Weights,
};
use promptmatrix::drift::stats::{
    Evidence, Patterns, common_change, fisher, fit, log_likelihood, mcnemar, weigh,
};
use serde_json::Value;

const FIGURES: &str = include_str!("vectors.json");

fn figures(name: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(FIGURES).unwrap();
    let cases = all[name].as_array().unwrap().clone();
    assert!(!cases.is_empty(), "{name}");
    cases
}

fn figure(name: &str) -> Value {
    serde_json::from_str::<Value>(FIGURES).unwrap()[name].clone()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn counts(value: &Value) -> Vec<u32> {
    value.as_array().unwrap().iter().map(|count| count.as_u64().unwrap() as u32).collect()
}

fn categories(value: &Value) -> Vec<usize> {
    value.as_array().unwrap().iter().map(|at| at.as_u64().unwrap() as usize).collect()
}

fn close(ours: f64, theirs: f64, what: &Value) {
    let off = (ours - theirs).abs() / theirs.abs().max(1e-9);
    assert!(off <= 1e-6, "{ours} is not {theirs}: {what}");
}

fn family(letter: &str) -> FacetFamily {
    letter.parse::<Facet>().unwrap().family
}

fn default_weights(letter: &Value) -> Weights {
    Prior::of(family(letter.as_str().unwrap())).weights
}

fn evidence(value: &Value) -> Evidence {
    let [own, some, rare] = numbers(value)[..] else { panic!("{value}") };
    Evidence { own, some, rare }
}

#[test]
fn the_tables_are_those_of_the_reference() {
    assert_eq!(numbers(&figure("grid")), GRID);
    assert_eq!(numbers(&figure("phi")), SHARES);
    assert_eq!(numbers(&figure("w_iso")), ALONE);
    assert_eq!(numbers(&figure("w_grp")), TOGETHER);
    assert_eq!(figure("rho"), QUIET);
    assert_eq!(figure("r_alt"), serde_json::json!({"r20": RATES[0], "r05": RATES[1]}));
    let (weights, change) = (figure("default_weights"), figure("pi"));
    // The decoration of texts has a facet of its own here; the reference counts it with their script.
    let known = PRIORS.iter().filter(|row| row.family != FacetFamily::Markdown);
    for row in known {
        let letter = row.family.letter();
        assert_eq!(numbers(&weights[letter]), row.weights, "{letter}");
        assert_eq!(change[letter], row.change, "{letter}");
    }
    assert_eq!(weights.as_object().unwrap().len(), PRIORS.len() - 1);
}

#[test]
fn likelihoods_of_counts_are_those_of_the_reference() {
    for case in figures("crp_logml") {
        let concentration = case["alpha"].as_f64().unwrap();
        let ours = log_likelihood(&counts(&case["counts"]), concentration);
        close(ours + 1.0, case["out"].as_f64().unwrap() + 1.0, &case);
    }
}

#[test]
fn e_values_are_those_of_the_reference() {
    let single: Weights = [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0];
    let given = figures("evalue").into_iter().map(|case| (default_weights(&case["weights"]), case));
    let simple = figures("evalue_single_alpha_0.1").into_iter().map(|case| (single, case));
    for (weights, case) in given.chain(simple) {
        let ours = weigh(&counts(&case["base"]), &categories(&case["cand"]), &weights).all();
        for (ours, theirs) in ours.into_iter().zip(numbers(&case["out"])) {
            close(ours, theirs, &case);
        }
    }
}

#[test]
fn learned_weights_are_those_of_the_reference() {
    for case in figures("em") {
        let mut patterns = Patterns::new();
        for alike in case["counts"].as_array().unwrap() {
            patterns.insert(counts(&alike[0]), alike[1].as_u64().unwrap() as u32);
        }
        let prior = default_weights(&case["prior"]);
        let steps = case["iters"].as_u64().unwrap() as u32;
        let ours = fit(&patterns, &prior, case["kappa"].as_f64().unwrap(), steps);
        for (ours, theirs) in ours.into_iter().zip(numbers(&case["out"])) {
            close(ours, theirs, &case);
        }
    }
}

#[test]
fn common_changes_are_those_of_the_reference() {
    for case in figures("group") {
        let cells: Vec<(Evidence, u32)> = case["e"]
            .as_array()
            .unwrap()
            .iter()
            .map(|alike| (evidence(&alike[0]), alike[1].as_u64().unwrap() as u32))
            .collect();
        let (change, common) = (case["pi0"].as_f64().unwrap(), case["rho"].as_f64().unwrap());
        let ours = common_change(&cells, change, common);
        close(ours.posterior, case["P"].as_f64().unwrap(), &case);
        close(ours.share, case["phi"].as_f64().unwrap(), &case);
        close(ours.cells[0], case["ppc_first"].as_f64().unwrap(), &case);
    }
}

#[test]
fn textbook_tests_are_those_of_the_reference() {
    let number = |case: &Value, name: &str| case[name].as_u64().unwrap() as u32;
    for case in figures("mcnemar") {
        close(mcnemar(number(&case, "b"), number(&case, "c")), case["p"].as_f64().unwrap(), &case);
    }
    for case in figures("fisher_one_sided") {
        let old = (number(&case, "base_fail"), number(&case, "base_n"));
        let new = (number(&case, "cand_fail"), number(&case, "cand_n"));
        close(fisher(old, new), case["p"].as_f64().unwrap(), &case);
    }
}
