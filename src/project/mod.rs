//! The use cases: what can be done with a suite, each from options to data.
//!
//! Nothing here prints, asks for a terminal or knows a flag: the command line, the harness and
//! programs that use this crate call the same methods of [`Project`]. What happens on the way is
//! told to an [`Observer`].

#![warn(missing_docs)]

mod accept;
mod answers;
mod asking;
mod batch;
mod budget;
mod bumps;
mod calibrate;
mod candidates;
mod check;
mod clock;
mod compare;
mod cost;
mod decide;
mod error;
mod exit;
mod features;
mod history;
mod import;
mod import_promptfoo;
mod ledger;
mod lifecycles;
mod lint;
mod note;
mod observe;
mod pending;
mod portability;
mod price_check;
mod price_source;
mod price_update;
mod prices;
mod probe;
mod prune;
mod recorded;
mod rehearse;
mod resume;
mod run;
mod shards;
mod shared;
mod sides;
mod status;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

pub use answers::AnswerSource;
pub use asking::RunOptions;
pub use batch::{OpenBatches, Submitted};
pub use budget::{Limit, dollars};
pub use bumps::BumpOptions;
pub use calibrate::{CalibrateOptions, Calibrated};
pub use check::Checked;
pub use clock::SystemClock;
pub use compare::{CellComparison, Comparison};
pub use cost::{Counted, PriceDay, StatementOptions};
pub use decide::{Breaking, Decided, Deepened};
pub use error::{Error, Result};
pub use exit::{exit_of_rehearsals, exit_of_statement};
pub use features::{Feature, SlotFeatures};
pub use import::ImportedRun;
pub use import_promptfoo::import_promptfoo;
pub use lint::RewrittenSchema;
pub use note::NoteOptions;
pub use observe::{Notice, Observer};
pub use pending::Pending;
pub use portability::{SchemaFate, SchemaOnServer, SchemaPortability};
pub use price_source::PriceSource;
pub use price_update::PriceUpdateOptions;
pub use probe::{ProbeState, Probed, ProbedSlot};
pub use prune::{Obsolete, Pruned};
pub use recorded::{Recorded, responses};
pub use rehearse::{Applied, RehearsalPlan, RehearseOptions};
pub use resume::Resumed;
pub use run::{Calls, Ran, Replay, RunPlan};
pub use shards::{AskedShard, MergeOptions};
pub use status::{SuiteStatus, Suspect, Upkeep};

#[doc(inline)]
pub use crate::cost::statement::Statement;
#[doc(inline)]
pub use crate::domain::{
    Accepted, CellId, CellRecord, Change, Diagnostic, Diagnostics, Exit, Kind, Level, RunRecord,
    Selection, Slot, Status, Suite, Trial,
};
#[doc(inline)]
pub use crate::run::{Prepared, changes_of, violations};
#[doc(inline)]
pub use crate::suite::{Fate, ImportNote, ImportPlace, ImportedSuite};

use crate::domain::{Cell, EnvName, Profile, ProviderKind, ReviewAction};
use crate::plan::plan;
use crate::run::prepare;
use crate::sim::World;
use crate::store::{
    self, Commit, Profiles, Recordings, ReviewLog, Runs, SharedStore, SnapshotError, Snapshots,
};
use crate::suite::{self, env};

/// Which suite is opened, and what may be done with it.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Where the config file is looked for, from this folder upward.
    pub folder: PathBuf,
    /// The config file, where it is known.
    pub config: Option<PathBuf>,
    /// The profile of the config.
    pub profile: Option<String>,
    /// Whether nothing may be sent.
    pub offline: bool,
    /// Whether nobody is there to decide: no answer is put up, and a missing snapshot fails.
    pub ci: bool,
}

/// A suite, and everything that can be done with it.
pub struct Project {
    suite: Suite,
    warnings: Vec<Diagnostic>,
    config: PathBuf,
    options: Options,
    observer: Box<dyn Observer>,
    /// Opened when it is needed.
    shared: OnceLock<Arc<SharedStore>>,
}

impl Project {
    /// Finds and loads a suite. A change of its files that was interrupted is completed or undone.
    pub fn open(options: Options, observer: impl Observer + 'static) -> Result<Self> {
        let config = suite::find(&options.folder, options.config.as_deref())?;
        if let Some(recovered) = store::recover(&suite::root_of(&config).0)? {
            observer.notice(&Notice::Recovered(recovered));
        }
        let loaded = suite::load(&config, options.profile.as_deref())?;
        let (suite, warnings) = (loaded.suite, loaded.warnings);
        let shared = OnceLock::new();
        Ok(Self { suite, warnings, config, options, observer: Box::new(observer), shared })
    }

    /// The suite.
    pub fn suite(&self) -> &Suite {
        &self.suite
    }

    /// What is odd about it, and does not keep it from being run.
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }

    /// The runs of the suite.
    pub fn runs(&self) -> Runs {
        Runs::open(&self.suite.root)
    }

    /// The recordings of the suite.
    pub fn recordings(&self) -> Recordings {
        Recordings::open(&self.suite.root, &self.suite.store)
    }

    fn snapshots(&self) -> Snapshots {
        Snapshots::open(&self.suite.root)
    }

    fn notice(&self, notice: &Notice) {
        self.observer.notice(notice);
    }

    /// Begins a change of the suite's files: no other process changes them until it ends.
    fn begin(&self) -> Result<Commit> {
        let commit = Commit::begin(&self.suite.root)?;
        if let Some(recovered) = commit.recovered() {
            self.notice(&Notice::Recovered(recovered));
        }
        Ok(commit)
    }

    /// The same for what depends on the files: they are read again once nobody else changes them.
    fn change(&mut self) -> Result<Commit> {
        let commit = self.begin()?;
        self.suite = suite::load(&self.config, self.options.profile.as_deref())?.suite;
        Ok(commit)
    }

    /// The selected cells, ready to be asked, with what people accepted for them.
    pub fn cells(&self, selection: &Selection) -> Result<Vec<Prepared>> {
        self.prepare(plan(&self.suite, selection)?.cells)
    }

    /// Makes cells ready to be asked.
    fn prepare<'s>(
        &self,
        cells: impl IntoIterator<Item = &'s Cell> + Clone,
    ) -> Result<Vec<Prepared>> {
        self.prepare_with(cells, env::has)
    }

    /// The same for cells that are not asked: no key is missing.
    fn prepare_unasked<'s>(
        &self,
        cells: impl IntoIterator<Item = &'s Cell> + Clone,
    ) -> Result<Vec<Prepared>> {
        self.prepare_with(cells, |_| true)
    }

    fn prepare_with<'s>(
        &self,
        cells: impl IntoIterator<Item = &'s Cell> + Clone,
        has_key: impl Fn(&EnvName) -> bool,
    ) -> Result<Vec<Prepared>> {
        let mut accepted = accepted(&self.snapshots(), cells.clone())?;
        let mut prepared = prepare(cells, |id| accepted.remove(id), has_key)?;
        give_profiles(self.profiles()?, &mut prepared);
        Ok(prepared)
    }

    /// Every profile of the suite.
    fn profiles(&self) -> Result<Vec<Profile>> {
        let profiles = Profiles::open(&self.suite.root);
        let files = self.snapshots().list()?.profiles;
        let read = files.iter().map(|file| profiles.read(&file.prompt, &file.slot));
        Ok(together(read)?.into_iter().flatten().collect())
    }

    /// The world of the demo provider.
    fn demo_world(&self) -> Result<World> {
        Ok(match &self.suite.demo_world {
            Some(text) => World::parse(text)?,
            None => World::builtin(),
        })
    }

    fn has_demo(&self) -> bool {
        self.suite.models.values().any(|model| model.provider == ProviderKind::Demo)
    }

    /// Notes for the ledger that somebody looked at cells, of those that wait for a decision.
    pub fn looked<'c>(&self, cells: impl IntoIterator<Item = &'c CellId>) -> Result<()> {
        let snapshots = self.snapshots();
        let cells = cells.into_iter().filter(|cell| snapshots.is_pending(cell));
        let waiting: Vec<CellId> = cells.cloned().collect();
        if self.suite.store.ledger && !waiting.is_empty() {
            let looks = ReviewLog::open(&self.suite.root);
            looks.note(clock::now(), ReviewAction::Diff, &waiting)?;
        }
        Ok(())
    }
}

/// The slot of this name; `code` names the problem where there is none.
fn slot_of<'s>(suite: &'s Suite, code: &'static str, name: &str) -> Result<&'s Slot> {
    suite.models.keys().find(|slot| slot.as_str() == name).ok_or_else(|| {
        let slots = suite.models.keys().map(Slot::as_str).collect::<Vec<_>>().join(", ");
        Error::usage(code, format!("there is no slot `{name}`"), format!("slots are {slots}"))
    })
}

/// Tells cells how their accepted answers vary.
fn give_profiles(profiles: Vec<Profile>, prepared: &mut [Prepared]) {
    let profiles = profiles.into_iter().map(Arc::new);
    let profiles: BTreeMap<_, _> =
        profiles.map(|of| ((of.prompt.clone(), of.slot.clone()), of)).collect();
    for cell in prepared {
        let home = (cell.cell.id.prompt.clone(), cell.cell.id.model.clone());
        cell.profile = profiles.get(&home).map(Arc::clone);
    }
}

/// The accepted answers of cells.
fn accepted<'c>(
    snapshots: &Snapshots,
    cells: impl IntoIterator<Item = &'c Cell>,
) -> Result<BTreeMap<CellId, Accepted>> {
    let read = cells.into_iter().map(|cell| {
        let found = snapshots.accepted(&cell.id)?;
        Ok::<_, SnapshotError>(found.map(|found| (cell.id.clone(), found)))
    });
    Ok(together(read)?.into_iter().flatten().collect())
}

/// All that was read; files that cannot be read are reported together.
fn together<T, E: Into<Error>>(read: impl Iterator<Item = Result<T, E>>) -> Result<Vec<T>> {
    let (mut all, mut problems) = (Vec::new(), Vec::new());
    for read in read {
        match read.map_err(Into::into) {
            Ok(read) => all.push(read),
            Err(Error::Suite(Diagnostics(more))) => problems.extend(more),
            Err(error) => return Err(error),
        }
    }
    if problems.is_empty() { Ok(all) } else { Err(Diagnostics(problems).into()) }
}
