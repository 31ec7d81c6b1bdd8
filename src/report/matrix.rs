//! The matrix at a glance: prompts down, slots across, statuses counted.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

use super::paint::{self, Look, paint};
use crate::domain::{CaseName, PromptName, RunRecord, STATUSES, Slot, Status};

type Counts = BTreeMap<Status, usize>;

/// Draws the matrix, with the columns of routes behind those of the models; columns that do not fit
/// the width go into further blocks.
pub(crate) fn render(record: &RunRecord, look: Look) -> String {
    let mut rows: BTreeMap<String, BTreeMap<String, Counts>> = BTreeMap::new();
    let mut count = |(prompt, case): (&PromptName, &CaseName), column: &Slot, status: Status| {
        let row = if look.verbose { format!("{prompt}/{case}") } else { prompt.to_string() };
        let counts = rows.entry(row).or_default().entry(column.to_string()).or_default();
        *counts.entry(status).or_default() += 1;
    };
    for cell in &record.cells {
        count((&cell.cell.prompt, &cell.cell.case), &cell.cell.model, cell.status);
    }
    for (name, route) in &record.routes {
        for cell in &route.cells {
            count((&cell.prompt, &cell.case), name, cell.status);
        }
    }
    let slots: BTreeSet<&Slot> = record.cells.iter().map(|cell| &cell.cell.model).collect();
    let routes = record.routes.iter().filter(|(_, route)| !route.cells.is_empty());
    let columns: Vec<String> =
        slots.into_iter().chain(routes.map(|(name, _)| name)).map(Slot::to_string).collect();
    let head = rows.keys().map(|row| row.width()).max().unwrap_or(0).max(13) + 4;
    let mut out = String::new();
    for block in blocks(&columns, &rows, head, look) {
        draw(&mut out, &block, &rows, head, look);
    }
    out
}

fn draw(
    out: &mut String,
    block: &[(String, usize)],
    rows: &BTreeMap<String, BTreeMap<String, Counts>>,
    head: usize,
    look: Look,
) {
    let _ = write!(out, "{:head$}", "");
    for (slot, width) in block {
        let _ = write!(out, "{}", pad(&paint(paint::BOLD, slot), slot.width(), *width));
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    for (name, row) in rows {
        let _ = write!(out, "  {}", pad(name, name.width(), head - 2));
        for (slot, width) in block {
            let (plain, painted) =
                row.get(slot).map(|counts| tally(counts, look)).unwrap_or_default();
            out.push_str(&pad(&painted, plain.width(), *width));
        }
        out.truncate(out.trim_end().len());
        out.push('\n');
    }
    out.push('\n');
}

/// Slots with their widths, cut into blocks that fit the terminal.
fn blocks(
    slots: &[String],
    rows: &BTreeMap<String, BTreeMap<String, Counts>>,
    head: usize,
    look: Look,
) -> Vec<Vec<(String, usize)>> {
    let mut blocks: Vec<Vec<(String, usize)>> = vec![Vec::new()];
    let mut used = head;
    for slot in slots {
        let widest = rows.values().filter_map(|row| row.get(slot));
        let widest = widest.map(|counts| tally(counts, look).0.width()).max().unwrap_or(0);
        let width = widest.max(slot.width()).max(10) + 2;
        if used + width > look.width && blocks.last().is_some_and(|block| !block.is_empty()) {
            blocks.push(Vec::new());
            used = head;
        }
        used += width;
        if let Some(block) = blocks.last_mut() {
            block.push((slot.clone(), width));
        }
    }
    blocks
}

/// `3✓ 1~`, plain and painted.
fn tally(counts: &Counts, look: Look) -> (String, String) {
    let mut plain = Vec::new();
    let mut painted = Vec::new();
    for row in STATUSES {
        let Some(count) = counts.get(&row.status) else { continue };
        let text = if look.ascii {
            format!("{count} {}", row.word)
        } else if look.verbose {
            format!("{} {}", row.glyph, row.word)
        } else {
            format!("{count}{}", row.glyph)
        };
        painted.push(paint(paint::status(row.status), &text));
        plain.push(text);
    }
    (plain.join(" "), painted.join(" "))
}

fn pad(text: &str, width: usize, to: usize) -> String {
    format!("{text}{}", " ".repeat(to.saturating_sub(width)))
}
