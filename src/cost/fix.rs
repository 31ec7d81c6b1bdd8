//! Fixes: commits that touched the words of a bumped slot while the bump was open.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::bump::{Bump, bumps};
use super::wording::Wording;
use crate::domain::{Commit, FixEvent, LedgerEvent, LedgerLine, Touched};

/// How long after the last decision about it, or after it was seen, a bump counts as open: the
/// prompt is fixed, answers are taken, and only then is it committed.
pub(crate) const OPEN_AFTER: SignedDuration = SignedDuration::from_hours(48);

/// From when to when a bump is open. The next bump of its slot ends it.
pub(crate) fn window(
    bump: &Bump<'_>,
    lines: &[LedgerLine],
    all: &[Bump<'_>],
) -> (Timestamp, Timestamp) {
    let start = bump.line.ts;
    let decided = lines.iter().filter_map(|line| match &line.event {
        LedgerEvent::Review(review) => {
            let id = review.bump.as_deref()?;
            (bump.ids.contains(id) && review.action.decides()).then_some(line.ts)
        }
        _ => None,
    });
    let last = decided.max().unwrap_or(start).max(start);
    let end = last.saturating_add(OPEN_AFTER).unwrap_or(last);
    let moves = all.iter().filter(|next| next.event.class.moves_answers());
    let next = moves.filter(|next| next.event.slot == bump.event.slot);
    let next = next.map(|next| next.line.ts).filter(|next| *next > start).min();
    (start, next.map_or(end, |next| next.min(end)))
}

/// The lines of all fixes, each under its bump: equal input gives equal lines. `wordings` says which
/// files are whose.
pub(crate) fn fixes(
    lines: &[LedgerLine],
    commits: &[Commit],
    wordings: &[Wording],
) -> Vec<LedgerLine> {
    let all = bumps(lines);
    let mut found = Vec::new();
    for bump in &all {
        let (start, end) = window(bump, lines, &all);
        for commit in commits.iter().filter(|commit| start <= commit.at && commit.at <= end) {
            found.extend(fix(bump, commit, wordings));
        }
    }
    found
}

fn fix(bump: &Bump<'_>, commit: &Commit, wordings: &[Wording]) -> Option<LedgerLine> {
    let slot = &bump.event.slot;
    let mut files: BTreeMap<&str, &Touched> = BTreeMap::new();
    let (mut cells, mut variants) = (Vec::new(), BTreeSet::new());
    for wording in wordings.iter().filter(|one| bump.event.prompts.contains(&one.prompt)) {
        let variant = wording.variants.get(slot);
        let own = |path: &str| match variant {
            // Where a slot has a wording of its own, the base is not what it reads.
            Some(variant) => path == variant.file,
            None => path == wording.base.file,
        };
        let mine =
            commit.files.iter().filter(|file| own(&file.path) || wording.is_schema(&file.path));
        let before = files.len();
        for file in mine {
            files.insert(&file.path, file);
            if variant.is_some_and(|variant| variant.file == file.path) {
                variants.insert(file.path.clone());
            }
        }
        if files.len() > before {
            cells.push(format!("{}/*@{slot}", wording.prompt));
        }
    }
    if files.is_empty() {
        return None;
    }
    let fix = FixEvent {
        bump: bump.line.id.clone(),
        commit: commit.id.clone(),
        cells,
        variant_files: variants.into_iter().collect(),
        added: files.values().map(|file| file.added).sum(),
        removed: files.values().map(|file| file.removed).sum(),
    };
    Some(LedgerLine::new(commit.at, LedgerEvent::Fix(fix)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cost::bump::{Effects, Move, event};
    use crate::cost::wording::tests::wording;
    use crate::domain::{BumpClass, ReviewAction, ReviewEvent, Slot};

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_second(1_764_000_000 + hours * 3600).unwrap()
    }

    fn bump(hours: i64, from: &str, to: &str) -> LedgerLine {
        let moved = Move { class: BumpClass::AliasMove, from: from.into(), to: to.into() };
        let prompts = ["triage".to_owned().try_into().unwrap()].into();
        let did = Effects { cells: 3, broken_silent: 1, prompts, ..Effects::default() };
        let slot = Slot::new("swift").unwrap();
        let bump = event(slot, "gemini".into(), moved, did, vec![format!("r{hours}")]);
        LedgerLine::new(at(hours), LedgerEvent::Bump(bump))
    }

    fn commit(hours: i64, files: &[&str]) -> Commit {
        let touched = |path: &&str| Touched { path: (*path).into(), added: 2, removed: 1 };
        let files = files.iter().map(touched).collect();
        Commit { id: format!("{hours:012}"), at: at(hours), author: "a".into(), files }
    }

    fn found(lines: &[LedgerLine], commits: &[Commit]) -> Vec<String> {
        let wordings = [wording("triage", &["local"]), wording("other", &["swift"])];
        let lines = fixes(lines, commits, &wordings);
        let told = lines.into_iter().map(|line| match line.event {
            LedgerEvent::Fix(fix) => {
                format!("{} +{}-{} {:?}", fix.commit, fix.added, fix.removed, fix.cells)
            }
            other => panic!("{other:?}"),
        });
        told.collect()
    }

    #[test]
    fn a_commit_fixes_what_the_bumped_slot_reads_while_the_bump_is_open() {
        let lines = [bump(0, "a", "b")];
        let commits = [
            commit(-1, &["prompts/triage.md"]),
            commit(1, &["prompts/triage.md", "schemas/triage.json", "notes.md"]),
            commit(2, &["prompts/triage@local.md"]),
            commit(3, &["prompts/other@swift.md"]),
            commit(49, &["prompts/triage.md"]),
        ];
        assert_eq!(found(&lines, &commits), ["000000000001 +4-2 [\"triage/*@swift\"]"]);
    }

    #[test]
    fn a_decision_keeps_a_bump_open_and_the_next_bump_of_the_slot_ends_it() {
        let review = ReviewEvent {
            session: "s".into(),
            bump: Some(bump(0, "a", "b").id),
            cells: Vec::new(),
            action: ReviewAction::Accept,
            who: None,
        };
        let decided = LedgerLine::new(at(40), LedgerEvent::Review(review));
        let commits = [commit(60, &["prompts/triage.md"])];
        assert_eq!(found(&[bump(0, "a", "b")], &commits).len(), 0);
        let both = [bump(0, "a", "b"), decided];
        assert_eq!(found(&both, &commits).len(), 1);
        let [one, two] = both;
        let next = found(&[one, two, bump(50, "b", "c")], &commits);
        assert_eq!(next.len(), 1, "it belongs to the next one alone");
    }
}
