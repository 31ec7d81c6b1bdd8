//! Patterns that pick cells: `triage`, `triage/refund`, `@gpt-4o`, `triage/*@llama`, `!@llama`.

use std::fmt;
use std::str::FromStr;

use super::CellId;

/// Why a text is not a cell pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a cell pattern; write PROMPT, PROMPT/CASE, @SLOT or PROMPT/CASE@SLOT, with `*` for any"
)]
pub struct PatternError(String);

/// One pattern. A part that is not written matches everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellPattern {
    text: String,
    minus: bool,
    prompt: Option<String>,
    case: Option<String>,
    model: Option<String>,
}

impl CellPattern {
    /// Whether the cell fits the pattern, disregarding a leading `!`.
    pub fn matches(&self, id: &CellId) -> bool {
        fits(self.prompt.as_deref(), id.prompt.as_str())
            && fits(self.case.as_deref(), id.case.as_str())
            && fits(self.model.as_deref(), id.model.as_str())
    }

    /// Whether the pattern takes cells away (`!@llama`).
    pub fn is_minus(&self) -> bool {
        self.minus
    }
}

impl fmt::Display for CellPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl FromStr for CellPattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let bad = || PatternError(text.to_owned());
        let (minus, body) = text.strip_prefix('!').map_or((false, text), |rest| (true, rest));
        let (cells, model) = match body.split_once('@') {
            Some((cells, model)) => (cells, Some(model)),
            None => (body, None),
        };
        let (prompt, case) = match cells.split_once('/') {
            Some((prompt, case)) => (prompt, Some(case)),
            None => (cells, None),
        };
        let empty_part = body.is_empty() || case == Some("") || model == Some("");
        if empty_part
            || body.matches(['/', '@']).count() > 2
            || model.is_some_and(|m| m.contains(['/', '@']))
        {
            return Err(bad());
        }
        let part = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Ok(Self {
            text: text.to_owned(),
            minus,
            prompt: part(prompt),
            case: case.and_then(part),
            model: model.and_then(part),
        })
    }
}

/// Several patterns: the union of the plain ones (all cells when there is none), minus the `!` ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// In the order given.
    pub patterns: Vec<CellPattern>,
}

impl Selection {
    /// Whether the cell is picked.
    pub fn contains(&self, id: &CellId) -> bool {
        let (minus, plus): (Vec<_>, Vec<_>) = self.patterns.iter().partition(|p| p.is_minus());
        (plus.is_empty() || plus.iter().any(|p| p.matches(id)))
            && !minus.iter().any(|p| p.matches(id))
    }

    /// Whether nothing was named, so that everything is picked.
    pub fn is_everything(&self) -> bool {
        self.patterns.is_empty()
    }
}

fn fits(pattern: Option<&str>, text: &str) -> bool {
    pattern.is_none_or(|pattern| wildcard(pattern, text))
}

/// `*` stands for any run of characters. Linear in practice: names are short.
fn wildcard(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, tail)) => text.strip_prefix(head).is_some_and(|rest| {
            rest.char_indices()
                .map(|(at, _)| at)
                .chain([rest.len()])
                .any(|at| rest.get(at..).is_some_and(|rest| wildcard(tail, rest)))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picks(patterns: &[&str], cell: &str) -> bool {
        let patterns = patterns.iter().map(|p| p.parse().unwrap()).collect();
        Selection { patterns }.contains(&cell.parse().unwrap())
    }

    #[test]
    fn a_pattern_names_a_prompt_a_case_a_slot_or_a_mix() {
        assert!(picks(&["triage"], "triage/refund@gpt-4o"));
        assert!(picks(&["triage/refund"], "triage/refund@gpt-4o"));
        assert!(picks(&["@gpt-4o"], "triage/refund@gpt-4o"));
        assert!(picks(&["triage/*@gpt*"], "triage/refund@gpt-4o"));
        assert!(!picks(&["triage/*@llama"], "triage/refund@gpt-4o"));
        assert!(!picks(&["extract"], "triage/refund@gpt-4o"));
    }

    #[test]
    fn several_patterns_are_a_union_and_a_bang_takes_away() {
        assert!(picks(&["extract", "triage"], "triage/refund@gpt-4o"));
        assert!(picks(&["!@llama"], "triage/refund@gpt-4o"));
        assert!(!picks(&["triage", "!@gpt-4o"], "triage/refund@gpt-4o"));
    }

    #[test]
    fn a_text_with_an_empty_part_is_refused() {
        for bad in ["", "!", "a/", "a@", "a/b@c@d", "a@b/c"] {
            assert!(bad.parse::<CellPattern>().is_err(), "{bad}");
        }
    }
}
