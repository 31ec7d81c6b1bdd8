//! JUnit: what stands in it, read back by a parser of its own, and its shape.

use std::collections::BTreeMap;

use quick_junit::{NonSuccessKind, Report, TestCaseStatus};
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::fixture::{cell, change, every_status, run};
use crate::domain::{CellRecord, KINDS, Status};
use crate::report::junit::render;

/// Elements, by parent: those that may stand in it, those attributes that they have, and whether
/// they may have text. The shape that Jenkins' `junit-10.xsd` and Surefire's schema describe, with
/// `file` and `line` as pytest and others write them.
const SHAPE: &[(&str, &[&str], &[&str])] = &[
    ("", &["testsuites"], &[]),
    (
        "testsuites",
        &["testsuite"],
        &["name", "tests", "skipped", "failures", "errors", "timestamp", "time"],
    ),
    (
        "testsuite",
        &["properties", "testcase"],
        &["name", "tests", "skipped", "failures", "errors", "time"],
    ),
    ("properties", &["property"], &[]),
    ("property", &[], &["name", "value"]),
    (
        "testcase",
        &["properties", "failure", "error", "skipped", "flakyFailure", "flakyError"],
        &["name", "classname", "time", "file", "line"],
    ),
    ("failure", &[], &["message", "type"]),
    ("error", &[], &["message", "type"]),
    ("skipped", &[], &["message", "type"]),
    ("flakyFailure", &[], &["message", "type", "time"]),
    ("flakyError", &[], &["message", "type", "time"]),
];

/// Every element with its attributes, after its shape was checked.
pub(super) fn check(xml: &str) -> Vec<(String, BTreeMap<String, String>)> {
    let mut reader = Reader::from_str(xml);
    let mut path = vec![String::new()];
    let mut all = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) => {
                all.push(element(&tag, path.last().unwrap()));
                path.push(all.last().unwrap().0.clone());
            }
            Event::Empty(tag) => all.push(element(&tag, path.last().unwrap())),
            Event::End(_) => drop(path.pop()),
            Event::Text(text) => {
                let text = text.decode().unwrap();
                let inside = path.last().unwrap().as_str();
                assert!(text.trim().is_empty() || inside == "failure", "{inside}: {text}");
                assert!(text.chars().all(is_xml), "{text:?}");
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(path, [""]);
    all
}

/// <https://www.w3.org/TR/xml/#charsets>
fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

fn element(tag: &BytesStart<'_>, parent: &str) -> (String, BTreeMap<String, String>) {
    let name = String::from_utf8(tag.name().as_ref().to_vec()).unwrap();
    let row = |name: &str| SHAPE.iter().find(|(known, ..)| *known == name).unwrap();
    assert!(row(parent).1.contains(&name.as_str()), "<{name}> inside <{parent}>");
    let attributes: BTreeMap<String, String> = tag
        .attributes()
        .map(|attribute| {
            let attribute = attribute.unwrap();
            let key = String::from_utf8(attribute.key.as_ref().to_vec()).unwrap();
            assert!(row(&name).2.contains(&key.as_str()), "{key} of <{name}>");
            let value = attribute.normalized_value(XmlVersion::Explicit1_0).unwrap();
            assert!(value.chars().all(is_xml), "{value:?}");
            (key, value.into_owned())
        })
        .collect();
    for number in ["tests", "skipped", "failures", "errors", "line"] {
        assert!(attributes.get(number).is_none_or(|text| text.parse::<usize>().is_ok()));
    }
    assert!(attributes.get("time").is_none_or(|text| text.parse::<f64>().is_ok()));
    let needed: &[&str] = match name.as_str() {
        "testsuite" => &["name", "tests", "failures", "errors"],
        "testcase" => &["name", "classname", "time", "file", "line"],
        "property" => &["name", "value"],
        "failure" | "error" | "skipped" => &["type", "message"],
        _ => &[],
    };
    assert!(needed.iter().all(|key| attributes.contains_key(*key)), "<{name}> {attributes:?}");
    (name, attributes)
}

#[test]
fn every_status_has_its_place() {
    let mut record = every_status();
    record.cells.retain(|cell| cell.cell.prompt.as_str() == "triage");
    insta::assert_snapshot!(render(&record).unwrap());
}

#[test]
fn what_is_written_is_read_back_as_the_same_verdicts() {
    let record = every_status();
    let xml = render(&record).unwrap();
    check(&xml);
    let report = Report::deserialize_from_str(&xml).unwrap();
    assert_eq!((report.tests, report.failures, report.errors, report.skipped), (9, 4, 1, 1));
    let cases = report.test_suites.iter().flat_map(|suite| &suite.test_cases);
    for (case, cell) in cases.zip(&record.cells) {
        assert_eq!(case.name.as_str(), format!("{}@{}", cell.cell.case, cell.cell.model));
        let is_as_meant = match &case.status {
            TestCaseStatus::Success { .. } => !cell.fails,
            TestCaseStatus::NonSuccess { kind: NonSuccessKind::Failure, .. } => cell.fails,
            TestCaseStatus::NonSuccess { .. } => cell.status == Status::Error,
            TestCaseStatus::Skipped { .. } => cell.status == Status::Skipped,
        };
        assert!(is_as_meant, "{}: {:?}", cell.cell, case.status);
    }
}

#[test]
fn every_kind_is_the_type_of_its_failure() {
    for row in KINDS {
        let mut broken = cell("triage/a@swift", Status::Broken);
        broken.changes = vec![change(row.kind, "/x")];
        let xml = render(&run(vec![broken], 1)).unwrap();
        let failure = check(&xml).into_iter().find(|(name, _)| name == "failure").unwrap();
        assert_eq!(failure.1["type"], row.id);
    }
}

#[test]
fn the_gate_decides_what_is_a_failure() {
    let cells: Vec<CellRecord> = [Status::Changed, Status::New]
        .into_iter()
        .map(|status| CellRecord { fails: false, ..cell("triage/a@swift", status) })
        .collect();
    let elements = check(&render(&run(cells, 0)).unwrap());
    assert!(elements.iter().all(|(name, _)| name != "failure"), "{elements:?}");
}

#[test]
fn a_suspect_cell_passes_and_says_what_follows() {
    let mut suspect = cell("triage/a@swift", Status::Suspect);
    suspect.note = Some("it fails if the next run sees it again".to_owned());
    let text = render(&run(vec![suspect], 0)).unwrap();
    let elements = check(&text);
    let number = |name: &str| elements.iter().filter(|(element, _)| element == name).count();
    assert_eq!((number("flakyFailure"), number("failure")), (1, 0));
    assert!(text.contains("it fails if the next run sees it again"), "{text}");
}
