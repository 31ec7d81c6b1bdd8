//! Accepting answers: snapshots take them, and profiles count the runs that they come from. No model
//! is asked.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::failure::Failure;
use super::pending::{self, RUNS};
use super::session::Session;
use crate::domain::{
    Accepted, Cell, CellId, CellRecord, Change, KindFamily, Level, Profile, Ruling, RunRecord,
    StaleReason, Status, Suite,
};
use crate::report::paint::{REVIEW, paint};
use crate::run::{CountedIn, Prepared, RoleMoved, Taken, carry, deepen, identities, replace};
use crate::store::{IdentityFile, Profiles, Snapshots};

/// Takes the pending answers of cells as the accepted ones. All answers of the run that put an
/// answer up are counted with it; where that run is gone, the answer alone is.
pub(crate) fn take_pending(suite: &Suite, cells: &[CellId]) -> Result<CountedIn, Failure> {
    let snapshots = Snapshots::open(&suite.root);
    let runs = Session::runs(suite).newest(RUNS)?;
    let cells: Vec<&Cell> = suite.cells.iter().filter(|cell| cells.contains(&cell.id)).collect();
    let mut prepared = Session::prepare(suite, cells.iter().copied())?;
    for cell in &mut prepared {
        cell.accepted = Some(snapshots.accept(&cell.cell.id)?);
    }
    let (mut holding, mut changed) = (Vec::new(), Vec::new());
    for cell in &prepared {
        let (taken, holds) = origin(cell, &runs);
        if holds { &mut holding } else { &mut changed }.extend(taken);
    }
    both(suite, &holding, &changed)
}

/// Counts answers: where the accepted ones hold, beside these, else in their place.
fn both(suite: &Suite, holding: &[Taken<'_>], changed: &[Taken<'_>]) -> Result<CountedIn, Failure> {
    let mut counted = count(suite, holding, carry)?;
    let replaced = count(suite, changed, replace)?;
    counted.moved.extend(replaced.moved);
    counted.profiles.extend(replaced.profiles);
    Ok(counted)
}

/// Takes the judged answers of a rehearsal as the accepted ones, of each cell that has one. Where
/// nothing weighty changed, what was accepted before holds on, and the new answers count beside it.
pub(crate) fn take_rehearsal(
    suite: &Suite,
    mut prepared: Vec<Prepared>,
    run: &RunRecord,
) -> Result<(CountedIn, Vec<CellId>), Failure> {
    let snapshots = Snapshots::open(&suite.root);
    let (mut holding, mut changed) = (Vec::new(), Vec::new());
    for cell in &mut prepared {
        let id = cell.cell.id.clone();
        let Some(record) = run.cell(&id) else { continue };
        let holds = is_noise(record) && cell.accepted.is_some();
        let answer = if holds { kept(cell, record) } else { judged(record) };
        let Some(answer) = answer else { continue };
        snapshots.write_pending(&id, &answer, &cell.cell.prompt_file)?;
        cell.accepted = Some(snapshots.accept(&id)?);
        if holds { holding.push(id) } else { changed.push(id) }
    }
    let taken = |ids: &[CellId]| -> Vec<Taken<'_>> {
        let cells = prepared.iter().filter(|cell| ids.contains(&cell.cell.id));
        cells.filter_map(|cell| of_run(cell, run)).collect()
    };
    let counted = both(suite, &taken(&holding), &taken(&changed))?;
    holding.extend(changed);
    Ok((counted, holding))
}

/// Whether nothing in a cell weighs, after a look at how it varies.
fn is_noise(record: &CellRecord) -> bool {
    let ruling = record.decision.as_ref().map(|decision| decision.ruling);
    matches!(ruling, Some(Ruling::Pass | Ruling::Noisy))
        && record.changes.iter().all(|change| change.level == Level::Info)
}

/// The accepted answer under the header of the new one: what is noise takes no snapshot's place.
fn kept(cell: &Prepared, record: &CellRecord) -> Option<Accepted> {
    let value = cell.accepted.as_ref()?.value.clone();
    Some(Accepted { value, meta: record.meta.clone()? })
}

/// Counts the answers of runs beside those that are accepted. Gives back what changed, and how many
/// cells got deeper.
pub(crate) fn count_runs(
    suite: &Suite,
    prepared: &mut [Prepared],
    runs: &[RunRecord],
) -> Result<(CountedIn, usize), Failure> {
    let mut all = CountedIn::default();
    let mut deeper = BTreeSet::new();
    for run in runs {
        // One after the other: what a run adds is known to the next.
        Session::profile(suite, prepared)?;
        let taken: Vec<Taken<'_>> =
            prepared.iter().filter_map(|cell| Taken::deeper(cell, run)).collect();
        deeper.extend(taken.iter().map(|taken| taken.cell.cell.id.clone()));
        let counted = count(suite, &taken, deepen)?;
        all.moved.extend(counted.moved);
        all.profiles.extend(counted.profiles);
    }
    all.moved.sort();
    all.moved.dedup();
    Ok((all, deeper.len()))
}

fn count(
    suite: &Suite,
    taken: &[Taken<'_>],
    add: fn(&[Profile], &[Taken<'_>]) -> CountedIn,
) -> Result<CountedIn, Failure> {
    let counted = add(&Session::profiles(suite)?, taken);
    let profiles = Profiles::open(&suite.root);
    for profile in &counted.profiles {
        profiles.write(profile)?;
    }
    confirm(suite, taken)?;
    Ok(counted)
}

/// Writes into the lock file who gave the answers. Slots that the suite no longer has are left out.
fn confirm(suite: &Suite, taken: &[Taken<'_>]) -> Result<(), Failure> {
    let file = IdentityFile::open(&suite.root);
    let mut known = file.read()?;
    for (slot, seen) in identities(taken) {
        known.confirm(slot, seen);
    }
    known.0.retain(|slot, _| suite.models.contains_key(slot));
    file.write(&known)?;
    Ok(())
}

/// The run that put the accepted answer of a cell up, with all of its answers, and whether what was
/// accepted before holds beside them, since nothing changed but who answers.
fn origin<'a>(cell: &'a Prepared, runs: &'a [RunRecord]) -> (Option<Taken<'a>>, bool) {
    let Some(accepted) = &cell.accepted else { return (None, false) };
    let of = |run: &'a RunRecord| Some((run, pending::origin(run, &cell.cell.id, accepted)?));
    match runs.iter().find_map(of) {
        Some((run, record)) => (of_run(cell, run), only_moved(record)),
        None => (Taken::snapshot(cell), false),
    }
}

/// Whether nothing of a cell weighs but that another version of its model answers.
fn only_moved(record: &CellRecord) -> bool {
    let is_moved = |change: &Change| change.kind.info().shown == Some(KindFamily::Identity);
    record.stale.iter().all(|reason| *reason == StaleReason::Model)
        && record.status != Status::New
        && record.changes.iter().all(|change| change.level == Level::Info || is_moved(change))
}

fn of_run<'a>(cell: &'a Prepared, run: &'a RunRecord) -> Option<Taken<'a>> {
    let trials = run.cell(&cell.cell.id)?.trials.clone();
    Some(Taken { cell, run: Some(&run.id), trials })
}

/// The judged answer of a cell, where it is a valid one.
fn judged(record: &CellRecord) -> Option<Accepted> {
    let trial = record.trials.iter().find(|trial| Some(trial.number) == record.judged)?;
    let value = trial.value.clone().filter(|_| trial.cause.is_none())?;
    Some(Accepted { value, meta: record.meta.clone()? })
}

/// Roles that would be learned otherwise today, as warnings.
pub(crate) fn moved(moved: &[RoleMoved]) -> String {
    let mut out = String::new();
    for RoleMoved { prompt, place, was, looks } in moved {
        let _ = writeln!(
            out,
            "{}: {place} of `{prompt}` counts as `{was}`, as when it was accepted, and looks like \
             `{looks}` now; `\"{place}\" = \"{looks}\"` in [roles] takes that",
            paint(REVIEW, "warning"),
        );
    }
    out
}
