//! Runs that were cut short go on, and one process at a time asks for a suite.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::answers::AnswerSource;
use super::asking::{Asking, NOT_KEPT, Purpose, Resume, RunOptions, question, requested};
use super::{Error, Notice, Project, Result, clock};
use crate::domain::{Hash, JournalEntry, RunHead, RunRecord, Selection, Shard, Sink, Upgrade};
use crate::run::{Kept, Prepared};
use crate::store::{CommitError, Journal, Reopened, RunEnd, RunLock};

/// How long after its beginning a run that was cut short goes on by itself: a later one is to hear
/// what models say then.
const GOES_ON_WITHIN: SignedDuration = SignedDuration::from_hours(12);

/// How long a run waits before it says for whom.
const UNSAID: Duration = Duration::from_millis(500);

/// The right of this process to ask.
pub(super) struct Turn {
    _lock: RunLock,
    /// Where it had to wait: the runs that were over before.
    over_before: Option<Vec<String>>,
}

/// A run that goes on where it was cut short.
#[derive(Debug)]
pub struct Resumed {
    /// Its id.
    pub run: String,
    /// How many answers it has.
    pub answers: usize,
    /// How many it waits for, further ones aside.
    pub trials: usize,
    /// Lines of its journal whose answers are lost, since they are not what was written.
    pub damaged: Vec<usize>,
}

impl Project {
    /// Waits until no other process asks for this suite, or for this shard of it.
    pub(super) fn turn(&self, shard: Option<Shard>) -> Result<Turn> {
        let root = &self.suite.root;
        let over_before = self.runs().list()?;
        match RunLock::take(root, shard, UNSAID) {
            Ok(lock) => {
                self.recordings_to_share()?.take_shared()?;
                return Ok(Turn { _lock: lock, over_before: None });
            }
            Err(CommitError::Busy(holder)) => self.notice(&Notice::Waiting(holder)),
            Err(error) => return Err(error.into()),
        }
        let lock = RunLock::take(root, shard, Duration::MAX)?;
        self.recordings_to_share()?.take_shared()?;
        Ok(Turn { _lock: lock, over_before: Some(over_before) })
    }

    /// The run of another process that asked the same while this one waited.
    pub(super) fn asked_meanwhile(
        &self,
        turn: &Turn,
        question: Option<&Hash>,
    ) -> Result<Option<RunRecord>> {
        let Some((over_before, question)) = turn.over_before.as_ref().zip(question) else {
            return Ok(None);
        };
        let newest = self.runs().newest_of(question, Timestamp::MIN)?;
        let Some((RunHead { id, .. }, RunEnd::Whole)) = newest else { return Ok(None) };
        if over_before.contains(&id) {
            return Ok(None);
        }
        self.notice(&Notice::Joined(id.clone()));
        Ok(Some(self.runs().load(&id)?))
    }

    /// What is asked, where a run that is named goes on.
    pub(super) fn resumed(&self, options: &RunOptions) -> Result<(RunOptions, Resume)> {
        let Some(prefix) = &options.resume else {
            let resume = match self.source(options.source) {
                AnswerSource::RecordingsFirst => Resume::Alike,
                AnswerSource::Recordings | AnswerSource::Providers => Resume::Never,
            };
            return Ok((options.clone(), resume));
        };
        let refuse = |title: String, help: String| Error::usage("run::resume", title, help);
        let head = match prefix.as_str() {
            "" => self.runs().interrupted()?,
            prefix => match self.runs().begun(prefix)? {
                Some((head, RunEnd::Whole)) => {
                    let title = format!("run {} has every answer", head.id);
                    return Err(refuse(title, "promptmatrix run begins another one".to_owned()));
                }
                begun => begun.map(|(head, _)| head),
            },
        };
        let head = head.ok_or_else(|| {
            refuse(
                "there is no run that was cut short and has answers".to_owned(),
                "promptmatrix run begins one".to_owned(),
            )
        })?;
        let id = &head.id;
        if head.profile != self.suite.profile {
            let profile = head.profile.as_ref();
            return Err(refuse(
                format!("run {id} was begun under another profile"),
                profile.map_or_else(
                    || "leave out --profile".to_owned(),
                    |name| format!("add --profile {name}"),
                ),
            ));
        }
        let command = head.command.as_ref().filter(|_| head.part.is_none());
        let Some(command) = command else {
            return Err(refuse(
                format!("run {id} is no run of the suite as it is"),
                "repeat the command that began it: it goes on where it was".to_owned(),
            ));
        };
        let patterns = command.selection.iter().filter_map(|pattern| pattern.parse().ok());
        let options = RunOptions {
            cells: Selection { patterns: patterns.collect() },
            samples: command.samples,
            source: if command.fresh {
                AnswerSource::Providers
            } else {
                AnswerSource::RecordingsFirst
            },
            ..options.clone()
        };
        Ok((options, Resume::Named(Box::new(head))))
    }

    /// What a run is about to ask.
    pub(super) fn head(&self, asking: &Asking) -> RunHead {
        RunHead {
            format: RunHead::FORMAT,
            // Known once the journal is begun.
            id: String::new(),
            started: clock::now(),
            trials: asking.asked.cells.iter().map(Prepared::open_trials).sum(),
            question: asking.question(),
            profile: self.suite.profile.clone(),
            command: asking.command.clone(),
            upgrade: match &asking.purpose {
                Purpose::Rehearsal(upgrade) => Some(Upgrade::clone(upgrade)),
                Purpose::Gate | Purpose::Calibration | Purpose::Shard(_) => None,
            },
            part: match &asking.purpose {
                Purpose::Shard(part) => Some(part.clone()),
                Purpose::Gate | Purpose::Calibration | Purpose::Rehearsal(_) => None,
            },
            requested: requested(&asking.asked.cells),
        }
    }

    /// The last run with this question, where it was cut short not long ago.
    fn unfinished(&self, question: &Hash) -> Result<Option<RunHead>> {
        let newest = self.runs().newest_of(question, clock::now() - GOES_ON_WITHIN)?;
        Ok(newest.filter(|(_, end)| *end == RunEnd::Interrupted).map(|(head, _)| head))
    }

    /// The answers that a run of these cells would take from one that was cut short.
    pub(super) fn kept(&self, source: AnswerSource, cells: &[Prepared]) -> Result<Kept> {
        let takes = source == AnswerSource::RecordingsFirst;
        let question = question(cells, &Purpose::Gate, source).filter(|_| takes);
        let head = question.map(|question| self.unfinished(&question)).transpose()?.flatten();
        let entries = head.map(|head| self.runs().answers(&head.id)).transpose()?;
        Ok(Kept::of(entries.unwrap_or_default()))
    }

    /// The journal of a run, and what it holds where it goes on.
    pub(super) fn begin_run(
        &self,
        head: RunHead,
        resume: &Resume,
    ) -> Result<(Journal, Vec<JournalEntry>)> {
        let known = match (resume, &head.question) {
            (Resume::Alike, Some(question)) => self.unfinished(question)?,
            (Resume::Named(known), question) if known.question != *question => {
                return Err(Error::usage(
                    "run::resume",
                    format!("what run {} asks was changed since it began", known.id),
                    "put the suite back as it was, or begin another run: promptmatrix run",
                ));
            }
            (Resume::Named(known), _) => Some(RunHead::clone(known)),
            (Resume::Never | Resume::Alike | Resume::Merged(_), _) => None,
        };
        let Some(RunHead { id, trials, .. }) = known else {
            let mut journal = self.runs().start(head, &std::process::id().to_string())?;
            let Resume::Merged(entries) = resume else { return Ok((journal, Vec::new())) };
            journal.answers(entries).map_err(|error| Error::while_doing(NOT_KEPT, error))?;
            return Ok((journal, entries.clone()));
        };
        let Reopened { journal, entries, damaged } = self.runs().reopen(&id)?;
        let resumed = Resumed { run: id, answers: entries.len(), trials, damaged };
        self.notice(&Notice::Resuming(resumed));
        Ok((journal, entries))
    }
}
