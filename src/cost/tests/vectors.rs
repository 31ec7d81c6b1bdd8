//! The table of worked figures, `vectors.json`.

use serde_json::Value;

/// Every figure of these groups (`TV1`, `TV17` …), as `(id, given, expect)`.
pub(crate) fn vectors(groups: &[&str]) -> Vec<(String, Value, Value)> {
    let file: Value = serde_json::from_str(include_str!("vectors.json")).unwrap();
    let all = file["vectors"].as_array().unwrap().iter();
    let found: Vec<_> = all
        .map(|row| (row["id"].as_str().unwrap().to_owned(), &row["given"], &row["expect"]))
        .filter(|(id, ..)| groups.contains(&id.split('/').next().unwrap()))
        .map(|(id, given, expect)| (id, given.clone(), expect.clone()))
        .collect();
    assert!(!found.is_empty(), "no figures of {groups:?}");
    found
}

/// A number that is written as one, or as text with the digits that count.
pub(crate) fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| value.as_str().unwrap().parse().unwrap())
}

/// Holds a figure against the worked one, to half of its last digit.
#[track_caller]
pub(crate) fn near(expected: &Value, got: f64, about: &str) {
    let text = expected.as_str().map_or_else(|| expected.to_string(), ToOwned::to_owned);
    let places = text.split_once('.').map_or(0, |(_, part)| part.len());
    let half = 0.5 / 10_f64.powi(i32::try_from(places).unwrap());
    let wanted = number(expected);
    assert!((wanted - got).abs() <= half * (1.0 + 1e-6), "{about}: {got}, not {text}");
}

/// The groups that a test of this crate checks: those of `prices`, `formulas` and `decisions`.
const CHECKED: [&str; 18] = [
    "TV1", "TV2", "TV3", "TV4", "TV5", "TV6", "TV7", "TV8", "TV9", "TV10", "TV12", "TV13", "TV14",
    "TV15", "TV16", "TV17", "TV18", "TV19",
];

#[test]
fn no_worked_figure_is_left_out() {
    assert_eq!(vectors(&CHECKED).len(), 94);
    let tests =
        [include_str!("prices.rs"), include_str!("formulas.rs"), include_str!("decisions.rs")];
    for group in CHECKED {
        let quoted = format!("\"{group}\"");
        let asked = tests.iter().flat_map(|text| text.split("vectors(&[").skip(1));
        let lists: Vec<&str> = asked.filter_map(|rest| rest.split("])").next()).collect();
        assert!(lists.iter().any(|list| list.contains(&quoted)), "no test asks for {group}");
    }
}
