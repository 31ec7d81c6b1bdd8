//! What a gate is worth, as people read it: how often it cries wolf, what it notices, and what it lets
//! slip.

mod alarms;
mod drill;

use std::collections::BTreeMap;

use super::evidence;
use super::paint::{BOLD, Look, paint};
use crate::domain::{Calibration, Detectable, Slot};

/// The whole page; `all` leaves nothing out.
pub fn render(found: &Calibration, look: Look, all: bool) -> String {
    let alarms = found.alarms.as_ref().map(|alarms| alarms::render(alarms, look, all));
    let drill = found.drill.as_ref().map(|drill| drill::render(drill, look, all));
    let parts = [alarms, Some(detectable(&found.detectable)), drill];
    let parts = parts.into_iter().flatten().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("\n")
}

/// What would be noticed of a run that breaks now and then: the worst slot.
fn detectable(slots: &BTreeMap<Slot, Detectable>) -> String {
    let worst = |of: fn(&Detectable) -> Option<f64>| {
        let shares = slots.values().map(|slot| of(slot).unwrap_or(f64::INFINITY));
        shares.max_by(f64::total_cmp).filter(|share| share.is_finite())
    };
    let told = |share: Option<f64>, of: &str| Some(format!("{} {of}", evidence::part(share?)));
    let broken: Vec<String> = [
        told(worst(|slot| slot.slot), "of a slot"),
        told(worst(|slot| slot.prompt), "of a prompt"),
        told(worst(|slot| slot.cell), "of a cell"),
    ]
    .into_iter()
    .flatten()
    .collect();
    if broken.is_empty() {
        return String::new();
    }
    let value = told(worst(|slot| slot.value), "of a prompt");
    let value = value.map(|value| format!(",\n        and another value where it is {value}"));
    format!(
        "{} Four times out of five, a run notices broken answers where they are\n        {}{}.\n",
        paint(BOLD, "Notices"),
        broken.join(", "),
        value.unwrap_or_default()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{AlarmRate, Catch, Drill, FalseAlarms, Level, PromptName, Scope, Shot};
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
            mend: slips.then(|| "write `\u{1b}[31mx`".to_owned()),
        };
        let shots = BREAKAGES.iter().flat_map(|row| {
            [shot(row.name, Scope::Group, false), shot(row.name, Scope::Cell, row.matters())]
        });
        let rate = AlarmRate { alarms: 2, judged: 400, per_thousand: 5.0, low: 0.6, high: 18.0 };
        let alarms = FalseAlarms {
            splits: 20,
            cells: 20,
            answers: 200,
            depth: 5,
            one_run: Some(rate),
            lacking_for_two: 1,
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
                     (95 % sure: 0.6 to 18),";
        assert_eq!(text.lines().next(), Some(first));
        assert!(text.contains("not measured: a cell takes up to 1 more stored answer"), "{text}");
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
        assert!(text.contains(&more) && text.contains("mend write `␛[31mx`"), "{text}");
        assert!(text.contains("must not fail: 0 of 2 do not"), "{text}");
        let all = plain(true);
        assert!(!all.contains("--all") && all.matches("    mend ").count() == matter, "{all}");
    }
}
