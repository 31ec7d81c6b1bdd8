//! `promptmatrix.lock`: the last confirmed identity of every slot. Committed, so that every machine
//! knows who answered when the answers were accepted.
//!
//! One table for each slot, in order, and one line for each value of a list: two branches that
//! confirm different slots are joined by git. Only accepting writes it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;
use serde::Deserialize;

use super::commit::Commit;
use super::files::{self, FileError};
use crate::domain::{Confirmed, Diagnostic, Identities, Place, Slot};

/// Why the file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// It is not what accepting writes. The code is `lock::unreadable`.
    #[error("{0}")]
    Unreadable(Box<Diagnostic>),
    /// The file system said no.
    #[error(transparent)]
    File(#[from] FileError),
}

/// The file of a suite.
#[derive(Debug, Clone)]
pub(crate) struct IdentityFile {
    path: PathBuf,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    version: u32,
    #[serde(default)]
    slots: BTreeMap<String, WrittenSlot>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WrittenSlot {
    requested: String,
    #[serde(default)]
    served: BTreeSet<String>,
    #[serde(default)]
    fingerprints: BTreeSet<String>,
    api_version: Option<String>,
    since: Date,
}

const VERSION: u32 = 1;

const HEAD: &str = "# Who answered for each slot when its answers were accepted. Written by `promptmatrix accept` and `upgrade --apply`; commit it.\n";

impl IdentityFile {
    /// Its name in the suite's folder.
    pub(crate) const FILE: &str = "promptmatrix.lock";

    /// The file of the suite in this folder. Touches nothing yet.
    pub(crate) fn open(root: &Path) -> Self {
        Self { path: root.join(Self::FILE) }
    }

    /// What is confirmed; nothing where there is no file.
    pub(crate) fn read(&self) -> Result<Identities, LockError> {
        let Some(bytes) = files::read(&self.path)? else { return Ok(Identities::default()) };
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let written: Written = toml::from_str(&text).map_err(|error| {
            let span = error.span().unwrap_or(0..0);
            unreadable(&text, span, error.message())
        })?;
        if written.version > VERSION {
            return Err(unreadable(&text, 0..0, "it is of a later version of promptmatrix"));
        }
        let mut slots = BTreeMap::new();
        for (name, slot) in written.slots {
            let Ok(name) = Slot::new(&name) else {
                return Err(unreadable(&text, 0..0, &format!("`{name}` is no name of a slot")));
            };
            let WrittenSlot { requested, served, fingerprints, api_version, since } = slot;
            slots.insert(name, Confirmed { requested, served, fingerprints, api_version, since });
        }
        Ok(Identities(slots))
    }

    /// Writes what is confirmed. Equal identities give equal bytes.
    pub(crate) fn write(commit: &mut Commit, identities: &Identities) {
        commit.write(Self::FILE, text(identities));
    }
}

fn unreadable(text: &str, span: std::ops::Range<usize>, why: &str) -> LockError {
    let line = text.get(..span.start).unwrap_or_default().matches('\n').count() + 1;
    let place = Place { file: IdentityFile::FILE.to_owned(), line, span, text: Arc::from(text) };
    let problem =
        Diagnostic::error("lock::unreadable", format!("{} cannot be read", IdentityFile::FILE));
    LockError::Unreadable(Box::new(problem.at(place, why).help(
        "take one side of a merge whole, or delete the file: accepting answers writes it anew",
    )))
}

fn text(identities: &Identities) -> String {
    let mut out = format!("{HEAD}version = {VERSION}\n");
    let quoted = |text: &str| toml_edit::Value::from(text).to_string().trim().to_owned();
    let list = |out: &mut String, name: &str, values: &BTreeSet<String>| {
        if !values.is_empty() {
            let _ = writeln!(out, "{name} = [");
            for value in values {
                let _ = writeln!(out, "    {},", quoted(value));
            }
            out.push_str("]\n");
        }
    };
    for (slot, confirmed) in &identities.0 {
        let _ = write!(out, "\n[slots.{}]\n", quoted(slot.as_str()));
        let _ = writeln!(out, "requested = {}", quoted(&confirmed.requested));
        list(&mut out, "served", &confirmed.served);
        list(&mut out, "fingerprints", &confirmed.fingerprints);
        if let Some(version) = &confirmed.api_version {
            let _ = writeln!(out, "api-version = {}", quoted(version));
        }
        let _ = writeln!(out, "since = \"{}\"", confirmed.since);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn confirmed(served: &[&str]) -> Confirmed {
        Confirmed {
            requested: "gpt \"x\"".into(),
            served: served.iter().map(|id| (*id).to_owned()).collect(),
            fingerprints: BTreeSet::from(["fp_a".to_owned(), "fp_b".to_owned()]),
            api_version: Some("2023-06-01".into()),
            since: "2026-11-23".parse().unwrap(),
        }
    }

    #[test]
    fn what_is_confirmed_is_read_back_and_equal_identities_give_equal_bytes() {
        let root = tempfile::tempdir().unwrap();
        let file = IdentityFile::open(root.path());
        assert_eq!(file.read().unwrap(), Identities::default());
        let mut known = Identities::default();
        known.confirm(Slot::new("b.2").unwrap(), confirmed(&["gpt-2"]));
        known.confirm(Slot::new("a").unwrap(), confirmed(&[]));
        let mut commit = Commit::begin(root.path()).unwrap();
        IdentityFile::write(&mut commit, &known);
        commit.finish().unwrap();
        assert_eq!(file.read().unwrap(), known);
        let text = std::fs::read_to_string(root.path().join("promptmatrix.lock")).unwrap();
        assert!(text.starts_with("# ") && text.find("slots.\"a\"") < text.find("slots.\"b.2\""));
    }

    #[test]
    fn a_conflict_is_told_with_its_line() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("promptmatrix.lock");
        for bad in
            ["version = 1\n<<<<<<< HEAD\n", "version = 2\n", "version = 1\n[slots.a]\nx = 1\n"]
        {
            std::fs::write(&path, bad).unwrap();
            let error = IdentityFile::open(root.path()).read().unwrap_err();
            let LockError::Unreadable(problem) = error else { panic!("{error}") };
            assert_eq!(problem.code, "lock::unreadable");
            assert!(problem.help.is_some() || !bad.is_empty());
        }
    }
}
