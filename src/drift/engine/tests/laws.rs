//! What holds of every decision, whatever the answers.

use proptest::prelude::*;

use super::*;

/// Answers of 12 cells: for each, which labels come in turn.
fn answers() -> impl Strategy<Value = Vec<Vec<u8>>> {
    prop::collection::vec(prop::collection::vec(0u8..4, 8), 12)
}

fn given(answers: &[Vec<u8>], cell: usize, number: u32) -> Facets {
    match answers[cell][number as usize - 1] {
        0 | 1 => facets("ok", "bug"),
        2 => facets("ok", "feature"),
        _ => broken("fenced"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_order_of_cells_makes_no_difference(answers in answers(), seed in any::<u64>()) {
        let cells = ids(12);
        let mut shuffled = cells.clone();
        shuffled.sort_by_key(|cell| crate::domain::Hash::of_bytes(format!("{seed}{cell}").as_bytes()));
        let run = |cells: &[CellId]| {
            let mut engine = Engine::new(cells, steady(12, 5), Settings::default());
            play(&mut engine, cells, |cell, number| given(&answers, cell, number))
        };
        prop_assert_eq!(run(&cells), run(&shuffled));
    }

    #[test]
    fn cells_that_are_as_usual_never_raise_an_alarm(answers in answers(), more in 1usize..40) {
        let all = 12 + more;
        let (alone, _) = decide(12, 5, |cell, number| given(&answers, cell, number));
        let (with, _) = decide(all, 5, |cell, number| {
            if cell < 12 { given(&answers, cell, number) } else { facets("ok", "bug") }
        });
        // Further cells bring a larger budget. Where that brought no more answers of any cell, each
        // is judged alike; one answer more of one cell speaks of the others of its group too.
        let pairs = || with.cells.iter().zip(&alone.cells);
        let same_evidence = pairs().all(|(cell, alone)| cell.answers == alone.answers);
        for (cell, alone) in pairs() {
            prop_assert!(!same_evidence || !cell.ruling.is_alarm() || alone.ruling.is_alarm());
        }
        for cell in with.cells.iter().skip(12) {
            prop_assert_eq!(cell.ruling, Ruling::Pass);
        }
    }

    #[test]
    fn every_deviating_cell_of_an_incident_deviates_and_is_named_once(answers in answers()) {
        let (decision, _) = decide(12, 5, |cell, number| given(&answers, cell, number));
        for incident in &decision.incidents {
            prop_assert!(incident.deviating.is_sorted_by(|one, two| one < two));
            prop_assert!(incident.deviating.len() >= 3);
            for cell in &incident.deviating {
                let found = decision.cells.iter().find(|known| known.cell == *cell).unwrap();
                prop_assert!(found.findings.iter().any(|f| f.facet.family == incident.facet.family));
            }
        }
    }
}
