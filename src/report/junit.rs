//! A run as JUnit XML: the prompt is the suite, `case@slot` the test.
//!
//! A cell is a failure when the gate says so, an error when nobody answered, and skipped when it was
//! not asked. A cell that passes carries no output.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use quick_junit::{
    NonSuccessKind, Report, SerializeError, TestCase, TestCaseStatus, TestRerun, TestSuite,
};

use super::{escape, paint, words};
use crate::domain::{
    Because, CellRecord, Change, ColumnChange, Kind, Level, Pico, Prefixes, PromptName, Retiring,
    RunRecord, Status, Trial,
};

/// Most characters of a `message`.
const MESSAGE: usize = 300;

/// The size of each group, and how its id is shown.
struct Groups<'a>(BTreeMap<&'a str, usize>, Prefixes);

pub(crate) fn render(record: &RunRecord) -> Result<String, SerializeError> {
    let ids = || record.groups.iter().map(|group| group.id.as_str());
    let sizes = ids().zip(record.groups.iter().map(|group| group.cells.len()));
    let groups = Groups(sizes.collect(), ids().collect());
    let mut prompts: BTreeMap<&PromptName, Vec<&CellRecord>> = BTreeMap::new();
    for cell in &record.cells {
        prompts.entry(&cell.cell.prompt).or_default().push(cell);
    }
    let mut report = Report::new("promptmatrix");
    report.timestamp = record.started.to_string().parse().ok();
    let took = record.finished.duration_since(record.started);
    report.set_time(Duration::try_from(took).unwrap_or_default());
    for (prompt, cells) in prompts {
        let mut suite = TestSuite::new(prompt.as_str());
        suite.set_time(cells.iter().map(|cell| time(cell)).sum());
        suite.add_property(("run", record.id.as_str()));
        suite.add_property(("promptmatrix", record.tool.as_str()));
        if let Some(sources) = words::sources(record) {
            suite.add_property(("answers", sources.as_str()));
        }
        suite.add_test_cases(cells.into_iter().map(|cell| case(cell, &groups)));
        report.add_test_suite(suite);
    }
    if !record.columns.is_empty() {
        let mut suite = TestSuite::new("columns");
        suite.add_property(("run", record.id.as_str()));
        suite.add_test_cases(record.columns.iter().map(column));
        report.add_test_suite(suite);
    }
    if !record.retiring.is_empty() {
        let mut suite = TestSuite::new("models");
        suite.add_property(("run", record.id.as_str()));
        suite.add_test_cases(record.retiring.iter().map(ends));
        report.add_test_suite(suite);
    }
    report.to_string()
}

/// What changed of a whole column: a failure where the gate says so.
fn column(change: &ColumnChange) -> TestCase {
    let status = if change.fails {
        let failure = TestCaseStatus::non_success(NonSuccessKind::Failure);
        let mut status = said(failure, change.kind.id(), &change.detail);
        if let Some(sentence) = Because::sentence(&change.because) {
            status.set_description(escape::xml(&sentence));
        }
        status
    } else {
        TestCaseStatus::success()
    };
    let mut case = TestCase::new(format!("{} {}", change.name(), change.kind), status);
    case.set_classname("columns");
    case
}

/// A model that ends so soon that the gate fails.
fn ends(one: &Retiring) -> TestCase {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_type("retirement-days");
    status.set_message(escape::xml(&one.sentence()));
    status.set_description(escape::xml(one.command.as_deref().unwrap_or_default()));
    let mut case = TestCase::new(format!("retirement@{}", one.slot), status);
    case.set_classname("models");
    case
}

fn case(cell: &CellRecord, groups: &Groups<'_>) -> TestCase {
    let mut case =
        TestCase::new(format!("{}@{}", cell.cell.case, cell.cell.model), status(cell, groups));
    // Consumers cut a class name at its last dot, to find a package.
    case.set_classname(cell.cell.prompt.as_str().replace('.', "-"));
    case.set_time(time(cell));
    let (file, line) = words::place(cell);
    case.extra.insert("file".into(), escape::xml(file).into());
    case.extra.insert("line".into(), line.into());
    for (name, value) in properties(cell) {
        case.add_property((name.to_owned(), escape::xml(&value)));
    }
    case
}

/// All answers together: samples of a cell are paid for one by one.
fn time(cell: &CellRecord) -> Duration {
    Duration::from_millis(cell.trials.iter().map(|trial| trial.latency_ms).sum())
}

/// Who answered, what it took, and the name by which the worst change is known in every run.
fn properties(cell: &CellRecord) -> Vec<(&'static str, String)> {
    let mut served: Vec<&str> =
        cell.trials.iter().filter_map(|trial| trial.identity.served.as_deref()).collect();
    served.sort_unstable();
    served.dedup();
    let usage = || cell.trials.iter().filter_map(|trial| trial.usage);
    let sum = |counts: Vec<u64>| (!counts.is_empty()).then(|| counts.iter().sum::<u64>());
    let input = sum(usage().filter_map(|usage| usage.input).collect());
    let output = sum(usage().filter_map(|usage| usage.output).collect());
    let served = (!served.is_empty()).then(|| served.join(", "));
    let worst = cell.changes.first().filter(|_| cell.fails);
    [
        ("served-model", served),
        ("tokens-input", input.map(|tokens| tokens.to_string())),
        ("tokens-output", output.map(|tokens| tokens.to_string())),
        ("cost-usd", cell.cost().map(Pico::usd)),
        ("fingerprint", worst.map(|change| change.fingerprint(&cell.cell))),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value?)))
    .collect()
}

fn status(cell: &CellRecord, groups: &Groups<'_>) -> TestCaseStatus {
    match cell.status {
        Status::Error => {
            let cause = cell.trials.iter().find_map(|trial| trial.cause);
            let kind = cause.unwrap_or(Kind::ProviderError).id();
            said(TestCaseStatus::non_success(NonSuccessKind::Error), kind, &note(cell))
        }
        Status::Skipped => said(TestCaseStatus::skipped(), cell.status.word(), &note(cell)),
        _ if cell.fails => failure(cell, groups),
        Status::Suspect => {
            let mut status = TestCaseStatus::success();
            status.add_reruns(deviating(cell));
            status
        }
        _ => TestCaseStatus::success(),
    }
}

fn said(mut status: TestCaseStatus, kind: &str, message: &str) -> TestCaseStatus {
    status.set_type(kind);
    status.set_message(escape::xml(&escape::short(message, MESSAGE)));
    status
}

fn note(cell: &CellRecord) -> String {
    cell.note.clone().unwrap_or_else(|| cell.status.info().meaning.to_owned())
}

fn failure(cell: &CellRecord, groups: &Groups<'_>) -> TestCaseStatus {
    let failure = TestCaseStatus::non_success(NonSuccessKind::Failure);
    let mut status = match cell.changes.first() {
        None => said(failure, cell.status.word(), &note(cell)),
        Some(worst) => {
            let place = words::title(worst);
            said(failure, worst.kind.id(), &format!("{place}: {}", words::sentence(worst)))
        }
    };
    let text = description(cell, groups);
    if !text.is_empty() {
        status.set_description(escape::xml(&text));
    }
    status
}

/// Every change of the cell, with the group it belongs to.
fn description(cell: &CellRecord, groups: &Groups<'_>) -> String {
    // What weighs nothing is left out, unless it is why the cell fails.
    let only_info = cell.changes.iter().all(|change| change.level == Level::Info);
    let weighty = |change: &&Change| only_info || change.level > Level::Info;
    let mut out = String::new();
    for change in cell.changes.iter().filter(weighty) {
        let id = change.group_id(&cell.cell, &cell.because);
        let Groups(sizes, ids) = groups;
        let size = paint::count(sizes.get(id.as_str()).copied().unwrap_or(1), "cell");
        let _ = writeln!(out, "{}   {} in {size}", words::title(change), ids.short(&id));
        if let Some(detail) = &change.detail {
            let _ = writeln!(out, "{detail}");
        }
        out.push_str(&words::diff(change));
    }
    if let Some(sentence) = Because::sentence(&cell.because) {
        let _ = writeln!(out, "{sentence}");
    }
    out
}

/// The answers that make a cell suspect, with what follows from them.
fn deviating(cell: &CellRecord) -> Vec<TestRerun> {
    let judged = cell.trials.iter().filter(|trial| Some(trial.number) == cell.judged);
    judged.map(|trial| rerun(trial, &note(cell))).collect()
}

fn rerun(trial: &Trial, note: &str) -> TestRerun {
    let is_evidence = !matches!(trial.cause, Some(Kind::Transport | Kind::ProviderError));
    let kind = if is_evidence { NonSuccessKind::Failure } else { NonSuccessKind::Error };
    let mut rerun = TestRerun::new(kind);
    rerun.set_time(Duration::from_millis(trial.latency_ms));
    rerun.set_type(trial.cause.map_or("value-changed", Kind::id));
    let message = format!("sample {}: suspect: {note}", trial.number);
    rerun.set_message(escape::xml(&escape::short(&message, MESSAGE)));
    rerun
}
