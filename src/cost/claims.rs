//! What others published about routing and caching, beside the user's own figures.
//!
//! Sources: papers, product pages and READMEs, read in November 2026.

use super::compare::{Comparison, Kind};
use super::replay::Outcome;

/// A published figure and the user's own.
#[derive(Debug, Clone, PartialEq, serde::Serialize, schemars::JsonSchema)]
pub struct Claim {
    /// Names it.
    pub id: &'static str,
    /// What is claimed.
    pub claim: &'static str,
    /// The published figure.
    pub published: &'static str,
    /// The same quantity on this matrix; absent where it was not measured.
    pub measured: Option<f64>,
    /// Its unit.
    pub unit: &'static str,
    /// Who says so.
    pub source: &'static str,
}

/// What a claim is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    RouterSaving,
    CascadeSaving,
    FewerLargeCalls,
    SecondCall,
    RouterMs,
    CacheSaving,
}

struct Row {
    id: &'static str,
    claim: &'static str,
    published: &'static str,
    about: About,
    source: &'static str,
}

const fn row(
    id: &'static str,
    (claim, published): (&'static str, &'static str),
    about: About,
    source: &'static str,
) -> Row {
    Row { id, claim, published, about, source }
}

const ROWS: &[Row] = &[
    row(
        "vendors-saving",
        ("a router saves of each request", "70"),
        About::RouterSaving,
        "vendors of routers, 2024",
    ),
    row("vendors-ms", ("a router adds", "100 to 300"), About::RouterMs, "vendors of routers, 2024"),
    row(
        "double-call",
        ("requests that pay for two models", "not published"),
        About::SecondCall,
        "the fallback that every router needs",
    ),
    row(
        "routellm",
        ("a router saves, at 95 % of GPT-4 on MT-Bench", "up to 85"),
        About::RouterSaving,
        "RouteLLM, README",
    ),
    row(
        "frugalgpt",
        ("a cascade saves, at GPT-4's quality on HEADLINES", "up to 98"),
        About::CascadeSaving,
        "FrugalGPT, arXiv 2305.05176",
    ),
    row(
        "hybrid-llm",
        ("fewer calls of the large model, at equal quality", "up to 40"),
        About::FewerLargeCalls,
        "Hybrid LLM, arXiv 2404.14618",
    ),
    row("hybrid-llm-ms", ("a router adds", "36"), About::RouterMs, "Hybrid LLM, arXiv 2404.14618"),
    row(
        "aws-saving",
        ("a router within one family saves", "up to 30"),
        About::RouterSaving,
        "AWS Intelligent Prompt Routing, product page",
    ),
    row(
        "aws-ms",
        ("a router adds, nine in ten", "85"),
        About::RouterMs,
        "AWS Intelligent Prompt Routing, product page",
    ),
    row(
        "caching",
        ("caching the prompt saves", "41 to 80"),
        About::CacheSaving,
        "arXiv 2601.06007",
    ),
];

/// What was measured besides the comparison.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Facts {
    /// What a router's decision took, in milliseconds.
    pub router_ms: Option<f64>,
    /// The share of the large model's cost that its cache saved.
    pub cache_saving: Option<f64>,
}

/// Every claim with the figure of this matrix.
pub fn claims(comparison: Option<&Comparison>, facts: Facts) -> Vec<Claim> {
    let large = comparison.and_then(|all| all.architectures.first()).map(|one| one.outcome);
    let best = |kind: Kind| {
        let all = comparison?.architectures.iter().filter(|one| one.kind == kind);
        // What was measured goes before what a router is assumed to do.
        all.max_by_key(|one| one.configured).map(|one| one.outcome)
    };
    let saving = |one: Option<Outcome>| Some(100.0 * (1.0 - one?.usd / large?.usd));
    let measured = |about: About| match about {
        About::RouterSaving => saving(best(Kind::Router)),
        About::CascadeSaving => saving(best(Kind::Cascade)),
        About::FewerLargeCalls => {
            best(Kind::Router).map(|one| 100.0 * (one.small - one.second_call).max(0.0))
        }
        About::SecondCall => {
            best(Kind::Router).or(best(Kind::Cascade)).map(|one| 100.0 * one.second_call)
        }
        About::RouterMs => facts.router_ms,
        About::CacheSaving => facts.cache_saving.map(|share| 100.0 * share),
    };
    ROWS.iter()
        .map(|row| Claim {
            id: row.id,
            claim: row.claim,
            published: row.published,
            measured: measured(row.about).filter(|value| value.is_finite()),
            unit: if row.about == About::RouterMs { "ms" } else { "%" },
            source: row.source,
        })
        .collect()
}
