//! Numbers keep every digit from the answer to the snapshot and back.

use crate::project::Project;

fn project() -> Project {
    let project = Project::empty();
    project.write(
        "promptmatrix.toml",
        "version = 1\n[models.m]\nprovider = \"command\"\nid = \"x\"\ncommand = [\"true\"]\n",
    );
    let schema =
        r#"{"type": "object", "properties": {"n": {"type": "number"}, "id": {"type": "integer"}}}"#;
    project.write("schemas/n.json", schema);
    let prompt =
        "+++\nschema = \"schemas/n.json\"\n[[case]]\nname = \"c\"\ninput = \"x\"\n+++\nJSON.\n";
    project.write("prompts/p.md", prompt);
    project
}

fn import(project: &Project, text: &str) -> crate::project::Done {
    let line = serde_json::json!({"prompt": "p", "case": "c", "model": "m", "text": text});
    project.write("a.jsonl", &format!("{line}\n"));
    project.run(&["import", "answers", "a.jsonl"])
}

/// What comes of an answer after another one was accepted; the snapshot holds `kept`.
fn after(first: &str, kept: &str, second: &str) -> (i32, String) {
    let project = project();
    import(&project, first).exits(0);
    project.run(&["accept", "--all"]).exits(0);
    let snapshot = project.read("snapshots/p/c@m.snap");
    assert!(snapshot.contains(kept), "{snapshot}");
    let done = import(&project, second);
    (done.code, done.stdout)
}

/// One answer beside one accepted one is no proof, and is said to be suspect.
#[test]
fn a_digit_beyond_what_a_machine_number_holds_is_a_change() {
    for (first, second) in [
        ("123456789012345678901234567890", "123456789012345678901234567999"),
        ("98765432109876543210", "98765432109876543211"),
        ("-98765432109876543210", "-98765432109876543219"),
    ] {
        let of = |digits: &str| format!("{{\"id\": {digits}}}");
        let (code, text) = after(&of(first), first, &of(second));
        assert!(code == 0 && text.contains("1 suspect") && text.contains(second), "{text}");
        let (code, text) = after(&of(first), first, &of(first));
        assert!(code == 0 && text.contains("1 same"), "{text}");
    }
    let of = |digits: &str| format!("{{\"n\": {digits}}}");
    let (first, second) = ("0.12345678901234567890123", "0.12345678901234567890124");
    let (code, text) = after(&of(first), first, &of(second));
    // Of a number that is measured, so little is no news; that it is another one is not hidden.
    assert!(code == 0 && text.contains("1 varies"), "{text}");
}

#[test]
fn the_same_number_written_otherwise_is_no_change() {
    for (first, kept, second) in [
        (r#"{"id": 0}"#, "\"id\": 0", r#"{"id": -0}"#),
        (r#"{"id": -0}"#, "\"id\": 0", r#"{"id": 0}"#),
        (r#"{"n": 1.50}"#, "\"n\": 1.5", r#"{"n": 15e-1}"#),
        (r#"{"n": 0.0}"#, "\"n\": 0.0", r#"{"n": -0.0}"#),
    ] {
        let (code, text) = after(first, kept, second);
        assert!(code == 0 && text.contains("1 same"), "{second}: {text}");
    }
}
