//! `[cost]` and `[routes]`: what they become, and what is wrong with them.

use promptmatrix::domain::{BumpPolicy, Output, Param, Preset, PromptName, RoutePlan, Slot};
use serde_json::json;

use crate::fixture::{Files, cell, marked};

fn slot(name: &str) -> Slot {
    Slot::new(name).unwrap()
}

#[test]
fn what_is_written_of_the_cost_takes_the_place_of_the_preset() {
    let suite = Files::small()
        .config(
            "[cost]\npreset = \"heavy\"\nhourly-rate-usd = 95\nrequests-per-month = 2_000_000\n\
             policy = \"ride-to-retirement\"\nsmall = \"one\"\nminutes = { fix = 45 }\n\
             bumps-per-year = { two = 4.5 }\nrouter-learned = { easy = 0.8, hard = 0.5 }\n\
             gate = { max-usd-per-month = 200 }",
        )
        .suite();
    let assumed = suite.cost.assumed();
    let wanted = [
        (Param::HourlyRate, 95.0),
        (Param::FixMinutes, 45.0),
        (Param::BumpMinutes, 480.0),
        (Param::SmallShare, 0.7),
    ];
    for (param, value) in wanted {
        assert!((assumed.get(param) - value).abs() < 1e-12, "{param:?}");
    }
    assert_eq!(
        (suite.cost.preset, suite.cost.policy),
        (Preset::Heavy, BumpPolicy::RideToRetirement)
    );
    assert_eq!(suite.cost.small, Some(slot("one")));
    assert_eq!(suite.cost.bumps_per_year, [(slot("two"), 4.5)].into());
    assert_eq!(suite.cost.router, Some((0.8, 0.5)));
    assert_eq!(suite.cost.requests_per_month, Some(2e6));
    assert_eq!(suite.cost.gate.max_usd_per_month, Some(200.0));
    assert_eq!(suite.cost.gate.max_hours_per_bump, None);
}

#[test]
fn without_a_table_the_middle_is_assumed_and_nothing_fails() {
    let cost = Files::small().suite().cost;
    assert_eq!(cost, promptmatrix::domain::CostSettings::default());
}

#[test]
fn a_cascade_and_a_switch_are_columns_made_of_columns() {
    let suite = Files::small()
        .config(
            "[routes.thrifty]\nkind = \"cascade\"\nmodels = [\"two\", \"one\"]\n\
             [routes.fixed]\nkind = \"static\"\nprompts = { triage = \"two\" }\nfallback = \"one\"",
        )
        .suite();
    let plans: Vec<&RoutePlan> = suite.routes.values().map(|route| &route.plan).collect();
    let fixed = RoutePlan::Static {
        prompts: [(PromptName::new("triage").unwrap(), slot("two"))].into(),
        otherwise: None,
        fallback: Some(slot("one")),
    };
    let cascade = RoutePlan::Cascade { models: vec![slot("two"), slot("one")] };
    assert_eq!(plans, [&fixed, &cascade]);
    assert_eq!(suite.cells.len(), 4, "routes ask nothing of their own");
    let thrifty = &suite.routes[&slot("thrifty")];
    assert_eq!(thrifty.models(), [&slot("two"), &slot("one")]);
}

const ROUTER: &str = "[routes.smart]\nkind = \"router\"\nmodels = [\"two\", \"one\"]\n\
                      classifier = \"two\"\nprompt = \"routes/smart.md\"\nfallback = \"one\"";

#[test]
fn a_router_decides_by_cells_of_its_own() {
    let suite = Files::small()
        .file("routes/smart.md", "Which model can do it for {{company}}?\n")
        .config(ROUTER)
        .suite();
    let ids: Vec<String> = suite.cells.iter().map(|cell| cell.id.to_string()).collect();
    assert_eq!(ids[..2], ["smart/triage.angry@two", "smart/triage.refund@two"]);
    assert_eq!(ids.len(), 6);
    let angry = cell(&suite, "smart/triage.angry@two");
    assert_eq!(&*angry.system, "Which model can do it for Acme?");
    assert_eq!(angry.messages[0].text, "Again the invoice!");
    assert_eq!(angry.prompt_file, "routes/smart.md");
    assert!(angry.expect.is_empty(), "what holds of the answer does not hold of the decision");
    let Output::Json { schema, .. } = &angry.output else { panic!("{:?}", angry.output) };
    assert_eq!(schema.document["properties"]["model"]["enum"], json!(["two", "one"]));
}

#[test]
fn a_route_that_cannot_work_says_why() {
    let wrong = |config: &str| Files::small().config(config).problem("config::wrong-route");
    let problem = wrong("[routes.r]\nkind = \"cascade\"\nmodels = [\"one\", \"one\"]");
    assert!(problem.title.contains("two models"), "{}", problem.title);
    let problem = wrong("[routes.One]\nkind = \"cascade\"\nmodels = [\"one\", \"two\"]");
    assert_eq!(marked(&problem), "One");
    let problem = wrong("[routes.r]\nkind = \"static\"");
    assert!(problem.help.unwrap().contains("otherwise"));
    let problem = wrong("[routes.r]\nkind = \"static\"\nprompts = { triag = \"one\" }");
    assert_eq!(problem.help.as_deref(), Some("did you mean `triage`?"));
    let problem = wrong("[routes.r]\nkind = \"router\"\nmodels = [\"one\", \"two\"]");
    assert!(problem.title.contains("decides"), "{}", problem.title);
    let problem =
        wrong("[routes.r]\nkind = \"cascade\"\nmodels = [\"one\", \"two\"]\nclassifier = \"one\"");
    assert_eq!(marked(&problem), "classifier");
    let named = ROUTER.replace("routes.smart", "routes.Triage");
    let files = Files::small().file("routes/smart.md", "Which?").config(&named);
    assert_eq!(marked(&files.problem("config::wrong-route")), "Triage");
}

#[test]
fn a_slot_or_a_file_that_is_not_there_is_told_with_its_place() {
    let unknown = |config: &str| Files::small().config(config).problem("config::unknown-slot");
    let problem = unknown("[cost]\nlarge = \"on\"");
    assert_eq!(
        (marked(&problem), problem.help.as_deref()),
        ("\"on\"", Some("did you mean `one`?"))
    );
    assert_eq!(marked(&unknown("[cost]\nbumps-per-year = { tow = 1 }")), "tow");
    let problem = unknown("[routes.r]\nkind = \"cascade\"\nmodels = [\"one\", \"three\"]");
    assert_eq!(marked(&problem), "\"three\"");
    let problem = Files::small().config(ROUTER).problem("config::missing-file");
    assert_eq!(marked(&problem), "\"routes/smart.md\"");
    let problem =
        Files::small().config("[cost]\nfalse-alarms = 1.5").problem("config::wrong-value");
    assert_eq!(marked(&problem), "1.5");
}
