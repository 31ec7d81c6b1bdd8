//! Accepting answers: snapshots take them, and profiles count the runs that they come from. No model
//! is asked.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::failure::Failure;
use super::pending::{RUNS, puts_up};
use super::session::Session;
use crate::domain::{
    Accepted, Cell, CellId, CellRecord, Change, Identities, KindFamily, Level, Profile, PromptName,
    RunRecord, Slot, StaleReason, Status, Suite,
};
use crate::report::paint::{REVIEW, paint};
use crate::run::{CountedIn, Prepared, RoleMoved, Taken, carry, deepen, identities, replace};
use crate::store::{Commit, IdentityFile, Profiles, Snapshots};

/// Takes the pending answers of cells as the accepted ones. All answers of the run that put an
/// answer up are counted with it; where that run is gone, the answer alone is.
pub(crate) fn take_pending(
    suite: &Suite,
    cells: &[CellId],
    commit: &mut Commit,
) -> Result<Vec<RoleMoved>, Failure> {
    let snapshots = Snapshots::open(&suite.root);
    let runs = Session::runs(suite).newest(RUNS)?;
    let cells: BTreeSet<&CellId> = cells.iter().collect();
    let cells: Vec<&Cell> = suite.cells.iter().filter(|cell| cells.contains(&cell.id)).collect();
    let mut prepared = Session::prepare(suite, cells.iter().copied())?;
    for cell in &mut prepared {
        cell.accepted = Some(snapshots.accept(commit, &cell.cell.id)?);
    }
    let (mut holding, mut changed) = (Vec::new(), Vec::new());
    for cell in &prepared {
        let (taken, holds) = origin(cell, &runs);
        if holds { &mut holding } else { &mut changed }.extend(taken);
    }
    let mut book = Book::open(suite)?;
    book.count(&holding, carry);
    book.count(&changed, replace);
    book.write(commit)
}

/// Takes the judged answers of a rehearsal as the accepted ones, of each cell that has one. Where
/// nothing weighty changed, what was accepted before holds on, and the new answers count beside it.
pub(crate) fn take_rehearsal(
    suite: &Suite,
    mut prepared: Vec<Prepared>,
    run: &RunRecord,
    commit: &mut Commit,
) -> Result<(Vec<RoleMoved>, Vec<CellId>), Failure> {
    let (mut holding, mut changed) = (Vec::new(), Vec::new());
    for cell in &mut prepared {
        let id = cell.cell.id.clone();
        let Some(record) = run.cell(&id) else { continue };
        let holds = is_noise(record) && cell.accepted.is_some();
        let answer = if holds { kept(cell, record) } else { judged(record) };
        let Some(answer) = answer else { continue };
        Snapshots::take(commit, &id, &answer, &cell.cell.prompt_file);
        cell.accepted = Some(answer);
        if holds { holding.push(id) } else { changed.push(id) }
    }
    let taken = |ids: &[CellId]| -> Vec<Taken<'_>> {
        let cells = prepared.iter().filter(|cell| ids.contains(&cell.cell.id));
        cells.filter_map(|cell| of_run(cell, run)).collect()
    };
    let mut book = Book::open(suite)?;
    book.count(&taken(&holding), carry);
    book.count(&taken(&changed), replace);
    let moved = book.write(commit)?;
    holding.extend(changed);
    Ok((moved, holding))
}

/// Whether nothing in a cell weighs, after a look at how it varies.
fn is_noise(record: &CellRecord) -> bool {
    record.decision.is_some()
        && matches!(record.status, Status::Same | Status::Varies)
        && record.changes.iter().all(|change| change.level == Level::Info)
}

/// The accepted answer under the header of the new one: what is noise takes no snapshot's place.
fn kept(cell: &Prepared, record: &CellRecord) -> Option<Accepted> {
    let value = cell.accepted.as_ref()?.value.clone();
    Some(Accepted { value, meta: record.meta.clone()? })
}

/// Counts the answers of runs beside those that are accepted. Gives back what changed, and how many
/// cells got deeper; the cells know of it then.
pub(crate) fn count_runs(
    suite: &Suite,
    prepared: &mut [Prepared],
    runs: &[RunRecord],
    commit: &mut Commit,
) -> Result<(Vec<RoleMoved>, usize), Failure> {
    let mut book = Book::open(suite)?;
    let mut deeper = BTreeSet::new();
    for run in runs {
        let taken: Vec<Taken<'_>> =
            prepared.iter().filter_map(|cell| Taken::deeper(cell, run)).collect();
        deeper.extend(taken.iter().map(|taken| taken.cell.cell.id.clone()));
        book.count(&taken, deepen);
        // One after the other: what a run adds is known to the next.
        Session::tell(book.profiles.clone(), prepared);
    }
    Ok((book.write(commit)?, deeper.len()))
}

/// What is written of accepted answers beside their snapshots.
struct Book<'s> {
    suite: &'s Suite,
    profiles: Vec<Profile>,
    /// Which of them are another now.
    changed: BTreeSet<(PromptName, Slot)>,
    /// Who gave the answers: for the lock file.
    known: Identities,
    moved: Vec<RoleMoved>,
}

impl<'s> Book<'s> {
    fn open(suite: &'s Suite) -> Result<Self, Failure> {
        let known = IdentityFile::open(&suite.root).read()?;
        let profiles = Session::profiles(suite)?;
        Ok(Self { suite, profiles, changed: BTreeSet::new(), known, moved: Vec::new() })
    }

    fn count(&mut self, taken: &[Taken<'_>], add: fn(&[Profile], &[Taken<'_>]) -> CountedIn) {
        let counted = add(&self.profiles, taken);
        for new in counted.profiles {
            let home = home(&new);
            self.profiles.retain(|profile| self::home(profile) != home);
            self.profiles.push(new);
            self.changed.insert(home);
        }
        self.moved.extend(counted.moved);
        for (slot, seen) in identities(taken) {
            self.known.confirm(slot, seen);
        }
    }

    /// Slots that the suite no longer has are left out of the lock file.
    fn write(mut self, commit: &mut Commit) -> Result<Vec<RoleMoved>, Failure> {
        for profile in self.profiles.iter().filter(|one| self.changed.contains(&home(one))) {
            Profiles::write(commit, profile)?;
        }
        self.known.0.retain(|slot, _| self.suite.models.contains_key(slot));
        IdentityFile::write(commit, &self.known);
        self.moved.sort();
        self.moved.dedup();
        Ok(self.moved)
    }
}

fn home(profile: &Profile) -> (PromptName, Slot) {
    (profile.prompt.clone(), profile.slot.clone())
}

/// The run that put the accepted answer of a cell up, with all of its answers, and whether what was
/// accepted before holds beside them, since nothing changed but who answers.
fn origin<'a>(cell: &'a Prepared, runs: &'a [RunRecord]) -> (Option<Taken<'a>>, bool) {
    let Some(accepted) = &cell.accepted else { return (None, false) };
    let of = |run: &'a RunRecord| {
        let record = run.cell(&cell.cell.id).filter(|record| puts_up(record, accepted))?;
        Some((run, record))
    };
    match runs.iter().filter(|run| run.upgrade.is_none()).find_map(of) {
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
