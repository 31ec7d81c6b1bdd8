//! What is obsolete, and what was deleted.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::project::{Obsolete, Pruned};
use crate::report::paint;

/// As data; `runs` are those that were deleted, where anything was.
pub(in crate::cli) fn data(obsolete: &Obsolete, runs: Option<&[String]>) -> Value {
    let snapshots: Vec<&String> = obsolete.snapshots.iter().map(|(_, path)| path).collect();
    let recordings: Vec<&String> = obsolete.recordings.iter().map(|file| &file.path).collect();
    json!({
        "format": 1,
        "deleted": runs.is_some(),
        "snapshots": snapshots,
        "counted": obsolete.counted,
        "recordings": recordings,
        "runs": runs.unwrap_or_default(),
    })
}

/// What would be deleted.
pub(in crate::cli) fn listed(obsolete: &Obsolete) -> String {
    let snapshots = obsolete.snapshots.iter().map(|(_, path)| path.as_str());
    let counted: Vec<String> = obsolete.counted.iter().map(ToString::to_string).collect();
    let recordings = obsolete.recordings.iter().map(|file| file.path.as_str());
    let mut text = String::new();
    for (what, paths) in [
        ("obsolete snapshot", snapshots.collect::<Vec<_>>()),
        ("obsolete profile case", counted.iter().map(String::as_str).collect()),
        ("obsolete recording file", recordings.collect()),
    ] {
        if paths.is_empty() {
            let _ = writeln!(text, "no {} is obsolete", what.trim_start_matches("obsolete "));
        } else {
            let _ = writeln!(text, "{}:", paint::count(paths.len(), what));
            text.extend(paths.iter().map(|path| format!("  {path}\n")));
        }
    }
    if !(obsolete.snapshots.is_empty()
        && obsolete.counted.is_empty()
        && obsolete.recordings.is_empty())
    {
        text += "Nothing was deleted; --yes deletes them.\n";
    }
    text
}

/// What was deleted; recordings that git knows by their names.
pub(in crate::cli) fn deleted(pruned: &Pruned, names_recordings: bool) -> String {
    let obsolete = &pruned.obsolete;
    let mut text = format!(
        "deleted {}, {} and {}\n",
        paint::count(obsolete.snapshots.len(), "snapshot"),
        paint::count(obsolete.recordings.len(), "recording file"),
        paint::count(pruned.runs.len(), "run"),
    );
    if names_recordings {
        text.extend(obsolete.recordings.iter().map(|file| format!("  {}\n", file.path)));
    }
    text
}
