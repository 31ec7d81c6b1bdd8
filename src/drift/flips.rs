//! Right and wrong answers, where a case says what is right.

use super::stats::mcnemar;
use crate::domain::Flips;

/// A cell whose right answer is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Flip {
    /// Whether the accepted answer is right.
    pub was: bool,
    /// Whether the new one is.
    pub is: bool,
    /// Of how many accepted answers how many are right: how often the cell errs by itself.
    pub known: (u32, u32),
}

/// Counts flips, and takes off what the accepted version would flip against itself: without that,
/// the rate means nothing.
pub(crate) fn flips(cells: &[Flip]) -> Flips {
    let count = |which: fn(&&Flip) -> bool| {
        u32::try_from(cells.iter().filter(which).count()).unwrap_or(u32::MAX)
    };
    let (all, worse, better) =
        (count(|_| true), count(|cell| cell.was && !cell.is), count(|cell| !cell.was && cell.is));
    let rate = |part: u32| if all == 0 { 0.0 } else { f64::from(part) / f64::from(all) };
    let noise = |cell: &Flip| {
        let (right, answers) = (f64::from(cell.known.0), f64::from(cell.known.1));
        let share = right / answers;
        (cell.known.1 > 1).then(|| share * (1.0 - share) * answers / (answers - 1.0))
    };
    let noises: Vec<f64> = cells.iter().filter_map(noise).collect();
    let known = f64::from(u32::try_from(noises.len()).unwrap_or(u32::MAX));
    let noise = (!noises.is_empty()).then(|| noises.iter().sum::<f64>() / known);
    Flips {
        cells: all,
        worse,
        better,
        negative_rate: rate(worse),
        positive_rate: rate(better),
        noise,
        net: noise.map(|noise| rate(worse) - noise),
        p: mcnemar(worse, better),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_old_version_does_to_itself_is_taken_off() {
        let cell = |was, is, right| Flip { was, is, known: (right, 5) };
        let mut cells = vec![cell(true, true, 5); 14];
        cells.extend([cell(true, false, 4); 4]);
        cells.extend([cell(false, true, 1); 2]);
        let found = flips(&cells);
        assert_eq!((found.cells, found.worse, found.better), (20, 4, 2));
        assert!((found.negative_rate - 0.2).abs() < 1e-12);
        // Six cells err once in five: 0.8 · 0.2 · 5/4 each.
        assert!((found.noise.unwrap() - 0.06).abs() < 1e-12);
        assert!((found.net.unwrap() - 0.14).abs() < 1e-12);
        assert!((found.p - 0.6875).abs() < 1e-9);
    }

    #[test]
    fn without_a_second_accepted_answer_the_noise_is_not_known() {
        let found = flips(&[Flip { was: true, is: false, known: (1, 1) }]);
        assert_eq!((found.noise, found.net), (None, None));
        assert_eq!(flips(&[]), Flips { p: 1.0, ..Flips::default() });
    }
}
