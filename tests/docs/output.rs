//! What README shows as printed is what the binary prints on this repository's own suite, and
//! every command that is shown can be typed.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::{guide, marked, read, wants_update};

/// The files of this repository that a run needs, in a folder of their own.
fn own_suite() -> TempDir {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    for part in
        ["promptmatrix.toml", "promptmatrix.lock", "prompts", "schemas", "snapshots", "examples"]
    {
        copy(&root.join(part), &folder.path().join(part));
    }
    folder
}

fn copy(from: &Path, to: &Path) {
    if from.is_file() {
        // What waits in the developer's own checkout is not part of the suite.
        if from.extension().is_none_or(|ending| ending != "new") {
            fs::copy(from, to).unwrap();
        }
        return;
    }
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        copy(&entry.path(), &to.join(entry.file_name()));
    }
}

fn promptmatrix(folder: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_promptmatrix"));
    command.current_dir(folder).args(words).env_clear();
    command.env("LANG", "C.UTF-8").env("COLUMNS", "100").output().unwrap()
}

/// Without the line that names the run, and without how long it took.
fn masked(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("run 2"));
    lines.fold(String::new(), |masked, line| {
        let line = if line.starts_with("Result") { untimed(line) } else { line.to_owned() };
        masked + line.trim_end() + "\n"
    })
}

/// A result line without its `0.4s`.
fn untimed(line: &str) -> String {
    let is_time = |part: &&str| part.strip_suffix('s').is_some_and(|s| s.parse::<f64>().is_ok());
    let parts: Vec<&str> = line.split("   ").filter(|part| !is_time(part)).collect();
    parts.join("   ")
}

#[test]
fn the_readme_shows_what_a_run_of_this_repository_prints() {
    let folder = own_suite();
    let done = promptmatrix(folder.path(), &["run"]);
    assert_eq!(done.status.code(), Some(1), "{}", String::from_utf8_lossy(&done.stderr));
    let printed = masked(&String::from_utf8(done.stdout).unwrap());
    let page = read("README.md");
    let shown = &marked(&page, "text")[0];
    if wants_update() && *shown != printed {
        let page =
            page.replacen(&format!("```text\n{shown}```"), &format!("```text\n{printed}```"), 1);
        fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md"), page).unwrap();
        return;
    }
    assert_eq!(*shown, printed, "UPDATE_DOCS=1 cargo test --test docs");
}

#[test]
fn the_guide_shows_what_an_import_prints() {
    let folder = own_suite();
    let config = "examples/promptfoo/promptfooconfig.yaml";
    let done = promptmatrix(folder.path(), &["import", "promptfoo", config, "--into", "moved"]);
    let printed = masked(&String::from_utf8(done.stdout).unwrap());
    let file = "docs/guide/from-promptfoo.md";
    let page = read(file);
    let shown = &marked(&page, "text import")[0];
    if wants_update() {
        let from = format!("```text import\n{shown}```");
        let page = page.replacen(&from, &format!("```text import\n{printed}```"), 1);
        fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(file), page).unwrap();
        return;
    }
    assert_eq!(*shown, printed, "UPDATE_DOCS=1 cargo test --test docs");
}

#[test]
fn every_command_that_is_shown_can_be_typed_in_this_order() {
    let folder = own_suite();
    for page in [guide(), read("README.md")] {
        for line in marked(&page, "console").concat().lines() {
            let Some(typed) = line.strip_prefix("promptmatrix ") else { continue };
            let typed = typed.split(" #").next().unwrap();
            let words: Vec<&str> =
                typed.split_whitespace().map(|word| word.trim_matches('\'')).collect();
            let done = promptmatrix(folder.path(), &words);
            let told = String::from_utf8_lossy(&done.stderr);
            assert!(matches!(done.status.code(), Some(0 | 1)), "{typed}\n{told}");
        }
    }
}
