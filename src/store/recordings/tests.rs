//! What is written and read, refused and removed.

mod packs;

use std::fs;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::domain::{Channel, Header};

const KEY: &str = "sk-marker-0123456789";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn request(question: &str) -> HttpRequest {
    HttpRequest {
        channel: Channel::Http,
        url: "https://api.example/v1/chat/completions".into(),
        headers: vec![Header::secret("authorization", "Bearer ", EnvName("API_KEY".into()))],
        body: json!({"model": "m-1", "messages": [{"role": "user", "content": question}]}),
    }
}

fn response(body: &[u8]) -> HttpResponse {
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    HttpResponse {
        status: 200,
        headers: vec![
            header("set-cookie", "session=1"),
            header("x-request-id", "req_1"),
            header("x-ratelimit-remaining-requests", "59"),
        ],
        body: body.to_vec(),
        elapsed: Duration::from_micros(1_234_567),
        source: Source::Fresh,
    }
}

/// In packs.
fn packed(root: &Path) -> Recordings {
    Recordings::open(root, &StoreSettings::default())
}

/// In a folder of files.
fn filed(root: &Path) -> Recordings {
    let settings =
        StoreSettings { recordings: Some("recorded".into()), ..StoreSettings::default() };
    Recordings::open(root, &settings)
}

const HOMES: [fn(&Path) -> Recordings; 2] = [packed, filed];

fn file(root: &Path, hash: &Hash, ending: &str) -> PathBuf {
    root.join("recorded").join(hash.short(2)).join(format!("{hash}{ending}.json"))
}

fn keep(
    recordings: &Recordings,
    (question, trial): (&str, u32),
    body: &[u8],
) -> Result<(), RecordingError> {
    let (request, response) = (request(question), response(body));
    let at = at("2026-11-20T08:00:00Z");
    let secret_in = |bytes: &[u8]| {
        String::from_utf8_lossy(bytes).contains(KEY).then(|| EnvName("API_KEY".into()))
    };
    let hash = request.hash();
    let exchange = Exchange { request: &request, hash: &hash, trial, response: &response, at };
    recordings.keep(exchange, secret_in)
}

/// Paths below the folder, sorted.
fn written(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { found.extend(written(&path)) } else { found.push(path) }
    }
    found.retain(|path| !path.ends_with(".gitignore"));
    found.sort();
    found
}

#[test]
fn a_recording_is_a_readable_file_beside_its_request() {
    let root = tempfile::tempdir().unwrap();
    let recordings = filed(root.path());
    keep(&recordings, ("hello", 2), br#"{"id":"x","choices":[]}"#).unwrap();
    let hash = request("hello").hash();
    let answer = fs::read_to_string(file(root.path(), &hash, "-2")).unwrap();
    let digest = serde_json::from_str::<Value>(&answer).unwrap()["digest"].clone();
    let expected = format!(
        r#"{{
  "format": 1,
  "digest": {digest},
  "exchange": {{
    "request": "{hash}",
    "trial": 2,
    "recorded_at": "2026-11-20T08:00:00Z",
    "elapsed_ms": 1234,
    "status": 200,
    "headers": {{
      "x-request-id": "req_1"
    }},
    "body": {{
      "json": {{
        "id": "x",
        "choices": []
      }}
    }}
  }}
}}
"#
    );
    assert_eq!(answer, expected);
    let asked = fs::read_to_string(file(root.path(), &hash, "")).unwrap();
    let asked: Value = serde_json::from_str(&asked).unwrap();
    assert_eq!(asked["body"]["json"], request("hello").body);
    assert_eq!(asked["headers"][0]["value"]["secret"]["env"], "API_KEY");
    keep(&recordings, ("hello", 3), b"{}").unwrap();
    assert_eq!(written(root.path()).len(), 3, "the request is kept once");
}

#[test]
fn every_sample_has_a_recording_of_its_own_and_the_last_one_holds() {
    for home in HOMES {
        let root = tempfile::tempdir().unwrap();
        let recordings = home(root.path());
        for (trial, body) in [(1, "old"), (2, "two"), (1, "one")] {
            keep(&recordings, ("hello", trial), body.as_bytes()).unwrap();
        }
        recordings.finish().unwrap();
        let find = |question: &str, trial| {
            let found = recordings.find(&request(question).hash(), trial).unwrap();
            found.map(|response| String::from_utf8(response.body).unwrap())
        };
        assert_eq!(find("hello", 1).as_deref(), Some("one"));
        assert_eq!(find("hello", 2).as_deref(), Some("two"));
        assert_eq!(find("hello", 3), None);
        assert_eq!(find("hullo", 1), None);
    }
}

#[test]
fn a_recording_says_when_it_was_made_and_how_long_it_took() {
    for home in HOMES {
        let root = tempfile::tempdir().unwrap();
        let recordings = home(root.path());
        keep(&recordings, ("hello", 1), b"{}").unwrap();
        recordings.finish().unwrap();
        let hash = request("hello").hash();
        let found = recordings.find(&hash, 1).unwrap().unwrap();
        assert_eq!(found.source.recorded_at(), Some(at("2026-11-20T08:00:00Z")));
        assert_eq!(recordings.recorded_at(&hash, 1).unwrap(), found.source.recorded_at());
        assert_eq!(found.elapsed, Duration::from_millis(1234));
    }
}

#[test]
fn only_a_younger_recording_is_taken() {
    let root = tempfile::tempdir().unwrap();
    let recordings = packed(root.path());
    keep(&recordings, ("hello", 1), b"{}").unwrap();
    recordings.finish().unwrap();
    let hash = request("hello").hash();
    let week = Duration::from_hours(7 * 24);
    let found = |now: &str, age| recordings.find_younger((&hash, 1), at(now), age).unwrap();
    assert!(found("2026-11-27T07:59:59Z", week).is_some());
    assert!(found("2026-11-27T08:00:00Z", week).is_none());
    assert!(found("2026-11-20T08:00:00Z", Duration::ZERO).is_none());
    assert!(found("2026-11-20T07:00:00Z", week).is_some(), "a clock that was set back");
    assert!(found("9999-01-01T00:00:00Z", Duration::MAX).is_some());
}

#[test]
fn a_torn_edited_or_misplaced_recording_is_an_error_that_names_its_file() {
    let root = tempfile::tempdir().unwrap();
    let recordings = filed(root.path());
    keep(&recordings, ("hello", 1), br#"{"a":"billing","b":1}"#).unwrap();
    let hash = request("hello").hash();
    let path = file(root.path(), &hash, "-1");
    let text = fs::read_to_string(&path).unwrap();
    let reordered =
        text.replace("\"a\": \"billing\",\n        \"b\": 1", "\"b\": 1,\n\"a\": \"billing\"");
    for (broken, word) in [
        (text[..text.len() / 2].to_owned(), "EOF"),
        (text.replace("billing", "account"), "edited"),
        (text.replace("\"status\": 200", "\"status\": 404"), "edited"),
        (reordered, "edited"),
        (text.replace("\"format\": 1", "\"format\": 7"), "format 7"),
        (text.replace("\"status\"", "\"state\""), "state"),
        (String::new(), "EOF"),
    ] {
        assert_ne!(broken, text);
        fs::write(&path, &broken).unwrap();
        let error = recordings.find(&hash, 1).unwrap_err().to_string();
        assert!(error.contains(&format!("{hash}-1.json")) && error.contains(word), "{error}");
    }
    fs::write(file(root.path(), &hash, "-2"), &text).unwrap();
    assert!(recordings.find(&hash, 2).unwrap_err().to_string().contains("another request"));
    fs::write(&path, text.replace('\n', "\r\n")).unwrap();
    assert!(recordings.find(&hash, 1).unwrap().is_some(), "git may change line ends");
}

#[test]
fn nothing_is_written_where_a_secret_stands() {
    let root = tempfile::tempdir().unwrap();
    let recordings = filed(root.path());
    let long = format!("{KEY} {}", "word ".repeat(5000));
    let odd = [&[0xff, 0xfe][..], KEY.as_bytes()].concat();
    for (question, body) in [
        ("hello", KEY.as_bytes()),
        ("hello", long.as_bytes()),
        ("hello", &odd),
        (KEY, b"{}"),
        (&long, b"{}"),
    ] {
        let error = keep(&recordings, (question, 1), body).unwrap_err();
        assert!(matches!(&error, RecordingError::Secret(name) if name.0 == "API_KEY"), "{error}");
        assert!(!error.to_string().contains(KEY));
    }
    let packs = packed(root.path());
    for body in [KEY.as_bytes(), long.as_bytes(), &odd] {
        let error = keep(&packs, ("hello", 1), body).unwrap_err();
        assert!(matches!(&error, RecordingError::Secret(name) if name.0 == "API_KEY"), "{error}");
    }
    packs.finish().unwrap();
    assert!(written(root.path()).is_empty());
}

#[test]
fn a_chosen_folder_holds_the_recordings_and_nothing_private_is_made() {
    let root = tempfile::tempdir().unwrap();
    keep(&filed(root.path()), ("hello", 1), b"{}").unwrap();
    let folder = root.path().join("recorded");
    assert_eq!(written(root.path()).len(), 2);
    assert!(written(root.path()).iter().all(|path| path.starts_with(&folder)));
}

#[test]
fn what_no_request_needs_is_found_and_removed_and_other_files_stay() {
    for (home, folder, files) in
        [(HOMES[0], ".promptmatrix/recordings/", 1), (HOMES[1], "recorded/", 2)]
    {
        let root = tempfile::tempdir().unwrap();
        let recordings = home(root.path());
        for question in ["one", "two"] {
            keep(&recordings, (question, 1), b"{}").unwrap();
        }
        recordings.finish().unwrap();
        let foreign = root.path().join(folder).join("aa/notes.json");
        fs::create_dir_all(foreign.parent().unwrap()).unwrap();
        fs::write(&foreign, "{}").unwrap();
        let needed = BTreeSet::from([request("one").hash()]);
        let unneeded = recordings.unneeded(&needed).unwrap();
        let gone = request("two").hash();
        assert_eq!(unneeded.len(), files);
        assert!(unneeded.iter().all(|file| file.request == gone));
        assert!(unneeded[0].path.starts_with(folder), "{unneeded:?}");
        recordings.prune(&unneeded).unwrap();
        let recordings = home(root.path());
        assert!(recordings.unneeded(&needed).unwrap().is_empty());
        assert!(recordings.find(&request("one").hash(), 1).unwrap().is_some());
        assert!(recordings.find(&gone, 1).unwrap().is_none() && foreign.exists());
        let unneeded = recordings.unneeded(&BTreeSet::new()).unwrap();
        recordings.prune(&unneeded).unwrap();
        assert_eq!(written(root.path()), [foreign]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn an_exchange_replays_byte_for_byte(
        body in proptest::collection::vec(any::<u8>(), 0..300),
        status in 200u16..600,
        times in 1usize..60,
    ) {
        let root = tempfile::tempdir().unwrap();
        for home in HOMES {
            let recordings = home(root.path());
            let request = request("hello");
            let response = HttpResponse { status, ..response(&body.repeat(times)) };
            let at = at("2026-11-20T08:00:00Z");
            let hash = request.hash();
            let exchange =
                Exchange { request: &request, hash: &hash, trial: 1, response: &response, at };
            recordings.keep(exchange, |_| None).unwrap();
            recordings.finish().unwrap();
            let found = recordings.find(&request.hash(), 1).unwrap().unwrap();
            prop_assert_eq!((found.status, found.body), (status, response.body));
        }
    }
}
