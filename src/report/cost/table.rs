//! A table that each format draws in its own way.

use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

use crate::report::escape;
use crate::report::paint::{BOLD, DIM, paint};

/// A part of the statement: a title, a table, and sentences below it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::report) struct Section {
    /// Names it in a page.
    pub(super) id: &'static str,
    /// What it is about.
    pub(super) title: String,
    /// Heads of the columns; the first stands left, the others right.
    pub(super) head: Vec<String>,
    pub(in crate::report) rows: Vec<Vec<String>>,
    /// Whether all columns hold words, and stand left.
    pub(super) words: bool,
    /// How many columns at the end hold words.
    pub(in crate::report) tail: usize,
    /// What is to be said of it.
    pub(super) notes: Vec<String>,
}

impl Section {
    pub(in crate::report) fn new(
        id: &'static str,
        title: impl Into<String>,
        head: &[&str],
    ) -> Self {
        let head = head.iter().map(|name| (*name).to_owned()).collect();
        Self { id, title: title.into(), head, ..Self::default() }
    }

    pub(in crate::report) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    pub(in crate::report) fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    /// For a terminal of so many columns. Words that would not fit stand below each other.
    pub(in crate::report) fn text(&self, columns: usize) -> String {
        let mut out = format!("{}\n", paint(BOLD, escape::line(&self.title)));
        let clean = |row: &Vec<String>| row.iter().map(|cell| escape::line(cell)).collect();
        let rows: Vec<Vec<String>> = self.rows.iter().map(clean).collect();
        let width = |at: usize| {
            let all = std::iter::once(&self.head).chain(&rows);
            all.filter_map(|row| row.get(at)).map(|cell| cell.width()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.head.len()).map(width).collect();
        let line = |row: &[String]| {
            let cells = row.iter().zip(&widths).enumerate().map(|(at, (cell, width))| {
                let gap = " ".repeat(width.saturating_sub(cell.width()));
                if at == 0 || self.words || at + self.tail >= self.head.len() {
                    format!("{cell}{gap}")
                } else {
                    format!("{gap}{cell}")
                }
            });
            format!("  {}", cells.collect::<Vec<_>>().join("  ")).trim_end().to_owned()
        };
        let whole = 2 + widths.iter().map(|width| width + 2).sum::<usize>();
        if self.words && whole > columns {
            out.push_str(&self.stacked(&rows));
        } else if !rows.is_empty() {
            let _ = writeln!(out, "{}", paint(DIM, line(&self.head)));
            for row in &rows {
                let _ = writeln!(out, "{}", line(row));
            }
        }
        for note in &self.notes {
            let _ = writeln!(out, "  {}", escape::line(note));
        }
        out
    }

    /// Each row as lines of its own: the first cell, then the others with their heads.
    fn stacked(&self, rows: &[Vec<String>]) -> String {
        let heads = self.head.iter().skip(1);
        let widest = heads.clone().map(|head| head.width()).max().unwrap_or(0);
        let mut out = String::new();
        for row in rows {
            let mut cells = row.iter();
            let _ = writeln!(out, "  {}", cells.next().map_or("", String::as_str));
            for (head, cell) in heads.clone().zip(cells).filter(|(_, cell)| !cell.is_empty()) {
                let gap = " ".repeat(widest.saturating_sub(head.width()));
                let _ = writeln!(out, "    {}{gap}  {cell}", paint(DIM, head));
            }
        }
        out
    }

    pub(super) fn markdown(&self) -> String {
        let mut out = format!("### {}\n", plain(&self.title));
        if !self.rows.is_empty() {
            let head: Vec<String> = self.head.iter().map(|cell| plain(cell)).collect();
            let rule =
                (0..head.len()).map(|at| if at == 0 || self.words { "---|" } else { "--:|" });
            let _ = write!(out, "\n| {} |\n|{}\n", head.join(" | "), rule.collect::<String>());
            for row in &self.rows {
                let cells: Vec<String> = row.iter().map(|cell| plain(cell)).collect();
                let _ = writeln!(out, "| {} |", cells.join(" | "));
            }
        }
        for note in &self.notes {
            let _ = write!(out, "\n{}\n", plain(note));
        }
        out
    }

    /// As HTML: the table alone.
    pub(super) fn html(&self) -> String {
        if self.rows.is_empty() {
            return String::new();
        }
        let class = if self.words { " class=\"words\"" } else { "" };
        let mut out = format!("<table{class}><thead><tr>");
        for cell in &self.head {
            let _ = write!(out, "<th scope=\"col\">{}</th>", escape::html(cell));
        }
        out.push_str("</tr></thead><tbody>\n");
        for row in &self.rows {
            out.push_str("<tr>");
            for (at, cell) in row.iter().enumerate() {
                let cell = escape::html(cell);
                let _ = match at {
                    0 => write!(out, "<th scope=\"row\">{cell}</th>"),
                    _ if self.words => write!(out, "<td class=\"word\">{cell}</td>"),
                    _ => write!(out, "<td>{cell}</td>"),
                };
            }
            out.push_str("</tr>\n");
        }
        out.push_str("</tbody></table>\n");
        out
    }
}

/// Words of our own and names of the suite in a Markdown paragraph: nothing in them is markup.
fn plain(text: &str) -> String {
    let mut out = String::new();
    for c in escape::line(text).chars() {
        if matches!(
            c,
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~' | '!' | '@' | '$'
        ) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_table_is_drawn_in_three_ways_and_its_words_are_harmless() {
        let mut section = Section::new("x", "A <b> | title", &["model", "$"]);
        section.row(["evil</td>|*x*\u{1b}[31m".to_owned(), "$1.00".to_owned()]);
        section.note("see [here](http://x)");
        let text = anstream::adapter::strip_str(&section.text(100)).to_string();
        assert!(text.contains("  evil</td>|*x*␛[31m  $1.00\n"), "{text}");
        let html = section.html();
        assert!(html.contains("evil&lt;/td&gt;") && !html.contains("<b>"), "{html}");
        let markdown = section.markdown();
        assert!(markdown.contains(r"evil\</td\>\|\*x\*"), "{markdown}");
        assert!(markdown.contains(r"\[here\](http://x)"));
    }
}
