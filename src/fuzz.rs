//! What reads bytes from outside, each as a function of bytes: no panic, and the laws beside it hold.
//! `fuzz/` feeds them for as long as one likes, the test below for a moment.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what goes wrong here is what is looked for"
)]

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use flate2::Crc;
use serde_json::Value;
use tempfile::TempDir;

use crate::cost::price;
use crate::diff::diff;
use crate::domain::{
    Completion, Hash, HttpResponse, Model, Output, Sink, Source, StopReason, StoreSettings,
    Structured, Suite, ToolCall,
};
use crate::extract::{Reading, extract};
use crate::normalise::normalise;
use crate::provider::{self, DIALECTS};
use crate::store::{Recordings, Reopened, Runs, Snapshots, read_record};
use crate::suite::{answers, load};

type Target = (&'static str, fn(&[u8]));

/// By name, as in `cargo fuzz run NAME`. A first byte chooses where there are several ways.
const TARGETS: [Target; 11] = [
    ("cases", cases),
    ("config", config),
    ("decode", decode),
    ("diff", diffed),
    ("extract", extracted),
    ("front-matter", front_matter),
    ("import", imported),
    ("journal", journal),
    ("recording", recording),
    ("schema", schema),
    ("snapshot", snapshot),
];

/// Feeds the target of this name.
///
/// # Panics
/// Where something is found.
pub fn run(target: &str, bytes: &[u8]) {
    let found = TARGETS.iter().find(|(name, _)| *name == target);
    found.unwrap_or_else(|| panic!("there is no target `{target}`")).1(bytes);
}

const FILES: [(&str, &str); 3] = [
    (
        "promptmatrix.toml",
        "version = 1\n[models.one]\nprovider = \"demo\"\nid = \"demo-2026-01-01\"\n",
    ),
    (
        "schemas/triage.json",
        r#"{"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "array"}}}"#,
    ),
    (
        "prompts/triage.md",
        "+++\nschema = \"schemas/triage.json\"\n[[case]]\nname = \"x\"\ninput = \"{{v}}\"\nvars.v = 1\n+++\nJSON.\n",
    ),
];

thread_local! {
    /// A suite of one cell, and its folder.
    static SMALL: (TempDir, Suite) = {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in FILES {
            put(folder.path(), path, text.as_bytes());
        }
        let suite = load(&folder.path().join("promptmatrix.toml"), None).unwrap().suite;
        (folder, suite)
    };
}

fn put(root: &Path, path: &str, bytes: &[u8]) -> PathBuf {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, bytes).unwrap();
    path
}

/// Loads the suite with another file in it: there is a suite, or every problem has its words.
fn loaded(path: &str, bytes: &[u8]) {
    SMALL.with(|(folder, _)| {
        let file = put(folder.path(), path, bytes);
        if let Err(problems) = load(&folder.path().join("promptmatrix.toml"), None) {
            assert!(problems.0.iter().all(|problem| !problem.title.is_empty()));
        }
        match FILES.iter().find(|(own, _)| *own == path) {
            Some((_, text)) => fs::write(file, text).unwrap(),
            None => fs::remove_file(file).unwrap(),
        }
    });
}

fn config(bytes: &[u8]) {
    loaded("promptmatrix.toml", bytes);
}

fn front_matter(bytes: &[u8]) {
    loaded("prompts/triage.md", bytes);
}

fn schema(bytes: &[u8]) {
    loaded("schemas/triage.json", bytes);
}

fn cases(bytes: &[u8]) {
    let (way, bytes) = way(bytes);
    loaded(
        if way % 2 == 0 { "prompts/triage.cases.jsonl" } else { "prompts/triage.cases.csv" },
        bytes,
    );
}

/// The first byte, and the rest.
fn way(bytes: &[u8]) -> (usize, &[u8]) {
    bytes.split_first().map_or((0, bytes), |(first, rest)| (usize::from(*first), rest))
}

fn decode(bytes: &[u8]) {
    const STATUS: [u16; 5] = [200, 400, 404, 429, 500];
    let (way, body) = way(bytes);
    let (dialect, status) = (way % DIALECTS.len(), way / DIALECTS.len() % STATUS.len());
    let model = SMALL.with(|(_, suite)| Model::clone(&suite.cells[0].model));
    let model = Model { dialect: DIALECTS[dialect].name.to_owned(), ..model };
    let response = HttpResponse {
        status: STATUS[status],
        headers: Vec::new(),
        body: body.to_vec(),
        elapsed: Duration::ZERO,
        source: Source::Fresh,
    };
    match provider::decode(&model, &response) {
        Ok(completion) => read_every_way(&completion),
        Err(error) => assert!(!error.message.is_empty()),
    }
}

fn extracted(bytes: &[u8]) {
    let (way, bytes) = way(bytes);
    let text = String::from_utf8_lossy(bytes).into_owned();
    let stop = if way % 2 == 0 { StopReason::Complete } else { StopReason::Unknown };
    let call = ToolCall { name: "triage".to_owned(), arguments: text.clone() };
    let called = Completion { tool_calls: vec![call], stop, ..Completion::default() };
    read_every_way(&Completion { text: Some(text), stop, ..Completion::default() });
    read_every_way(&called);
}

fn read_every_way(completion: &Completion) {
    let json = SMALL.with(|(_, suite)| suite.cells[0].request().output);
    for output in [&json, &Output::Text] {
        for structured in [Structured::Native, Structured::Tool, Structured::Prompt] {
            for tolerant in [None, Some(true), Some(false)] {
                let found = extract(completion, Reading::of(output, structured, tolerant));
                assert!(found.value.is_some() || found.cause.is_some());
                assert!(!found.strict || found.value.is_some() && found.sub.is_none());
            }
        }
    }
}

/// Two values, one a line: they differ where they are not equal, and nowhere from themselves.
fn diffed(bytes: &[u8]) {
    let mut values =
        bytes.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok());
    let Some((before, after)) = values.next().zip(values.next()) else { return };
    let (rules, output) =
        SMALL.with(|(_, suite)| (suite.cells[0].compare.clone(), suite.cells[0].request().output));
    let [before, after]: [Value; 2] = [before, after].map(|value| normalise(&value, &rules));
    assert_eq!(normalise(&before, &rules), before);
    assert!(diff(&before, &before, &rules, &output).is_empty());
    let forth = diff(&before, &after, &rules, &output);
    assert_eq!(forth.is_empty(), diff(&after, &before, &rules, &output).is_empty());
}

fn imported(bytes: &[u8]) {
    let (way, bytes) = way(bytes);
    SMALL.with(|(folder, suite)| {
        let file = put(folder.path(), "given", bytes);
        match way % 3 {
            0 => drop(answers(&file, suite)),
            1 => drop(price::import(&String::from_utf8_lossy(bytes), None)),
            _ => drop(read_record(&file)),
        }
    });
}

/// A journal of these bytes, or of these lines with checksums that hold.
fn journal(bytes: &[u8]) {
    const RUN: &str = "20260101-000000-0000";
    let (way, bytes) = way(bytes);
    let mut sealed = String::new();
    for line in String::from_utf8_lossy(bytes).lines() {
        let (members, mut sum) = (line.get(1..).unwrap_or_default(), Crc::new());
        sum.update(members.as_bytes());
        let _ = writeln!(sealed, r#"{{"crc":"{:08x}",{members}"#, sum.sum());
    }
    let bytes = if way % 2 == 0 { sealed.as_bytes() } else { bytes };
    SMALL.with(|(folder, _)| {
        let runs = Runs::open(folder.path());
        put(folder.path(), &format!(".promptmatrix/runs/{RUN}/cells.jsonl"), bytes);
        let _ = (runs.answered(RUN), runs.each_call(|_, _| ()), runs.begun(RUN));
        let before = runs.answers(RUN);
        if let Ok(Reopened { mut journal, entries, .. }) = runs.reopen(RUN) {
            assert_eq!(before.unwrap(), entries);
            journal.answers(&entries).unwrap();
            assert_eq!(runs.answers(RUN).unwrap(), [&entries[..], &entries].concat());
        }
    });
}

/// A single file of a recording, or a pack of many.
fn recording(bytes: &[u8]) {
    let (way, bytes) = way(bytes);
    let hash = Hash::of_bytes(b"request");
    SMALL.with(|(folder, _)| {
        let mut settings = StoreSettings::default();
        let file = if way % 2 == 0 {
            settings.recordings = Some("recordings".into());
            format!("recordings/{}/{hash}-1.json", hash.short(2))
        } else {
            ".promptmatrix/recordings/000001.jsonl.gz".to_owned()
        };
        put(folder.path(), &file, bytes);
        let recordings = Recordings::open(folder.path(), &settings);
        let _ = (recordings.find(&hash, 1), recordings.unneeded(&[].into()));
    });
}

fn snapshot(bytes: &[u8]) {
    SMALL.with(|(folder, suite)| {
        let cell = &suite.cells[0].id;
        put(folder.path(), &Snapshots::file(cell), bytes);
        let _ = Snapshots::open(folder.path()).accepted(cell);
    });
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::Index;
    use proptest::test_runner::{Config, TestRunner};

    use super::*;

    /// What every syntax here is made of.
    const TOKENS: [&str; 24] = [
        "{",
        "}",
        "[",
        "]",
        "\"",
        ":",
        ",",
        "\n",
        "+++\n",
        "---\n",
        "=",
        "[[case]]\n",
        "null",
        "-1",
        "1e999",
        "\\u",
        "\\ud800",
        "é",
        "\u{feff}",
        "\0",
        "```json\n",
        "{{",
        "{%",
        "\"$ref\":\"#\"",
    ];

    fn seeds(target: &str) -> Vec<Vec<u8>> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
        let files = fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
        let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
        files.sort();
        files.into_iter().map(|file| fs::read(file).unwrap()).collect()
    }

    /// The bytes with a part replaced.
    fn mutated(mut bytes: Vec<u8>, changes: &[(Index, Index, usize)]) -> Vec<u8> {
        for (at, length, what) in changes {
            let at = at.index(bytes.len() + 1);
            let end = at + length.index((bytes.len() - at).min(12) + 1);
            let new = TOKENS
                .get(*what)
                .map_or(vec![u8::try_from(what % 256).unwrap()], |token| token.as_bytes().to_vec());
            bytes.splice(at..end, new);
        }
        bytes
    }

    #[test]
    fn nothing_that_is_read_makes_it_panic() {
        let change = (any::<Index>(), any::<Index>(), 0..280_usize);
        let case = (any::<Index>(), prop::collection::vec(change, 0..8));
        for (name, target) in TARGETS {
            let seeds = seeds(name);
            assert!(!seeds.is_empty(), "no seeds of {name}");
            let config = Config { cases: 100, failure_persistence: None, ..Config::default() };
            let rng = proptest::test_runner::TestRng::deterministic_rng(config.rng_algorithm);
            TestRunner::new_with_rng(config, rng)
                .run(&case, |(seed, changes)| {
                    target(&mutated(seeds[seed.index(seeds.len())].clone(), &changes));
                    Ok(())
                })
                .unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }

    #[test]
    fn every_target_can_be_run() {
        let text = fs::read_to_string("fuzz/Cargo.toml").unwrap();
        let manifest: toml::Value = toml::from_str(&text).unwrap();
        let bins = manifest["bin"].as_array().unwrap().iter();
        let names: Vec<&str> = bins.map(|bin| bin["name"].as_str().unwrap()).collect();
        assert_eq!(names, TARGETS.map(|(name, _)| name));
    }

    #[test]
    fn nesting_without_end_is_refused() {
        let deep = |open: &str| open.repeat(100_000);
        config(format!("version = {}", deep("[")).as_bytes());
        config(format!("version = {}", deep("{a=")).as_bytes());
        config(format!("[{}x]", deep("a.")).as_bytes());
        schema(deep("{\"a\":").as_bytes());
        cases(format!("\0{}", deep("[")).as_bytes());
        front_matter(format!("{{{{ {} }}}}", deep("(")).as_bytes());
        snapshot(format!("---\na: 1\n---\n{}", deep("[")).as_bytes());
    }
}
