//! A new Rust project with promptmatrix as a development dependency and one line of
//! `tests/matrix.rs`, built and tested by the real cargo.
//!
//! The first build compiles our dependencies once more, without the command line, which takes
//! minutes on a slow machine: so it is done where `PROMPTMATRIX_NEW_PROJECT` is set, and the gate
//! sets it. Later builds find everything in the same target folder.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use promptmatrix::suite;
use tempfile::TempDir;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The profile is the one of our own Cargo.toml: with another, cargo could not share what it built.
const MANIFEST: &str = r#"
[package]
name = "newcomer"
version = "0.1.0"
edition = "2024"

[dev-dependencies]
promptmatrix = { path = "ROOT", default-features = false }

[[test]]
name = "matrix"
harness = false

[profile.dev]
debug = "line-tables-only"

[profile.dev.package."*"]
debug = false
"#;

const MATRIX: &str = "fn main() -> std::process::ExitCode { promptmatrix::harness::main() }\n";

/// The project, with this repository's own suite in it.
fn newcomer() -> TempDir {
    let project = TempDir::new().unwrap();
    let write = |file: &str, text: &str| {
        let path = project.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("Cargo.toml", &MANIFEST.replace("ROOT", &ROOT.replace('\\', "/")));
    write("src/lib.rs", "");
    write("tests/matrix.rs", MATRIX);
    for part in
        ["Cargo.lock", "promptmatrix.toml", "prompts", "schemas", "snapshots", "examples/demo"]
    {
        copy(&Path::new(ROOT).join(part), &project.path().join(part));
    }
    project
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else if from.extension().is_none_or(|ending| ending != "new") {
        fs::copy(from, to).unwrap();
    }
}

/// What cargo prints to stdout, and whether it succeeds.
fn cargo(project: &TempDir, arguments: &[&str]) -> (String, bool) {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let mut command = Command::new("cargo");
    command.current_dir(project.path()).args(arguments).env("CARGO_TARGET_DIR", target);
    let done = command.env_remove("CARGO_MANIFEST_DIR").output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(!err.contains("could not compile"), "{err}");
    (format!("{out}\n{err}"), done.status.success())
}

fn says(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

#[expect(clippy::disallowed_methods, reason = "whoever runs the test decides what it builds")]
fn is_wanted() -> bool {
    std::env::var_os("PROMPTMATRIX_NEW_PROJECT").is_some()
}

#[test]
fn a_new_project_gets_one_test_per_cell_from_one_line() {
    if !is_wanted() {
        return says(
            "skipped: set PROMPTMATRIX_NEW_PROJECT=1 to build a project with the real cargo",
        );
    }
    let suite = suite::load(&Path::new(ROOT).join("promptmatrix.toml"), None).unwrap().suite;
    let project = newcomer();
    let test = ["test", "--offline", "--test", "matrix"];

    let (out, passed) = cargo(&project, &test);
    assert!(passed && out.contains(&format!("{} passed; 0 failed", suite.cells.len())), "{out}");

    let (out, _) = cargo(&project, &[&test[..], &["--", "--list"]].concat());
    for cell in &suite.cells {
        let name = format!("{}::{}::{}: test\n", cell.id.prompt, cell.id.case, cell.id.model);
        assert!(out.contains(&name), "no {name} in {out}");
    }

    fs::remove_file(project.path().join("snapshots/triage/refund@swift.snap")).unwrap();
    let (out, passed) = cargo(&project, &[&test[..], &["--", "triage::refund::"]].concat());
    assert!(!passed && out.contains("3 passed; 1 failed"), "{out}");
    assert!(out.contains("there is no snapshot: snapshots/triage/refund@swift.snap"), "{out}");

    nextest(&project);
}

fn nextest(project: &TempDir) {
    if !cargo(project, &["nextest", "--version"]).1 {
        return says("skipped: cargo-nextest is not installed");
    }
    let chosen =
        |filter| cargo(project, &["nextest", "run", "--offline", "--no-fail-fast", "-E", filter]);
    let (out, passed) = chosen("test(/^invoice::/) and test(/::local$/)");
    assert!(passed && out.contains("6 tests run: 6 passed"), "{out}");
    let (out, passed) = chosen("test(=triage::refund::swift)");
    assert!(!passed && out.contains("promptmatrix run triage/refund@swift"), "{out}");
}
