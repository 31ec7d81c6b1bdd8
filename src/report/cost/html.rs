//! The statement as a section of an HTML page: one file, no script, light and dark, fit for paper.

use std::fmt::Write;

use super::chart::break_even;
use super::first;
use super::sections::{Topic, sections};
use super::table::Section;
use crate::cost::statement::Statement;
use crate::report::escape;

const STYLE: &str = include_str!("style.css");

/// A page that holds the section and nothing else.
pub(crate) fn page(statement: &Statement) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>promptmatrix: cost</title></head>\n<body class=\"pm-page\"><main>\n{}</main></body></html>\n",
        section(statement)
    )
}

/// The section, with its own style.
pub(crate) fn section(statement: &Statement) -> String {
    let mut out = format!(
        "<section class=\"pm-cost\" id=\"cost\" aria-labelledby=\"cost-title\">\n<style>{STYLE}</style>\n"
    );
    let _ = writeln!(
        out,
        "<h2 id=\"cost-title\">Cost</h2>\n<p class=\"lead\">{}</p>",
        escape::html(&first::headline(statement))
    );
    out.push_str("<dl>\n");
    for (label, sentence) in first::lines(statement) {
        let sentence = escape::html(&first::flowing(&sentence));
        let _ = writeln!(out, "<dt>{label}</dt><dd class=\"{}\">{sentence}</dd>", class(label));
    }
    for warning in &statement.warnings {
        let _ =
            writeln!(out, "<dt>warning</dt><dd class=\"warning\">{}</dd>", escape::html(warning));
    }
    out.push_str("</dl>\n");
    let mut tables = tables(statement);
    let essay = take(&mut tables, "essay");
    out.push_str(&essay.map(|essay| open(&essay)).unwrap_or_default());
    if let Some(figure) = statement.compare.as_ref().and_then(break_even) {
        let data = take(&mut tables, "curve").map(|data| folded(&data)).unwrap_or_default();
        let _ = writeln!(out, "{figure}{data}</figure>");
    }
    for table in &tables {
        let is_open = matches!(table.id, "compare" | "verdict" | "ledger");
        out.push_str(&if is_open { open(table) } else { folded(table) });
    }
    out.push_str("</section>\n");
    out
}

fn class(label: &str) -> &'static str {
    match label {
        "limit" => "bad",
        "assumed" => "assumed",
        _ => "fact",
    }
}

fn tables(statement: &Statement) -> Vec<Section> {
    let mut all: Vec<Section> =
        Topic::ALL.iter().flat_map(|topic| sections(statement, *topic)).collect();
    all.extend(super::compared::curve(statement));
    all.extend(super::compared::times(statement));
    all.retain(|part| !part.rows.is_empty() || !part.notes.is_empty());
    all
}

fn take(tables: &mut Vec<Section>, id: &str) -> Option<Section> {
    let at = tables.iter().position(|table| table.id == id)?;
    Some(tables.remove(at))
}

fn open(table: &Section) -> String {
    format!("<h3>{}</h3>\n{}{}", escape::html(&table.title), scroll(table), notes(table))
}

fn folded(table: &Section) -> String {
    let title = escape::html(&table.title);
    format!("<details><summary>{title}</summary>\n{}{}</details>\n", scroll(table), notes(table))
}

fn scroll(table: &Section) -> String {
    let html = table.html();
    if html.is_empty() { html } else { format!("<div class=\"wide\">{html}</div>\n") }
}

fn notes(table: &Section) -> String {
    let mut out = String::new();
    for note in &table.notes {
        let _ = writeln!(out, "<p>{}</p>", escape::html(note));
    }
    out
}
