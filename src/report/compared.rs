//! Two sets of answers at a glance: prompts down, statuses across.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::paint::{self, BOLD, DIM, paint};
use crate::domain::{CellId, CellRecord, Flips, Status};

/// The columns; those that are rare are there only where a cell is.
const COLUMNS: [Status; 6] =
    [Status::Same, Status::Varies, Status::New, Status::Suspect, Status::Changed, Status::Broken];

const RARE: [Status; 2] = [Status::New, Status::Suspect];

/// One row for each prompt, and one for all of them.
pub(crate) fn table(cells: &[(CellId, Status)]) -> String {
    let mut rows: BTreeMap<&str, BTreeMap<Status, usize>> = BTreeMap::new();
    let mut total: BTreeMap<Status, usize> = BTreeMap::new();
    for (cell, status) in cells {
        *rows.entry(cell.prompt.as_str()).or_default().entry(*status).or_default() += 1;
        *total.entry(*status).or_default() += 1;
    }
    let width = rows.keys().map(|name| name.chars().count()).max().unwrap_or(0).max(10) + 2;
    let is_shown = |status: &Status| !RARE.contains(status) || total.contains_key(status);
    let columns: Vec<Status> = COLUMNS.into_iter().filter(is_shown).collect();
    let mut out = format!("  {:width$}", "");
    for status in &columns {
        let _ = write!(out, "{}", paint(BOLD, format_args!("{:>9}", status.word())));
    }
    out.push('\n');
    for (name, counts) in rows {
        row(&mut out, name, &counts, &columns, width);
    }
    row(&mut out, "total", &total, &columns, width);
    out
}

fn row(
    out: &mut String,
    name: &str,
    counts: &BTreeMap<Status, usize>,
    columns: &[Status],
    width: usize,
) {
    let _ = write!(out, "  {name:width$}");
    for status in columns {
        match counts.get(status) {
            Some(count) => {
                let _ =
                    write!(out, "{}", paint(paint::status(*status), format_args!("{count:>9}")));
            }
            None => {
                let _ = write!(out, "{}", paint(DIM, format_args!("{:>9}", "-")));
            }
        }
    }
    out.push('\n');
}

/// One sentence about cells that statistics decided on: whose answers they were judged by, and where
/// a difference is noise, or may be. Nothing where there are none.
pub(crate) fn decided(records: &[CellRecord], left: &str) -> Option<String> {
    let decisions = || records.iter().filter_map(|record| record.decision.as_ref());
    let least = decisions().map(|decision| decision.baseline).min()?;
    let with = |status: Status| records.iter().filter(|record| record.status == status).count();
    let cells = paint::count(records.len(), "cell");
    let mut out =
        format!("{cells} judged as if {least} or more answers of {left} had been accepted");
    for (status, what) in [(Status::Varies, "noise"), (Status::Suspect, "not decided")] {
        let cells = with(status);
        if cells > 0 {
            let _ = write!(out, "; {what} in {}", paint::count(cells, "cell"));
        }
    }
    Some(out + ".")
}

/// One sentence about cells that changed where a side has too few answers.
pub(crate) fn unsure(cells: usize, enough: u32) -> Option<String> {
    (cells > 0).then(|| {
        format!(
            "{} changed where a run has fewer than {enough} valid answers: that may be noise. \
             Two runs of five answers (`--samples 5`) tell it apart.",
            paint::count(cells, "cell")
        )
    })
}

/// One sentence about right and wrong answers: how many got worse and better, what of it the old
/// side does to itself, and how likely it is without any difference.
pub(crate) fn flips(flips: &Flips) -> String {
    let percent = |rate: f64| format!("{:.1} %", rate * 100.0);
    let share = |count: u32, rate: f64| match count {
        0 => String::new(),
        _ => format!(" ({})", percent(rate)),
    };
    let cells = paint::count(flips.cells as usize, "cell");
    let mut out = format!(
        "{cells} with a known right answer: {} got worse{}, {} got better{}",
        flips.worse,
        share(flips.worse, flips.negative_rate),
        flips.better,
        share(flips.better, flips.positive_rate),
    );
    if let (Some(noise), Some(net), 1..) = (flips.noise, flips.net, flips.worse) {
        let _ = write!(
            out,
            "; asked again, the old side itself gets {} worse, which leaves {}",
            percent(noise),
            percent(net)
        );
    }
    if flips.worse + flips.better > 0 {
        let _ = write!(out, "; without a real difference {}", chance(flips.p));
    }
    out
}

fn chance(p: f64) -> String {
    if p < 0.001 {
        "that happens less than once in 1,000 times".to_owned()
    } else {
        format!("that happens {:.1} times in 100", p * 100.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flips_are_told_with_their_noise_and_their_chance() {
        let found = Flips {
            cells: 20,
            worse: 4,
            better: 2,
            negative_rate: 0.2,
            positive_rate: 0.1,
            noise: Some(0.06),
            net: Some(0.14),
            p: 0.6875,
        };
        let text = "20 cells with a known right answer: 4 got worse (20.0 %), 2 got better (10.0 %); \
                    asked again, the old side itself gets 6.0 % worse, which leaves 14.0 %; \
                    without a real difference that happens 68.8 times in 100";
        assert_eq!(flips(&found), text);
        let none = Flips { cells: 3, p: 1.0, ..Flips::default() };
        assert!(flips(&none).ends_with("0 got worse, 0 got better"));
    }
}
