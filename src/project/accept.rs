//! Accepting answers: snapshots take them, and profiles count the runs that they come from. No model
//! is asked.

use std::collections::{BTreeMap, BTreeSet};

use super::decide::Breaking;
use super::pending::{Waiting, origin};
use super::{Project, Result, give_profiles};
use crate::domain::{
    Accepted, CellId, CellRecord, Change, Identities, KindFamily, Level, Profile, PromptName,
    RunRecord, Slot, StaleReason, Status, Suite, Trial,
};
use crate::run::{
    AcceptedAnswers, CountedIn, Prepared, RoleMoved, carry, deepen, identities, replace,
};
use crate::store::{Commit, IdentityFile, Profiles, Snapshots};
use crate::verdict;

impl Project {
    /// Takes the pending answers of cells as the accepted ones. All answers of the run that put an
    /// answer up are counted with it; where that run is gone, the answer alone is.
    pub(super) fn take_pending(
        &self,
        mut waiting: Waiting,
        cells: &[CellId],
        commit: &mut Commit,
    ) -> Result<(Vec<RoleMoved>, Vec<Breaking>)> {
        let cells: BTreeSet<&CellId> = cells.iter().collect();
        waiting.prepared.retain(|cell| cells.contains(&cell.cell.id));
        for cell in &mut waiting.prepared {
            let Some(answer) = waiting.answers.remove(&cell.cell.id) else { continue };
            Snapshots::take(commit, &cell.cell.id, &answer, &cell.cell.prompt_file);
            cell.accepted = Some(answer);
        }
        let (mut holding, mut changed) = (Vec::new(), Vec::new());
        for cell in &waiting.prepared {
            let (taken, holds) = counted_with(cell, &waiting.runs);
            if holds { &mut holding } else { &mut changed }.extend(taken);
        }
        let breaking = holding.iter().chain(&changed).filter_map(breaking).collect();
        let mut accounts = Accounts::open(self)?;
        accounts.count(&holding, carry);
        accounts.count(&changed, replace);
        Ok((accounts.write(commit)?, breaking))
    }

    /// Takes the judged answers of a rehearsal as the accepted ones, of each cell that has one. Where
    /// nothing weighty changed, what was accepted before holds on, and the new answers count beside it.
    pub(super) fn take_rehearsal(
        &self,
        mut prepared: Vec<Prepared>,
        run: &RunRecord,
        commit: &mut Commit,
    ) -> Result<(Vec<RoleMoved>, Vec<CellId>)> {
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
        let taken = |ids: &[CellId]| -> Vec<AcceptedAnswers<'_>> {
            let ids: BTreeSet<&CellId> = ids.iter().collect();
            let cells = prepared.iter().filter(|cell| ids.contains(&cell.cell.id));
            cells.filter_map(|cell| of_run(cell, run)).collect()
        };
        let mut accounts = Accounts::open(self)?;
        accounts.count(&taken(&holding), carry);
        accounts.count(&taken(&changed), replace);
        let moved = accounts.write(commit)?;
        holding.extend(changed);
        Ok((moved, holding))
    }

    /// Counts the answers of runs beside those that are accepted. Gives back what changed, and how many
    /// cells got deeper; the cells know of it then.
    pub(super) fn count_runs(
        &self,
        prepared: &mut [Prepared],
        runs: &[RunRecord],
        commit: &mut Commit,
    ) -> Result<(Vec<RoleMoved>, usize)> {
        let mut accounts = Accounts::open(self)?;
        let mut deeper = BTreeSet::new();
        for run in runs {
            let taken: Vec<AcceptedAnswers<'_>> =
                prepared.iter().filter_map(|cell| AcceptedAnswers::deeper(cell, run)).collect();
            deeper.extend(taken.iter().map(|taken| taken.cell.cell.id.clone()));
            accounts.count(&taken, deepen);
            // One after the other: what a run adds is known to the next.
            give_profiles(accounts.profiles.clone(), prepared);
        }
        Ok((accounts.write(commit)?, deeper.len()))
    }
}

/// The answers of a cell that count as accepted although they are broken.
fn breaking(taken: &AcceptedAnswers<'_>) -> Option<Breaking> {
    let evidence = taken.trials.iter().filter(|trial| verdict::is_evidence(trial));
    let (broken, valid): (Vec<&Trial>, Vec<&Trial>) =
        evidence.partition(|trial| trial.cause.is_some());
    let answers = broken.len() + valid.len();
    let cell = taken.cell.cell.id.clone();
    (!broken.is_empty()).then_some(Breaking { cell, broken: broken.len(), answers })
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

/// What is written of accepted answers beside their snapshots.
struct Accounts<'s> {
    suite: &'s Suite,
    profiles: Vec<Profile>,
    /// Which of them are another now.
    changed: BTreeSet<(PromptName, Slot)>,
    /// Who gave the answers: for the lock file.
    known: Identities,
    moved: Vec<RoleMoved>,
}

impl<'s> Accounts<'s> {
    fn open(project: &'s Project) -> Result<Self> {
        let suite = &project.suite;
        let known = IdentityFile::open(&suite.root).read()?;
        let profiles = project.profiles()?;
        Ok(Self { suite, profiles, changed: BTreeSet::new(), known, moved: Vec::new() })
    }

    fn count(
        &mut self,
        taken: &[AcceptedAnswers<'_>],
        add: fn(&[Profile], &[AcceptedAnswers<'_>]) -> CountedIn,
    ) {
        let counted = add(&self.profiles, taken);
        let new: BTreeMap<_, _> =
            counted.profiles.into_iter().map(|profile| (home(&profile), profile)).collect();
        self.profiles.retain(|profile| !new.contains_key(&home(profile)));
        self.changed.extend(new.keys().cloned());
        self.profiles.extend(new.into_values());
        self.moved.extend(counted.moved);
        for (slot, seen) in identities(taken) {
            self.known.confirm(slot, seen);
        }
    }

    /// Slots that the suite no longer has are left out of the lock file.
    fn write(mut self, commit: &mut Commit) -> Result<Vec<RoleMoved>> {
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

/// The accepted answer of a cell with all answers of the run that put it up, and whether what was
/// accepted before holds beside them, since nothing changed but who answers.
fn counted_with<'a>(
    cell: &'a Prepared,
    runs: &'a [RunRecord],
) -> (Option<AcceptedAnswers<'a>>, bool) {
    let Some(accepted) = &cell.accepted else { return (None, false) };
    match origin(&cell.cell.id, accepted, runs) {
        Some((run, record)) => (of_run(cell, run), only_moved(record)),
        None => (AcceptedAnswers::snapshot(cell), false),
    }
}

/// Whether nothing of a cell weighs but that another version of its model answers.
fn only_moved(record: &CellRecord) -> bool {
    let is_moved = |change: &Change| change.kind.info().shown == Some(KindFamily::Identity);
    record.stale.iter().all(|reason| *reason == StaleReason::Model)
        && record.status != Status::New
        && record.changes.iter().all(|change| change.level == Level::Info || is_moved(change))
}

fn of_run<'a>(cell: &'a Prepared, run: &'a RunRecord) -> Option<AcceptedAnswers<'a>> {
    let trials = run.cell(&cell.cell.id)?.trials.as_slice().into();
    Some(AcceptedAnswers { cell, run: Some(&run.id), trials })
}

/// The judged answer of a cell, where it is a valid one.
fn judged(record: &CellRecord) -> Option<Accepted> {
    let trial = record.trials.iter().find(|trial| Some(trial.number) == record.judged)?;
    let value = trial.value.clone().filter(|_| trial.cause.is_none())?;
    Some(Accepted { value, meta: record.meta.clone()? })
}
