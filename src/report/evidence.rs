//! What the statistics came to, in words that need none. Every sentence about noise, depth and
//! certainty is here.

use super::paint;
use crate::domain::{
    CellDecision, CellRecord, ChangeGroup, Detectable, FacetFamily, Finding, Hold, Ruling,
    RunRecord,
};

/// From so many accepted answers on, a change of a single value is told from noise.
const DEEP: u32 = 5;

/// Below this posterior a change is less likely than noise.
const EVEN: f64 = 0.5;

/// What can settle what is left open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// The next run looks again, and more answers can be accepted.
    Run,
    /// Nothing does: two stored runs are all there is.
    Nothing,
}

/// How the note on a cell begins that is not told from noise yet.
pub(super) const OPEN: &str = "not decided: ";

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
pub fn note(decision: &CellDecision, leading: Option<&Finding>, next: Next) -> Option<String> {
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
        (Ruling::Suspect, Some(found)) if decision.baseline < DEEP => format!(
            "{OPEN}{found}, and {accepted} {} too few to know whether that is noise; \
             `promptmatrix {}` adds more",
            if decision.baseline == 1 { "is" } else { "are" },
            if next == Next::Run { "accept --deepen RUN" } else { "run --samples 5" },
        ),
        (Ruling::Suspect, Some(found)) if leading.is_some_and(|f| f.posterior < EVEN) => {
            format!("most likely noise: {found}, compared with {accepted}; it fails nothing")
        }
        (Ruling::Suspect, Some(found)) => format!(
            "{OPEN}{found}, compared with {accepted}; it fails nothing{}",
            if next == Next::Run { ", and the next run looks again" } else { "" }
        ),
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
    match (deviating, answers) {
        (1, 1) => format!("the one new answer is {what}"),
        (1, _) => format!("1 of {answers} new answers is {what}"),
        _ => format!("{deviating} of {answers} new answers are {what}"),
    }
}

/// In how many answers the cells of a group show it, and against how many accepted ones; nothing
/// where statistics did not look.
pub fn shown(group: &ChangeGroup, cells: &[CellRecord]) -> Option<String> {
    let (mut deviating, mut answers, mut accepted) = (0, 0, 0);
    for record in cells.iter().filter(|record| group.cells.contains(&record.cell)) {
        let decision = record.decision.as_ref()?;
        let mut changes = record.changes.iter();
        let change =
            changes.find(|change| change.group_id(&record.cell, &record.because) == group.id)?;
        let finding = decision.findings.iter().find(|finding| finding.speaks_of(change))?;
        deviating += finding.deviating as usize;
        answers += finding.answers as usize;
        accepted += decision.baseline as usize;
    }
    let accepted = paint::count(accepted, "accepted answer");
    (answers > 0)
        .then(|| format!("in {deviating} of {answers} new answers, compared with {accepted}"))
}

/// How far a run can be trusted: how often it cries wolf, and what it would have noticed.
pub fn trust(record: &RunRecord) -> Option<String> {
    let evidence = record.evidence.as_ref().filter(|evidence| evidence.decided > 0)?;
    let wolf = match evidence.false_alarms {
        rate if rate <= 0.1 => "fewer than 1 of 10,000 unchanged cells is called broken by mistake",
        rate if rate <= 1.0 => "fewer than 1 of 1,000 unchanged cells is called broken by mistake",
        rate if rate <= 2.0 => "about 1 of 1,000 unchanged cells is called broken by mistake",
        _ => "up to 7 of 1,000 unchanged cells are called broken by mistake",
    };
    let worst = |of: fn(&Detectable) -> Option<f64>| {
        let shares = evidence.detectable.values().map(of);
        shares.map(|share| share.unwrap_or(f64::INFINITY)).max_by(f64::total_cmp)
    };
    let seen = worst(|slot| slot.prompt).filter(|share| share.is_finite());
    let seen = seen.map(|share| {
        format!("; a prompt that breaks in fewer than {} answers can be missed", part(share))
    });
    Some(format!("{wolf}{}", seen.unwrap_or_default()))
}

/// `3 of 10`, or `1 of 25`: never less than the share.
pub(super) fn part(share: f64) -> String {
    if share >= 0.1 {
        format!("{:.0} of 10", (share * 10.0).ceil())
    } else {
        format!("1 of {:.0}", (1.0 / share.max(0.001)).floor())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Facet, Weight};

    #[test]
    fn a_deeper_baseline_says_more() {
        let words: Vec<&str> = [0, 1, 2, 3, 4, 5, 20].map(depth).to_vec();
        assert_eq!((words[1], words[3], words[5]), (words[2], words[4], words[6]));
        assert!(words[1].contains("many cells") && words[3].contains("several cells"));
        assert!(words[5].contains("single value"));
    }

    fn finding(posterior: f64, hold: Option<Hold>) -> Finding {
        Finding {
            facet: "V /category".parse::<Facet>().unwrap(),
            weight: Weight::Answer,
            usual: "billing".into(),
            seen: "account".into(),
            deviating: 2,
            answers: 3,
            posterior,
            e_value: 1.0,
            confirmed: posterior > 0.9,
            shared: false,
            hold,
        }
    }

    fn said(ruling: Ruling, baseline: u32, finding: &Finding) -> String {
        let decision = CellDecision {
            cell: "p/c@m".parse().unwrap(),
            ruling,
            baseline,
            answers: 3,
            further: 2,
            invalid: 2,
            findings: vec![finding.clone()],
        };
        note(&decision, Some(finding), Next::Run).unwrap_or_default()
    }

    #[test]
    fn a_note_says_what_was_found_and_what_follows() {
        let plain = |posterior| finding(posterior, None);
        let found = "2 of 3 new answers are different at /category";
        let told = said(Ruling::Regression, 5, &plain(0.99));
        assert_eq!(told, format!("{found}, compared with 5 accepted answers"));
        let put_off = said(Ruling::Regression, 5, &finding(0.99, Some(Hold::NextRun)));
        assert_eq!(put_off, format!("{found}; it fails if the next run finds it again"));
        assert_eq!(said(Ruling::Noisy, 5, &plain(0.01)), format!("noise: {found}"));
        assert_eq!(said(Ruling::Unreliable, 5, &plain(0.5)), "2 of 3 answers are not valid");
        assert_eq!(said(Ruling::Pass, 5, &plain(0.0)), "");
        let days = said(Ruling::Regression, 5, &finding(0.99, Some(Hold::FewDays)));
        assert!(days.contains("too few days") && days.contains("accept --deepen"), "{days}");
        let shallow = said(Ruling::Suspect, 1, &plain(0.3));
        assert!(shallow.contains("1 accepted answer is too few"), "{shallow}");
        let likely = said(Ruling::Suspect, 5, &plain(0.2));
        assert!(likely.starts_with("most likely noise") && likely.contains("fails nothing"));
        assert!(said(Ruling::Suspect, 5, &plain(0.8)).contains("the next run looks again"));
    }

    #[test]
    fn no_sentence_needs_statistics_to_be_read() {
        for ruling in Ruling::ALL {
            let said = said(ruling, 3, &finding(0.5, None)).to_lowercase();
            for word in ["posterior", "e-value", "p-value", "significan", "hypothes", "bayes"] {
                assert!(!said.contains(word), "{said}");
            }
        }
    }

    #[test]
    fn a_share_is_never_told_smaller_than_it_is() {
        assert_eq!(part(0.51), "6 of 10");
        assert_eq!(part(1.0), "10 of 10");
        assert_eq!(part(0.04), "1 of 25");
    }
}
