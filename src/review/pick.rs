//! Which pending answers the words of a command name, and which of them a person has seen whole.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use crate::domain::{
    Because, CellId, CellPattern, Change, ChangeGroup, Kind, KindFamily, Prefixes, ReviewAction,
    Selection, StaleReason,
};
use crate::verdict;

/// A cell with a pending answer, and how it differs from the accepted one.
#[derive(Debug, Clone, PartialEq)]
pub struct PendingCell {
    pub cell: CellId,
    /// Its changes; none for a cell that has no accepted answer.
    pub changes: Vec<Change>,
    /// What they come from.
    pub because: Vec<Because>,
    /// What would be asked otherwise today: the answer is to an older request.
    pub outdated: Vec<StaleReason>,
    /// Why it cannot be accepted: the answer violates today's schema, or a hard rule of its case.
    pub refusal: Option<String>,
}

/// A kind of change, or a family of kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KindWord {
    /// This kind alone.
    Kind(Kind),
    /// Every kind of the family.
    Family(KindFamily),
}

/// What the user named.
#[derive(Debug, Clone, Default)]
pub struct Picks {
    /// Cell patterns, and ids of groups or changes, or how these begin.
    pub words: Vec<String>,
    /// Only cells with changes of these kinds.
    pub kinds: Vec<KindWord>,
}

/// Why a word names nothing that could be decided.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PickError {
    /// It is neither a pattern that fits a pending cell nor the id of a change.
    #[error("`{0}` names no pending cell, group or change")]
    Unknown(String),
    /// Several ids begin like it.
    #[error("`{word}` is how several ids begin: {}", ids.join(", "))]
    Ambiguous {
        /// As typed.
        word: String,
        /// The ids, as far as they differ.
        ids: Vec<String>,
    },
}

/// What is decided about, and what that leaves.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Picked<'p> {
    /// The cells that are decided, in order.
    pub cells: Vec<&'p PendingCell>,
    /// Cells that were named, and are left, since they changed otherwise too.
    pub left: Vec<&'p PendingCell>,
    /// The changes that nobody named of the cells that were.
    pub others: Vec<ChangeGroup>,
}

impl FromStr for KindWord {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let family = text.parse().map(Self::Family);
        family.or_else(|()| text.parse().map(Self::Kind))
    }
}

impl fmt::Display for KindWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Kind(kind) => kind.id(),
            Self::Family(family) => family.id(),
        })
    }
}

impl KindWord {
    fn names(self, change: &Change) -> bool {
        match self {
            Self::Kind(kind) => change.kind == kind,
            Self::Family(family) => change.kind.info().shown == Some(family),
        }
    }
}

impl PendingCell {
    /// Its changes, and what they come from.
    pub fn changed(&self) -> (&CellId, &[Change], &[Because]) {
        (&self.cell, &self.changes, &self.because)
    }

    fn group_of(&self, change: &Change) -> String {
        change.group_id(&self.cell, &self.because)
    }

    fn ids(&self) -> impl Iterator<Item = String> + '_ {
        let own = |change| [self.group_of(change), change.fingerprint(&self.cell)];
        self.changes.iter().flat_map(own)
    }
}

/// Alike changes of pending cells together.
pub(crate) fn groups(pending: &[PendingCell]) -> Vec<ChangeGroup> {
    verdict::group(pending.iter().map(PendingCell::changed))
}

/// The pending cells that are meant. Without words and kinds: all of them.
///
/// A cell that is named itself is decided as it is. One that is named by a change is accepted only if
/// every other change of it that weighs is named too: nobody takes what he has not seen. Which model
/// answers stands in the way of nothing, since every cell of a slot that moved shows it. To reject an
/// answer, one change is enough.
pub(crate) fn pick<'p>(
    pending: &'p [PendingCell],
    wanted: &Picks,
    action: ReviewAction,
) -> Result<Picked<'p>, PickError> {
    let (words, minus) = Words::of(pending, &wanted.words)?;
    let mut picked = Picked::default();
    let mut others: Vec<PendingCell> = Vec::new();
    for cell in pending.iter().filter(|cell| minus.contains(&cell.cell)) {
        let whole = words.name_whole(cell);
        let is_named = |change: &Change| {
            words.name(cell, change) || wanted.kinds.iter().any(|kind| kind.names(change))
        };
        let has_kind = cell.changes.iter().any(|c| wanted.kinds.iter().any(|kind| kind.names(c)));
        let by_change = || cell.changes.iter().any(|change| words.name(cell, change));
        if !(whole || by_change()) || !(wanted.kinds.is_empty() || has_kind) {
            continue;
        }
        let unseen = |change: &&Change| change.wants_a_look() && !is_named(change);
        let unseen: Vec<Change> = cell.changes.iter().filter(unseen).cloned().collect();
        let is_seen = unseen.is_empty() || (whole && wanted.kinds.is_empty());
        if is_seen || action == ReviewAction::Reject {
            picked.cells.push(cell);
        } else {
            picked.left.push(cell);
        }
        if !is_seen {
            others.push(PendingCell { changes: unseen, ..cell.clone() });
        }
    }
    picked.others = groups(&others);
    Ok(picked)
}

/// The words of a command, read.
struct Words {
    patterns: Vec<CellPattern>,
    /// Groups and changes, by their whole ids.
    ids: BTreeSet<String>,
}

impl Words {
    /// Reads words, and the patterns among them that take cells away.
    fn of(pending: &[PendingCell], words: &[String]) -> Result<(Self, Selection), PickError> {
        let known: BTreeSet<String> = pending.iter().flat_map(PendingCell::ids).collect();
        let (mut patterns, mut minus, mut ids) = (Vec::new(), Vec::new(), BTreeSet::new());
        for word in words {
            let pattern = word.parse::<CellPattern>().ok();
            match pattern {
                Some(pattern) if pattern.is_minus() => minus.push(pattern),
                Some(pattern) if pending.iter().any(|cell| pattern.matches(&cell.cell)) => {
                    patterns.push(pattern);
                }
                _ => {
                    ids.insert(whole(&known, word)?);
                }
            }
        }
        Ok((Self { patterns, ids }, Selection { patterns: minus }))
    }

    fn name_whole(&self, cell: &PendingCell) -> bool {
        let is_free = self.patterns.is_empty() && self.ids.is_empty();
        is_free || self.patterns.iter().any(|pattern| pattern.matches(&cell.cell))
    }

    fn name(&self, cell: &PendingCell, change: &Change) -> bool {
        !self.ids.is_empty()
            && (self.ids.contains(&cell.group_of(change))
                || self.ids.contains(&change.fingerprint(&cell.cell)))
    }
}

/// The id that begins like this.
fn whole(known: &BTreeSet<String>, word: &str) -> Result<String, PickError> {
    let is_alike = |id: &&String| word.len() >= Prefixes::LEAST && id.starts_with(word);
    let fitting: Vec<&String> = known.iter().filter(is_alike).collect();
    match fitting.as_slice() {
        [] => Err(PickError::Unknown(word.to_owned())),
        [one] => Ok((*one).clone()),
        several => {
            let prefixes: Prefixes = known.iter().collect();
            let ids = several.iter().map(|id| prefixes.short(id).to_owned()).collect();
            Err(PickError::Ambiguous { word: word.to_owned(), ids })
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::domain::Pointer;

    fn cell(id: &str, kinds: &[Kind]) -> PendingCell {
        let change = |kind: &Kind| {
            Change::new(*kind, Pointer::root().key("a")).between(Some(json!(1)), Some(json!(2)))
        };
        PendingCell {
            cell: id.parse().unwrap(),
            changes: kinds.iter().map(change).collect(),
            because: Vec::new(),
            outdated: Vec::new(),
            refusal: None,
        }
    }

    fn pending() -> [PendingCell; 4] {
        [
            cell("a/x@m", &[Kind::ValueChanged]),
            cell("a/y@m", &[Kind::ValueChanged, Kind::FieldRemoved]),
            cell("a/z@m", &[Kind::ValueChanged, Kind::ServedModelChanged]),
            cell("b/x@n", &[]),
        ]
    }

    fn decided(
        words: &[&str],
        kinds: &[&str],
        action: ReviewAction,
    ) -> Result<Vec<String>, PickError> {
        let words = words.iter().map(ToString::to_string).collect();
        let kinds = kinds.iter().map(|kind| kind.parse().unwrap()).collect();
        let pending = pending();
        let picked = pick(&pending, &Picks { words, kinds }, action)?;
        let left: usize = picked.others.iter().map(|group| group.cells.len()).sum();
        assert_eq!(
            left > 0,
            !picked.left.is_empty() || (left > 0 && action == ReviewAction::Reject)
        );
        Ok(picked.cells.iter().map(|pending| pending.cell.to_string()).collect())
    }

    fn accepted(words: &[&str], kinds: &[&str]) -> Result<Vec<String>, PickError> {
        decided(words, kinds, ReviewAction::Accept)
    }

    fn group(kind: Kind) -> String {
        let of = &pending()[1];
        let change = of.changes.iter().find(|change| change.kind == kind).unwrap();
        of.group_of(change)
    }

    #[test]
    fn a_pattern_picks_its_cells_whole_whatever_they_carry() {
        assert_eq!(accepted(&["a"], &[]).unwrap(), ["a/x@m", "a/y@m", "a/z@m"]);
        assert_eq!(accepted(&["a", "!a/y"], &[]).unwrap(), ["a/x@m", "a/z@m"]);
        assert_eq!(accepted(&[], &[]).unwrap().len(), 4);
    }

    #[test]
    fn a_group_takes_no_cell_that_changed_otherwise_too_unless_both_are_named() {
        let (value, lost) = (group(Kind::ValueChanged), group(Kind::FieldRemoved));
        assert_eq!(accepted(&[&value], &[]).unwrap(), ["a/x@m", "a/z@m"]);
        assert_eq!(accepted(&[&value[..6]], &[]).unwrap(), ["a/x@m", "a/z@m"]);
        assert_eq!(accepted(&[&value, &lost], &[]).unwrap(), ["a/x@m", "a/y@m", "a/z@m"]);
        assert!(accepted(&[&lost], &[]).unwrap().is_empty());
        let pending = pending();
        let one = pending[0].changes[0].fingerprint(&pending[0].cell);
        assert_eq!(accepted(&[&one], &[]).unwrap(), ["a/x@m"]);
        let wanted = Picks { words: vec![value], kinds: Vec::new() };
        let picked = pick(&pending, &wanted, ReviewAction::Accept).unwrap();
        assert_eq!(picked.left, [&pending[1]]);
        assert_eq!((picked.others.len(), &picked.others[0].id), (1, &lost));
    }

    #[test]
    fn one_change_is_enough_to_reject_an_answer() {
        let lost = group(Kind::FieldRemoved);
        assert_eq!(decided(&[&lost], &[], ReviewAction::Reject).unwrap(), ["a/y@m"]);
    }

    #[test]
    fn kinds_and_families_add_up_and_a_model_that_moved_stands_in_no_way() {
        assert_eq!(accepted(&["a"], &["value-changed"]).unwrap(), ["a/x@m", "a/z@m"]);
        assert_eq!(accepted(&[], &["value"]).unwrap(), ["a/x@m", "a/z@m"]);
        assert_eq!(accepted(&[], &["value", "structure"]).unwrap().len(), 3);
        assert!(accepted(&["b"], &["value"]).unwrap().is_empty());
    }

    /// Two cells whose groups have the same six digits first.
    fn twins() -> [PendingCell; 2] {
        let mut known: BTreeMap<String, usize> = BTreeMap::new();
        let at = |number: usize| {
            let place = Pointer::root().key(&format!("f{number}"));
            let cell = cell(&format!("a/c{number}@m"), &[]);
            PendingCell { changes: vec![Change::new(Kind::FieldRemoved, place)], ..cell }
        };
        for place in 0.. {
            let cell = at(place);
            let id = cell.group_of(&cell.changes[0]);
            if let Some(other) = known.insert(id[..6].to_owned(), place) {
                return [at(other), cell];
            }
        }
        unreachable!()
    }

    #[test]
    fn two_groups_with_the_same_six_digits_are_shown_and_accepted_apart() {
        let pending = twins();
        let groups = groups(&pending);
        let ids: Prefixes = groups.iter().map(|group| group.id.as_str()).collect();
        let accept = |word: &str| {
            let wanted = Picks { words: vec![word.to_owned()], kinds: Vec::new() };
            pick(&pending, &wanted, ReviewAction::Accept).map(|picked| picked.cells)
        };
        for group in &groups {
            let shown = ids.short(&group.id);
            assert!(shown.len() > Prefixes::LEAST, "{shown}");
            let cells = accept(shown).unwrap();
            assert_eq!((cells.len(), &cells[0].cell), (1, &group.cells[0]));
        }
        let six = accept(&groups[0].id[..Prefixes::LEAST]);
        assert!(matches!(six, Err(PickError::Ambiguous { ids, .. }) if ids.len() == 2));
    }

    #[test]
    fn a_word_that_names_nothing_or_too_much_is_an_error_and_not_silence() {
        assert_eq!(accepted(&["c"], &[]), Err(PickError::Unknown("c".into())));
        let value = group(Kind::ValueChanged);
        assert_eq!(accepted(&[&value[..5]], &[]), Err(PickError::Unknown(value[..5].into())));
        let known = BTreeSet::from(["1234567000".to_owned(), "1234567800".to_owned()]);
        let Err(PickError::Ambiguous { ids, .. }) = whole(&known, "123456") else { panic!() };
        assert_eq!(ids, ["12345670", "12345678"]);
        assert_eq!(whole(&known, "12345678").unwrap(), "1234567800");
    }
}
