//! A statement with a frozen clock, as text, Markdown and HTML.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::date;

use super::*;
use crate::cost::accounts::{Accounts, Window};
use crate::cost::cadence;
use crate::cost::compare::{CaseAnswers, Context, Question, Upkeep, compare, essay};
use crate::cost::measure::{Basis, Figures};
use crate::cost::people::People;
use crate::cost::projection::{Projection, SlotFacts};
use crate::cost::replay::{Answer, Decision};
use crate::cost::spend::{CallKind, Paid};
use crate::cost::statement::{
    Inputs, LifeLine, PriceLine, Rated, Size, SlotInput, WindowLine, build,
};
use crate::domain::{
    BumpClass, BumpEvent, BumpPolicy, CaseName, CostSettings, LedgerEvent, LedgerLine, NoteEvent,
    Pico, PromptName, Slot,
};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn slot(name: &str) -> Slot {
    Slot::new(name).unwrap()
}

fn ledger() -> Vec<LedgerLine> {
    let bump = BumpEvent {
        slot: slot("local"),
        provider: "ollama".into(),
        class: BumpClass::AliasMove,
        from: "llama-1".into(),
        to: "<script>llama-2</script>".into(),
        cells: 12,
        changed: 3,
        broken_loud: 1,
        broken_silent: 2,
        noise_floor: None,
        prompts: Vec::new(),
        runs: Vec::new(),
    };
    let note =
        NoteEvent { bump: None, model: Some(slot("flagship")), minutes: 30.0, why: "x".into() };
    vec![
        LedgerLine::new(at("2026-10-02T08:00:00Z"), LedgerEvent::Bump(bump)),
        LedgerLine::new(at("2026-11-02T08:00:00Z"), LedgerEvent::Note(note)),
    ]
}

fn facts(name: &str, vendor: &str, usd: f64) -> SlotFacts {
    SlotFacts {
        slot: slot(name),
        id: format!("{name}-2026"),
        prompts: 2,
        run_usd: Some(usd),
        run_n: 10,
        later: vec![(date(2027, 1, 1), 2.0 * usd)],
        cadence: cadence::of(vendor, "gpt-4o"),
        seen: (0, 0.0),
        written: None,
    }
}

fn cases() -> Vec<CaseAnswers> {
    let case = |at: usize| CaseAnswers {
        prompt: PromptName::new("triage").unwrap(),
        case: CaseName::new(format!("c{at}")).unwrap(),
        answers: [
            (slot("local"), vec![Answer { valid: !at.is_multiple_of(5), usd: 0.0005, ms: 200.0 }]),
            (slot("flagship"), vec![Answer { valid: true, usd: 0.008, ms: 800.0 }]),
        ]
        .into(),
        decisions: BTreeMap::new(),
    };
    (0..20).map(case).collect()
}

/// A small suite, three months after it was begun.
#[expect(clippy::too_many_lines, reason = "the whole of a suite at one glance")]
fn statement() -> Statement {
    let settings = CostSettings::default();
    let routes = BTreeMap::new();
    let window = Window { from: at("2026-08-25T00:00:00Z"), to: at("2026-11-23T00:00:00Z") };
    let mut accounts = Accounts::new(window, &routes, BTreeMap::new());
    for (name, cost, valid) in [("local", 500_000_000, false), ("flagship", 8_000_000_000, true)] {
        for case in 0..10 {
            let cell = format!("triage/c{case}@{name}").parse().unwrap();
            accounts.spend.add(&Paid {
                cell: &cell,
                kind: CallKind::Answer,
                at: at("2026-11-01T03:00:00Z"),
                cost: Some(Pico::new(cost)),
                answered: true,
                failed: 0,
                valid: valid || case > 1,
                by_family: false,
            });
        }
    }
    let people = People::of(&ledger());
    let figures = Figures::new(&settings, &people, BTreeMap::new());
    let slots = [facts("flagship", "openai", 0.08), facts("local", "ollama", 0.005)];
    let assumed = figures.values();
    let projection = Projection::new(&slots, BumpPolicy::TrackLatest, 1.0, &assumed);
    let question = Question {
        cases: cases(),
        small: slot("local"),
        large: slot("flagship"),
        routes: Vec::new(),
        target: 0.95,
        learned: None,
        share: 0.7,
        decision: Decision { usd: 0.00028, ms: 40.0 },
    };
    let context = Context {
        figures: &figures,
        projection: &projection,
        volume: Some(300_000.0),
        build_usd: 0.0,
        fee: (0.0, 0.00028),
        large_price: 0.5,
        cache: None,
        features: BTreeMap::new(),
        shutdowns: vec![(slot("flagship"), date(2027, 1, 14))],
        price_moves: Vec::new(),
        today: date(2026, 11, 23),
        horizon_months: 12.0,
    };
    let comparison = compare(&question, &context).unwrap();
    let table = essay(&comparison, &crate::cost::wording::Upkeep::default(), |_| Upkeep::default());
    build(Inputs {
        now: at("2026-11-23T00:00:00Z"),
        window: WindowLine {
            from: "2026-08-25T00:00:00Z".into(),
            to: "2026-11-23T00:00:00Z".into(),
            days: 90.0,
            run: None,
        },
        size: Size { prompts: 2, models: 2, cells: 20 },
        prices: PriceLine {
            hash: "ab12".into(),
            layers: vec!["embedded".into()],
            built_in: "2026-11-23".into(),
            repriced_at: None,
            made_up: false,
        },
        settings: &settings,
        accounts: &accounts,
        people: &people,
        figures: &figures,
        projection: &projection,
        runs_per_day: Rated { value: 1.0, basis: Basis::Assumed, n: 0 },
        slots: slots
            .iter()
            .map(|one| SlotInput { slot: one.slot.clone(), id: one.id.clone() })
            .collect(),
        compare: Some(comparison),
        essay_table: table.unwrap(),
        lifecycle: vec![LifeLine {
            slot: slot("flagship"),
            id: "flagship-2026".into(),
            on: "2027-01-14".into(),
            days_left: 52,
            what: "flagship-2026 is switched off".into(),
            command: Some("promptmatrix upgrade flagship --to flagship-2027".into()),
        }],
        warnings: vec!["a <b>warning</b>".into()],
    })
}

fn plain(topics: &[Topic]) -> String {
    anstream::adapter::strip_str(&text(&statement(), topics, Look::default())).to_string()
}

#[test]
fn the_first_screen_is_this() {
    insta::assert_snapshot!("first_screen", plain(&[]));
}

#[test]
fn the_tables_are_these() {
    insta::assert_snapshot!("tables", plain(&Topic::ALL));
}

#[test]
fn the_section_is_whole_has_no_script_and_shows_every_name_as_a_name() {
    let page = page(&statement());
    assert!(!page.contains("<script") && !page.contains("<b>warning"), "{page}");
    assert!(page.contains("&lt;script&gt;llama-2&lt;/script&gt;"));
    for element in ["svg ", "title id=", "desc id="] {
        assert_eq!(page.matches(&format!("<{element}")).count(), 1, "{element}");
    }
    assert!(!page.contains("NaN") && !page.contains("inf"), "{page}");
    assert!(page.contains("prefers-color-scheme: dark") && page.contains("@media print"));
    // An element that is opened is closed.
    for element in ["section", "table", "tr", "figure", "details", "svg", "dl"] {
        let open = page.matches(&format!("<{element}>")).count()
            + page.matches(&format!("<{element} ")).count();
        assert_eq!(open, page.matches(&format!("</{element}>")).count(), "{element}");
    }
}

#[test]
fn markdown_has_every_table_and_no_markup_of_a_name() {
    let markdown = markdown(&statement(), &[]);
    assert!(markdown.starts_with("## Keeping 2 prompts × 2 models (20 cells) costs about $"));
    assert!(
        markdown.contains("### Routed or not") && markdown.contains(r"\<script\>"),
        "{markdown}"
    );
}

#[test]
fn the_same_statement_is_the_same_text() {
    assert_eq!(plain(&Topic::ALL), plain(&Topic::ALL));
    let json = |statement: &Statement| serde_json::to_string(statement).unwrap();
    assert_eq!(json(&statement()), json(&statement()));
}
