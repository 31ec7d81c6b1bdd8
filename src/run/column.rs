//! What a run says of whole columns: who answers, and what moved around the answers although single
//! cells say nothing. Compared are only cells whose request is the one that was accepted, so that no
//! edit of the suite is taken for a change of the model.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Prepared;
use super::gather::Gathered;
use super::measures::number;
use super::ruled;
use super::run_history::RunHistory;
use crate::domain::kit::median;
use crate::domain::{
    Because, CellRecord, ColumnChange, Conclusion, Confirmed, Deviation, FieldRole, Finding,
    IdentityNews, IdentityRecord, Kind, Level, Metric, Pointer, PromptName, Shift, Slot,
    SlotTelemetry, SnapshotMeta, Status, TokensMoved, Trial,
};
use crate::drift::shift;
use crate::report::column as words;
use crate::verdict::{self, Circumstances, SlotSeen, identify};

/// A cell of a column with what came of it.
type Pair<'a> = (&'a Gathered, &'a CellRecord);

/// What is said of the columns of a run.
#[derive(Debug, Default)]
pub(super) struct Columns {
    /// Who answers, by slot.
    pub(super) identity: BTreeMap<Slot, IdentityRecord>,
    /// By how much the latency moved, where that waits for another run.
    pub(super) latency: BTreeMap<Slot, f64>,
    /// What changed of whole columns.
    pub(super) changes: Vec<ColumnChange>,
}

/// Looks at every column that was asked; a replay says nothing new of it.
pub(super) fn columns(
    whole: &[Gathered],
    records: &[CellRecord],
    run_history: &RunHistory,
) -> Columns {
    let mut slots: BTreeMap<Slot, Vec<Pair<'_>>> = BTreeMap::new();
    for (gathered, record) in whole.iter().zip(records) {
        if record.trials.iter().any(is_new) {
            slots.entry(record.cell.model.clone()).or_default().push((gathered, record));
        }
    }
    let mut columns = Columns::default();
    for (slot, cells) in slots {
        let Some((first, _)) = cells.first() else { continue };
        let column = Column { slot: &slot, cells: &cells, home: &first.cell, run_history };
        let identity = column.identity();
        let because = of_column(&identity);
        columns.changes.extend(column.around_identity(&identity));
        let (moved, latency) = column.metrics(&because);
        columns.changes.extend(moved);
        columns.changes.extend(column.collapsed(&because));
        columns.latency.extend(latency.map(|by| (slot.clone(), by)));
        columns.identity.insert(slot, identity);
    }
    columns
}

/// So many cells have to show a change for it to be one that they share.
const LEAST_SHARED: usize = 3;

/// Whether a trial says something of today.
fn is_new(trial: &Trial) -> bool {
    trial.source.is_new()
}

/// What the changes of a cell come from; nothing where none is told or nothing is accepted.
pub(super) fn because(
    cell: &Prepared,
    record: &CellRecord,
    identity: Option<&IdentityRecord>,
) -> Vec<Because> {
    let is_told = record.changes.iter().any(|change| change.kind != Kind::ModelRetired);
    if !is_told || record.status == Status::New {
        return Vec::new();
    }
    let rules = ruled::is_changed(cell);
    let varies = record.decision.is_some() && record.status == Status::Varies;
    let requested = record.meta.as_ref().map(|meta| meta.requested.as_str()).unwrap_or_default();
    let known = |id: &String| identity.is_some_and(|seen| seen.knows(requested, id));
    let mut served = record.trials.iter().filter_map(|trial| trial.identity.served.as_ref());
    let news = identity.and_then(|identity| identity.news);
    let moved = record.changes.iter().any(|change| change.kind == Kind::ServedModelChanged)
        || (news == Some(IdentityNews::AliasMoved) && !served.all(known));
    let swapped = news.filter(|news| *news == IdentityNews::SilentSwap);
    let news = if moved { Some(IdentityNews::AliasMoved) } else { swapped };
    let varies = varies && !rules;
    verdict::because(Circumstances { stale: &record.stale, rules, news, varies })
}

/// What moves of a whole column come from.
fn of_column(identity: &IdentityRecord) -> Vec<Because> {
    vec![match identity.news {
        Some(IdentityNews::AliasMoved) => Because::AliasMoved,
        Some(IdentityNews::SilentSwap) => Because::SilentSwap,
        Some(IdentityNews::BackendOnly) | None => Because::Unexplained,
    }]
}

struct Column<'a> {
    slot: &'a Slot,
    cells: &'a [Pair<'a>],
    /// One of the cells: its settings are those of the column.
    home: &'a Prepared,
    run_history: &'a RunHistory,
}

impl<'a> Column<'a> {
    fn past(&self) -> Option<&'a SlotTelemetry> {
        self.run_history.slot(self.slot)
    }

    fn trials(&self) -> impl Iterator<Item = &'a Trial> + '_ {
        self.cells.iter().flat_map(|(_, record)| &record.trials).filter(|trial| is_new(trial))
    }

    fn identity(&self) -> IdentityRecord {
        let written = self.run_history.confirmed.0.get(self.slot).cloned();
        let confirmed = written.or_else(|| self.by_snapshots());
        let confirmed = confirmed.as_ref();
        let id = &self.home.cell.model.id;
        let mut known: BTreeSet<String> = BTreeSet::new();
        known.extend(self.past().into_iter().flat_map(|past| past.fingerprints.iter().cloned()));
        known.extend(confirmed.into_iter().flat_map(|known| known.fingerprints.iter().cloned()));
        for profile in self.cells.iter().filter_map(|(of, _)| of.cell.profile.as_ref()) {
            if profile.requested == *id {
                known.extend(profile.fingerprints.iter().cloned());
            }
        }
        let seen = SlotSeen {
            requested: id.clone(),
            served: self.trials().filter_map(|trial| trial.identity.served.clone()).collect(),
            fingerprints: self.trials().filter_map(|t| t.identity.fingerprint.clone()).collect(),
            known_fingerprints: known,
            tokens: self.tokens(),
            shared_changes: self.shared(),
        };
        identify(confirmed, seen)
    }

    /// Who answered by the headers of the accepted answers, where no lock file says it: of answers
    /// that were accepted before there was one.
    fn by_snapshots(&self) -> Option<Confirmed> {
        let id = &self.home.cell.model.id;
        let headers = self.cells.iter().filter_map(|(of, _)| of.cell.accepted.as_ref());
        let mine: Vec<&SnapshotMeta> =
            headers.map(|accepted| &accepted.meta).filter(|meta| meta.requested == *id).collect();
        let first = mine.first()?;
        Some(Confirmed {
            requested: id.clone(),
            served: mine.iter().filter_map(|meta| meta.served.clone()).collect(),
            fingerprints: BTreeSet::new(),
            api_version: first.api_version.clone(),
            since: jiff::civil::Date::ZERO,
        })
    }

    /// Requests that were sent before to the letter, and are counted otherwise now.
    fn tokens(&self) -> Option<TokensMoved> {
        let mut compared = 0;
        let mut moved = Vec::new();
        for (gathered, record) in self.cells {
            let cell = &gathered.cell;
            let request = &record.hashes.request;
            let accepted = cell.counts().filter(|_| cell.is_accepted_request(request));
            let before = accepted.and_then(|counts| counts.input_tokens);
            let before = before.or_else(|| self.run_history.input_tokens(&record.cell, request));
            let mut new = record.trials.iter().filter(|trial| is_new(trial));
            let now = new.find_map(|trial| trial.usage?.input);
            let Some((was, is)) = before.zip(now) else { continue };
            compared += 1;
            if was != is {
                moved.push((record.cell.clone(), was, is));
            }
        }
        let (_, was, is) = *moved.first()?;
        let cells = moved.into_iter().map(|(cell, ..)| cell).collect();
        Some(TokensMoved { cells, compared, was, is })
    }

    /// How many changes cells of a prompt share although nothing of their requests is another one. One
    /// that is held back, since it may still be noise, proves nothing, and a model that is gone is no
    /// other one.
    fn shared(&self) -> usize {
        let mut cells: BTreeMap<(&PromptName, &Deviation), usize> = BTreeMap::new();
        let is_gone = |record: &CellRecord| {
            record.changes.iter().any(|change| change.kind == Kind::ModelRetired)
        };
        let unexplained =
            self.cells.iter().filter(|(_, record)| record.stale.is_empty() && !is_gone(record));
        for (_, record) in unexplained {
            let findings = record.decision.iter().flat_map(|decision| &decision.findings);
            let is_change = |finding: &&Finding| finding.conclusion == Conclusion::Change;
            for finding in findings.filter(is_change) {
                *cells.entry((&record.cell.prompt, &finding.deviation)).or_default() += 1;
            }
        }
        cells.values().filter(|number| **number >= LEAST_SHARED).count()
    }

    /// What the identity says, as changes of the column. That an alias moved is told by its cells.
    fn around_identity(&self, identity: &IdentityRecord) -> Vec<ColumnChange> {
        let mut changes = Vec::new();
        let mut tell = |kind, cells| {
            let detail = words::of_identity(kind, self.slot, identity);
            changes
                .extend(detail.map(|detail| self.change(kind, None, (detail, cells, None), &[])));
        };
        if identity.news == Some(IdentityNews::SilentSwap) {
            tell(Kind::SilentModelSwap, self.cells.len());
        }
        if let Some(tokens) = &identity.tokens {
            tell(Kind::InputTokensChanged, tokens.compared);
        }
        if !identity.new_fingerprints.is_empty() {
            tell(Kind::FingerprintNew, self.cells.len());
        }
        changes
    }

    fn change(
        &self,
        kind: Kind,
        prompt: Option<&PromptName>,
        (detail, cells, by): (String, usize, Option<f64>),
        because: &[Because],
    ) -> ColumnChange {
        let cell = &self.home.cell;
        let level = verdict::level_of(cell, kind, None);
        ColumnChange {
            kind,
            slot: self.slot.clone(),
            prompt: prompt.cloned(),
            level,
            fails: level > Level::Info,
            detail,
            cells,
            by,
            because: because.to_vec(),
        }
    }

    /// Tokens, latency and cost that moved over the whole column, or over one prompt in it; and by
    /// how much the latency moved, which has to show again before it is told: load comes and goes.
    fn metrics(&self, because: &[Because]) -> (Vec<ColumnChange>, Option<f64>) {
        let mut changes = Vec::new();
        let mut waiting = None;
        for metric in Metric::ALL {
            let all: Vec<(&PromptName, (f64, f64))> =
                self.cells.iter().filter_map(|pair| self.metric(metric, pair)).collect();
            let of = |prompt: Option<&PromptName>| -> Shift {
                let mine = all.iter().filter(|(of, _)| prompt.is_none_or(|prompt| prompt == *of));
                shift(metric, &mine.map(|(_, numbers)| *numbers).collect::<Vec<_>>())
            };
            let mut tell = |prompt: Option<&PromptName>, found: &Shift| {
                let told = (words::of_shift(found), found.cells as usize, Some(found.by));
                changes.push(self.change(kind_of(metric), prompt, told, because));
            };
            let whole = of(None);
            if metric == Metric::LatencyMs {
                waiting = whole.alarm.then_some(whole.by);
                let before = self.past().and_then(|past| past.latency);
                if whole.alarm && before.is_some_and(|before| before * whole.by > 0.0) {
                    tell(None, &whole);
                }
                continue;
            }
            if whole.alarm {
                tell(None, &whole);
                continue;
            }
            let prompts: BTreeSet<&PromptName> = all.iter().map(|(prompt, _)| *prompt).collect();
            for prompt in prompts {
                let found = of(Some(prompt));
                if found.alarm {
                    tell(Some(prompt), &found);
                }
            }
        }
        (changes, waiting)
    }

    /// A number around the new answers of a cell, and around the accepted or earlier ones.
    fn metric(
        &self,
        metric: Metric,
        (gathered, record): &Pair<'a>,
    ) -> Option<(&'a PromptName, (f64, f64))> {
        let cell = &gathered.cell;
        let request = &record.hashes.request;
        let accepted = cell.counts().filter(|_| cell.is_accepted_request(request));
        let accepted = accepted.and_then(|counts| counts.metrics.get(&metric)).copied();
        let past = || median(self.run_history.metric(&record.cell, request, metric)?);
        let before = accepted.or_else(past)?;
        let new = record.trials.iter().filter(|trial| is_new(trial));
        let now = median(&new.filter_map(|trial| number(metric, trial)).collect::<Vec<_>>())?;
        Some((&record.cell.prompt, (now, before)))
    }

    /// Closed lists of which only one value is left over all cases of a prompt, where the accepted
    /// answers have three or more.
    fn collapsed(&self, because: &[Because]) -> Vec<ColumnChange> {
        let mut places: BTreeSet<(&PromptName, &Pointer)> = BTreeSet::new();
        for (_, record) in self.cells {
            // What no finding backs weighs nothing: two cells that vary may well agree for a night.
            let listed = record.changes.iter().filter(|change| {
                let is_listed = change.kind == Kind::EnumValueChanged
                    || change.role == Some(FieldRole::Enumerable);
                is_listed && change.level > Level::Info
            });
            places.extend(listed.map(|change| (&record.cell.prompt, &change.pointer)));
        }
        let mut changes = Vec::new();
        for (prompt, place) in places {
            let (mut before, mut after, mut cells) = (BTreeSet::new(), BTreeSet::new(), 0);
            for (gathered, record) in self.cells.iter().filter(|(_, r)| r.cell.prompt == *prompt) {
                let Some((was, is)) = values(gathered, record, place) else { continue };
                before.insert(was.to_string());
                after.insert(is.to_string());
                cells += 1;
            }
            if let (3.., Some(only), 1) = (before.len(), after.first(), after.len()) {
                let detail = words::collapsed(place, only, before.len(), cells);
                let told = (detail, cells, None);
                changes.push(self.change(Kind::EnumSupportShift, Some(prompt), told, because));
            }
        }
        changes
    }
}

/// What stands at a place in the accepted and in the judged answer, where both answer the same
/// request.
fn values<'a>(
    gathered: &'a Gathered,
    record: &'a CellRecord,
    place: &Pointer,
) -> Option<(&'a Value, &'a Value)> {
    let accepted = gathered.cell.accepted.as_ref().filter(|_| record.stale.is_empty())?;
    let judged = record.trials.iter().find(|trial| Some(trial.number) == record.judged)?;
    let at = place.as_str();
    Some((accepted.value.pointer(at)?, judged.value.as_ref()?.pointer(at)?))
}

fn kind_of(metric: Metric) -> Kind {
    match metric {
        Metric::OutputTokens => Kind::OutputTokensChanged,
        Metric::ReasoningTokens => Kind::ReasoningTokensChanged,
        Metric::LatencyMs => Kind::LatencyChanged,
        Metric::Cost => Kind::CostChanged,
    }
}
