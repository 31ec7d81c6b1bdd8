//! The plan: which cells of a suite a command is about. Picks, orders, and says what would have
//! matched. Asks nobody.

use std::collections::BTreeSet;

use crate::domain::kit::quoted;
use crate::domain::{Cell, PromptName, Selection, Slot, Suite};

/// The cells that a command is about, in order of their ids.
#[derive(Debug, Clone)]
pub struct Plan<'s> {
    pub cells: Vec<&'s Cell>,
    /// Whether that is the whole matrix.
    pub whole: bool,
}

/// No cell fits the patterns.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no cell matches {}", quoted(.patterns))]
pub struct NoMatch {
    /// The patterns as given.
    pub patterns: Vec<String>,
    /// Names of the suite's prompts.
    pub prompts: Vec<String>,
    /// Names of the suite's slots.
    pub models: Vec<String>,
    /// The pattern that was probably meant.
    pub suggestion: Option<String>,
}

impl NoMatch {
    /// What to do about it, in one line.
    pub fn help(&self) -> String {
        let names =
            format!("prompts: {}   models: {}", self.prompts.join(", "), self.models.join(", "));
        match &self.suggestion {
            Some(pattern) => format!("{names}   did you mean `{pattern}`?"),
            None => names,
        }
    }
}

/// Picks cells of the suite.
pub fn plan<'s>(suite: &'s Suite, selection: &Selection) -> Result<Plan<'s>, NoMatch> {
    let cells: Vec<&Cell> = suite.cells.iter().filter(|c| selection.contains(&c.id)).collect();
    if cells.is_empty() {
        return Err(no_match(suite, selection));
    }
    let whole = cells.len() == suite.cells.len();
    Ok(Plan { cells, whole })
}

fn no_match(suite: &Suite, selection: &Selection) -> NoMatch {
    let patterns: Vec<String> = selection.patterns.iter().map(ToString::to_string).collect();
    NoMatch {
        suggestion: patterns.first().and_then(|pattern| nearest(suite, pattern)),
        patterns,
        prompts: suite.prompts.keys().map(ToString::to_string).collect(),
        models: suite.models.keys().map(ToString::to_string).collect(),
    }
}

/// The written pattern with every part replaced by the name it resembles most.
fn nearest(suite: &Suite, pattern: &str) -> Option<String> {
    let (cells, model) = pattern.split_once('@').map_or((pattern, None), |(c, m)| (c, Some(m)));
    let (prompt, case) = cells.split_once('/').map_or((cells, None), |(p, c)| (p, Some(c)));
    let cases: BTreeSet<&str> = suite.cells.iter().map(|cell| cell.id.case.as_str()).collect();
    let mut text = alike(prompt, suite.prompts.keys().map(PromptName::as_str))?;
    if let Some(case) = case {
        text = format!("{text}/{}", alike(case, cases.into_iter())?);
    }
    if let Some(model) = model {
        text = format!("{text}@{}", alike(model, suite.models.keys().map(Slot::as_str))?);
    }
    let selection = Selection { patterns: vec![text.parse().ok()?] };
    let fits = suite.cells.iter().any(|cell| selection.contains(&cell.id));
    (fits && text != pattern).then_some(text)
}

fn alike<'n>(part: &str, names: impl Iterator<Item = &'n str>) -> Option<String> {
    if part.is_empty() || part.contains('*') {
        return Some(part.to_owned());
    }
    names
        .map(|name| (strsim::jaro_winkler(part, name), name))
        .filter(|(score, _)| *score > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name.to_owned())
}
