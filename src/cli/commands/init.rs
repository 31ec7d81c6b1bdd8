//! `promptmatrix init`: a suite that runs at once, without a key. Never overwrites a file.

use std::path::Path;

use serde_json::json;

use crate::cli::args::Init;
use crate::cli::output;
use crate::cli::session::Session;
use crate::domain::Exit;
use crate::project::Result;
use crate::report::paint::{BOLD, DIM, paint};
use crate::store;

/// The files of the suite, by path.
const FILES: [(&str, &str); 3] = [
    ("promptmatrix.toml", include_str!("../start/promptmatrix.toml")),
    ("prompts/triage.md", include_str!("../start/triage.md")),
    ("schemas/triage.json", include_str!("../start/triage.json")),
];

/// What git should leave alone.
const IGNORED: [&str; 2] = [".promptmatrix/", "*.snap.new"];

/// Runs the command.
pub(in crate::cli) fn init(session: &Session, args: &Init) -> Result<Exit> {
    let folder = args.folder.as_deref().unwrap_or(Path::new("."));
    let (mut created, mut kept) = (Vec::new(), Vec::new());
    // Of a suite that is there nothing is known: its prompts may lie elsewhere.
    let mut configs = ["promptmatrix.toml", ".config/promptmatrix.toml"].into_iter();
    let is_suite = configs.any(|config| folder.join(config).exists());
    for (path, text) in FILES {
        let file = folder.join(path);
        if is_suite && !file.exists() {
            continue;
        }
        let new = store::create(&file, text)?;
        if new { created.push(path) } else { kept.push(path) }
    }
    let ignored = store::add_lines(&folder.join(".gitignore"), &IGNORED)?;
    if session.global.json {
        output::print_json(&json!({
            "format": 1, "created": created, "kept": kept, "ignored": ignored,
        }))?;
        return Ok(Exit::Pass);
    }
    let row =
        |name: &str, text: &str| format!("{}{text}\n", paint(BOLD, format_args!("{name:<9}")));
    let mut out = String::new();
    if !created.is_empty() {
        out += &row("Created", &created.join("  "));
    }
    if !kept.is_empty() {
        out += &row("Kept", &format!("{}   {}", kept.join("  "), paint(DIM, "they were there")));
    }
    if !ignored.is_empty() {
        out += &row("Ignored", &format!("{}   {}", ignored.join("  "), paint(DIM, ".gitignore")));
    }
    out += &row("Models", "`demo` is scripted inside promptmatrix: no key, no network, no cost");
    out += &row("Next", "promptmatrix run");
    output::print(&out)?;
    Ok(Exit::Pass)
}
