//! Prompts that need no model: a program answers every case.

use std::collections::BTreeMap;

use crate::cost::statement::CodeLine;
use crate::domain::{Cell, Model, Price, ProviderKind, RunRecord, Suite};

/// Each prompt of which a free `command` answers every case as the case expects it, by the latest run.
/// A case that expects nothing shows nothing.
pub(super) fn by_code(suite: &Suite, latest: Option<&RunRecord>) -> Vec<CodeLine> {
    let Some(run) = latest else { return Vec::new() };
    let mut columns: BTreeMap<_, Vec<&Cell>> = BTreeMap::new();
    for cell in suite.cells.iter().filter(|cell| is_free_code(&cell.model)) {
        columns.entry((&cell.id.prompt, &cell.id.model)).or_default().push(cell);
    }
    let is_right = |cell: &&Cell| {
        let trials = run.cell(&cell.id).map_or(&[][..], |record| &record.trials);
        !cell.expect.is_empty()
            && !trials.is_empty()
            && trials.iter().all(|one| one.cause.is_none())
    };
    let whole = columns.into_iter().filter(|(_, cells)| cells.iter().all(is_right));
    whole
        .map(|((prompt, slot), cells)| CodeLine {
            prompt: prompt.to_string(),
            slot: slot.clone(),
            cases: cells.len(),
        })
        .collect()
}

fn is_free_code(model: &Model) -> bool {
    let is_free = model.billing.own.is_some_and(|rates| {
        [rates.input, rates.output].iter().all(|price| *price == Price::default())
    });
    model.provider == ProviderKind::Command && is_free
}
