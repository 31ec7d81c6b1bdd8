//! What is written into the ledger when people decide: the run they decide on, the bump behind it,
//! what they looked at and when, and the commits that fixed words meanwhile.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::clock::now;
use super::error::Source;
use super::lifecycles::ModelLives;
use super::{Notice, Project, Result};
use crate::cost::active::IDLE_CAP_S;
use crate::cost::behind::{Behind, behind, is_drift, is_seen};
use crate::cost::bump::{self, Effects, Move, Nature, Settled};
use crate::cost::fix::fixes;
use crate::cost::price::{Change, PriceTable, Prices};
use crate::cost::summary::summary;
use crate::domain::{
    BumpClass, CellId, Identities, LedgerEvent, LedgerLine, Model, ModelRecord, ReviewAction,
    ReviewEvent, RunRecord, Slot, SnapshotMeta, StaleReason,
};
use crate::provider;
use crate::store::{Commit, CommitHistory, IdentityFile, Ledger, ReviewLog, head};
use crate::suite;
use crate::verdict;

/// A model that ends within so many days leaves nobody a choice: no provider gives less notice.
const FORCED_WITHIN_DAYS: i32 = 60;

/// How many earlier runs are looked at for the first one that showed a bump.
pub(super) const RUNS: usize = 30;

/// How far back fixes are looked for.
const FIXES: SignedDuration = SignedDuration::from_hours(120 * 24);

/// Knows the ledger, and what stood in the snapshots before anything was decided.
pub(super) struct LedgerRecorder<'p> {
    project: &'p Project,
    known: Vec<LedgerLine>,
    headers: Headers,
    /// Who was confirmed before.
    confirmed: Identities,
}

/// A move of a slot, and the runs that showed it, the first of them first.
struct Found {
    moved: Move,
    runs: Vec<RunRecord>,
}

/// The headers of accepted answers, and of those that are decided about.
pub(super) type Headers = BTreeMap<CellId, (SnapshotMeta, SnapshotMeta)>;

/// The bumps of slots: the id of each in the ledger.
type Ids = BTreeMap<Slot, (BumpClass, String)>;

impl<'p> LedgerRecorder<'p> {
    /// Reads what there is before it is changed; a ledger that cannot be read stops here. `None`
    /// where the suite keeps no ledger. `headers` are those of the accepted answers and of the ones
    /// that are decided about.
    pub(super) fn open(project: &'p Project, headers: Headers) -> Result<Option<Self>> {
        let root = &project.suite.root;
        if !project.suite.store.ledger {
            return Ok(None);
        }
        let known = Ledger::open(root).read()?.lines;
        let confirmed = IdentityFile::open(root).read()?;
        Ok(Some(Self { project, known, headers, confirmed }))
    }

    /// Writes what was decided about cells, as far as it is not there yet: cells of `run`, where it is
    /// not the last one of the suite as it is.
    pub(super) fn decided(
        self,
        action: ReviewAction,
        cells: &[CellId],
        run: Option<&RunRecord>,
        commit: &mut Commit,
    ) -> Result<()> {
        if cells.is_empty() {
            return Ok(());
        }
        let now = now();
        let moves = self.moves()?;
        let runs = self.telling(cells, !moves.is_empty())?;
        let run = run.or_else(|| runs.iter().find(|run| run.upgrade.is_none()));
        let mut found = found(moves, run, &runs);
        if action == ReviewAction::Accept && run.is_none_or(|run| run.upgrade.is_none()) {
            self.behind(cells, &runs, &mut found);
        }
        let (bumps, mut lines) = self.bumps(&found);
        lines.extend(run.map(|run| summary(run, None)));
        let looks = ReviewLog::open(&self.project.suite.root);
        let who = looks.who(commit, now)?;
        let mut events = looks.take(commit)?;
        for (bump, cells) in self.by_bump(&bumps, cells) {
            let (session, who) = (String::new(), None);
            events.push((now, ReviewEvent { session, bump, cells, action, who }));
        }
        let first = events.first().map_or(now, |(at, _)| *at);
        if let Some(run) = run.filter(|run| follows(first, run.finished)) {
            let (session, bump, who) = (String::new(), None, None);
            let action = ReviewAction::Open;
            let open = ReviewEvent { session, bump, cells: Vec::new(), action, who };
            events.insert(0, (run.finished, open));
        }
        lines.extend(events.into_iter().map(|(at, review)| {
            let session = session(at, run);
            let bump = review.bump.clone().or_else(|| self.bump_of(&bumps, &review.cells));
            let who = Some(who.clone());
            LedgerLine::new(at, LedgerEvent::Review(ReviewEvent { session, bump, who, ..review }))
        }));
        let mut all = self.known;
        all.extend(lines.iter().cloned());
        lines.extend(self.project.found_fixes(&all, now));
        Ledger::open(&self.project.suite.root).append(commit, &lines)?;
        Ok(())
    }

    /// Writes that answers were counted beside the accepted ones: which another backend may have given.
    pub(super) fn deepened(self, cells: &[CellId], commit: &mut Commit) -> Result<()> {
        let mut found = BTreeMap::new();
        self.behind(cells, &self.telling(cells, false)?, &mut found);
        found.retain(|_, one| one.moved.class == BumpClass::Fingerprint);
        let (_, lines) = self.bumps(&found);
        Ledger::open(&self.project.suite.root).append(commit, &lines)?;
        Ok(())
    }

    /// Which slots moved, by the headers.
    fn moves(&self) -> Result<BTreeMap<Slot, Move>> {
        let settled: Vec<Settled<'_>> = self
            .headers
            .iter()
            .map(|(cell, (before, after))| Settled { cell, before, after })
            .collect();
        let lives = ModelLives::new(self.project, None)?;
        let soon = lives.today.plus_days(FORCED_WITHIN_DAYS);
        let is_retired =
            |slot: &Slot, id: &str| lives.end_of(slot, id).is_some_and(|end| end <= soon);
        Ok(bump::moves(&settled, |slot| self.nature(slot), is_retired))
    }

    fn nature(&self, slot: &Slot) -> Option<Nature> {
        self.project.suite.models.get(slot).map(|model| nature(model))
    }

    /// The newest runs, newest first: the last of the suite as it is, and as many more as it takes to
    /// know whether the slots of these cells moved behind their ids, and since when.
    fn telling(&self, cells: &[CellId], all: bool) -> Result<Vec<RunRecord>> {
        let mut open: BTreeSet<&Slot> = cells.iter().map(|cell| &cell.model).collect();
        let (mut runs, mut has_last, mut all) = (Vec::new(), false, all);
        for run in self.project.runs().backwards()?.take(RUNS) {
            has_last |= run.upgrade.is_none();
            all |=
                open.iter().any(|slot| self.behind_of(slot, std::slice::from_ref(&run)).is_some());
            open.retain(|slot| !is_seen(&run, slot));
            runs.push(run);
            if has_last && open.is_empty() && !all {
                break;
            }
        }
        Ok(runs)
    }

    /// What moved behind the id of a slot.
    fn behind_of<'r>(&self, slot: &Slot, runs: &'r [RunRecord]) -> Option<Behind<'r>> {
        let floats = self.nature(slot)?.floats;
        behind(runs, slot, floats, self.confirmed.0.get(slot))
    }

    /// Adds what moved behind the id of slots whose headers show no move, where it is accepted.
    fn behind(&self, cells: &[CellId], runs: &[RunRecord], found: &mut BTreeMap<Slot, Found>) {
        for slot in self.project.suite.models.keys() {
            let mine = || cells.iter().filter(|cell| cell.model == *slot);
            if found.contains_key(slot) || mine().next().is_none() {
                continue;
            }
            let Some(behind) = self.behind_of(slot, runs) else { continue };
            let last = behind.runs.last();
            let is_taken = match behind.moved.class {
                BumpClass::Drift => mine().filter_map(|cell| last?.cell(cell)).any(is_drift),
                BumpClass::Fingerprint => true,
                _ => false,
            };
            if is_taken {
                let runs = behind.runs.into_iter().cloned().collect();
                found.insert(slot.clone(), Found { moved: behind.moved, runs });
            }
        }
    }

    /// The id of each slot's bump, and the lines of those that are new.
    fn bumps(&self, found: &BTreeMap<Slot, Found>) -> (Ids, Vec<LedgerLine>) {
        let (mut ids, mut lines) = (BTreeMap::new(), Vec::new());
        for (slot, Found { moved, runs }) in found {
            let class = moved.class;
            if let Some(known) = bump::open_bump(&self.known, slot, moved) {
                ids.insert(slot.clone(), (class, known.id.clone()));
                continue;
            }
            let Some(first) = runs.first() else { continue };
            let whole = runs.iter().map(|run| bump::effects(&run.cells, slot));
            // Later runs know less of it: what was accepted meanwhile is no longer different.
            let did = whole.rev().max_by_key(|effects| effects.cells).unwrap_or_default();
            let did = if class.moves_answers() { did } else { did.none() };
            let provider = self.nature(slot).map(|nature| nature.provider).unwrap_or_default();
            let shown = runs.iter().map(|run| run.id.clone()).collect();
            let event = bump::event(slot.clone(), provider, moved.clone(), did, shown);
            let line = LedgerLine::new(first.started, LedgerEvent::Bump(event));
            ids.insert(slot.clone(), (class, line.id.clone()));
            lines.push(line);
        }
        (ids, lines)
    }

    /// The cells by the bump that they were decided about for.
    fn by_bump(&self, bumps: &Ids, cells: &[CellId]) -> BTreeMap<Option<String>, Vec<CellId>> {
        let mut groups: BTreeMap<_, Vec<CellId>> = BTreeMap::new();
        for cell in cells {
            let bump = self.bump_of(bumps, std::slice::from_ref(cell));
            groups.entry(bump).or_default().push(cell.clone());
        }
        groups
    }

    /// The bump of cells, where all of them show the move of one slot.
    fn bump_of(&self, bumps: &Ids, cells: &[CellId]) -> Option<String> {
        let (class, id) = bumps.get(&cells.first()?.model)?;
        let slot = &cells.first()?.model;
        let moved = |cell: &CellId| match class {
            BumpClass::Drift => true,
            BumpClass::Fingerprint | BumpClass::Price => false,
            _ => self.headers.get(cell).is_some_and(|(before, after)| {
                let (stale, moved) = verdict::between(before, after);
                moved || stale.contains(&StaleReason::Model)
            }),
        };
        cells.iter().all(|cell| cell.model == *slot && moved(cell)).then(|| id.clone())
    }
}

/// The moves with their runs.
fn found(
    moves: BTreeMap<Slot, Move>,
    run: Option<&RunRecord>,
    runs: &[RunRecord],
) -> BTreeMap<Slot, Found> {
    let with_runs = |(slot, moved): (Slot, Move)| {
        let runs = match run {
            Some(run) if run.upgrade.is_some() => vec![run.clone()],
            _ => shown(&slot, &moved, runs),
        };
        (slot, Found { moved, runs })
    };
    moves.into_iter().map(with_runs).collect()
}

/// The last of these runs, newest first, that showed a move, one after the other; the first of them
/// first. A rehearsal shows none.
fn shown(slot: &Slot, moved: &Move, runs: &[RunRecord]) -> Vec<RunRecord> {
    let asked = runs.iter().filter(|run| run.upgrade.is_none());
    let asked = asked.filter_map(|run| Some((run, run.models.get(slot)?)));
    let is_it =
        |model: &ModelRecord| model.requested == moved.to || model.served.contains(&moved.to);
    let mut shown: Vec<RunRecord> =
        asked.take_while(|(_, model)| is_it(model)).map(|(run, _)| run.clone()).collect();
    shown.reverse();
    shown
}

/// Whose model it is, and whether its id floats.
pub(super) fn nature(model: &Model) -> Nature {
    Nature { provider: model.dialect.clone(), floats: provider::has_floating_id(model) }
}

/// Whether a look follows the end of a run so soon that somebody sat there waiting for it.
fn follows(first: Timestamp, finished: Timestamp) -> bool {
    let gap = first.duration_since(finished).as_secs_f64();
    (0.0..=IDLE_CAP_S).contains(&gap)
}

/// What belongs together: the run whose answers are looked at, else the day.
fn session(at: Timestamp, run: Option<&RunRecord>) -> String {
    match run.filter(|run| run.started <= at) {
        Some(run) => run.id.clone(),
        None => at.strftime("%Y%m%d").to_string(),
    }
}

impl Project {
    /// Commits that changed words while a bump was open.
    pub(super) fn found_fixes(&self, lines: &[LedgerLine], now: Timestamp) -> Vec<LedgerLine> {
        let since = now.saturating_sub(FIXES).unwrap_or(now);
        let bumps = bump::bumps(lines);
        let first = bumps.iter().map(|bump| bump.line.ts).filter(|at| *at >= since).min();
        let Some(first) = first else { return Vec::new() };
        // Without git there is no history, and nothing to find.
        let history = CommitHistory::read(&self.suite.root, Some(first)).unwrap_or_default();
        fixes(lines, &history.commits, &suite::wordings(&self.suite))
    }

    /// Adds the summary of a run, where the suite wants that of each.
    pub(super) fn record_in_ledger(&self, record: &RunRecord) {
        if !self.suite.run.ledger {
            return;
        }
        let line = summary(record, head(&self.suite.root).as_deref());
        let append = || -> Result<(), Source> {
            let mut commit = Commit::begin(&self.suite.root)?;
            Ledger::open(&self.suite.root).append(&mut commit, &[line])?;
            Ok(commit.finish()?)
        };
        if let Err(error) = append() {
            self.notice(&Notice::LedgerNotKept(error));
        }
    }
}

/// Knows what the slots cost before the suite's file of prices is made current.
pub(super) struct Repricing<'p> {
    project: &'p Project,
    known: Vec<LedgerLine>,
    before: Prices,
}

impl<'p> Repricing<'p> {
    /// Reads what there is before it is changed; a ledger that cannot be read stops here.
    pub(super) fn open(project: &'p Project) -> Result<Self> {
        let suite = &project.suite;
        let read = suite.store.ledger.then(|| Ledger::open(&suite.root).read()).transpose()?;
        let known = read.unwrap_or_default().lines;
        Ok(Self { project, known, before: project.prices()? })
    }

    /// Writes which slots cost something else by this table, as far as it is not there yet. A price
    /// that nobody knew before is no other one.
    pub(super) fn write(
        self,
        table: &PriceTable,
        changes: &[Change],
        commit: &mut Commit,
    ) -> Result<()> {
        let (now, after) = (now(), self.project.prices_with(table)?);
        let models = self.project.suite.models.values().filter(|_| self.project.suite.store.ledger);
        let lines = models.flat_map(|model| {
            let moves = self.moves(model, &after, changes);
            moves.into_iter().map(|moved| {
                let (slot, provider) = (model.slot.clone(), model.dialect.clone());
                let event = bump::event(slot, provider, moved, Effects::default(), Vec::new());
                LedgerLine::new(now, LedgerEvent::Bump(event))
            })
        });
        Ledger::open(&self.project.suite.root).append(commit, &lines.collect::<Vec<_>>())?;
        Ok(())
    }

    /// How the price of a slot moves, without what the ledger told of it last.
    fn moves(&self, model: &Model, after: &Prices, changes: &[Change]) -> Vec<Move> {
        let (vendor, id) = provider::price_key(model);
        let of = |prices: &Prices| Some(prices.find(vendor?, id)?.model.clone());
        let Some((was, is)) = of(&self.before).zip(of(after)) else { return Vec::new() };
        if model.billing.own.is_some() || was.prices == is.prices {
            return Vec::new();
        }
        let mine = changes.iter().filter(|one| (&one.provider, &one.id) == (&is.provider, &is.id));
        let mut moves: Vec<Move> = mine.filter_map(Change::moved).collect();
        let told = bump::bumps(&self.known).into_iter().map(|bump| bump.event);
        let told = told.rev().filter(|it| it.slot == model.slot && it.class == BumpClass::Price);
        let told: Vec<_> = told.take(moves.len()).map(|it| (&it.from, &it.to)).collect();
        moves.retain(|moved| !told.contains(&(&moved.from, &moved.to)));
        moves
    }
}
