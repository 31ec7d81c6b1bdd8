//! Profiles beside the snapshots: `snapshots/PROMPT/@SLOT.profile.json`.
//!
//! Written whole and in one way, so that equal profiles are equal bytes. Never decides what is
//! accepted.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use super::commit::Commit;
use super::files::{self, FOLDER, FileError};
use crate::domain::{CaseName, CellId, Diagnostic, Place, Profile, PromptName, Slot};

const ENDING: &str = ".profile.json";

/// Most characters of a line that holds more than one value.
const WIDTH: usize = 90;

/// Why a profile cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// The file is there, but it is no profile: people have to fix it. Codes are
    /// `snapshot::conflict` and `snapshot::profile`.
    #[error("{0}")]
    Unreadable(Box<Diagnostic>),
    /// The file system said no.
    #[error(transparent)]
    File(#[from] FileError),
}

impl ProfileError {
    /// The problem with file, line and fix, where there is one.
    pub fn diagnostic(&self) -> Option<&Diagnostic> {
        match self {
            Self::Unreadable(diagnostic) => Some(diagnostic),
            Self::File(_) => None,
        }
    }
}

/// The profiles of a suite. What changes them is part of a [`Commit`].
#[derive(Debug, Clone)]
pub struct Profiles {
    root: PathBuf,
}

impl Profiles {
    /// The profiles of the suite in this folder. Touches nothing yet.
    pub fn open(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// Where the profile of a prompt in a slot is kept, relative to the suite's folder, with `/`.
    pub fn file(prompt: &PromptName, slot: &Slot) -> String {
        format!("{FOLDER}/{prompt}/@{slot}{ENDING}")
    }

    /// What is known of the accepted answers of a prompt in a slot; `None` where there is no file.
    pub fn read(&self, prompt: &PromptName, slot: &Slot) -> Result<Option<Profile>, ProfileError> {
        let shown = Self::file(prompt, slot);
        let Some(bytes) = files::read(&self.root.join(&shown))? else { return Ok(None) };
        let text = String::from_utf8_lossy(&bytes);
        let profile = parse(&shown, &text)?;
        if (&profile.prompt, &profile.slot) != (prompt, slot) {
            let title = format!(
                "the profile says that it is of prompt `{}` in slot `{}`",
                profile.prompt, profile.slot
            );
            return Err(problem("snapshot::profile", (&shown, &text), 1, &title));
        }
        Ok(Some(profile))
    }

    /// Takes cells out of every profile, and a profile that has none left away.
    pub fn forget(&self, commit: &mut Commit, gone: &[CellId]) -> Result<(), ProfileError> {
        let homes: BTreeSet<_> = gone.iter().map(|cell| (&cell.prompt, &cell.model)).collect();
        for (prompt, slot) in homes {
            let Some(mut profile) = self.read(prompt, slot)? else { continue };
            let is_gone = |case: &CaseName| {
                gone.iter()
                    .any(|cell| (&cell.prompt, &cell.model, &cell.case) == (prompt, slot, case))
            };
            profile.cases.retain(|case, _| !is_gone(case));
            Self::write(commit, &profile)?;
        }
        Ok(())
    }

    /// Keeps a profile in place of the one before; one without cases is taken away.
    pub fn write(commit: &mut Commit, profile: &Profile) -> Result<(), ProfileError> {
        let path = Self::file(&profile.prompt, &profile.slot);
        if profile.cases.is_empty() {
            commit.remove(path);
            return Ok(());
        }
        let text = written(profile)
            .map_err(|error| FileError::new("write", Path::new(&path))(error.into()))?;
        commit.write(path, text);
        Ok(())
    }
}

/// Writes a value for people: what fits into a line is one, everything else a line for each member.
fn written(value: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut line = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut line, OnOneLine))?;
    let mut ends = ends(&line).into_iter();
    let mut out = Vec::with_capacity(line.len() + line.len() / 2);
    let (mut depth, mut whole_until) = (0_usize, 0);
    let new_line = |out: &mut Vec<u8>, depth| {
        out.push(b'\n');
        out.resize(out.len() + 2 * depth, b' ');
    };
    for (at, byte, is_text) in bytes(&line) {
        let opens = !is_text && matches!(byte, b'{' | b'[');
        let end = if opens { ends.next().unwrap_or(at) } else { at };
        if opens && depth > 0 && at >= whole_until && end - at < WIDTH.saturating_sub(2 * depth) {
            whole_until = end + 1;
        }
        if is_text || at < whole_until {
            out.push(byte);
            continue;
        }
        match byte {
            b'{' | b'[' => {
                depth += 1;
                out.push(byte);
                new_line(&mut out, depth);
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                new_line(&mut out, depth);
                out.push(byte);
            }
            b',' => {
                out.push(byte);
                new_line(&mut out, depth);
            }
            b' ' if out.last() != Some(&b':') => {}
            _ => out.push(byte),
        }
    }
    out.push(b'\n');
    Ok(out)
}

/// Where each bracket that opens is closed, in order of their opening.
fn ends(line: &[u8]) -> Vec<usize> {
    let (mut ends, mut open) = (Vec::new(), Vec::new());
    for (at, byte, _) in bytes(line).filter(|(.., is_text)| !is_text) {
        match byte {
            b'{' | b'[' => {
                open.push(ends.len());
                ends.push(at);
            }
            b'}' | b']' => {
                if let Some(end) = open.pop().and_then(|opened| ends.get_mut(opened)) {
                    *end = at;
                }
            }
            _ => {}
        }
    }
    ends
}

/// The bytes with their places, and whether they are of a text.
fn bytes(json: &[u8]) -> impl Iterator<Item = (usize, u8, bool)> {
    let (mut is_text, mut is_escaped) = (false, false);
    json.iter().copied().enumerate().map(move |(at, byte)| {
        let was_text = is_text;
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => is_text = !is_text,
            _ => {}
        }
        (at, byte, was_text || is_text)
    })
}

/// Spaces as people set them, all on one line.
struct OnOneLine;

impl Formatter for OnOneLine {
    fn begin_object_key<W: ?Sized + Write>(&mut self, to: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { to.write_all(b", ") }
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        to.write_all(b": ")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, to: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { to.write_all(b", ") }
    }
}

/// Whose profile a file of the folder is; `None` where it is none.
pub(super) fn named(shown: &str) -> Option<(PromptName, Slot)> {
    let (prompt, name) = shown.strip_prefix(FOLDER)?.strip_prefix('/')?.split_once('/')?;
    let slot = name.strip_prefix('@')?.strip_suffix(ENDING)?;
    Some((PromptName::new(prompt).ok()?, Slot::new(slot).ok()?))
}

fn parse(shown: &str, text: &str) -> Result<Profile, ProfileError> {
    #[derive(serde::Deserialize)]
    struct Version {
        format: u32,
    }
    let broken = |error: serde_json::Error| {
        let line = error.line().max(1);
        let marks = ["<<<<<<<", "=======", ">>>>>>>", "|||||||"];
        let written = text.lines().nth(line - 1).unwrap_or_default();
        if marks.iter().any(|mark| written.starts_with(mark)) {
            let title = "the profile has merge conflict markers";
            return problem("snapshot::conflict", (shown, text), line, title);
        }
        let title = format!("the profile cannot be read: {error}");
        problem("snapshot::profile", (shown, text), line, &title)
    };
    let Version { format } = serde_json::from_str(text).map_err(broken)?;
    if format > Profile::FORMAT {
        let title = format!("the profile has format {format}, which a later version wrote");
        return Err(problem("snapshot::profile", (shown, text), 1, &title));
    }
    serde_json::from_str(text).map(Profile::shared).map_err(broken)
}

fn problem(
    code: &'static str,
    (shown, text): (&str, &str),
    line: usize,
    title: &str,
) -> ProfileError {
    let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let length = text.lines().nth(line - 1).map_or(0, str::len);
    let place = Place::new(shown, Arc::from(text), start..start + length);
    let help = "restore the file from version control, or delete it: `promptmatrix accept --deepen` \
                makes it anew from stored runs";
    ProfileError::Unreadable(Box::new(Diagnostic::error(code, title).at(place, "here").help(help)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;

    use super::*;
    use crate::domain::CaseProfile;

    fn profile(cases: &[&str]) -> Profile {
        let case = |name: &&str| {
            (
                name.to_string().try_into().unwrap(),
                CaseProfile { n: 5, ..CaseProfile::default() }.into(),
            )
        };
        Profile {
            format: Profile::FORMAT,
            prompt: "triage".to_owned().try_into().unwrap(),
            slot: "swift".to_owned().try_into().unwrap(),
            requested: "m-1".into(),
            served: Vec::new(),
            fingerprints: Vec::new(),
            roles: BTreeMap::new(),
            cases: cases.iter().map(case).collect(),
        }
    }

    fn write(root: &Path, profile: &Profile) {
        let mut commit = Commit::begin(root).unwrap();
        Profiles::write(&mut commit, profile).unwrap();
        commit.finish().unwrap();
    }

    fn forget(root: &Path, gone: &[CellId]) {
        let mut commit = Commit::begin(root).unwrap();
        Profiles::open(root).forget(&mut commit, gone).unwrap();
        commit.finish().unwrap();
    }

    #[test]
    fn a_profile_is_read_as_it_was_written() {
        let root = tempfile::tempdir().unwrap();
        let profiles = Profiles::open(root.path());
        let one = profile(&["a", "b"]);
        write(root.path(), &one);
        assert_eq!(profiles.read(&one.prompt, &one.slot).unwrap(), Some(one.clone()));
        let bytes = fs::read_to_string(root.path().join("snapshots/triage/@swift.profile.json"));
        assert!(bytes.unwrap().starts_with("{\n  \"format\": 1,\n  \"prompt\": \"triage\""));
        write(root.path(), &profile(&[]));
        assert_eq!(profiles.read(&one.prompt, &one.slot).unwrap(), None);
    }

    #[test]
    fn what_fits_into_a_line_is_one() {
        let long = "x".repeat(80);
        let value = serde_json::json!({
            "a": [1, {"b": "}, \"{"}], "c": {"d": long, "e": [[], {}]}, "f": 1.5,
        });
        let text = String::from_utf8(written(&value).unwrap()).unwrap();
        let lines = [
            "{",
            "  \"a\": [1, {\"b\": \"}, \\\"{\"}],",
            "  \"c\": {",
            &format!("    \"d\": \"{long}\","),
            "    \"e\": [[], {}]",
            "  },",
            "  \"f\": 1.5",
            "}",
            "",
        ];
        assert_eq!(text, lines.join("\n"));
    }

    #[test]
    fn a_cell_that_is_no_more_is_forgotten_and_others_are_not() {
        let root = tempfile::tempdir().unwrap();
        let profiles = Profiles::open(root.path());
        let one = profile(&["a", "b"]);
        write(root.path(), &one);
        let cell = |text: &str| text.parse::<CellId>().unwrap();
        let gone = [cell("triage/b@swift"), cell("triage/a@other"), cell("x/a@swift")];
        forget(root.path(), &gone);
        assert_eq!(profiles.read(&one.prompt, &one.slot).unwrap(), Some(profile(&["a"])));
        forget(root.path(), &[cell("triage/a@swift")]);
        assert_eq!(profiles.read(&one.prompt, &one.slot).unwrap(), None);
    }

    #[test]
    fn a_broken_profile_names_its_line_and_the_way_out() {
        let root = tempfile::tempdir().unwrap();
        let profiles = Profiles::open(root.path());
        let one = profile(&["a"]);
        write(root.path(), &one);
        let path = root.path().join("snapshots/triage/@swift.profile.json");
        let good = fs::read_to_string(&path).unwrap();
        for (text, code, line) in [
            (good.replace("  \"slot\"", "<<<<<<< ours\n  \"slot\""), "snapshot::conflict", 4),
            (good.replace("\"n\": 5", "\"n\": \"five\""), "snapshot::profile", 7),
            (good.replace("\"format\": 1", "\"format\": 2"), "snapshot::profile", 1),
            (good.replace("\"triage\"", "\"other\""), "snapshot::profile", 1),
        ] {
            fs::write(&path, text).unwrap();
            let error = profiles.read(&one.prompt, &one.slot).unwrap_err();
            let problem = error.diagnostic().unwrap();
            assert_eq!((problem.code, problem.place.as_ref().unwrap().line), (code, line));
            assert!(problem.help.as_ref().unwrap().contains("--deepen"));
        }
    }

    #[test]
    fn a_file_names_its_profile() {
        let (prompt, slot) = named("snapshots/triage/@swift.profile.json").unwrap();
        assert_eq!(Profiles::file(&prompt, &slot), "snapshots/triage/@swift.profile.json");
        assert_eq!(named("snapshots/triage/a@swift.snap"), None);
        assert_eq!(named("snapshots/triage/@swift.json"), None);
    }
}
