//! The pages of the servers that are spoken to: how, and which schemas they take.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::quoted;
use promptmatrix::domain::Structured;
use promptmatrix::provider::{Auth, DIALECTS, Dialect, PatternRule, SUBSETS, SchemaField, Subset};

/// `docs/reference/dialects.md`.
pub(crate) fn dialects() -> String {
    let mut out = String::from(
        "# Dialects\n\n\
         Generated from the table in `src/provider/table.rs`. A provider has the dialect of its own \
         name; `openai-compatible` names one in `dialect`. The subsets are in \
         [lowering.md](lowering.md).\n\n\
         | dialect | `provider` | address | key | modes |\n|---|---|---|---|---|\n",
    );
    for row in DIALECTS {
        let address = match row.base_url {
            Some("") => "a program".to_owned(),
            Some(base) => format!("`{base}{}`", row.path),
            None => format!("`base-url`, then `{}`", row.path),
        };
        let modes = quoted(row.modes);
        let _ = writeln!(
            out,
            "| `{}` | `{}` | {address} | {} | {modes} |",
            row.name,
            row.provider,
            key(row)
        );
    }
    out.push_str("\n## What each does with a request\n");
    for row in DIALECTS {
        let _ = write!(out, "\n### `{}`\n\n{}", row.name, details(row));
    }
    out
}

fn key(row: &Dialect) -> String {
    match (row.key_env, row.auth) {
        (None, _) => "none".to_owned(),
        (Some(name), Auth::Bearer) => format!("`{name}`, as bearer token"),
        (Some(name), Auth::Header(header)) => format!("`{name}`, in `{header}`"),
    }
}

fn details(row: &Dialect) -> String {
    let mut out = String::new();
    for (mode, subset) in subsets(row) {
        let also = if mode == Structured::Tool { ", and of the tools of a prompt" } else { "" };
        let _ = writeln!(out, "- Schema subset in mode `{mode}`{also}: `{subset}`.");
    }
    if row.schema_field == SchemaField::JsonObject {
        out.push_str("- The schema stands in `response_format`, beside `type: json_object`.\n");
    }
    if row.body != "{}" {
        let _ = writeln!(out, "- Always sent: `{}`.", row.body);
    }
    if let Some(tokens) = row.max_tokens_default {
        let _ = writeln!(out, "- `max-output-tokens` is {tokens} where nothing is set.");
    }
    if let Some(tokens) = row.caches_from {
        let _ = writeln!(
            out,
            "- Prompts from {tokens} tokens on are cached without being asked to be."
        );
    }
    let _ = match row.billed_by {
        Some(provider) => writeln!(out, "- Prices are those of `{provider}`."),
        None => {
            writeln!(out, "- Prices are not known: `price` or `price-as` of the slot says them.")
        }
    };
    for (name, why) in row.unsupported {
        let _ = writeln!(out, "- `{name}` is not sent: {why}.");
    }
    if !row.floating.is_empty() {
        let rules: Vec<String> = row.floating.iter().map(ToString::to_string).collect();
        let _ = writeln!(out, "- Ids that can come to mean another version: {}.", rules.join(", "));
    }
    out
}

/// The modes in which the server enforces a schema, and the subset that it takes there.
fn subsets(row: &Dialect) -> Vec<(Structured, &'static str)> {
    [(Structured::Native, row.native_subset), (Structured::Tool, row.tool_subset)]
        .into_iter()
        .filter(|(mode, _)| row.has(*mode))
        .collect()
}

/// `docs/reference/lowering.md`.
pub(crate) fn lowering() -> String {
    let rows: Vec<&Subset> = SUBSETS.iter().filter(|row| row.keywords.is_some()).collect();
    let mut out = String::from(
        "# How a schema is sent\n\n\
         Generated from the table in `src/provider/subset.rs`. Answers are checked against your \
         schema as you wrote it. What is *sent* is what the server's mode can enforce; \
         `promptmatrix show CELL` lists every place that was changed.\n\n\
         - A keyword that a subset lacks is moved into words: it is said in the `description` of its \
         place, as in `(minimum 0; maximum 1)`.\n\
         - `allOf`, and what stands beside a `$ref`, are merged; `oneOf` becomes `anyOf`; annotations and \
         keywords of other tools (`title`, `examples`, `errorMessage`, `x-…`) are left out.\n\
         - A closed object lists the members of `then`, `else` and `dependentSchemas` as optional. An open \
         one takes beside its properties what `patternProperties` takes.\n\
         - A list that ends with its tuple (`items: false`) has that `maxItems`.\n\
         - What a server cannot take in any words (a union at the root, recursion, an object of any \
         members) is an error before anything is sent.\n\n\
         In the modes `json-object` and `prompt` the whole schema stands in the system prompt.\n\n\
         ## Subsets\n\n",
    );
    for row in SUBSETS {
        let users = DIALECTS
            .iter()
            .filter(|dialect| subsets(dialect).iter().any(|(_, subset)| *subset == row.name));
        let users = quoted(users.map(|dialect| dialect.name));
        let _ = writeln!(out, "- `{}`, of {users}{}", row.name, rules(row));
    }
    out.push_str("\n## Keywords\n\nSent as they are (✓), or moved into words.\n\n");
    let words: BTreeSet<&str> =
        rows.iter().filter_map(|row| row.keywords).flatten().copied().collect();
    matrix(&mut out, &rows, &words, |row, word| {
        row.allows(word) && (row.references || !["$defs", "$ref"].contains(&word))
    });
    out.push_str("\n## Values of `format`\n\n");
    let words: BTreeSet<&str> = rows.iter().flat_map(|row| row.formats).copied().collect();
    matrix(&mut out, &rows, &words, |row, word| row.formats.contains(&word));
    out
}

fn matrix(
    out: &mut String,
    rows: &[&Subset],
    words: &BTreeSet<&str>,
    takes: impl Fn(&Subset, &str) -> bool,
) {
    let names: Vec<String> = rows.iter().map(|row| format!(" `{}` |", row.name)).collect();
    let _ = writeln!(out, "| |{}\n|---|{}", names.concat(), "---|".repeat(rows.len()));
    for word in words {
        let marks: Vec<&str> =
            rows.iter().map(|row| if takes(row, word) { " ✓ |" } else { " |" }).collect();
        let _ = writeln!(out, "| `{word}` |{}", marks.concat());
    }
}

/// The rules of a subset beyond its keywords, each with a semicolon before it.
fn rules(row: &Subset) -> String {
    let mut rules: Vec<String> = Vec::new();
    let mut rule = |holds: bool, words: &str| rules.extend(holds.then(|| words.to_owned()));
    rule(row.keywords.is_none(), "the schema is sent as it is");
    rule(row.object_root, "the root is one object");
    if row.keywords.is_some() {
        rule(row.closed_objects, "every object is closed");
        rule(row.every_property_required, "an optional property becomes required and nullable");
        rule(row.typed, "every place has a type");
        rule(!row.references, "references are put in place");
        rule(!row.recursion, "no recursion");
        rule(!row.mixed_enums, "an `enum` holds strings or numbers of one type");
        rule(row.integer_bounds_only, "bounds of integers only");
        rule(!row.lengths_beside_pattern, "no lengths beside `pattern` or `format`");
        rule(
            row.allows("pattern") && row.pattern == PatternRule::Anchored,
            "a `pattern` goes from `^` to `$`",
        );
        rule(row.allows("pattern"), "a `pattern` has no look-around, back-reference or `\\b`");
    }
    rules.extend(row.ceilings.iter().map(|(keyword, most)| format!("`{keyword}` at most {most}")));
    rules.extend(row.limits.iter().map(|(what, most)| format!("known to take {most} {what}")));
    match rules.as_slice() {
        [] => ".".to_owned(),
        rules => format!(": {}.", rules.join("; ")),
    }
}
