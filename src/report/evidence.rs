//! What the statistics came to, in words that need none. Every sentence about noise, depth and
//! certainty is here.

use super::paint;
use crate::domain::{
    Break, CellDecision, CellRecord, ChangeGroup, Conclusion, DeviationKind, FacetFamily, Finding,
    RunRecord, Scope, Setting, Sight, Status,
};

/// What can settle what is left open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// The next run looks again.
    Run,
    /// Nothing does: the answers at hand are all there is.
    Nothing,
}

/// What a baseline of so many accepted answers can tell from noise.
pub(crate) fn depth(answers: u32) -> &'static str {
    match answers {
        0 => "nothing is accepted to compare with",
        1 => "a change that many cells share is told from noise",
        2..=4 => "a change of a value is told from noise over several cells or runs",
        _ => "a change of a single value is told from noise",
    }
}

/// One sentence about a cell: what was found, in how many answers, and what would settle it where it
/// is not settled.
pub(crate) fn note(decision: &CellDecision, next: Next) -> Option<String> {
    let leading = decision.leading()?;
    let found = found(leading, decision);
    Some(match leading.conclusion {
        Conclusion::Suspect if decision.is_unsure() => format!(
            "{found}, and one accepted answer does not tell whether that is noise: accept more answers"
        ),
        Conclusion::Suspect => {
            let then = match next {
                Next::Run => "it fails if the next run sees it again",
                Next::Nothing => "it may be a change",
            };
            format!("{found}{}; {then}", beside(leading, decision))
        }
        Conclusion::Noise if leading.deviating < decision.answers => {
            format!("{found}; the others are as accepted")
        }
        Conclusion::Change | Conclusion::Noise => {
            format!("{found}{}", beside(leading, decision))
        }
    })
}

/// `3 of 4 new answers differ at /category`.
fn found(finding: &Finding, decision: &CellDecision) -> String {
    let place = &finding.deviation.facet.place;
    let what = match finding.deviation.kind {
        DeviationKind::Broken => format!("broken ({})", plain(&finding.seen)),
        DeviationKind::Lost | DeviationKind::Gone => format!("without {place}"),
        DeviationKind::Come => format!("with {place}"),
        DeviationKind::Up => format!("above the accepted median at {place}"),
        DeviationKind::Down => format!("below the accepted median at {place}"),
        DeviationKind::Unseen | DeviationKind::Moved
            if finding.deviation.facet.family == FacetFamily::Undeclared =>
        {
            "with other keys".to_owned()
        }
        DeviationKind::Unseen | DeviationKind::Moved if place.as_str().is_empty() => {
            "different".to_owned()
        }
        DeviationKind::Unseen | DeviationKind::Moved => format!("different at {place}"),
    };
    match (finding.deviating, decision.answers) {
        (1, 1) => format!("the one new answer is {what}"),
        (1, answers) => format!("1 of {answers} new answers is {what}"),
        (deviating, answers) => format!("{deviating} of {answers} new answers are {what}"),
    }
}

/// The cause without its form.
fn plain(code: &str) -> &str {
    code.split('/').next().unwrap_or(code)
}

/// What is known beside the cell's own new answers.
fn beside(finding: &Finding, decision: &CellDecision) -> String {
    let accepted = paint::count(decision.baseline as usize, "accepted answer");
    let own = match finding.accepted {
        0 => format!(", none of {accepted}"),
        some => format!(", {some} of {accepted}"),
    };
    let whose = match finding.scope {
        Scope::Cell => return own,
        Scope::Prompt => "of this prompt and slot",
        Scope::Slot => "of this slot",
        Scope::Suite => "of the suite",
    };
    format!("{own}; so are {} of {} cells {whose}", finding.cells, finding.of_cells)
}

/// In how many answers the cells of a group show it, and against how many accepted ones; nothing
/// where statistics did not look.
pub(crate) fn shown(group: &ChangeGroup, cells: &[CellRecord]) -> Option<String> {
    let (mut deviating, mut answers, mut accepted) = (0, 0, 0);
    for record in cells.iter().filter(|record| group.cells.binary_search(&record.cell).is_ok()) {
        let decision = record.decision.as_ref()?;
        let mut changes = record.changes.iter();
        let change =
            changes.find(|change| change.group_id(&record.cell, &record.because) == group.id)?;
        let mut findings = decision.findings.iter();
        let finding = findings.find(|finding| finding.deviation.shows_as(change))?;
        deviating += finding.deviating as usize;
        answers += decision.answers as usize;
        accepted += decision.baseline as usize;
    }
    let accepted = paint::count(accepted, "accepted answer");
    (answers > 0)
        .then(|| format!("in {deviating} of {answers} new answers, compared with {accepted}"))
}

/// `2 cells suspect: red if seen again`; nothing where none is held.
pub(crate) fn held(record: &RunRecord) -> Option<String> {
    let suspects = || record.cells.iter().filter(|cell| cell.status == Status::Suspect);
    let open = suspects().count() - unsure(record);
    let is_closed = record.upgrade.is_some()
        || record.evidence.as_ref().is_some_and(|of| of.setting == Setting::Closed);
    let then = if is_closed { "it may be a change" } else { "red if seen again" };
    (open > 0).then(|| format!("{} suspect: {then}", paint::count(open, "cell")))
}

fn unsure(record: &RunRecord) -> usize {
    record.evidence.as_ref().map_or(0, |evidence| evidence.unsure)
}

/// What the conclusions of a run rest on.
pub(crate) fn trust(record: &RunRecord) -> Option<String> {
    let evidence = record.evidence.as_ref().filter(|evidence| evidence.decided > 0)?;
    let accepted = paint::count(evidence.depth as usize, "accepted answer");
    let memory = match evidence.setting {
        Setting::FreshMachine => {
            "fresh machine: only what shows in one run (cache .promptmatrix/history)".to_owned()
        }
        Setting::Closed => "nothing more could be asked".to_owned(),
        Setting::RunsKept | Setting::ByHand => format!("runs kept: {}", evidence.runs),
    };
    Some(format!("{accepted} or more a cell; {memory}"))
}

/// So surely a break has to be found to be said to be seen.
const SURE: f64 = 0.8;

/// What the run could have seen, and what a further run of the same break adds.
pub(crate) fn sees(record: &RunRecord) -> Option<String> {
    let sees = &record.evidence.as_ref()?.sees;
    let of = |is_meant: &dyn Fn(&[f64; 3]) -> bool| -> Vec<String> {
        let meant = sees.iter().filter(|sight| is_meant(&sight.red));
        meant.map(in_words).collect()
    };
    let now = of(&|red| red[0] >= SURE);
    let next = of(&|red| red[0] < SURE && red[1] >= SURE);
    let next = (!next.is_empty()).then(|| format!("from the next run on: {}", next.join(", ")));
    let now = (!now.is_empty()).then(|| now.join(", "));
    let parts: Vec<String> = now.into_iter().chain(next).collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// `40 % of a prompt broken`.
fn in_words(sight: &Sight) -> String {
    let whose = match (sight.scope, sight.share) {
        (Scope::Cell, 100) => "one cell".to_owned(),
        (Scope::Cell, share) => format!("{share} % of one cell"),
        (Scope::Prompt, 100) => "a prompt".to_owned(),
        (Scope::Prompt, share) => format!("{share} % of a prompt"),
        (Scope::Slot, share) => format!("{share} % of a slot"),
        (Scope::Suite, share) => format!("{share} % of the suite"),
    };
    match sight.kind {
        Break::Broken => format!("{whose} broken"),
        Break::Value => format!("a value of {whose}"),
        Break::Optional => format!("an optional field of {whose} gone"),
        Break::Numbers => format!("the numbers of {whose} up 12 %"),
    }
}

/// What is said of cells of which one answer is accepted, below a run that saw another one in some.
pub(crate) fn shallow(record: &RunRecord) -> Option<String> {
    let cells = unsure(record);
    (cells > 0).then(|| {
        format!(
            "{} with one accepted answer {} in every new one: that may be noise. \
             `promptmatrix run --samples 5` on an unchanged model, then `promptmatrix accept --deepen RUN` \
             with the run that it prints, tells it apart from now on.",
            paint::count(cells, "cell"),
            if cells == 1 { "differs" } else { "differ" },
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(deviation: &str, conclusion: Conclusion, scope: Scope) -> Finding {
        Finding {
            deviation: deviation.parse().unwrap(),
            conclusion,
            scope,
            cells: 4,
            of_cells: 6,
            evidence: 10.0,
            threshold: 100.0,
            usual: "billing".into(),
            seen: "fenced/fence-open".into(),
            deviating: 2,
            accepted: 0,
        }
    }

    fn said(deviation: &str, conclusion: Conclusion, scope: Scope, baseline: u32) -> String {
        let findings = vec![finding(deviation, conclusion, scope)];
        note(&CellDecision { baseline, answers: 3, further: 2, findings }, Next::Run).unwrap()
    }

    #[test]
    fn a_note_says_what_was_found_and_what_follows() {
        let (value, cell) = ("unseen V /category", Scope::Cell);
        let found = "2 of 3 new answers are different at /category";
        assert_eq!(
            said(value, Conclusion::Change, cell, 5),
            format!("{found}, none of 5 accepted answers")
        );
        assert_eq!(
            said(value, Conclusion::Suspect, cell, 5),
            format!("{found}, none of 5 accepted answers; it fails if the next run sees it again")
        );
        assert!(said(value, Conclusion::Suspect, cell, 1).ends_with("accept more answers"));
        assert_eq!(
            said(value, Conclusion::Noise, cell, 5),
            format!("{found}; the others are as accepted")
        );
        assert_eq!(
            said("broken", Conclusion::Change, Scope::Slot, 5),
            "2 of 3 new answers are broken (fenced), none of 5 accepted answers; so are 4 of 6 cells of \
             this slot"
        );
        assert!(said("lost S /note", Conclusion::Change, cell, 5).contains("without /note"));
    }

    #[test]
    fn no_sentence_needs_statistics_to_be_read() {
        for conclusion in [Conclusion::Noise, Conclusion::Suspect, Conclusion::Change] {
            for kind in DeviationKind::ALL.iter().filter(|kind| **kind != DeviationKind::Broken) {
                let deviation = format!("{} V /category", kind.word());
                let findings = vec![finding(&deviation, conclusion, Scope::Prompt)];
                let decision = CellDecision { baseline: 3, answers: 3, further: 2, findings };
                let said = note(&decision, Next::Nothing).unwrap_or_default().to_lowercase();
                for word in ["posterior", "likelihood", "p-value", "significan", "bayes"] {
                    assert!(!said.contains(word), "{said}");
                }
            }
        }
    }

    #[test]
    fn a_deeper_baseline_says_more() {
        let words: Vec<&str> = [0, 1, 2, 4, 5, 20].map(depth).to_vec();
        assert_eq!((words[2], words[4]), (words[3], words[5]));
        assert!(words[1].contains("many cells") && words[4].contains("single value"));
    }
}
