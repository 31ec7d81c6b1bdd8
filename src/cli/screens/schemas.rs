//! What servers do with each schema, within 80 columns.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::{Value, json};

use super::fold;
use crate::project::{SchemaFate, SchemaOnServer, SchemaPortability};
use crate::report::paint::{BOLD, paint};
use crate::report::{Look, escape};

/// Most columns of a name.
const NAME: usize = 20;

/// As data: servers of no slot too.
pub(in crate::cli) fn data(schemas: &[SchemaPortability]) -> Value {
    json!({"format": 1, "schemas": schemas})
}

/// For people: the slots, and with `-v` the servers that no slot asks.
pub(in crate::cli) fn render(schemas: &[SchemaPortability], look: Look) -> String {
    let mut out = String::new();
    for schema in schemas {
        let _ = writeln!(out, "{}", paint(BOLD, escape::line(&schema.file)));
        for one in schema.servers.iter().filter(|one| look.verbose || one.slot.is_some()) {
            let mode = one.mode.to_string();
            fold(&mut out, &format!("  {:<NAME$}  {mode:<11} ", name(one)), &words(&one.fate));
        }
    }
    if !look.verbose && !schemas.is_empty() {
        out.push_str("-v adds the servers that no slot asks\n");
    }
    out
}

fn name(one: &SchemaOnServer) -> String {
    match &one.slot {
        Some(slot) => escape::short(slot.as_str(), NAME),
        None => format!("({})", one.dialect),
    }
}

fn words(fate: &SchemaFate) -> String {
    if let Some(why) = &fate.impossible {
        return format!("cannot be sent: {why}");
    }
    if !fate.in_field {
        return "in the words of the prompt".to_owned();
    }
    let list = |what: &str, keywords: &BTreeSet<String>| {
        let keywords: Vec<&str> = keywords.iter().map(String::as_str).collect();
        (!keywords.is_empty()).then(|| format!("{what} {}", keywords.join(", ")))
    };
    let exceeded = &fate.exceeded;
    let told = [
        list("refuses", &fate.refused),
        list("ignores", &fate.ignored),
        list("may ignore", &fate.uncertain),
        list("reworded:", &fate.reworded),
        (!exceeded.is_empty()).then(|| format!("too large: {}", exceeded.join(", "))),
    ];
    let told: Vec<String> = told.into_iter().flatten().collect();
    if told.is_empty() { "all of it".to_owned() } else { told.join("; ") }
}
