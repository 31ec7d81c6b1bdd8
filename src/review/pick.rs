//! Which pending answers the words of a command name.

use crate::domain::{CellId, CellPattern, Change, Kind, Level, Selection};

/// A cell with a pending answer, and how it differs from the accepted one.
#[derive(Debug, Clone, PartialEq)]
pub struct PendingCell {
    /// Which cell.
    pub cell: CellId,
    /// Its changes; none for a cell that has no accepted answer.
    pub changes: Vec<Change>,
    /// Why it cannot be accepted: the answer violates today's schema, or a hard rule of its case.
    pub refusal: Option<String>,
}

/// What the user named.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Cell patterns, and ids of groups or changes.
    pub words: Vec<String>,
    /// Only cells all of whose weighty changes are of this kind.
    pub kind: Option<Kind>,
}

/// A word that is neither a pattern that fits a pending cell nor the id of a change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` names no pending cell, group or change")]
pub struct UnknownWord(pub String);

/// The pending cells that are meant, in order. Without words: all of them.
pub fn pick<'p>(
    pending: &'p [PendingCell],
    wanted: &Wanted,
) -> Result<Vec<&'p PendingCell>, UnknownWord> {
    let (mut plus, mut minus) = (Vec::new(), Vec::new());
    for word in &wanted.words {
        match word.parse::<CellPattern>() {
            Ok(pattern) if pattern.is_minus() => minus.push(pattern),
            pattern => plus.push((word, pattern.ok())),
        }
    }
    for (word, pattern) in &plus {
        if !pending.iter().any(|cell| names(word, pattern.as_ref(), cell)) {
            return Err(UnknownWord((*word).clone()));
        }
    }
    let minus = Selection { patterns: minus };
    let picked = pending.iter().filter(|cell| {
        let named = plus.is_empty()
            || plus.iter().any(|(word, pattern)| names(word, pattern.as_ref(), cell));
        named && minus.contains(&cell.cell) && wanted.kind.is_none_or(|kind| only(cell, kind))
    });
    Ok(picked.collect())
}

fn names(word: &str, pattern: Option<&CellPattern>, cell: &PendingCell) -> bool {
    pattern.is_some_and(|pattern| pattern.matches(&cell.cell))
        || cell.changes.iter().any(|change| {
            change.group_id(&cell.cell) == word || change.fingerprint(&cell.cell) == word
        })
}

/// Whether every weighty change of the cell is of the kind: `--kind` must not sweep up others.
fn only(cell: &PendingCell, kind: Kind) -> bool {
    let mut weighty = cell.changes.iter().filter(|change| change.level > Level::Info).peekable();
    weighty.peek().is_some() && weighty.all(|change| change.kind == kind)
}

#[cfg(test)]
mod tests {
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
            refusal: None,
        }
    }

    fn picked(words: &[&str], kind: Option<Kind>) -> Result<Vec<String>, UnknownWord> {
        let pending = [
            cell("a/x@m", &[Kind::ValueChanged]),
            cell("a/y@m", &[Kind::ValueChanged, Kind::FieldRemoved]),
            cell("b/x@n", &[]),
        ];
        let words = words.iter().map(ToString::to_string).collect();
        let cells = pick(&pending, &Wanted { words, kind })?;
        Ok(cells.iter().map(|pending| pending.cell.to_string()).collect())
    }

    #[test]
    fn a_pattern_picks_its_cells_and_a_group_id_picks_alike_changes() {
        assert_eq!(picked(&["a"], None).unwrap(), ["a/x@m", "a/y@m"]);
        assert_eq!(picked(&["a", "!a/y"], None).unwrap(), ["a/x@m"]);
        let change = cell("a/x@m", &[Kind::ValueChanged]);
        let group = change.changes[0].group_id(&change.cell);
        assert_eq!(picked(&[&group], None).unwrap(), ["a/x@m", "a/y@m"]);
        let one = change.changes[0].fingerprint(&change.cell);
        assert_eq!(picked(&[&one], None).unwrap(), ["a/x@m"]);
        assert_eq!(picked(&[], None).unwrap().len(), 3);
    }

    #[test]
    fn a_word_that_names_nothing_is_an_error_and_not_silence() {
        assert_eq!(picked(&["c"], None), Err(UnknownWord("c".into())));
    }

    #[test]
    fn a_kind_does_not_sweep_up_cells_that_changed_otherwise_too() {
        assert_eq!(picked(&["a"], Some(Kind::ValueChanged)).unwrap(), ["a/x@m"]);
    }
}
