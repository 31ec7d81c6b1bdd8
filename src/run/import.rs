//! Answers that others recorded, judged as if they had been asked for. Sends nothing.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use super::ask::begun;
use super::billing::bill;
use super::collect::{Header, record};
use super::decide::{Deciding, Occasion};
use super::gather::Collected;
use super::{Prepared, answer};
use crate::cost::price::Prices;
use crate::domain::{
    CellId, Completion, Content, DriftSettings, History, ImportedAnswer, JournalEntry, Output,
    RunRecord, Setting, Sink, Source, StopReason, Structured, ToolCall, Trial,
};
use crate::drift::Side;
use crate::provider;

/// Makes a run of recorded answers. They are written to the sink before they count.
///
/// Answers to cells that are not among `cells` are left out. `now` is when the run takes place, and
/// when an answer was given that does not say; what an answer cost is that of its own time.
///
/// # Errors
/// The sink cannot be written.
pub fn import(
    cells: Vec<Prepared>,
    answers: Vec<ImportedAnswer>,
    (header, drift): (Header, &DriftSettings),
    prices: &Prices,
    now: Timestamp,
    sink: &mut dyn Sink,
) -> io::Result<RunRecord> {
    let mut by_cell: BTreeMap<CellId, Vec<ImportedAnswer>> = BTreeMap::new();
    for given in answers {
        by_cell.entry(given.cell.clone()).or_default().push(given);
    }
    let mut trials = Vec::new();
    let mut answered = Vec::new();
    for mut cell in cells {
        let Some(given) = by_cell.remove(&cell.cell.id) else { continue };
        cell.missing_key = None;
        cell.cell.samples = crate::domain::kit::small(given.len());
        let index = answered.len();
        trials.extend(given.into_iter().map(|given| {
            let mut trial = trial(&cell, given, now);
            bill(&mut trial, &cell, prices);
            (index, trial)
        }));
        answered.push(Arc::new(cell));
    }
    let mut collected = Collected::new(answered, Vec::new());
    let entries: Vec<JournalEntry> =
        trials.iter().filter_map(|(index, trial)| collected.entry(*index, trial)).collect();
    sink.answers(&entries)?;
    for (index, trial) in trials {
        for event in collected.add(index, trial) {
            sink.event(&event);
        }
    }
    let answered = collected.answered();
    let cells = answered.iter().map(|answered| (answered.cell, Side::Candidate));
    let occasion = Occasion::Run(Setting::Closed);
    let decided = Deciding::new(cells, &History::default(), drift, occasion).decide(&answered);
    // What was answered long ago does not fail for what ends today.
    Ok(record(header, (now, now), prices, (collected, decided), &|_| Vec::new()))
}

fn trial(cell: &Prepared, given: ImportedAnswer, now: Timestamp) -> Trial {
    let mut trial = begun(given.number, given.at.unwrap_or(now));
    trial.source = Source::Imported;
    trial.latency_ms = given.latency_ms;
    let completion = Completion {
        stop: given.stop.as_deref().map_or(StopReason::Unknown, provider::stop_reason),
        stop_raw: given.stop,
        usage: given.usage,
        identity: given.identity,
        ..completion(cell, given.content)
    };
    answer::read(cell, completion, trial)
}

/// The answer where the cell's mode would have it: in the text, or in a call of a tool.
fn completion(cell: &Prepared, content: Content) -> Completion {
    let (output, mode) = (&cell.cell.output, cell.cell.model.structured);
    let in_text = matches!(mode, Structured::JsonObject | Structured::Prompt);
    let tool_calls = match output {
        Output::Json { name, .. } if mode == Structured::Tool => {
            vec![ToolCall { name: name.clone(), arguments: written(content.clone(), output) }]
        }
        Output::Tools { .. } if !in_text => tool_calls(&content).unwrap_or_default(),
        _ => Vec::new(),
    };
    if tool_calls.is_empty() {
        return Completion { text: Some(written(content, output)), ..Completion::default() };
    }
    Completion { tool_calls, ..Completion::default() }
}

/// `{"tool": …, "arguments": …}` or a list of them, as a snapshot has it.
fn tool_calls(content: &Content) -> Option<Vec<ToolCall>> {
    let value = match content {
        Content::Value(value) => value.clone(),
        Content::Text(text) => serde_json::from_str(text).ok()?,
    };
    let calls = value.as_array().map_or_else(|| std::slice::from_ref(&value), Vec::as_slice);
    let call = |call: &Value| {
        let name = call.get("tool")?.as_str()?.to_owned();
        Some(ToolCall { name, arguments: call.get("arguments")?.to_string() })
    };
    calls.iter().map(call).collect()
}

/// The answer as a model would have written it.
fn written(content: Content, output: &Output) -> String {
    match (content, output) {
        (Content::Value(Value::String(text)), Output::Text) | (Content::Text(text), _) => text,
        (Content::Value(value), _) => value.to_string(),
    }
}
