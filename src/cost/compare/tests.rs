//! Architectures compared on small matrices whose outcome can be worked out by hand.

use std::collections::BTreeMap;

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::cost::cadence;
use crate::cost::decide::Lever;
use crate::cost::measure::Figures;
use crate::cost::people::People;
use crate::cost::projection::{Projection, SlotFacts};
use crate::cost::upkeep::{column_year, labour};
use crate::domain::{BumpPolicy, CostSettings, Param, RoutePlan};

fn slot(name: &str) -> Slot {
    Slot::new(name).unwrap()
}

/// A case with an answer of `small` and one of `large`, and the router's choice.
fn case(at: usize, small: bool, large: bool, choice: Option<&str>) -> CaseAnswers {
    let answer = |valid, usd, ms| vec![Answer { valid, usd, ms }];
    let decision = Decision { usd: 0.0001, ms: 50.0 };
    CaseAnswers {
        prompt: PromptName::new(if at.is_multiple_of(2) { "even" } else { "odd" }).unwrap(),
        case: CaseName::new(format!("c{at}")).unwrap(),
        answers: [
            (slot("small"), answer(small, 0.0005, 200.0)),
            (slot("large"), answer(large, 0.0080, 800.0)),
        ]
        .into(),
        decisions: [(slot("smart"), vec![(choice.map(slot), decision)])].into(),
    }
}

fn route(name: &str, plan: RoutePlan) -> Route {
    Route { name: slot(name), plan }
}

fn question(cases: Vec<CaseAnswers>) -> Question {
    let fixed = RoutePlan::Static {
        prompts: [(PromptName::new("even").unwrap(), slot("small"))].into(),
        otherwise: Some(slot("large")),
        fallback: None,
    };
    let smart = RoutePlan::Router {
        models: vec![slot("small"), slot("large")],
        fallback: None,
        classifier: slot("small"),
        decisions: PromptName::new("smart").unwrap(),
    };
    Question {
        cases,
        small: slot("small"),
        large: slot("large"),
        routes: vec![route("by-prompt", fixed), route("smart", smart)],
        target: 0.95,
        learned: None,
        share: 0.7,
        decision: Decision { usd: 0.00028, ms: 40.0 },
    }
}

/// Ten cases: the small model gets the last two wrong, and the router knows.
fn ten() -> Vec<CaseAnswers> {
    (0..10).map(|at| case(at, at < 8, true, Some(if at < 8 { "small" } else { "large" }))).collect()
}

struct World {
    figures: Figures,
    projection: Projection,
}

fn world() -> World {
    let facts = |name: &str, vendor: &str, usd: f64| SlotFacts {
        slot: slot(name),
        id: name.to_owned(),
        prompts: 2,
        run_usd: Some(10.0 * usd),
        run_n: 10,
        later: Vec::new(),
        cadence: cadence::of(vendor, "gpt-4o"),
        seen: (0, 0.0),
        written: None,
    };
    let figures = Figures::new(&CostSettings::default(), &People::default(), BTreeMap::new());
    let facts = [facts("large", "openai", 0.008), facts("small", "together", 0.0005)];
    let projection = Projection::new(&facts, BumpPolicy::TrackLatest, 1.0, &figures.values());
    World { figures, projection }
}

fn context(world: &World, volume: Option<f64>) -> Context<'_> {
    Context {
        figures: &world.figures,
        projection: &world.projection,
        volume,
        build_usd: 0.0,
        fee: (0.0, 0.00028),
        large_price: 0.5,
        cache: None,
        features: [
            (slot("small"), vec!["batch".to_owned()]),
            (slot("large"), vec!["batch".to_owned(), "strict tools".to_owned()]),
        ]
        .into(),
        shutdowns: Vec::new(),
        price_moves: Vec::new(),
        today: date(2026, 11, 23),
        horizon_months: 12.0,
    }
}

fn compared(cases: Vec<CaseAnswers>, volume: Option<f64>) -> Comparison {
    compare(&question(cases), &context(&world(), volume)).unwrap()
}

fn near(one: f64, two: f64) {
    assert!((one - two).abs() <= 1e-9 * one.abs().max(1.0), "{one} {two}");
}

fn get<'c>(all: &'c Comparison, name: &str) -> Option<&'c Architecture> {
    all.architectures.iter().find(|one| one.name == name)
}

#[test]
fn every_architecture_is_there_and_costs_what_its_paths_cost() {
    let all = compared(ten(), Some(300_000.0));
    let names: Vec<&str> = all.architectures.iter().map(|one| one.name.as_str()).collect();
    let wanted = [
        "only large",
        "only small",
        "static",
        "cascade",
        "router (random 0.70)",
        "by-prompt",
        "smart",
        "oracle",
    ];
    assert_eq!(names, wanted);
    let usd = |name: &str| get(&all, name).unwrap().outcome.usd;
    near(usd("only large"), 0.008);
    near(usd("cascade"), 0.0005 + 0.2 * 0.008);
    near(usd("smart"), 0.0001 + 0.8 * 0.0005 + 0.2 * 0.008);
    near(usd("by-prompt"), 0.5 * 0.0005 + 0.5 * 0.008);
    near(usd("oracle"), 0.8 * 0.0005 + 0.2 * 0.008);
    // Five cases of a prompt prove nothing: the switch stays with the large model.
    near(usd("static"), 0.008);
    let smart = get(&all, "smart").unwrap();
    assert!(smart.configured && smart.kind == Kind::Router);
    near(smart.outcome.small, 0.8);
    assert_eq!(smart.features, ["batch"]);
    near(get(&all, "cascade").unwrap().outcome.second_call, 0.2);
}

#[test]
fn what_a_route_wins_follows_from_the_replay_and_one_retry() {
    let all = compared(ten(), Some(300_000.0));
    let balance = get(&all, "cascade").unwrap().balance.clone().unwrap();
    // The large model is always right, so that asking it again makes no difference.
    near(balance.saving, 0.008 - 0.0021);
    near(balance.net_month.unwrap(), 300_000.0 * balance.saving - balance.standing_month);
    let at = balance.break_even[0].volume;
    near(at * balance.saving, balance.standing_month);
    let judgement = balance.judgement.unwrap();
    assert_eq!(judgement.verdict, Verdict::Pays);
    assert!(judgement.tornado.iter().all(|bar| bar.lever != Lever::Assumed(Param::RouterHours)));
    let router = get(&all, "smart").unwrap().balance.clone().unwrap();
    assert!(router.standing_month > balance.standing_month + 400.0, "a router wants hours");
    assert_eq!(all.best, "cascade");
    assert!(matches!(all.dominance[..], [Dominance::CascadeBeatsRouter { .. }]), "{all:?}");
}

#[test]
fn what_a_route_takes_in_a_month_is_a_twelfth_of_its_models_and_the_upkeep_of_its_router() {
    let mut question = question(ten());
    let plan = RoutePlan::Router {
        models: vec![slot("large"), slot("small")],
        fallback: None,
        classifier: slot("small"),
        decisions: PromptName::new("smart").unwrap(),
    };
    question.routes.push(route("backward", plan));
    for case in &mut question.cases {
        let choice = case.decisions[&slot("smart")].clone();
        case.decisions.insert(slot("backward"), choice);
    }
    let world = world();
    let context = Context { build_usd: 1_200.0, ..context(&world, Some(300_000.0)) };
    let all = compare(&question, &context).unwrap();
    let assumed = world.figures.values();
    let column = |name: &str| world.projection.column(&slot(name)).unwrap();
    let year = |name: &str| column_year(&column(name), 1.0, &assumed);
    let bumps = column("small").bumps + column("large").bumps;
    let calibration = assumed.get(Param::RecalibrateMinutes) * bumps;
    let by_month = assumed.get(Param::RouterHours);
    let both = (year("small").hours() + year("large").hours()) / 12.0;
    near(get(&all, "only large").unwrap().hours_month, year("large").hours() / 12.0);
    near(get(&all, "cascade").unwrap().hours_month, both);
    near(get(&all, "smart").unwrap().hours_month, both + by_month + calibration / 60.0 / 12.0);
    let standing = |name: &str| get(&all, name).unwrap().balance.clone().unwrap().standing_month;
    near(standing("by-prompt"), year("small").usd() / 12.0);
    near(standing("cascade"), year("small").usd() / 12.0);
    let router = labour(calibration, &assumed) / 12.0
        + by_month * assumed.get(Param::HourlyRate)
        + 1_200.0 / 12.0;
    for name in ["smart", "backward"] {
        near(standing(name), year("small").usd() / 12.0 + router);
    }
}

#[test]
fn the_curve_passes_through_nothing_where_it_is_said_to_break_even() {
    let all = compared(ten(), Some(300_000.0));
    let curve = all.curve.as_ref().unwrap();
    let [at] = curve.break_even[..] else { panic!("{:?}", curve.break_even) };
    let point = curve.points.iter().find(|point| (point.volume - at.volume).abs() < 1e-9).unwrap();
    assert!(point.p50.abs() < 1e-3, "{point:?}");
    assert!(curve.points.is_sorted_by(|one, other| one.volume < other.volume));
    let (from, to) = (curve.earliest.unwrap(), curve.latest.unwrap());
    assert!(from < at.volume && at.volume < to, "{from} {at:?} {to}");
}

#[test]
fn without_a_volume_only_the_break_even_is_known() {
    let all = compared(ten(), None);
    let balance = get(&all, "cascade").unwrap().balance.clone().unwrap();
    assert!(balance.net_month.is_none() && balance.judgement.is_none());
    assert_eq!(balance.break_even.len(), 1);
}

#[test]
fn a_small_model_that_is_never_right_makes_routing_a_loss() {
    let all = compared((0..200).map(|at| case(at, false, true, None)).collect(), Some(300_000.0));
    let balance = get(&all, "cascade").unwrap().balance.clone().unwrap();
    near(balance.saving, -0.0005);
    assert_eq!(balance.break_even, []);
    assert_eq!(balance.judgement.unwrap().verdict, Verdict::DoesNotPay);
    assert_eq!(all.best, "only large");
    // A decision that is none falls back to the last of the models.
    near(get(&all, "smart").unwrap().outcome.usd, 0.0001 + 0.008);
}

#[test]
fn a_small_model_that_is_good_enough_needs_no_router() {
    let all = compared((0..10).map(|at| case(at, true, true, Some("small"))).collect(), Some(1e6));
    assert!(all.dominance.iter().any(|one| matches!(one, Dominance::SmallAlone { .. })));
}

#[test]
fn caching_raises_the_break_even() {
    use crate::cost::cache::{CachePrices, Cached, CallTokens};
    let world = world();
    let cached = CacheFacts(Cached {
        tokens: CallTokens { prefix: 1500.0, rest: 500.0, output: 300.0 },
        prices: CachePrices { input: 2.5, output: 10.0, read: 0.25, write: 2.5 },
        prefixes: 2.0,
        life: 300.0,
    });
    let plain = compare(&question(ten()), &context(&world, Some(3e5))).unwrap();
    let with = Context { cache: Some(cached), ..context(&world, Some(3e5)) };
    let with = compare(&question(ten()), &with).unwrap();
    let from = |all: &Comparison| {
        get(all, "cascade").unwrap().balance.as_ref().unwrap().break_even[0].volume
    };
    assert!(from(&with) > from(&plain) * 1.01, "{} {}", from(&with), from(&plain));
    assert!(with.caching_lost.unwrap() > 0.0 && plain.caching_lost.is_none());
}

#[test]
fn the_table_of_trade_offs_has_its_five_rows() {
    let all = compared(ten(), Some(300_000.0));
    let wordings = crate::cost::wording::Upkeep { per_prompt: 1.5, ..Default::default() };
    let upkeep = |_: &[Slot]| Upkeep { bumps: 1, silent: 2, per_year: 4.5, ..Upkeep::default() };
    let rows = essay(&all, &wordings, upkeep).unwrap();
    let names: Vec<&str> = rows.iter().map(|row| row.row.as_str()).collect();
    assert_eq!(names, ["latency", "prompts", "features", "upkeep", "cost"]);
    assert!(rows[0].routed.contains("a second call for 20.0 %"), "{rows:?}");
    assert!(rows[2].routed.contains("lost: strict tools"));
    assert!(rows[3].routed.contains("2 silently"));
}

proptest! {
    // Each case draws some ten thousand times.
    #![proptest_config(ProptestConfig::with_cases(6))]
    #[test]
    fn at_no_retries_the_balance_is_what_the_replay_says(
        rows in prop::collection::vec((any::<bool>(), any::<bool>()), 1..20),
    ) {
        let mut world = world();
        let none = crate::cost::measure::Measured {
            value: 0.0, low: 0.0, high: 0.0, n: 1, of: "nothing".into(),
        };
        world.figures.put(Param::Retries, none);
        let cases = rows.iter().enumerate();
        let cases = cases.map(|(at, (small, large))| case(at, *small, *large, None)).collect();
        let all = compare(&question(cases), &context(&world, Some(1e5))).unwrap();
        let whole = get(&all, "only large").unwrap().outcome.usd;
        for name in ["cascade", "router (random 0.70)", "smart"] {
            let one = get(&all, name).unwrap();
            let saving = one.balance.as_ref().unwrap().saving;
            prop_assert!((saving - (whole - one.outcome.usd)).abs() < 1e-9, "{name}");
        }
    }
}
