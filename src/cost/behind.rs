//! What moved behind an id that did not change: by what runs saw of who answers, and what was confirmed
//! when answers were last accepted.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::bump::{Move, bumps};
use crate::domain::{
    Because, BumpClass, CellRecord, Conclusion, Confirmed, IdentityNews, IdentityRecord,
    LedgerLine, ModelRecord, RunRecord, Slot,
};

/// A move behind an id, and the runs that show it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Behind<'r> {
    pub moved: Move,
    /// The runs that show it, one after the other, the first of them first.
    pub runs: Vec<&'r RunRecord>,
}

/// What the last run shows that asked a slot, and since which run. `runs` are the newest first.
pub(crate) fn behind<'r>(
    runs: &'r [RunRecord],
    slot: &Slot,
    floats: bool,
    confirmed: Option<&Confirmed>,
) -> Option<Behind<'r>> {
    let seen = |run: &'r RunRecord| seen(run, slot).map(|(model, identity)| (run, model, identity));
    let mut all = runs.iter().filter_map(seen);
    let (last, model, identity) = all.next()?;
    let class = class_in(last, slot, identity, floats)?;
    let is_same = |(run, other, identity): &(&RunRecord, &ModelRecord, &IdentityRecord)| {
        class_in(run, slot, identity, floats) == Some(class)
            && (&other.requested, &other.served) == (&model.requested, &model.served)
    };
    let mut shown: Vec<&RunRecord> =
        std::iter::once(last).chain(all.take_while(is_same).map(|(run, ..)| run)).collect();
    shown.reverse();
    let first = shown.first().map_or(last.started, |run| run.started);
    let since = first.to_zoned_datetime(TimeZone::UTC).date();
    let (from, to) = names(class, model, identity, confirmed, since);
    Some(Behind { moved: Move { class, from, to }, runs: shown })
}

/// Whether a run shows who answers in a slot.
pub(crate) fn is_seen(run: &RunRecord, slot: &Slot) -> bool {
    seen(run, slot).is_some()
}

fn seen<'r>(run: &'r RunRecord, slot: &Slot) -> Option<(&'r ModelRecord, &'r IdentityRecord)> {
    let model = run.models.get(slot).filter(|_| run.upgrade.is_none())?;
    Some((model, model.identity.as_ref()?))
}

/// Whether a cell changed beyond its noise, and nothing that is on record says why.
pub(crate) fn is_drift(cell: &CellRecord) -> bool {
    let decision = cell.decision.as_ref();
    let is_sure = decision.is_some_and(|one| one.conclusion() == Conclusion::Change);
    cell.because.contains(&Because::SilentSwap)
        || (is_sure && cell.because.contains(&Because::Unexplained))
}

fn class_in(
    run: &RunRecord,
    slot: &Slot,
    identity: &IdentityRecord,
    floats: bool,
) -> Option<BumpClass> {
    let drifts = || run.cells.iter().any(|cell| cell.cell.model == *slot && is_drift(cell));
    match identity.news {
        Some(IdentityNews::AliasMoved) if floats => Some(BumpClass::AliasMove),
        Some(IdentityNews::AliasMoved) => Some(BumpClass::Redirect),
        Some(IdentityNews::SilentSwap) => Some(BumpClass::Drift),
        _ if drifts() => Some(BumpClass::Drift),
        Some(IdentityNews::BackendOnly) => Some(BumpClass::Fingerprint),
        None => None,
    }
}

/// What it was, and what it is.
fn names(
    class: BumpClass,
    model: &ModelRecord,
    identity: &IdentityRecord,
    confirmed: Option<&Confirmed>,
    since: Date,
) -> (String, String) {
    let served = model.served.join(", ");
    match (class, &identity.tokens) {
        (BumpClass::Drift, _) => {
            // The id is the same: only the day tells the one from the other.
            let id = if served.is_empty() { &model.requested } else { &served };
            let before = confirmed.map_or("before".to_owned(), |known| known.since.to_string());
            (format!("{id} of {before}"), format!("{id} of {since}"))
        }
        (BumpClass::Fingerprint, Some(tokens)) if identity.new_fingerprints.is_empty() => {
            (format!("{} input tokens", tokens.was), format!("{} input tokens", tokens.is))
        }
        (BumpClass::Fingerprint, _) => {
            let known: Vec<&str> = confirmed
                .iter()
                .flat_map(|known| &known.fingerprints)
                .map(String::as_str)
                .collect();
            let known = if known.is_empty() { "none known".to_owned() } else { known.join(", ") };
            (known, identity.new_fingerprints.join(", "))
        }
        _ => (identity.confirmed.join(", "), served),
    }
}

impl Behind<'_> {
    /// Whether people have settled it: the ledger has it, or who answers is confirmed by now.
    pub(crate) fn is_settled(
        &self,
        slot: &Slot,
        is_known: impl Fn(&str) -> bool,
        lines: &[LedgerLine],
    ) -> bool {
        let Some(last) = self.runs.last() else { return true };
        let written = bumps(lines).iter().any(|bump| {
            (&bump.event.slot, bump.event.class) == (slot, self.moved.class)
                && bump.event.runs.contains(&last.id)
        });
        let seen = last.models.get(slot);
        let now: &[String] = match self.moved.class {
            BumpClass::AliasMove | BumpClass::Redirect => {
                seen.map_or(&[], |model| model.served.as_slice())
            }
            BumpClass::Fingerprint => seen
                .and_then(|model| model.identity.as_ref())
                .map_or(&[], |identity| identity.new_fingerprints.as_slice()),
            _ => &[],
        };
        written || (!now.is_empty() && now.iter().all(|id| is_known(id)))
    }
}
