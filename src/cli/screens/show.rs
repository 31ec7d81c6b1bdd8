//! Everything about one cell.

use std::fmt::Write;

use serde_json::{Value, json};

use super::recorded;
use crate::domain::{CellRecord, Channel, HeaderValue, RunRecord, Trial, pretty_json};
use crate::project::Recorded;
use crate::report::paint::{BOLD, DIM, count, paint};
use crate::report::{Look, changes, escape};
use crate::run::{Prepared, stale_of};
use crate::store::Recordings;
use crate::verdict;

/// A cell, and what is known of it.
pub(in crate::cli) struct Shown<'s> {
    /// The cell.
    pub(in crate::cli) cell: &'s Prepared,
    /// What is recorded for it.
    pub(in crate::cli) recorded: Recorded,
    /// What the last run said of it.
    pub(in crate::cli) last: Option<(&'s RunRecord, &'s CellRecord)>,
}

impl<'s> Shown<'s> {
    /// Looks at the recordings and at a run.
    pub(in crate::cli) fn new(
        cell: &'s Prepared,
        recordings: &Recordings,
        run: Option<&'s RunRecord>,
    ) -> Self {
        let last = run.and_then(|run| Some((run, run.cell(&cell.cell.id)?)));
        Self { cell, recorded: Recorded::of(cell, recordings), last }
    }
}

/// As data.
pub(in crate::cli) fn data(shown: &Shown<'_>) -> Value {
    let cell = shown.cell;
    json!({
        "format": 1,
        "cell": cell.cell.id,
        "place": format!("{}:{}", cell.cell.place.file, cell.cell.place.line),
        "request": cell.request().ok(),
        "schema": cell.cell.output.schema().map(|schema| &schema.document),
        "schema_sent": cell.wire_schema.as_ref().map(|lowered| &lowered.document),
        "lowering": notes(cell),
        "hashes": cell.hashes,
        "accepted": cell.accepted.as_ref().map(|accepted| &accepted.value),
        "accepted_meta": cell.accepted.as_ref().map(|accepted| &accepted.meta),
        "stale": stale_of(cell),
        "recorded": recorded::data(&shown.recorded),
        "last": shown.last.map(|(_, record)| record),
    })
}

/// For people; with a verbose look, requests and answers whole.
pub(in crate::cli) fn render(shown: &Shown<'_>, look: Look) -> String {
    let cell = shown.cell;
    let mut out = format!("{}\n", paint(BOLD, &cell.cell.id));
    let mut row = |name: &str, text: &str| {
        let _ = writeln!(out, "  {:<9} {text}", paint(DIM, format_args!("{name:<9}")));
    };
    row(
        "case",
        &format!(
            "{}:{}   prompt {}",
            cell.cell.place.file, cell.cell.place.line, cell.cell.prompt_file
        ),
    );
    row(
        "model",
        &format!(
            "{} asked, by {} as {}",
            cell.cell.model.id, cell.cell.model.provider, cell.cell.model.dialect
        ),
    );
    row("request", &request(cell));
    row("schema", &schema(cell));
    for note in notes(cell) {
        row("", &escape::short(&note, 160));
    }
    row("accepted", &accepted(cell));
    row("recorded", &escape::short(&recorded::line(&shown.recorded, cell), 300));
    let Some((run, record)) = shown.last else {
        row("last run", "not part of it");
        return out + &bodies(cell, look);
    };
    row("last run", &format!("{}: {}", run.id, record.status));
    for trial in &record.trials {
        row("answer", &answer(trial));
    }
    let groups = verdict::group([record.changed()]);
    let whole = Look { verbose: true, ..look };
    out.push_str(&changes::render(&groups, std::slice::from_ref(record), whole));
    out + &bodies(cell, look)
}

/// With `-v`: what is sent and what was accepted, whole.
fn bodies(cell: &Prepared, look: Look) -> String {
    if !look.verbose {
        return String::new();
    }
    let mut out = String::new();
    let mut block = |title: &str, value: &Value| {
        let text = escape::block(&pretty_json(value));
        let _ = write!(out, "\n{}\n{text}\n", paint(BOLD, title));
    };
    if let Ok(request) = cell.request() {
        block("request body", &request.body);
    }
    if let Some(lowered) = &cell.wire_schema {
        block("schema as sent", &lowered.document);
    }
    if let Some(accepted) = &cell.accepted {
        block("accepted", &accepted.value);
    }
    out
}

fn request(cell: &Prepared) -> String {
    let http = &cell.head;
    let target = match &http.channel {
        Channel::Http => format!("POST {}", http.url),
        Channel::Demo => format!("POST {} (inside promptmatrix)", http.url),
        Channel::Command { argv } => escape::line(&argv.join(" ")),
    };
    let keys = http.headers.iter().filter_map(|header| match &header.value {
        HeaderValue::Secret { env, .. } => Some(format!("{} ${env}", header.name)),
        HeaderValue::Plain(_) => None,
    });
    let hash = paint(DIM, cell.hashes.request.short(12));
    [target].into_iter().chain(keys).chain([hash]).collect::<Vec<_>>().join("   ")
}

fn schema(cell: &Prepared) -> String {
    let Some(schema) = cell.cell.output.schema() else { return "none: free text".to_owned() };
    let mode = cell.cell.model.structured;
    match &cell.wire_schema {
        Some(lowered) if lowered.document == schema.document => {
            format!("{}, {mode}, sent as it is", schema.file)
        }
        Some(lowered) if lowered.notes.is_empty() => {
            format!("{}, {mode}, sent reworded, with the same meaning", schema.file)
        }
        Some(lowered) => format!(
            "{}, {mode}, sent with {} changed; answers are checked against all of it",
            schema.file,
            count(lowered.places().len(), "place"),
        ),
        None => format!("{}, {mode}, in the words of the prompt", schema.file),
    }
}

/// Everywhere the schema as sent differs from the author's.
fn notes(cell: &Prepared) -> Vec<String> {
    let Some(lowered) = &cell.wire_schema else { return Vec::new() };
    let notes = lowered.notes.iter().map(ToString::to_string);
    notes.chain(lowered.exceeded.iter().cloned()).collect()
}

fn accepted(cell: &Prepared) -> String {
    let Some(accepted) = &cell.accepted else { return "nothing yet".to_owned() };
    let served = accepted.meta.served.as_deref().unwrap_or("undisclosed");
    let stale: Vec<String> = stale_of(cell).iter().map(ToString::to_string).collect();
    let fits = if stale.is_empty() {
        "fits".to_owned()
    } else {
        format!("stale: another {}", stale.join(", "))
    };
    format!("from {served}, {fits}")
}

fn answer(trial: &Trial) -> String {
    let tokens = trial.usage.map(|usage| {
        let number = |n: Option<u64>| n.map_or("?".to_owned(), |n| n.to_string());
        format!("{} tokens in, {} out", number(usage.input), number(usage.output))
    });
    let what = match (trial.cause, trial.how) {
        (Some(cause), _) => cause.to_string(),
        (None, Some(how)) => format!("valid, found {}", json!(how).as_str().unwrap_or("")),
        (None, None) => "valid".to_owned(),
    };
    let detail = trial.detail.as_deref().map(|text| escape::short(text, 120)).unwrap_or_default();
    let cost = trial.usd_pico.map(|cost| format!("   {cost}")).unwrap_or_default();
    let source = trial.source.recorded_at().map(|at| format!("   replayed from {at}"));
    format!(
        "{} in {} ms   {}{cost}{}   {what} {detail}",
        trial.identity.served.as_deref().unwrap_or("undisclosed"),
        trial.latency_ms,
        tokens.unwrap_or_default(),
        source.unwrap_or_default(),
    )
}
