//! Worlds that are read, and worlds that are not.

use super::*;

fn error(text: &str) -> (String, String) {
    let error = World::parse(text).unwrap_err();
    (error.message, text.get(error.span).unwrap().to_owned())
}

#[test]
fn the_builtin_world_has_a_floating_id() {
    let world = World::builtin();
    assert!(world.models().contains(&"demo-v1-2026-03-02"));
    assert_eq!(world.version("demo-v1").unwrap().id, "demo-v1-2026-03-02");
    assert_eq!(world.version("demo").unwrap().id, "demo-v2-2026-09-18");
}

#[test]
fn a_mistake_is_marked_where_it_stands() {
    let quirk = |quirk: &str| format!("[[version]]\nid = \"a\"\nquirks = [{{ {quirk} }}]\n");
    for (text, message, place) in [
        ("sed = 1".to_owned(), "unknown field `sed`", "sed"),
        ("[alias]\na = \"b\"".to_owned(), "names a version that is not", "\"b\""),
        (quirk("kind = \"fensed\""), "did you mean `fenced`?", "\"fensed\""),
        (quirk("kind = \"fenced\", rate = 1.5"), "between 0 and 1", "1.5"),
        (quirk("kind = \"fenced\", to = 1"), "`fenced` takes no `to`", "1"),
        (quirk("kind = \"error\", to = 200"), "from 400 to 599", "200"),
        (quirk("kind = \"value-to-null\", pointer = \"tags\""), "JSON Pointer", "\"tags\""),
        ("[[answer]]\nwhen = \"x\"\njson = \"{\"".to_owned(), "is not JSON", "\"{\""),
    ] {
        let (said, marked) = error(&text);
        assert!(said.contains(message), "{said}");
        assert_eq!(marked, place, "{said}");
    }
}

#[test]
fn an_answer_says_exactly_one_thing() {
    for body in ["", "text = \"a\"\nvalue = 1", "text = \"a\"\narguments = {}"] {
        assert!(World::parse(&format!("[[answer]]\nwhen = \"x\"\n{body}")).is_err(), "{body}");
    }
}

#[test]
fn a_version_is_there_once_and_is_no_alias() {
    let twice = "[[version]]\nid = \"a\"\n[[version]]\nid = \"a\"\n";
    assert!(error(twice).0.contains("there twice"));
    let both = "[alias]\na = \"a\"\n[[version]]\nid = \"a\"\n";
    assert!(error(both).0.contains("already the id"));
}
