//! Packs over many runs, and packs that were torn.

use super::*;

/// One run that records these questions, answered by its name.
fn run(root: &Path, name: &str, questions: impl IntoIterator<Item = u32>) {
    let recordings = packed(root);
    for number in questions {
        keep(&recordings, (&format!("q{number}"), 1), name.as_bytes()).unwrap();
    }
    recordings.finish().unwrap();
}

fn answered(root: &Path, number: u32) -> Option<String> {
    let found = packed(root).find(&request(&format!("q{number}")).hash(), 1).unwrap()?;
    Some(String::from_utf8(found.body).unwrap())
}

#[test]
fn a_pack_is_gzip_of_lines() {
    let root = tempfile::tempdir().unwrap();
    run(root.path(), "one", 0..200);
    let [pack] = &written(root.path())[..] else { panic!() };
    assert!(pack.ends_with(".promptmatrix/recordings/000001.jsonl.gz"), "{}", pack.display());
    let mut text = String::new();
    let mut lines = flate2::read::MultiGzDecoder::new(fs::File::open(pack).unwrap());
    std::io::Read::read_to_string(&mut lines, &mut text).unwrap();
    assert_eq!(text.lines().count(), 200);
    let first: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert_eq!(first["body"], json!({"text": "one"}));
    assert_eq!(first["request"], json!(request("q0").hash()));
}

#[test]
fn there_are_never_many_packs_and_what_was_recorded_last_holds() {
    let root = tempfile::tempdir().unwrap();
    run(root.path(), "night 1", 0..100);
    run(root.path(), "night 2", 0..100);
    assert_eq!(written(root.path()).len(), 1, "nothing of the first night holds any more");
    for number in 0..100 {
        run(root.path(), "one", [number % 50]);
        assert!(written(root.path()).len() <= 8, "{:?}", written(root.path()));
    }
    for number in 0..100 {
        let by = if number < 50 { "one" } else { "night 2" };
        assert_eq!(answered(root.path(), number).as_deref(), Some(by), "{number}");
    }
    assert_eq!(answered(root.path(), 100), None);
}

#[test]
fn a_run_that_ends_without_saying_so_loses_nothing_that_it_kept() {
    let root = tempfile::tempdir().unwrap();
    keep(&packed(root.path()), ("q1", 1), b"one").unwrap();
    assert_eq!(answered(root.path(), 1).as_deref(), Some("one"));
}

#[test]
fn a_pack_in_use_stays_as_it_is() {
    let root = tempfile::tempdir().unwrap();
    let slow = packed(root.path());
    for number in 0..65 {
        keep(&slow, (&format!("q{number}"), 1), b"slow").unwrap();
    }
    run(root.path(), "quick", 0..64);
    run(root.path(), "quick", 100..164);
    keep(&slow, ("q65", 1), b"slow").unwrap();
    slow.finish().unwrap();
    for (number, by) in [(0, "quick"), (63, "quick"), (64, "slow"), (65, "slow"), (100, "quick")] {
        assert_eq!(answered(root.path(), number).as_deref(), Some(by), "{number}");
    }
}

#[test]
fn a_torn_or_damaged_pack_keeps_what_stands_before_and_is_named_for_the_rest() {
    let root = tempfile::tempdir().unwrap();
    run(root.path(), "one", 0..192);
    let [pack] = &written(root.path())[..] else { panic!() };
    let whole = fs::read(pack).unwrap();
    let second = whole.windows(4).skip(1).position(|at| at == [0x1f, 0x8b, 8, 4]).unwrap() + 1;
    let flipped = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        bytes
    };
    let error = |number: u32| {
        let found = packed(root.path()).find(&request(&format!("q{number}")).hash(), 1);
        found.map_err(|error| error.to_string())
    };
    for bytes in [
        whole[..second + 10].to_vec(),
        whole[..whole.len() - 1].to_vec(),
        flipped(second + 3),
        flipped(second + 17),
        flipped(second + 60),
        flipped(second + 64 * 44 + 40),
    ] {
        fs::write(pack, bytes).unwrap();
        assert_eq!(answered(root.path(), 0).as_deref(), Some("one"));
        let broken = [64, 191].map(|number| error(number).err().unwrap_or_default()).concat();
        assert!(broken.contains("000001.jsonl.gz cannot be replayed"), "{broken}");
    }
    // Recorded anew, all is well.
    run(root.path(), "two", 0..192);
    assert_eq!(
        (answered(root.path(), 70).as_deref(), written(root.path()).len()),
        (Some("two"), 1)
    );
}
