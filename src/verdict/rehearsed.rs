//! Whether a rehearsed upgrade is safe: cells counted by what they came to, prompt by prompt, and
//! what fixing the rest takes.

use std::collections::BTreeMap;

use crate::domain::{
    CellRecord, ChangeGroup, ColumnChange, Family, FixClass, Flips, Level, Measure, Outcome,
    OutcomeCounts, PromptName, PromptOutcome, Safety, Status, UpgradeFinding,
};

/// What a person needs for one thing, in minutes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FixMinutes {
    /// To decide on an answer that changed.
    pub review: f64,
    /// To find out why an answer broke.
    pub triage: f64,
    pub fix: f64,
}

/// What a rehearsal came to. `groups` and `columns` are those of `cells`. What only a whole prompt shows
/// is no change of a cell, and keeps the prompt from moving all the same.
pub(crate) fn rehearsed(
    cells: &[CellRecord],
    (groups, columns): (&[ChangeGroup], &[ColumnChange]),
    (measures, flips): (Vec<Measure>, Option<Flips>),
    minutes: FixMinutes,
) -> Outcome {
    let mut prompts: BTreeMap<&PromptName, Vec<&CellRecord>> = BTreeMap::new();
    for cell in cells {
        prompts.entry(&cell.cell.prompt).or_default().push(cell);
    }
    let weighty: Vec<&ChangeGroup> = groups.iter().filter(|group| group.weighs()).collect();
    let findings: Vec<UpgradeFinding> =
        weighty.iter().map(|group| finding(group, minutes)).collect();
    let tally = tally(cells.iter());
    let moved: Vec<&ColumnChange> =
        columns.iter().filter(|change| change.fails && change.prompt.is_some()).collect();
    let prompts = prompts.into_iter().map(|(name, cells)| prompt(name, &cells, &weighty, &moved));
    Outcome {
        safety: safety(tally, !moved.is_empty()),
        tally,
        prompts: prompts.collect(),
        minutes: findings.iter().map(|finding| finding.minutes).sum(),
        findings,
        measures,
        flips,
    }
}

fn tally<'c>(cells: impl Iterator<Item = &'c CellRecord>) -> OutcomeCounts {
    let mut tally = OutcomeCounts::default();
    for cell in cells {
        let place = match class(cell) {
            Class::Breaking => &mut tally.breaking,
            Class::Review => &mut tally.review,
            Class::Open => &mut tally.open,
            Class::Unknown => &mut tally.unknown,
            Class::Noise => &mut tally.noise,
            Class::Same => &mut tally.same,
        };
        *place += 1;
    }
    tally
}

enum Class {
    Breaking,
    Review,
    Open,
    Unknown,
    Noise,
    Same,
}

fn class(cell: &CellRecord) -> Class {
    let worst = cell.changes.iter().map(|change| change.level).max();
    match cell.status {
        Status::New | Status::Error | Status::Skipped => Class::Unknown,
        _ if cell.fails && worst == Some(Level::Breaking) => Class::Breaking,
        _ if cell.fails => Class::Review,
        Status::Suspect => Class::Open,
        Status::Varies => Class::Noise,
        _ => Class::Same,
    }
}

fn safety(tally: OutcomeCounts, moves: bool) -> Safety {
    if moves { Safety::NotSafe } else { tally.safety() }
}

fn prompt(
    name: &PromptName,
    cells: &[&CellRecord],
    groups: &[&ChangeGroup],
    columns: &[&ColumnChange],
) -> PromptOutcome {
    let tally = tally(cells.iter().copied());
    let reasons = groups.iter().filter_map(|group| {
        let here = group.cells.iter().filter(|cell| cell.prompt == *name).count();
        let change = &group.change;
        let title = format!("{} {}", change.kind.shown(), change.pointer);
        (here > 0).then(|| format!("{} in {here} of {}", title.trim_end(), cells.len()))
    });
    let mut reasons: Vec<String> = reasons.collect();
    let moved = columns.iter().filter(|change| change.prompt.as_ref() == Some(name));
    let moved: Vec<String> =
        moved.map(|change| format!("{}: {}", change.kind.shown(), change.detail)).collect();
    let safety = safety(tally, !moved.is_empty());
    reasons.extend(moved);
    for (number, what) in [(tally.open, "not decided"), (tally.unknown, "not known")] {
        if number > 0 {
            reasons.push(format!("{number} of {} {what}", cells.len()));
        }
    }
    PromptOutcome { prompt: name.clone(), safety, tally, reasons }
}

/// A broken thing is found and fixed once for all of its cells; other answers are looked at one by
/// one.
fn finding(group: &ChangeGroup, minutes: FixMinutes) -> UpgradeFinding {
    let info = group.change.kind.info();
    let remedies = !matches!(info.fix, FixClass::Pin | FixClass::Infra);
    let needed = match (group.change.level, info.family) {
        (_, Family::NoEvidence) | (Level::Info, _) => 0.0,
        (Level::Breaking, _) if remedies => minutes.triage + minutes.fix,
        (Level::Breaking, _) => minutes.triage,
        (Level::Review, _) => minutes.review * crate::domain::kit::length(group.cells.len()),
    };
    UpgradeFinding { group: group.id.clone(), fix: info.fix.as_str().to_owned(), minutes: needed }
}
