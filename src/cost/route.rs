//! Which models of a route are called for a case, in which order, and which of them answers.

use std::collections::BTreeMap;

use crate::domain::{
    CaseName, CellId, CellRecord, PromptName, Route, RouteCell, RoutePlan, RouteRecord, Slot,
    Status, Trial,
};

/// The models that a route calls for a prompt, each the fallback of the one before. `decided` is
/// what the router's classifier chose; `None` where it chose nothing that exists. Empty where the
/// route has no model for the prompt.
pub(crate) fn steps<'r>(
    route: &'r Route,
    prompt: &PromptName,
    decided: Option<&Slot>,
) -> Vec<&'r Slot> {
    let (first, fallback) = match &route.plan {
        RoutePlan::Cascade { models } => return models.iter().collect(),
        RoutePlan::Static { prompts, otherwise, fallback } => {
            (prompts.get(prompt).or(otherwise.as_ref()), fallback.as_ref())
        }
        RoutePlan::Router { models, fallback, .. } => {
            let chosen = models.iter().find(|slot| decided == Some(slot));
            (chosen.or(fallback.as_ref()).or(models.last()), fallback.as_ref())
        }
    };
    let Some(first) = first else { return Vec::new() };
    let fallback = fallback.filter(|slot| *slot != first);
    std::iter::once(first).chain(fallback).collect()
}

/// The slot that the value of a decision names.
pub(crate) fn decision(trial: &Trial) -> Option<Slot> {
    let value = trial.value.as_deref().filter(|_| trial.cause.is_none())?;
    Slot::new(value.get("model")?.as_str()?).ok()
}

/// The columns that routes make of the cells of a run. A case is left out where a model that would
/// have been called was not part of the run.
pub(crate) fn columns<'r>(
    routes: impl IntoIterator<Item = &'r Route>,
    cells: &[CellRecord],
) -> BTreeMap<Slot, RouteRecord> {
    let known: BTreeMap<&CellId, &CellRecord> =
        cells.iter().map(|record| (&record.cell, record)).collect();
    let column = |route: &Route| {
        let mut cases: Vec<(&PromptName, &CaseName)> =
            cells.iter().map(|record| (&record.cell.prompt, &record.cell.case)).collect();
        cases.dedup();
        let cells =
            cases.into_iter().filter_map(|(prompt, case)| cell(route, prompt, case, &known));
        RouteRecord { kind: route.kind(), cells: cells.collect() }
    };
    routes.into_iter().map(|route| (route.name.clone(), column(route))).collect()
}

fn cell(
    route: &Route,
    prompt: &PromptName,
    case: &CaseName,
    known: &BTreeMap<&CellId, &CellRecord>,
) -> Option<RouteCell> {
    let decided = match &route.plan {
        RoutePlan::Router { classifier, decisions, .. } => {
            let case = Route::decision_case(prompt, case)?;
            let id = CellId { prompt: decisions.clone(), case, model: classifier.clone() };
            Some(judged(known.get(&id)?)?)
        }
        _ => None,
    };
    let mut path = Vec::new();
    let mut latency_ms = decided.map_or(0, |trial| trial.latency_ms);
    let mut status = Status::Error;
    for slot in steps(route, prompt, decided.and_then(decision).as_ref()) {
        let id = CellId { prompt: prompt.clone(), case: case.clone(), model: slot.clone() };
        let record = known.get(&id)?;
        path.push(slot.clone());
        status = record.status;
        // Where nobody answered, nothing is known of the rest of the way.
        let Some(trial) = judged(record) else { break };
        latency_ms += trial.latency_ms;
        if trial.cause.is_none() {
            break;
        }
    }
    (!path.is_empty()).then(|| RouteCell {
        prompt: prompt.clone(),
        case: case.clone(),
        status,
        path,
        latency_ms,
    })
}

fn judged(record: &CellRecord) -> Option<&Trial> {
    let number = record.judged?;
    record.trials.iter().find(|trial| trial.number == number)
}
