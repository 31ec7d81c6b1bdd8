//! The cost of a suite, as text, Markdown and HTML.

mod chart;
mod compared;
mod first;
mod html;
mod sections;
pub(super) mod table;
mod words;

use std::fmt::Write;

use super::escape;
use super::paint::{BAD, BOLD, DIM, HINT, Look, REVIEW, paint};
use crate::cost::statement::Statement;
use crate::domain::string_enum;

pub(crate) use html::page;
pub(crate) use sections::Topic;

string_enum! {
    /// A format of the statement.
    pub(crate) enum Format {
        Text = "text",
        Json = "json",
        Md = "md",
        Html = "html",
    }
}

impl Format {
    /// The ending of its files, without the dot.
    pub(crate) fn ending(self) -> &'static str {
        if self == Self::Text { "txt" } else { self.as_str() }
    }

    /// The statement in this format. Only text has a look, and carries styles.
    pub(crate) fn render(
        self,
        statement: &Statement,
        topics: &[Topic],
        look: Look,
    ) -> serde_json::Result<String> {
        Ok(match self {
            Self::Text => text(statement, topics, look),
            Self::Json => escape::json(&(serde_json::to_string_pretty(statement)? + "\n")),
            Self::Md => markdown(statement, topics),
            Self::Html => page(statement),
        })
    }
}

/// For a terminal: the first screen, and the tables that are asked for.
pub(crate) fn text(statement: &Statement, topics: &[Topic], look: Look) -> String {
    let mut out = format!("{}\n\n", paint(BOLD, first::headline(statement)));
    for (label, sentence) in first::lines(statement) {
        let style = if label == "limit" { BAD } else { DIM };
        let more = if label == "routing" { "   --compare" } else { "" };
        let _ = writeln!(
            out,
            "  {}  {}",
            paint(style, format!("{label:<11}")),
            escape::line(&sentence) + more
        );
    }
    for warning in &statement.warnings {
        let warning = escape::line(warning);
        let _ = writeln!(out, "  {}  {warning}", paint(REVIEW, format!("{:<11}", "warning")));
    }
    for part in tables(statement, topics) {
        let _ = write!(out, "\n{}", part.text(look.width));
    }
    if topics.is_empty() {
        out.push('\n');
        for advice in first::advice(statement) {
            let _ = writeln!(out, "{}", paint(HINT, advice));
        }
        let _ = writeln!(out, "{}", paint(DIM, MORE));
    }
    out
}

/// What else there is.
const MORE: &str = "more: --by model|prompt|kind|month|bump|run  --compare  --marginal  --forecast  \
                    --assumptions";

pub(crate) fn markdown(statement: &Statement, topics: &[Topic]) -> String {
    let mut out = format!("## {}\n\n", first::headline(statement));
    for (label, sentence) in first::lines(statement) {
        let _ = writeln!(out, "- **{label}** {}", escape::code(&first::flowing(&sentence)));
    }
    for warning in &statement.warnings {
        let _ = writeln!(out, "- **warning** {}", escape::code(warning));
    }
    let all = if topics.is_empty() { &Topic::ALL[..] } else { topics };
    for part in tables(statement, all) {
        let _ = write!(out, "\n{}", part.markdown());
    }
    out
}

/// The tables of these topics, those that say nothing left out.
fn tables(statement: &Statement, topics: &[Topic]) -> Vec<table::Section> {
    let all = topics.iter().flat_map(|topic| sections::sections(statement, *topic));
    all.filter(|part| !part.rows.is_empty() || !part.notes.is_empty()).collect()
}

#[cfg(test)]
mod tests;
