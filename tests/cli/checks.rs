//! `check` says what is known to go wrong before anything is sent.

use std::fmt::Write;

use crate::project::Project;

const PROMPT: &str =
    "+++\nschema = \"s.json\"\n[[case]]\nname = \"c\"\ninput = \"x\"\n+++\nFill in.\n";

fn suite(models: &str, schema: &str) -> Project {
    let project = Project::empty();
    project.write("promptmatrix.toml", &format!("version = 1\n{models}"));
    project.write("prompts/p.md", PROMPT);
    project.write("s.json", schema);
    project
}

const SLOTS: &str = "[models.o]\nprovider = \"openai\"\nid = \"gpt-4o-2024-11-20\"\n\
                     [models.a]\nprovider = \"anthropic\"\nid = \"claude-haiku-4-5-20251001\"\n";

#[test]
fn a_schema_above_a_limit_is_a_warning() {
    let mut members = String::new();
    for n in 0..40 {
        let _ =
            write!(members, "{}\"m{n}\": {{\"type\": \"string\"}}", if n > 0 { "," } else { "" });
    }
    let project = suite(SLOTS, &format!("{{\"type\": \"object\", \"properties\": {{{members}}}}}"));
    let done = project.run(&["check", "--strict"]).exits(1);
    done.says("model::schema-limit").says("slot `a`: s.json: 40 optional properties");
    project.run(&["show", "p/c@o"]).exits(0).says("sent with 41 places changed");
}

#[test]
fn what_a_server_does_with_a_keyword_is_known_before_it_is_asked() {
    let schema = "{\n  \"type\": \"object\",\n  \"properties\": {\n    \"n\": {\"type\": \"string\", \"maxLength\": 9},\n    \"d\": {\"type\": \"integer\", \"minimum\": 1}\n  },\n  \"required\": [\"n\", \"d\"],\n  \"additionalProperties\": false\n}";
    let gemini = "[models.g]\nprovider = \"gemini\"\nid = \"gemini-3.8-flash\"\n";
    let project = suite(&format!("{SLOTS}{gemini}"), schema);
    // Nothing of it keeps the suite from being run.
    let done = project.run(&["check", "--strict"]).exits(0);
    done.says("2 keywords of schemas not enforced by every server").says("-v shows each");
    let text = project.run(&["check", "-v"]).exits(0).stdout;
    let notes: Vec<&str> = text.split("\n\n").filter(|part| part.contains("note[")).collect();
    insta::assert_snapshot!(notes.join("\n\n"));
    let lints = project.run(&["check", "--json"]).exits(0).json()["lints"].clone();
    assert_eq!(lints[0]["code"], "schema::rejected-keyword");
    assert_eq!((&lints[0]["file"], &lints[0]["line"]), (&"s.json".into(), &4.into()));
}

#[test]
fn help_names_only_modes_that_the_server_has() {
    let schema = r#"{"type": "object", "properties": {"n": {"type": "object", "additionalProperties": {"type": "integer"}}}}"#;
    let done = suite(SLOTS, schema).run(&["check"]).exits(2);
    let help = |slot: &str| {
        let line = done.stderr.lines().find(|line| line.contains(&format!("slot `{slot}`")));
        line.unwrap().rsplit("set `structured` to ").next().unwrap().to_owned()
    };
    assert_eq!(help("a"), "`prompt`");
    assert_eq!(help("o"), "`json-object` or `prompt`");
}

#[test]
fn a_lock_or_a_ledger_with_conflict_markers_is_an_error() {
    let project = suite(SLOTS, r#"{"type": "object", "properties": {"a": {"type": "string"}}}"#);
    project.run(&["check"]).exits(0);
    project.write("promptmatrix.lock", "<<<<<<< HEAD\n=======\n>>>>>>> x\n");
    project.run(&["check"]).exits(2).warns("lock::unreadable");
}

#[test]
fn a_schema_that_is_only_reworded_is_not_said_to_be_sent_as_it_is() {
    let with = |title: &str| {
        suite(
            SLOTS,
            &format!(
                r#"{{"type": "object", {title}"properties": {{"a": {{"type": "string"}}}}, "required": ["a"], "additionalProperties": false}}"#
            ),
        )
    };
    with("").run(&["show", "p/c@o"]).exits(0).says("native, sent as it is");
    let titled = with("\"title\": \"T\", ");
    titled.run(&["show", "p/c@o"]).exits(0).says("sent reworded, with the same meaning");
}

#[test]
fn an_answer_that_takes_longer_or_costs_more_than_its_case_allows_is_broken() {
    let project = Project::demo(
        "id = \"m-2026-01-01\"",
        "seed = 1\n[[version]]\nid = \"m-2026-01-01\"\nlatency-ms = 400\nprice = { input = 10, output = 10 }\n",
    );
    let prompt = |limit: &str| {
        let text =
            format!("+++\n[[case]]\nname = \"a\"\ninput = \"hi\"\n{limit}\n+++\nBe brief.\n");
        project.write("prompts/triage.md", &text);
        project.run(&["run", "triage", "-v"])
    };
    prompt("max-latency = \"1ms\"")
        .exits(1)
        .says("1 broken")
        .says("ms, where the case allows 1 ms");
    prompt("max-cost-usd = 0.000001").exits(1).says("1 broken").says("USD, where the case allows");
    prompt("max-latency = \"1m\"\nmax-cost-usd = 1").exits(0).says("1 new");
}

#[test]
fn what_models_have_do_not_take_or_do_not_go_by_is_known_before_they_are_asked() {
    let project = Project::demo("id = \"m\"", "");
    project.write(
        "promptmatrix.toml",
        "version = 1\n[models.claude]\nprovider = \"anthropic\"\nid = \"claude-haiku-4-5-20251001\"\n\
         cache-system-prompt = true\nmax-output-tokens = 64001\n\
         [models.flash]\nprovider = \"gemini\"\nid = \"gemini-3.8-flash\"\nseed = 7\ntemperature = 0\n",
    );
    let data = project.run(&["check", "--json"]).exits(0).json();
    let count = |list: &str, code: &str| {
        data[list].as_array().unwrap().iter().filter(|one| one["code"] == code).count()
    };
    assert_eq!(count("warnings", "model::uncached-prompt"), 1, "once for its prompt: {data:#}");
    assert_eq!(count("warnings", "model::max-output"), 1);
    assert_eq!(count("warnings", "model::context"), 0);
    assert_eq!(count("lints", "model::ignored-parameter"), 1);
    let data = project.run(&["show", "models", "--json"]).exits(0).json();
    let state = |slot: usize, name: &str| {
        let features = data["models"][slot]["features"].as_array().unwrap();
        let one = features.iter().find(|one| one["name"] == name).unwrap();
        (one["has"].as_bool(), one["used"].as_bool().unwrap())
    };
    assert_eq!(state(0, "native schema"), (Some(true), true));
    assert_eq!(state(0, "prompt cache"), (Some(true), true));
    assert_eq!(state(0, "seed"), (Some(false), false));
    assert_eq!(state(0, "documents"), (Some(true), false));
    assert_eq!(state(1, "seed"), (Some(true), true));
    assert_eq!(state(1, "temperature"), (Some(false), true));
    let shown = project.run(&["show", "models"]).exits(0);
    assert!(shown.stdout.lines().all(|line| line.chars().count() <= 80), "{}", shown.stdout);
    shown.says("200,000 tokens of input").says("uses     native schema");
    let long = format!("{}\n", "word ".repeat(170_000));
    let prompt = project.read("prompts/triage.md");
    project.write("prompts/triage.md", &format!("{prompt}{long}"));
    let data = project.run(&["check", "--json"]).exits(0).json();
    let context =
        data["warnings"].as_array().unwrap().iter().find(|one| one["code"] == "model::context");
    assert!(context.unwrap()["title"].as_str().unwrap().contains("takes 200000"));
}

#[test]
fn a_schema_is_rewritten_where_other_keywords_mean_the_same_to_its_author_and_more_to_a_server() {
    let schema = "{\n  \"type\": \"object\",\n  \"properties\": {\n    \"kind\": { \"const\": \"mail\" },\n    \"n\": {\"type\": \"string\", \"minLength\": 0, \"maxLength\": 9}\n  },\n  \"required\": [\"kind\", \"n\"],\n  \"additionalProperties\": false\n}\n";
    let gemini = "[models.g]\nprovider = \"gemini\"\nid = \"gemini-3.8-flash\"\n";
    let project = suite(&format!("{SLOTS}{gemini}"), schema);
    let lints = project.run(&["check", "--json"]).exits(0).json()["lints"].clone();
    let advised = lints.as_array().unwrap().iter().filter(|lint| !lint["help"].is_null());
    let advised: Vec<&str> = advised.map(|lint| lint["help"].as_str().unwrap()).collect();
    assert_eq!(
        advised,
        [
            "`promptmatrix check --fix` writes `\"enum\": [\"mail\"]`, which means the same",
            "`promptmatrix check --fix` takes it away, as it says nothing",
        ]
    );
    project.run(&["check", "--fix"]).exits(0).says("Rewrote  2 keywords in s.json");
    let new = schema.replace("\"const\": \"mail\"", "\"enum\": [\"mail\"]");
    assert_eq!(project.read("s.json"), new.replace("\"minLength\": 0, ", ""));
    let lints = project.run(&["check", "--json"]).exits(0).json()["lints"].clone();
    assert!(lints.as_array().unwrap().iter().all(|lint| lint["help"].is_null()), "{lints:#}");
    project.run(&["check", "--fix"]).exits(0).says("Nothing to rewrite");
    let data = project.run(&["check", "--fix", "--json"]).exits(0).json();
    assert_eq!(data["rewritten"], serde_json::json!([]));
}

#[test]
fn what_becomes_of_a_schema_is_shown_for_each_slot_and_for_servers_of_no_slot() {
    let schema = r#"{"type": "object", "properties": {"n": {"type": "string", "maxLength": 9}}, "required": ["n"]}"#;
    let more = "[models.g]\nprovider = \"gemini\"\nid = \"gemini-3.8-flash\"\n\
                [models.w]\nprovider = \"openai\"\nid = \"gpt-4o-2024-11-20\"\nstructured = \"prompt\"\n";
    let project = suite(&format!("{SLOTS}{more}"), schema);
    let shown = project.run(&["show", "schemas"]).exits(0).stdout;
    insta::assert_snapshot!(shown);
    let all = project.run(&["show", "schemas", "-v"]).exits(0).says("(xai)").lacks("(openai)");
    assert!(all.stdout.lines().all(|line| line.chars().count() <= 80), "{}", all.stdout);
    let data = project.run(&["show", "schemas", "--json"]).exits(0).json();
    let servers = data["schemas"][0]["servers"].as_array().unwrap();
    let slots: Vec<_> = servers.iter().filter_map(|one| one["slot"].as_str()).collect();
    assert_eq!(slots, ["a", "g", "o", "w"]);
    assert_eq!(servers[0]["refused"], serde_json::json!(["maxLength"]));
    assert_eq!(servers[1]["ignored"], serde_json::json!(["maxLength"]));
    assert_eq!(servers[3]["in_field"], false);
    assert!(servers.len() > 10, "{servers:?}");
}
