//! What a gate is worth, as people read it: how often it cries wolf, and what it lets slip.

mod alarms;
mod drill;

use super::paint::Look;
use crate::domain::Calibration;

/// The whole page; `all` leaves nothing out.
pub(crate) fn render(found: &Calibration, look: Look, all: bool) -> String {
    let alarms = found.alarms.as_ref().map(|alarms| alarms::render(alarms, look, all));
    let drill = found.drill.as_ref().map(|drill| drill::render(drill, look, all));
    let parts = [alarms, drill].into_iter().flatten();
    parts.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::{
        AlarmRate, Catch, Drill, FalseAlarms, Level, PromptName, Scope, Shot, Slot,
    };
    use crate::drift::drill::{BREAKAGES, Breakage};

    fn found() -> Calibration {
        let shot = |breakage: &str, scope, slips: bool| Shot {
            prompt: PromptName::new("triage").unwrap(),
            slot: Slot::new("swift").unwrap(),
            breakage: breakage.to_owned(),
            weight: Breakage::named(breakage).unwrap().weight,
            place: "/a".parse().unwrap(),
            scope,
            rate: 1.0,
            cells: Vec::new(),
            tries: 1,
            caught: BTreeMap::from([(Catch::Contract, u32::from(!slips))]),
            doubted: 0,
            remedy: slips.then(|| "write `\u{1b}[31mx`".to_owned()),
        };
        let shots = BREAKAGES.iter().flat_map(|row| {
            [shot(row.name, Scope::Prompt, false), shot(row.name, Scope::Cell, row.matters())]
        });
        let rate = AlarmRate { alarms: 2, judged: 400, per_thousand: 5.0, low: 0.6, high: 18.0 };
        let alarms = FalseAlarms {
            splits: 20,
            cells: 20,
            answers: 200,
            depth: 5,
            rate: Some(rate),
            levels: BTreeMap::from([(Level::Breaking, 2)]),
            alarming: BTreeMap::from([("triage/a@swift".parse().unwrap(), 2)]),
            ..FalseAlarms::default()
        };
        Calibration {
            alarms: Some(alarms),
            drill: Some(Drill { shots: shots.collect(), ..Drill::default() }),
            ..Calibration::default()
        }
    }

    fn plain(all: bool) -> String {
        let text = render(&found(), Look::default(), all);
        anstream::adapter::strip_str(&text).to_string()
    }

    #[test]
    fn the_first_lines_need_no_statistics_to_be_read() {
        let text = plain(false);
        let first = "Alarms  On unchanged models this gate would raise 5.0 false alarms per 1,000 cells \
                     (95 % interval: 0.6 to 18),";
        assert_eq!(text.lines().next(), Some(first));
        assert!(text.contains("2 breaking: triage/a@swift 2 times"), "{text}");
        for word in ["posterior", "confidence", "binomial", "significan", "hypothes"] {
            assert!(!text.to_lowercase().contains(word), "{text}");
        }
    }

    #[test]
    fn what_slips_through_is_cut_after_the_worst_and_cannot_drive_the_terminal() {
        let text = plain(false);
        let matter = BREAKAGES.iter().filter(|row| row.matters()).count();
        let more = format!("… and {} more: promptmatrix calibrate --all", matter - 8);
        assert!(text.contains(&more) && text.contains("remedy write `␛[31mx`"), "{text}");
        assert!(text.contains("must not fail: "), "{text}");
        let all = plain(true);
        assert!(!all.contains("--all") && all.matches("    remedy ").count() == matter, "{all}");
    }
}
