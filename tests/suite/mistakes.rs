//! Every mistake is told with its place and its fix, all of them in one go.

use crate::fixture::{Files, file, line, marked};

const WRONG_CONFIG: &str = r#"version = 1
[run]
max-concurency = 4
timeout = "60"
samples = "3"
[defaults]
temperature = 3.5
[models.gpt]
provider = "opnai"
id = "x-1"
[models.sonnet]
provider = "anthropic"
[models.claude]
provider = "anthropic"
id = "claude-20241022"
seed = 7
[models.local]
provider = "openai-compatible"
id = "l-1"
[models.script]
provider = "command"
[compare]
ignore = ["request_id"]
[levels]
field-addded = "info"
[gate]
strictness = "contarct"
[demo]
world = "../world.toml"
"#;

const WRONG_PROMPT: &str = r#"+++
schema = "schemas/a.json"
models = ["claud"]
model = []
[[case]]
name = "x"
input = "y"
[[case]]
name = "x"
input = "y"
[[case]]
name = "none"
[[case]]
name = "file"
input-file = "no.txt"
+++
text
"#;

/// A suite with mistakes of many kinds.
fn wrong_in_many_ways() -> Files {
    let small = |schema: &str, body: &str| {
        format!("+++\nschema = \"{schema}\"\n[[case]]\nname = \"x\"\ninput = \"y\"\n+++\n{body}")
    };
    let remote = r##"{
"properties": {"p": {"$ref": "https://example.com/x.json"},
"q": {"$ref": "../../x.json"}, "r": {"$ref": "#/$defs/no"}}}"##;
    Files::empty()
        .file("promptmatrix.toml", WRONG_CONFIG)
        .file("prompts/a.md", WRONG_PROMPT)
        .file("prompts/b.md", small("schemas/missing.json", "b {{nobody}}"))
        .file("prompts/c.md", "---\nschema: x\n---\n")
        .file("prompts/d@claude.md", "text")
        .file("prompts/e.md", "+++\n[[case]]\nname = \n+++\nb")
        .file("prompts/f.cases.jsonl", "{}\n")
        .file("prompts/g.md", small("schemas/remote.json", "b"))
        .file("schemas/a.json", "{\"properties\": {\"p\": {\"type\": \"strng\"}}}")
        .file("schemas/remote.json", remote)
}

const TOLD: [(&str, &str); 26] = [
    ("config::unknown-key", "max-concurency"),
    ("config::wrong-value", "\"60\""),
    ("config::wrong-type", "\"3\""),
    ("config::wrong-value", "3.5"),
    ("config::wrong-value", "\"opnai\""),
    ("config::missing-key", "sonnet"),
    ("config::missing-key", "local"),
    ("config::missing-key", "script"),
    ("model::unsupported", "seed"),
    ("config::wrong-value", "\"request_id\""),
    ("config::wrong-value", "field-addded"),
    ("config::wrong-value", "\"contarct\""),
    ("config::outside-suite", "\"../world.toml\""),
    ("prompt::unknown-key", "model"),
    ("prompt::unknown-slot", "\"claud\""),
    ("prompt::duplicate-case", "\"x\""),
    ("prompt::one-input", "\"none\""),
    ("prompt::missing-file", "\"no.txt\""),
    ("schema::missing", "\"schemas/missing.json\""),
    ("prompt::undefined-variable", "{{nobody}}"),
    ("prompt::yaml-front-matter", "---"),
    ("schema::invalid", "\"strng\""),
    ("schema::remote-ref", "\"https://example.com/x.json\""),
    ("schema::outside-suite", "\"../../x.json\""),
    ("schema::missing-definition", "\"#/$defs/no\""),
    ("prompt::no-base", ""),
];

#[test]
fn all_mistakes_are_told_in_one_go_each_with_its_place_and_its_fix() {
    let problems = wrong_in_many_ways().problems();
    for (code, mark) in TOLD {
        let found = problems.iter().any(|p| p.code == code && marked(p) == mark);
        assert!(found, "{code} at {mark} in {problems:#?}");
    }
    assert!(problems.iter().any(|p| p.code == "prompt::not-toml" && file(p) == "prompts/e.md"));
    for problem in &problems {
        assert!(problem.help.is_some(), "{problem:#?}");
        assert!(line(problem) > 0, "{problem:#?}");
        assert!(!problem.title.ends_with('.'), "{}", problem.title);
        let first = problem.title.chars().next().unwrap();
        assert!(!first.is_uppercase(), "{}", problem.title);
    }
}

#[test]
fn a_mistake_names_what_was_probably_meant() {
    let help = |files: Files, code: &str| files.problem(code).help.unwrap();
    let files = Files::small().config("[run]\nmax-concurency = 1");
    assert_eq!(help(files, "config::unknown-key"), "did you mean `max-concurrency`?");
    let files = Files::small().config("[gate]\nstrictness = \"contarct\"");
    assert_eq!(help(files, "config::wrong-value"), "did you mean `contract`?");
    let files = Files::small().file("schemas/triage.json", "{\"type\": \"strng\"}");
    assert_eq!(help(files, "schema::invalid"), "did you mean \"string\"?");
    let error = Files::small().config("[profile.nightly]").load(Some("nightli")).unwrap_err();
    assert_eq!(error.0[0].help.as_deref(), Some("did you mean `nightly`?"));
}

#[test]
fn a_mistake_says_which_key_it_is_about() {
    let title = |text: &str, code: &str| Files::small().config(text).problem(code).title;
    let wanted = [
        (
            "[run]\nsamples = \"3\"",
            "config::wrong-type",
            "`run.samples` wants another kind of value",
        ),
        ("[run]\nsamples = 0", "config::wrong-value", "`run.samples` is less than 1"),
        ("[defaults]\ntop-p = 2", "config::wrong-value", "`defaults.top-p` is out of range"),
        (
            "[gate]\nserved-model = \"x\"",
            "config::wrong-value",
            "`x` is not possible for `gate.served-model`",
        ),
        ("[run]\nsamples = 4294967297", "config::wrong-value", "`run.samples` is more than 1000"),
        ("[run]\nfirst-samples = 21", "config::wrong-value", "`run.first-samples` is more than 20"),
        ("[levels]\nx = \"info\"", "config::wrong-value", "`x` is not possible in `[levels]`"),
        ("[runs]", "config::unknown-key", "unknown key `runs`"),
        (
            "[[override]]\nsamples = 2",
            "config::missing-key",
            "`cells` is missing in `[[override]]`",
        ),
    ];
    for (text, code, message) in wanted {
        assert_eq!(title(text, code), message);
    }
}

#[test]
fn keys_that_would_do_nothing_are_unknown() {
    let keys = [
        ("router", "[cost]\nrouter = {}"),
        ("api-version", "[[override]]\ncells = [\"*\"]\napi-version = \"1\""),
    ];
    for (key, text) in keys {
        let problem = Files::small().config(text).problem("config::unknown-key");
        assert_eq!(marked(&problem), key);
    }
}

#[test]
fn an_undefined_variable_is_told_once_with_its_cases() {
    let prompt = r#"+++
[[case]]
name = "a"
input = "x \"q\" {{product}}!"
[[case]]
name = "b"
input = "y"
+++
Hello {{ company }} and {{team}}"#;
    let problems = Files::small().file("prompts/triage.md", prompt).problems();
    let told: Vec<(&str, usize)> = problems.iter().map(|p| (p.title.as_str(), line(p))).collect();
    let wanted = [
        ("`{{product}}` has no value in case `a`", 4),
        ("`{{ company }}` has no value in cases `a`, `b`", 9),
        ("`{{team}}` has no value in cases `a`, `b`", 9),
    ];
    assert_eq!(told, wanted);
    assert_eq!(marked(&problems[0]), "{{product}}");
    let help = "add `vars = { product = \"…\" }` to the case or to the front matter";
    assert_eq!(problems[0].help.as_deref(), Some(help));
}

#[test]
fn a_template_that_is_wrong_is_marked_in_its_file() {
    let prompt = "+++\n[[case]]\nname = \"a\"\ninput = \"x\"\n+++\nfine\n{% if %}";
    let problem = Files::small().file("prompts/triage.md", prompt).problem("prompt::template");
    assert_eq!(line(&problem), 7);
}

#[test]
fn mistakes_in_case_files_have_their_line() {
    let lines =
        "{\"name\": \"a\", \"input\": \"x\"}\n{\"name\": \"b\", \"inptu\": \"x\"}\n{oops}\n";
    let files = Files::small()
        .file("prompts/triage.cases.jsonl", lines)
        .file("prompts/triage.cases.csv", "name,input\nc,{{nobody}}\nd,x,y\nrefund,z\n");
    let problems = files.problems();
    let told: Vec<(&str, usize)> = problems.iter().map(|p| (p.code, line(p))).collect();
    for wanted in [
        ("prompt::unknown-key", 2),
        ("prompt::one-input", 2),
        ("prompt::not-json", 3),
        ("prompt::undefined-variable", 2),
        ("prompt::not-csv", 3),
        ("prompt::duplicate-case", 4),
    ] {
        assert!(told.contains(&wanted), "{wanted:?} in {told:?}");
    }
    let twice = files.problem("prompt::duplicate-case");
    assert!(twice.help.unwrap().contains("prompts/triage.md:6"));
}

#[test]
fn a_column_that_stands_twice_is_an_error() {
    let csv = "name,input,input\na,x,y\n";
    let problem = Files::small().file("prompts/triage.cases.csv", csv).problem("prompt::not-csv");
    assert_eq!(problem.title, "the column `input` stands twice");
    assert_eq!(line(&problem), 1);
}

#[test]
fn a_name_that_is_a_device_on_windows_is_an_error() {
    let prompt = "+++\n[[case]]\nname = \"nul.1\"\ninput = \"x\"\n+++\nSort.";
    let problem = Files::small().file("prompts/triage.md", prompt).problem("prompt::wrong-value");
    assert!(problem.title.contains("device"), "{}", problem.title);
    assert_eq!(marked(&problem), "\"nul.1\"");
}

#[test]
fn a_value_that_the_model_refuses_is_a_warning_at_its_key() {
    let warned = |config: &str| -> Vec<String> {
        let warnings = Files::small().config(config).load(None).unwrap().warnings;
        let refused = warnings.iter().filter(|warning| warning.code == "model::unsupported");
        refused.map(|warning| format!("{}: {}", marked(warning), warning.title)).collect()
    };
    let slot = |provider: &str, id: &str, more: &str| {
        format!("[models.m]\nprovider = \"{provider}\"\nid = \"{id}\"\n{more}")
    };
    let told = warned(&slot("openai", "o4-mini-2025-04-16", "top-p = 0.5"));
    let words =
        "top-p: `top-p` is set for model `m`, but `o4-mini-2025-04-16` refuses any value but 1";
    assert_eq!(told, [words]);
    for (provider, id, more, count) in [
        ("anthropic", "claude-sonnet-5-5", "temperature = 0.2", 1),
        ("anthropic", "claude-haiku-4-5-20251001", "temperature = 0.2", 0),
        ("anthropic", "claude-haiku-4-5-20251001", "temperature = 0.2\ntop-p = 0.9", 1),
        ("openai", "gpt-5-2025-08-07", "temperature = 1", 0),
        ("openai", "gpt-5.6-terra-2026-06-01", "temperature = 0", 1),
        ("openai", "gpt-5.6-terra-2026-06-01", "temperature = 0\nreasoning-effort = \"none\"", 0),
        ("openai", "gpt-4o-2024-11-20", "temperature = 0", 0),
        ("anthropic", "claude-opus-5-5", "structured = \"tool\"", 1),
        ("anthropic", "claude-haiku-5-5", "structured = \"tool\"", 0),
        ("anthropic", "claude-opus-5-5", "structured = \"native\"", 0),
        ("openai", "gpt-6.1-sol", "structured = \"tool\"", 1),
        ("openai-responses", "gpt-6.1-sol", "structured = \"tool\"", 0),
    ] {
        assert_eq!(warned(&slot(provider, id, more)).len(), count, "{id} {more}");
    }
}

#[test]
fn a_variant_needs_a_prompt_and_a_slot_and_changes_only_the_text() {
    let files =
        Files::small().file("prompts/triage@three.md", "x").file("prompts/other@one.md", "x");
    let codes: Vec<&str> = files.problems().iter().map(|p| p.code).collect();
    assert_eq!(codes, ["prompt::no-base", "prompt::unknown-slot"]);
    let files = Files::small().file("prompts/triage@two.md", "+++\nschema = \"x\"\n+++\nx");
    let help = files.problem("prompt::unknown-key").help.unwrap();
    assert_eq!(help, "known here: description, vars");
}

#[test]
fn a_floating_id_is_a_warning_at_the_id() {
    let files = Files::small().config("[models.gpt]\nprovider = \"openai\"\nid = \"gpt-latest\"");
    let warnings = files.load(None).unwrap().warnings;
    let warning = warnings.iter().find(|w| w.code == "config::floating-model").unwrap();
    assert_eq!(marked(warning), "\"gpt-latest\"");
    assert_eq!(warning.title, "model `gpt` uses a floating id");
}

#[test]
fn what_a_provider_has_not_is_an_error_for_its_model_and_a_warning_for_all() {
    let model =
        "[models.x]\nprovider = \"anthropic\"\nid = \"x-20241022\"\nstructured = \"tool\"\n";
    let problem = Files::small().config(&format!("{model}seed = 7")).problem("model::unsupported");
    assert_eq!(marked(&problem), "seed");
    let files = Files::small().config(&format!("{model}[defaults]\nseed = 7"));
    let warnings = files.load(None).unwrap().warnings;
    let told: Vec<&str> = warnings.iter().map(|warning| warning.title.as_str()).collect();
    assert!(told.contains(&"`seed` is set for model `x`, but this API has no seed"), "{told:?}");
}

#[test]
fn a_structured_mode_that_the_server_has_not_is_told_where_it_is_needed() {
    let model = "[models.x]\nprovider = \"openai-compatible\"\ndialect = \"deepseek\"\nid = \"d-20250120\"\n";
    let problem = Files::small().config(model).problem("model::unsupported-mode");
    assert_eq!(
        (marked(&problem), problem.title.as_str()),
        ("x", "model `x` has no structured mode `native`")
    );
    let text = "+++\n[[case]]\nname = \"a\"\ninput = \"x\"\n+++\nAnswer in words.";
    assert!(Files::small().file("prompts/triage.md", text).config(model).load(None).is_ok());
}

#[test]
fn a_dialect_belongs_to_its_provider() {
    let text = "[models.x]\nprovider = \"openai\"\ndialect = \"anthropic\"\nid = \"x-2024-08-06\"";
    let problem = Files::small().config(text).problem("config::wrong-dialect");
    assert_eq!(marked(&problem), "\"anthropic\"");
    let text = "[models.x]\nprovider = \"demo\"\ndialect = \"anthropic\"\nid = \"x-1\"";
    assert!(Files::small().config(text).load(None).is_ok(), "a demo model imitates any");
}

#[test]
fn a_config_that_is_not_toml_does_not_hide_the_prompts() {
    let files = Files::small()
        .file(
            "promptmatrix.toml",
            "version = \n[models.one]\nprovider = \"demo\"\nid = \"d-2026-01-01\"\n",
        )
        .file("prompts/triage@lost.md", "a slot that nobody can know")
        .file("prompts/b.md", "---\n---\n");
    let codes: Vec<&str> = files.problems().iter().map(|p| p.code).collect();
    assert_eq!(codes, ["config::not-toml", "prompt::yaml-front-matter"]);
}

#[test]
fn a_suite_without_cells_does_not_load() {
    let prompt = "+++\n[[case]]\nname = \"a\"\ninput = \"b\"\n+++\nx";
    let files =
        Files::empty().file("promptmatrix.toml", "version = 1\n").file("prompts/a.md", prompt);
    assert_eq!(files.problems()[0].code, "config::empty-matrix");
}

#[test]
fn a_secret_in_the_config_is_told_and_never_shown() {
    let secret = "sk-proj-abcdef0123456789ABCDEF";
    let model = "[models.x]\nprovider = \"openai\"\nid = \"gpt-4o-2024-08-06\"\n";
    for text in [
        format!("{model}api-key = \"{secret}\""),
        format!("{model}api-key-env = \"{secret}\""),
        format!("{model}api_key = {secret}"),
        format!("{model}headers = {{ Authorization = \"Bearer {secret}\" }}"),
        format!("[models.x]\nprovider = \"{secret}\"\nid = \"gpt-4\""),
        format!("models.x = {{ provder = \"openai\", token = \"{secret}\", id = 3 }}"),
    ] {
        let files = Files::small().config(&text);
        let problem = files.problem("config::secret");
        assert!(problem.help.as_ref().unwrap().contains("api-key-env"), "{problem:?}");
        let error = files.load(None).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("abcdef0123456789"), "{text}");
    }
}

/// A suite with one thing that is odd, and what it is told.
fn told(files: &Files) -> Vec<(&'static str, String, Option<String>)> {
    let problems = match files.load(None) {
        Ok(loaded) => loaded.warnings,
        Err(problems) => problems.0,
    };
    let told = problems.into_iter().map(|p| (p.code, marked(&p).to_owned(), p.help));
    told.collect()
}

#[test]
fn one_mistake_is_told_once_with_a_fix_that_says_what_to_write() {
    const CLOSED: &str = r#"{"type": "object", "additionalProperties": false,
        "properties": {"team": {"type": "string"}, "rows": {"type": "array", "items":
        {"type": "object", "properties": {"sum": {"type": "number"}}}}}}"#;
    let config = |text: &str| Files::small().file("promptmatrix.toml", text);
    let page = |text: &str| Files::small().file("prompts/triage.md", text);
    let slot = "version = 1\n[models.one]\nprovider = \"demo\"\nid = \"demo-2026-01-01\"\n";
    let case = "[[case]]\nname = \"a\"\ninput = \"b\"\n";
    let closed =
        || page(&format!("+++\nschema = \"s.json\"\n{case}+++\nSort.")).file("s.json", CLOSED);
    let expects = |at: &str| {
        closed().file(
            "prompts/triage.md",
            format!("+++\nschema = \"s.json\"\n{case}expect = {{ \"{at}\" = 1 }}\n+++\nSort."),
        )
    };
    let rule = |rule: &str| page(&format!("+++\n{case}expect = {{ \"\" = {rule} }}\n+++\nSort."));
    let typed = slot.replace("provider", "provdier");
    let nameless = slot.replace("version = 1\n", "");
    let two = format!("{slot}[models.one]\nprovider = \"demo\"\nid = \"demo-2026-01-02\"\n");
    for (files, code, mark, help) in [
        (config(&typed), "config::unknown-key", "provdier", "did you mean `provider`?"),
        (config(&nameless), "config::missing-key", "", "add `version = 1`: format of this file"),
        (config(&two), "config::not-toml", "one", "give it another name"),
        (config(&format!("{slot}x =")), "config::not-toml", "", "write it in quotes"),
        (config(&slot.replace("demo-2026-01-01", "")), "config::wrong-value", "\"\"", "not empty"),
        (page("Sort mail."), "prompt::no-cases", "", "add a `[[case]]`"),
        (
            page(&format!("+++\n{}+++\nSort.", case.replace("\"b\"", "\" \""))),
            "prompt::wrong-value",
            "\" \"",
            "not empty",
        ),
        (rule("{ contain = \"x\" }"), "prompt::unknown-key", "contain", "did you mean `contains`?"),
        (rule("{ matches = \"(\" }"), "prompt::wrong-value", "\"(\"", "has every rule"),
        (rule("{}"), "prompt::wrong-value", "{}", "has every rule"),
        (
            page("+++\nuser = \"{{x}}\"\n[[case]]\neach = { x = [] }\n+++\n"),
            "prompt::wrong-value",
            "[]",
            "a list of values",
        ),
        (page(&format!("+++\n{case}+++\n \n")), "prompt::blank", "", "below the front matter"),
        (Files::small().file("prompts/sub/a.md", "x"), "prompt::nested", "", "move it"),
        (expects("/tema"), "prompt::unknown-place", "\"a\"", "did you mean `/team`?"),
        (
            closed().config("[compare]\nprose = [\"/tema\", \"/rows/*/sum\"]"),
            "config::unused-place",
            "\"/tema\"",
            "did you mean `/team`?",
        ),
    ] {
        let told = told(&files);
        let [(found, marked, said)] = told.as_slice() else { panic!("{code}: {told:#?}") };
        assert_eq!((*found, marked.as_str()), (code, mark));
        let said = said.as_deref().unwrap_or_default();
        assert!(said.contains(help), "{code}: {said}");
    }
}

#[test]
fn a_place_that_a_schema_can_have_is_taken_for_one() {
    let open = r##"{"$defs": {"row": {"properties": {"sum": {}}}}, "properties": {
        "any": {}, "map": {"additionalProperties": {"$ref": "#/$defs/row"}},
        "one": {"anyOf": [{"$ref": "#/$defs/row"}, {"properties": {"by": {}}}]},
        "odd": {"patternProperties": {"^x": {}}}}}"##;
    let page = "+++\nschema = \"s.json\"\n[[case]]\nname = \"a\"\ninput = \"b\"\n+++\nSort.";
    let files = Files::small().file("s.json", open).file("prompts/triage.md", page);
    let places = ["", "/any/thing", "/map/*/sum", "/map/k/sum", "/one/by", "/odd/x1", "/*/sum"];
    let list = places.map(|place| format!("{place:?}")).join(", ");
    assert_eq!(told(&files.config(&format!("[compare]\nignore = [{list}]"))), []);
}

#[test]
fn a_file_that_is_no_text_is_marked_at_the_byte_and_a_readme_is_no_prompt() {
    let latin = b"+++\n[[case]]\nname = \"a\"\ninput = \"b\"\n+++\nGr\xfc\xdfe\n";
    let problem = Files::small().file("prompts/triage.md", latin).problem("prompt::unreadable");
    assert_eq!((line(&problem), marked(&problem)), (6, "\u{fffd}"));
    assert_eq!(told(&Files::small().file("prompts/README.md", "Our prompts.")), []);
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_is_told() {
    let files = Files::small();
    std::os::unix::fs::symlink("gone.md", files.path().join("prompts/away.md")).unwrap();
    let problem = files.problem("prompt::unreadable");
    assert_eq!(problem.title, "`prompts/away.md` is a link that leads nowhere");
}
