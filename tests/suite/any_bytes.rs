//! Whatever stands in the files, loading ends with a suite or with diagnostics.

use proptest::prelude::*;

use crate::fixture::Files;

fn with(path: &str, bytes: impl AsRef<[u8]>) {
    let files = Files::small().file(path, bytes);
    if let Err(error) = files.load(None) {
        assert!(!format!("{error} {error:?}").is_empty());
    }
}

const TOML: &str = "([a-z.\\-]{1,8}( ?= ?)?|version = 1\n|\\[models\\.a\\]\n|provider = \"demo\"\n|\
                    id = |\\[\\[case\\]\\]\n|name = \"x\"\n|[\\[\\]{}\",=\n'+]|é|[0-9.\\-einf]{1,5}| ){0,30}";

const JSON_LINE: &str =
    "(\\{\"name\": \"a\", \"input\": |\"vars\": |[\\[\\]{}\",:\n]|é|[a-z0-9]| ){0,30}";

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..80)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_config_makes_loading_panic(bytes in prop_oneof![bytes(), TOML.prop_map(String::into_bytes)]) {
        with("promptmatrix.toml", bytes);
    }

    #[test]
    fn no_front_matter_makes_loading_panic(text in TOML, body in "(\\{\\{|\\}\\}|\\{%|[a-zé ]|\n){0,12}") {
        with("prompts/triage.md", format!("+++\n{text}\n+++\n{body}"));
    }

    #[test]
    fn no_cases_make_loading_panic(bytes in prop_oneof![bytes(), JSON_LINE.prop_map(String::into_bytes)]) {
        with("prompts/triage.cases.jsonl", &bytes);
        with("prompts/triage.cases.csv", [b"name,input,x\n", &bytes[..]].concat());
    }

    #[test]
    fn no_schema_makes_loading_panic(
        text in "(\"\\$ref\":\"[#/a-z$%.]{0,8}\"|\"\\$defs\":|\"\\$id\":|[\\[\\]{}\",:]|é|[a-z0-9]){0,20}"
    ) {
        with("schemas/triage.json", format!("{{{text}}}"));
    }
}

#[test]
fn nesting_without_end_is_refused() {
    let deep = |open: &str| open.repeat(100_000);
    with("promptmatrix.toml", format!("version = {}", deep("[")));
    with("promptmatrix.toml", format!("version = {}", deep("{a=")));
    with("promptmatrix.toml", format!("[{}x]", deep("a.")));
    with("schemas/triage.json", deep("{\"a\":"));
    with("prompts/triage.cases.jsonl", deep("["));
    with("prompts/triage.md", format!("{{{{ {} }}}}", deep("(")));
}
