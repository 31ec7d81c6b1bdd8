//! What the statistics came to, in words that need none. Every sentence about noise, depth and
//! certainty is here.

use super::paint;
use crate::domain::{CellDecision, Detectable, FacetFamily, Finding, Hold, Ruling, RunRecord};

/// What a baseline of so many accepted answers can tell from noise.
pub fn depth(answers: u32) -> &'static str {
    match answers {
        0 => "nothing is accepted to compare with",
        1 | 2 => "only a change that many cells share is told from noise",
        3 | 4 => "a change that several cells share, or a broken format, is told from noise",
        _ => "a change of a single value is told from noise",
    }
}

/// One sentence about a cell: what was found, in how many answers, and what would settle it where it
/// is not settled.
pub fn note(decision: &CellDecision, leading: Option<&Finding>) -> Option<String> {
    let accepted = paint::count(decision.baseline as usize, "accepted answer");
    let found = leading.map(found);
    Some(match (decision.ruling, found) {
        (Ruling::Regression, Some(found)) => match leading.and_then(|finding| finding.hold) {
            Some(Hold::NextRun) => {
                format!("{found}; it fails if the next run finds it again")
            }
            Some(Hold::FewDays) => format!(
                "{found}; the {accepted} are of too few days to know how it varies from day to \
                 day: `promptmatrix accept --deepen` with runs of other days"
            ),
            None => format!("{found}, compared with {accepted}"),
        },
        (Ruling::Unreliable, _) => {
            format!("{} of {} answers are not valid", decision.invalid, decision.answers)
        }
        (Ruling::Suspect, Some(found)) => {
            format!("it may have changed: {found}. {}", settles(decision, &accepted))
        }
        (Ruling::Noisy, Some(found)) => format!("noise: {found}"),
        (Ruling::Flaky, _) => {
            "not every answer is valid, and that was so when they were accepted".to_owned()
        }
        (Ruling::Improved, _) => {
            "better: the accepted answers were mostly not valid, the new ones are".to_owned()
        }
        _ => return None,
    })
}

/// What is said of a cell that changed, and of which one answer is accepted.
pub fn alone(is_shared: bool) -> &'static str {
    if is_shared {
        "many cells share this change: it is no noise"
    } else {
        "one accepted answer does not show how it varies: this may be noise"
    }
}

/// `3 of 4 answers differ at /category`.
fn found(finding: &Finding) -> String {
    let Finding { deviating, answers, facet, .. } = finding;
    let what = match facet.family {
        FacetFamily::Contract => "broken otherwise than before".to_owned(),
        _ if facet.place.as_str().is_empty() => "different".to_owned(),
        _ => format!("different at {}", facet.place),
    };
    let verb = if *answers == 1 { "answer is" } else { "answers are" };
    format!("{deviating} of {answers} {verb} {what}")
}

/// What would settle a cell that is not decided.
fn settles(decision: &CellDecision, accepted: &str) -> String {
    if decision.baseline < 5 {
        let few = if decision.baseline == 1 { "is" } else { "are" };
        format!(
            "{accepted} {few} too few to tell it from noise; more settle it: `promptmatrix accept --deepen`"
        )
    } else {
        "No further answer was allowed, or would have settled it: the next run looks again"
            .to_owned()
    }
}

/// How far a run can be trusted: how often it cries wolf, and what it would have noticed.
pub fn trust(record: &RunRecord) -> Option<String> {
    let evidence = record.evidence.as_ref().filter(|evidence| evidence.decided > 0)?;
    let wolf = match evidence.false_alarms {
        rate if rate <= 0.1 => "of 10,000 unchanged cells fewer than 1 is called broken by mistake",
        rate if rate <= 1.0 => "of 1,000 unchanged cells fewer than 1 is called broken by mistake",
        rate if rate <= 2.0 => "of 1,000 unchanged cells about 1 is called broken by mistake",
        _ => "of 1,000 unchanged cells up to 7 are called broken by mistake",
    };
    let worst = |of: fn(&Detectable) -> Option<f64>| {
        let shares = evidence.detectable.values().map(of);
        shares.map(|share| share.unwrap_or(f64::INFINITY)).max_by(f64::total_cmp)
    };
    let seen = worst(|slot| slot.prompt).filter(|share| share.is_finite());
    let seen = seen.map(|share| {
        format!("; a format that breaks in {} of a prompt's answers is noticed", one_in(share))
    });
    Some(format!("{wolf}{}", seen.unwrap_or_default()))
}

/// `1 of 4`.
fn one_in(share: f64) -> String {
    match (1.0 / share.clamp(0.001, 1.0)).floor() {
        1.0 => "most".to_owned(),
        one => format!("1 of {one:.0}"),
    }
}

/// What is said of cells of which one answer is accepted, below a run that changed some of them.
pub fn shallow(record: &RunRecord) -> Option<String> {
    let cells = record.evidence.as_ref()?.unsure;
    (cells > 0).then(|| {
        format!(
            "{} changed where one answer is accepted: that may be noise. \
             `promptmatrix run --samples 5`, then `accept --deepen RUN`, tells it apart.",
            paint::count(cells, "cell")
        )
    })
}
