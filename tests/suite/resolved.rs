//! What a valid suite becomes.

use std::time::Duration;

use promptmatrix::domain::{
    FieldRole, HeaderValue, Level, Output, Role, ServedModelPolicy, Severity, Strictness,
    Structured,
};
use promptmatrix::suite::load;
use serde_json::json;

use crate::fixture::{Files, cell, marked};

#[test]
fn a_suite_is_prompts_times_cases_times_models() {
    let suite = Files::small().suite();
    let ids: Vec<String> = suite.cells.iter().map(|cell| cell.id.to_string()).collect();
    let wanted = ["triage/angry@one", "triage/angry@two", "triage/refund@one", "triage/refund@two"];
    assert_eq!(ids, wanted);
    let angry = cell(&suite, "triage/angry@one");
    assert_eq!(&*angry.system, "You triage mail for Acme.");
    assert_eq!(angry.messages[0].text, "Again the invoice!");
    assert_eq!(
        serde_json::to_value(&angry.expect).unwrap(),
        json!({"/priority": [{"equals": "urgent"}]})
    );
    assert_eq!(angry.prompt_file, "prompts/triage.md");
    assert_eq!(angry.place.line, 10);
    assert!(matches!(&angry.output, Output::Json { name, .. } if name == "triage"));
    assert_eq!(suite.config, "promptmatrix.toml");
    assert_eq!(suite.prompts.values().next().unwrap().cases.len(), 2);
}

#[test]
fn the_hash_says_what_is_asked_and_not_where_the_suite_lies() {
    let hash = Files::small().suite().hash();
    assert_eq!(Files::small().suite().hash(), hash);
    assert_eq!(Files::small().config("[gate]\nstrictness = \"schema\"").suite().hash(), hash);
    assert_ne!(Files::small().config("[defaults]\ntemperature = 0").suite().hash(), hash);
}

#[test]
fn an_override_is_stricter_than_the_file() {
    let config = "[gate]\nstrictness = \"schema\"\n\
                  [[override]]\ncells = [\"triage/angry\"]\ngate.strictness = \"exact\"";
    let suite = Files::small().config(config).suite();
    assert_eq!(cell(&suite, "triage/angry@one").gate.strictness, Strictness::Exact);
    assert_eq!(cell(&suite, "triage/refund@one").gate.strictness, Strictness::Schema);
    let suite = Files::small().suite();
    assert_eq!(cell(&suite, "triage/refund@one").gate.strictness, Strictness::Contract);
}

#[test]
fn cases_come_from_the_front_matter_json_lines_and_csv() {
    let prompt = r#"+++
schema = "schemas/triage.json"
cases = "data/more.jsonl"
[[case]]
name = "inline"
input-file = "inputs/long.txt"
[[case]]
name = "talk"
messages = [{ role = "user", text = "a" }, { role = "assistant", text = "b" }, { role = "user", text = "{{c}}" }]
vars = { c = "c" }
+++
Sort."#;
    let csv = "name,input,product,expect:/a,expect:/b\n\
               row,\"say \"\"{{product}}\"\"\nnow\",invoice,3,\n\
               plain,x,,text,true\n";
    let files = Files::small()
        .file("inputs/long.txt", "as {{it}} is\r\n")
        .file("prompts/triage.md", prompt)
        .file("data/more.jsonl", r#"{"name": "named", "input": "n {{x}}", "vars": {"x": 1}}"#)
        .file(
            "prompts/triage.cases.jsonl",
            "\n{\"name\": \"line\", \"input\": \"l\", \"expect\": {\"/a\": [1, null]}}\n",
        )
        .file("prompts/triage.cases.csv", csv);
    let suite = files.suite();
    let cases = &suite.prompts.values().next().unwrap().cases;
    let names: Vec<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names, ["inline", "talk", "named", "line", "row", "plain"]);
    let text = |id: &str| cell(&suite, id).messages.last().unwrap().text.clone();
    assert_eq!(text("triage/inline@one"), "as {{it}} is\n");
    assert_eq!(text("triage/named@one"), "n 1");
    assert_eq!(text("triage/row@one"), "say \"invoice\"\nnow");
    assert_eq!(text("triage/talk@one"), "c");
    let roles: Vec<Role> =
        cell(&suite, "triage/talk@one").messages.iter().map(|message| message.role).collect();
    assert_eq!(roles, [Role::User, Role::Assistant, Role::User]);
    let expect = |id: &str| serde_json::to_value(&cell(&suite, id).expect).unwrap();
    assert_eq!(expect("triage/line@one"), json!({"/a": [{"equals": [1, null]}]}));
    assert_eq!(expect("triage/row@one"), json!({"/a": [{"equals": "3"}]}), "as the schema says");
    assert_eq!(
        expect("triage/plain@one"),
        json!({"/a": [{"equals": "text"}], "/b": [{"equals": true}]})
    );
    assert_eq!(cell(&suite, "triage/row@one").place.line, 2);
    assert_eq!(cell(&suite, "triage/plain@one").place.line, 4);
}

#[test]
fn a_shared_input_makes_each_row_a_case_that_is_named_by_its_values() {
    let prompt = r#"+++
user = "Translate into {{language}}: {{text}}"
vars = { language = "Danish" }
[[case]]
name = "own"
input = "Just {{language}}"
tags = ["short"]
[[case]]
name = "hi"
each = { language = ["French", "Dutch"], text = ["Hello", "Bye!"] }
[[case]]
vars = { text = "Where is it?" }
+++
"#;
    let files = Files::small()
        .file("prompts/triage.md", prompt)
        .file("prompts/triage.cases.csv", "text,expect:\nOne,En\n")
        .file("prompts/talk.md", "+++\nmessages = [{ role = \"user\", text = \"a\" }, { role = \"assistant\", text = \"b\" }, { role = \"user\", text = \"{{c}}\" }]\n[[case]]\nvars = { c = 3 }\n+++\nSort.");
    let suite = files.suite();
    let asked = |id: &str| cell(&suite, id).messages.last().unwrap().text.clone();
    assert_eq!(asked("triage/own@one"), "Just Danish");
    assert_eq!(asked("triage/hi-dutch-hello@one"), "Translate into Dutch: Hello");
    assert_eq!(asked("triage/one@two"), "Translate into Danish: One");
    assert_eq!(asked("talk/3@one"), "3");
    let cases = &suite.prompts.values().last().unwrap().cases;
    let names: Vec<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    let (bye, cut) = ("hi-french-bye-", "where-is-it-");
    assert!(names[2].starts_with(bye) && names[5].starts_with(cut), "{names:?}");
    assert_eq!(names.len(), 7);
    assert_eq!(cases[0].tags, ["short"]);
    assert_eq!(&*cell(&suite, "triage/own@one").system, "");
}

#[test]
fn a_case_holds_rules_for_a_place_and_limits_for_an_answer() {
    let prompt = r#"+++
[[case]]
name = "a"
input = "b"
max-cost-usd = 0.002
max-latency = "5s"
expect = { "" = { contains = ["x", "y"], not-matches = "(?i)sorry" } }
[[case]]
name = "b"
input = "b"
expect = { "" = { equals = { a = 1 } } }
+++
Sort."#;
    let suite = Files::small().file("prompts/triage.md", prompt).suite();
    let a = cell(&suite, "triage/a@one");
    let rules = json!({"": [{"contains": "x"}, {"contains": "y"}, {"not-matches": "(?i)sorry"}]});
    assert_eq!(serde_json::to_value(&a.expect).unwrap(), rules);
    assert_eq!(a.limits.usd.unwrap().usd(), "0.002000");
    assert_eq!(a.limits.latency, Some(Duration::from_secs(5)));
    let b = serde_json::to_value(&cell(&suite, "triage/b@one").expect).unwrap();
    assert_eq!(b, json!({"": [{"equals": {"a": 1}}]}));
}

#[test]
fn a_variant_replaces_the_text_for_its_slot_alone() {
    let variant = "+++\nvars = { company = \"Bolt\" }\n+++\nSort mail of {{company}}. JSON!";
    let suite = Files::small().file("prompts/triage@two.md", variant).suite();
    assert_eq!(&*cell(&suite, "triage/refund@one").system, "You triage mail for Acme.");
    let two = cell(&suite, "triage/refund@two");
    assert_eq!(&*two.system, "Sort mail of Bolt. JSON!");
    assert_eq!(two.prompt_file, "prompts/triage@two.md");
    assert!(matches!(two.output, Output::Json { .. }));
}

#[test]
fn a_prompt_names_the_models_it_must_hold_on() {
    let prompt =
        "+++\nmodels = [\"*\", \"!two\"]\n[[case]]\nname = \"a\"\ninput = \"x\"\n+++\nSort.";
    let suite = Files::small().file("prompts/triage.md", prompt).suite();
    let ids: Vec<String> = suite.cells.iter().map(|cell| cell.id.to_string()).collect();
    assert_eq!(ids, ["triage/a@one"]);
}

const LAYERS: &str = r#"
[defaults]
temperature = 0
max-output-tokens = 10
[compare]
prose = ["/a"]
ignore = ["/b"]
[run]
samples = 2
timeout = "5s"
[levels]
field-added = "info"
[[override]]
cells = ["*@two"]
samples = 3
temperature = 0.5
structured = "tool"
compare.prose = ["/c"]
compare.extract = "tolerant"
levels.field-added = "review"
[[override]]
cells = ["triage/refund"]
samples = 4
gate.served-model = "pass"
[profile.nightly]
run.samples = 5
defaults.temperature = 0.9
gate.strictness = "schema"
"#;

#[test]
fn later_overrides_win_and_change_only_what_they_name() {
    let suite = Files::small().config(LAYERS).suite();
    let one = cell(&suite, "triage/angry@one");
    let two = cell(&suite, "triage/angry@two");
    let both = cell(&suite, "triage/refund@two");
    assert_eq!((one.samples, two.samples, both.samples), (2, 3, 4));
    assert_eq!(one.model.params.temperature, Some(0.0));
    assert_eq!(two.model.params.temperature, Some(0.5));
    assert_eq!(two.model.params.max_output_tokens, Some(10));
    assert_eq!(one.model.structured, Structured::Native);
    assert_eq!(two.model.structured, Structured::Tool);
    assert_eq!((one.tolerant, two.tolerant), (None, Some(true)));
    assert_eq!(two.compare.prose[0].to_string(), "/c");
    assert_eq!(two.compare.ignore[0].to_string(), "/b");
    assert_eq!(one.gate.served_model, ServedModelPolicy::Fail);
    assert_eq!(both.gate.served_model, ServedModelPolicy::Pass);
    assert_eq!(one.gate.strictness, Strictness::Contract);
    assert_eq!(one.model.timeout.as_secs(), 5);
    assert_eq!(one.levels.0.values().collect::<Vec<_>>(), [&Level::Info]);
    assert_eq!(two.levels.0.values().collect::<Vec<_>>(), [&Level::Review]);
}

#[test]
fn a_profile_beats_an_override() {
    let suite = Files::small().config(LAYERS).load(Some("nightly")).unwrap().suite;
    let both = cell(&suite, "triage/refund@two");
    assert_eq!(both.samples, 5);
    assert_eq!(both.model.params.temperature, Some(0.9));
    assert_eq!(both.gate.strictness, Strictness::Schema);
    assert_eq!(both.gate.served_model, ServedModelPolicy::Pass);
    assert_eq!(suite.profile.as_deref(), Some("nightly"));
}

#[test]
fn a_model_has_everything_of_its_slot_and_its_dialect() {
    let models = r#"
[defaults]
max-output-tokens = 10
[models.sonnet]
provider = "anthropic"
id = "claude-3-5-sonnet-20241022"
max-output-tokens = 2048
cache-system-prompt = true
[models.local]
provider = "openai-compatible"
dialect = "vllm"
base-url = "http://127.0.0.1:8000/v1/"
id = "llama-3"
api-key-env = ""
headers = { X-Team = "support", X-Key = { env = "TEAM_KEY" } }
extra-body = { min_p = 0.1 }
max-concurrency = 1
[models.script]
provider = "command"
command = ["bin/sort.py", "--json"]
"#;
    let suite = Files::small().config(models).suite();
    let model = |slot: &str| suite.models.values().find(|m| m.slot.as_str() == slot).unwrap();
    let sonnet = model("sonnet");
    assert_eq!(sonnet.api_key_env.as_ref().unwrap().0, "ANTHROPIC_API_KEY");
    assert_eq!(sonnet.params.max_output_tokens, Some(2048));
    assert!(sonnet.cache_system_prompt);
    let local = model("local");
    assert_eq!(local.api_key_env, None);
    assert_eq!(local.base_url.as_deref(), Some("http://127.0.0.1:8000/v1"));
    assert_eq!(local.headers[1], ("x-team".to_owned(), HeaderValue::Plain("support".to_owned())));
    assert!(matches!(&local.headers[0].1, HeaderValue::Secret { env, .. } if env.0 == "TEAM_KEY"));
    assert_eq!(local.params.extra_body["min_p"], json!(0.1));
    assert_eq!(local.max_concurrency, Some(1));
    assert_eq!(model("script").id, "sort.py");
    assert_eq!(model("one").api_key_env, None);
}

#[test]
fn an_override_for_nothing_and_a_prompt_without_cases_are_warnings() {
    let files = Files::small()
        .config("[[override]]\ncells = [\"nothing/*\"]\nsamples = 2\n")
        .file("prompts/b.md", "no cases");
    let warnings = files.load(None).unwrap().warnings;
    let told: Vec<(&str, &str)> = warnings.iter().map(|w| (w.code, marked(w))).collect();
    let wanted = [("prompt::no-cases", ""), ("config::unused-override", "[\"nothing/*\"]")];
    assert_eq!(told, wanted);
    assert!(warnings.iter().all(|warning| warning.severity == Severity::Warning));
}

#[test]
fn the_demo_world_is_read_from_the_suite() {
    let files =
        Files::small().config("[demo]\nworld = \"world.toml\"").file("world.toml", "seed = 1\n");
    assert_eq!(files.suite().demo_world.as_deref(), Some("seed = 1\n"));
}

#[test]
fn a_config_in_its_dot_folder_speaks_for_the_folder_above() {
    let files = Files::small();
    let config = std::fs::read_to_string(files.path().join("promptmatrix.toml")).unwrap();
    let files = files.file(".config/promptmatrix.toml", config);
    let suite = load(&files.path().join(".config/promptmatrix.toml"), None).unwrap().suite;
    assert_eq!(suite.config, ".config/promptmatrix.toml");
    assert_eq!(suite.cells.len(), 4);
}

#[test]
fn noise_is_judged_by_the_settings_of_the_file_and_of_the_profile() {
    let files = Files::small().config(
        r#"
[drift]
adaptive = false
max-extra = 0.25
[roles]
"/order" = "identifier"
"/lines/*/note" = "free-text"
[[override]]
cells = ["@two"]
roles = { "/order" = "volatile" }
[profile.nightly]
drift.adaptive = true
drift.wave-delay = "2m"
"#,
    );
    let path = files.path().join("promptmatrix.toml");
    let usual = load(&path, None).unwrap().suite;
    let nightly = load(&path, Some("nightly")).unwrap().suite.run.drift;
    let drift = &usual.run.drift;
    assert_eq!((drift.adaptive, nightly.adaptive), (false, true));
    assert!((drift.max_extra - 0.25).abs() < f64::EPSILON);
    assert_eq!(nightly.wave_delay.as_secs(), 120);
    let role = |id: &str, at: &str| cell(&usual, id).compare.role(&at.parse().unwrap());
    assert_eq!(role("triage/angry@one", "/order"), Some(FieldRole::Identifier));
    assert_eq!(role("triage/angry@two", "/order"), Some(FieldRole::Volatile));
    assert_eq!(role("triage/angry@two", "/lines/3/note"), Some(FieldRole::FreeText));
}
