//! How often the gate fails where nothing changed, in words that need no statistics.

use std::cmp::Reverse;
use std::fmt::Write;

use crate::domain::{AlarmRate, CellId, FalseAlarms};
use crate::report::paint::{self, BOLD, DIM, HINT, Look, REVIEW, paint};

/// Most cells that are named unasked.
const NAMED: usize = 3;

/// So many false alarms in 1,000 cells are what a deep baseline has at most.
const CALM: f64 = 1.0;

/// From so many accepted answers on, a baseline is deep.
const DEEP: u32 = 5;

/// What the dealing came to.
pub(super) fn render(found: &FalseAlarms, look: Look, all: bool) -> String {
    let Some(rate) = &found.rate else { return unmeasured(found) + &moved(found) };
    let mut out = format!(
        "{}  On unchanged models this gate would raise {} false alarms per 1,000 cells ({}),\n        \
         from {} of {} of {}, each cell judged by {} or more.\n",
        paint(BOLD, "Alarms"),
        paint(BOLD, number(rate.per_thousand)),
        interval(rate),
        paint::count(found.splits as usize, "split"),
        paint::count(found.answers, "stored answer"),
        paint::count(found.cells, "cell"),
        paint::count(found.depth as usize, "accepted answer"),
    );
    out += &which(found, look, all);
    if found.suspected > 0 {
        let _ = writeln!(
            out,
            "        {} {} of them are in cells that failed in their last run; if the model did change there, \
             they are not false.",
            paint(REVIEW, "note:"),
            paint::grouped(found.suspected as usize)
        );
    }
    if rate.per_thousand > CALM && found.depth < DEEP {
        let _ = writeln!(
            out,
            "        More accepted answers tell noise from change: {}, then {}.",
            paint(HINT, "promptmatrix run --samples 5"),
            paint(HINT, "accept --deepen RUN")
        );
    }
    if found.exhausted > 0 {
        let _ = writeln!(
            out,
            "        {} {} a cell was to be asked again, and had no more answers: there may be more alarms.",
            paint(REVIEW, "note:"),
            times(found.exhausted)
        );
    }
    if !found.lacking.is_empty() {
        let cells = paint::count(found.lacking.len(), "cell");
        let _ = writeln!(
            out,
            "        {} {cells} left out: too few stored answers of the accepted version.   {}",
            paint(REVIEW, "note:"),
            paint(HINT, "promptmatrix calibrate --rerun")
        );
    }
    out + &moved(found)
}

fn moved(found: &FalseAlarms) -> String {
    if found.moved.is_empty() {
        return String::new();
    }
    format!(
        "        {} {} left out: another version than the accepted one answers; accept it, or pin the id.\n",
        paint(REVIEW, "note:"),
        paint::count(found.moved.len(), "cell"),
    )
}

/// By level, and where.
fn which(found: &FalseAlarms, look: Look, all: bool) -> String {
    if found.alarming.is_empty() {
        return String::new();
    }
    let levels = found.levels.iter().rev().map(|(level, alarms)| format!("{alarms} {level}"));
    let mut cells: Vec<(&CellId, u32)> = found.alarming.iter().map(|(id, n)| (id, *n)).collect();
    cells.sort_by_key(|(id, alarms)| (Reverse(*alarms), *id));
    let most = if all || look.verbose { cells.len() } else { NAMED };
    let mut named: Vec<String> =
        cells.iter().take(most).map(|(id, alarms)| format!("{id} {}", times(*alarms))).collect();
    if cells.len() > most {
        named.push(format!("{} more", cells.len() - most));
    }
    let levels = levels.collect::<Vec<_>>().join(", ");
    format!("        {}\n", paint(DIM, format_args!("{levels}: {}", named.join(", "))))
}

fn unmeasured(found: &FalseAlarms) -> String {
    let Some(lacking) = found.lacking.values().max() else {
        let why =
            if found.moved.is_empty() { "nothing is accepted" } else { "nothing is unchanged" };
        return format!("{}  Not measured: {why}.\n", paint(BOLD, "Alarms"));
    };
    format!(
        "{}  False alarms on unchanged models are not measured: the stored runs have too few answers of the\n        \
         accepted version; a cell lacks up to {lacking}. {} asks for them.\n",
        paint(BOLD, "Alarms"),
        paint(HINT, "promptmatrix calibrate --rerun"),
    )
}

/// `95 % interval: at most 4.3`.
fn interval(rate: &AlarmRate) -> String {
    match number(rate.low).as_str() {
        "0" => format!("95 % interval: at most {}", number(rate.high)),
        low => format!("95 % interval: {low} to {}", number(rate.high)),
    }
}

/// `0`, `0.7`, `12`.
fn number(of: f64) -> String {
    match of {
        of if of < 0.05 => "0".to_owned(),
        of if of < 9.95 => format!("{of:.1}"),
        of => format!("{of:.0}"),
    }
}

fn times(number: u32) -> String {
    if number == 1 {
        "once".to_owned()
    } else {
        format!("{} times", paint::grouped(number as usize))
    }
}
