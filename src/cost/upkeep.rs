//! What keeping the matrix costs in a year: bumps, nightly runs, false alarms; and what one more
//! model or prompt adds, as the exact difference of two years.

use crate::domain::{Assumptions, Param};

/// Days of a year, leap years included.
pub(crate) const DAYS: f64 = 365.25;
/// Days of a month.
pub(crate) const MONTH: f64 = DAYS / 12.0;

/// One model of the matrix as the forecast sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Column {
    /// Prompts that it must hold.
    pub prompts: f64,
    /// What asking all cases of one prompt once costs, in USD.
    pub usd_per_prompt: f64,
    /// Version bumps in a year.
    pub bumps: f64,
}

/// The matrix as the forecast sees it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Matrix {
    pub columns: Vec<Column>,
    /// Whole runs in a day.
    pub runs_per_day: f64,
}

/// What a year, or a part of it, costs.
#[derive(Debug, Clone, Copy, Default, PartialEq, serde::Serialize, schemars::JsonSchema)]
pub struct Year {
    pub bumps: f64,
    /// Hours of people for them.
    pub bump_hours: f64,
    /// What bumps cost, calls and people, in USD.
    pub bump_usd: f64,
    /// Calls of the regular runs, in USD.
    pub runs_usd: f64,
    /// Hours of people for false alarms.
    pub alarm_hours: f64,
    /// What these cost, in USD.
    pub alarm_usd: f64,
}

impl Year {
    /// Everything, in USD.
    pub fn usd(&self) -> f64 {
        self.bump_usd + self.runs_usd + self.alarm_usd
    }

    /// Hours of people.
    pub fn hours(&self) -> f64 {
        self.bump_hours + self.alarm_hours
    }

    fn plus(self, other: Self) -> Self {
        self.combined(other, 1.0)
    }

    /// What is left of it without the other.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        self.combined(other, -1.0)
    }

    fn combined(self, other: Self, sign: f64) -> Self {
        Self {
            bumps: self.bumps + sign * other.bumps,
            bump_hours: self.bump_hours + sign * other.bump_hours,
            bump_usd: self.bump_usd + sign * other.bump_usd,
            runs_usd: self.runs_usd + sign * other.runs_usd,
            alarm_hours: self.alarm_hours + sign * other.alarm_hours,
            alarm_usd: self.alarm_usd + sign * other.alarm_usd,
        }
    }
}

/// What is added by one more.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, schemars::JsonSchema)]
pub struct Marginal {
    /// Every year.
    pub year: Year,
    /// Once, in hours of people.
    pub once_hours: f64,
    /// Once, in USD.
    pub once_usd: f64,
}

/// Minutes of people for one bump of a model that must hold so many prompts.
pub(crate) fn bump_minutes(prompts: f64, assumed: &Assumptions) -> f64 {
    let get = |param| assumed.get(param);
    let per_cell = get(Param::ChangedShare) * get(Param::ReviewMinutes)
        + get(Param::BrokenShare) * (get(Param::TriageMinutes) + get(Param::FixMinutes));
    get(Param::BumpMinutes) + prompts * per_cell
}

/// Minutes as money.
pub(crate) fn labour(minutes: f64, assumed: &Assumptions) -> f64 {
    minutes * assumed.get(Param::HourlyRate) / 60.0
}

/// What one model costs in a year.
pub(crate) fn column_year(column: &Column, runs_per_day: f64, assumed: &Assumptions) -> Year {
    let calls = column.prompts * column.usd_per_prompt;
    let bump = bump_minutes(column.prompts, assumed);
    let runs = DAYS * runs_per_day;
    let alarm =
        runs * column.prompts * assumed.get(Param::FalseAlarms) * assumed.get(Param::TriageMinutes);
    Year {
        bumps: column.bumps,
        bump_hours: column.bumps * bump / 60.0,
        bump_usd: column.bumps * (calls + labour(bump, assumed)),
        runs_usd: runs * calls,
        alarm_hours: alarm / 60.0,
        alarm_usd: labour(alarm, assumed),
    }
}

/// What the matrix costs in a year.
pub(crate) fn year(matrix: &Matrix, assumed: &Assumptions) -> Year {
    let columns =
        matrix.columns.iter().map(|column| column_year(column, matrix.runs_per_day, assumed));
    columns.fold(Year::default(), Year::plus)
}

/// What one more model adds.
pub(crate) fn one_more_model(matrix: &Matrix, model: Column, assumed: &Assumptions) -> Marginal {
    let mut with = matrix.clone();
    with.columns.push(model);
    let minutes = model.prompts * assumed.get(Param::PortMinutes);
    added(matrix, &with, minutes, assumed)
}

/// What one more prompt on every model adds.
pub(crate) fn one_more_prompt(matrix: &Matrix, assumed: &Assumptions) -> Marginal {
    let mut with = matrix.clone();
    for column in &mut with.columns {
        column.prompts += 1.0;
    }
    let minutes = with.columns.iter().map(|_| assumed.get(Param::PortMinutes)).sum();
    added(matrix, &with, minutes, assumed)
}

fn added(before: &Matrix, after: &Matrix, minutes: f64, assumed: &Assumptions) -> Marginal {
    Marginal {
        year: year(after, assumed).minus(year(before, assumed)),
        once_hours: minutes / 60.0,
        once_usd: labour(minutes, assumed),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::Preset;

    fn matrix() -> impl Strategy<Value = Matrix> {
        let column = (1_u32..50, 0.0_f64..10.0, 0.0_f64..12.0);
        let columns = prop::collection::vec(column, 1..6);
        (columns, 0.0_f64..24.0).prop_map(|(columns, runs_per_day)| Matrix {
            columns: columns
                .into_iter()
                .map(|(prompts, usd_per_prompt, bumps)| Column {
                    prompts: prompts.into(),
                    usd_per_prompt,
                    bumps,
                })
                .collect(),
            runs_per_day,
        })
    }

    proptest! {
        #[test]
        fn one_more_prompt_costs_what_the_formula_says(matrix in matrix(), preset in 0_usize..3) {
            let assumed = Assumptions::preset(Preset::ALL[preset]);
            let get = |param| assumed.get(param);
            let minutes = get(Param::ChangedShare) * get(Param::ReviewMinutes)
                + get(Param::BrokenShare) * (get(Param::TriageMinutes) + get(Param::FixMinutes));
            let runs = DAYS * matrix.runs_per_day;
            let expected: f64 = matrix
                .columns
                .iter()
                .map(|column| {
                    let alarms = get(Param::FalseAlarms) * get(Param::TriageMinutes);
                    column.bumps * (labour(minutes, &assumed) + column.usd_per_prompt)
                        + runs * (column.usd_per_prompt + labour(alarms, &assumed))
                })
                .sum();
            let added = one_more_prompt(&matrix, &assumed).year.usd();
            prop_assert!((added - expected).abs() <= 1e-6 * expected.max(1.0), "{added} {expected}");
        }

        #[test]
        fn a_model_that_is_added_and_taken_away_leaves_what_was(matrix in matrix()) {
            let assumed = Assumptions::preset(Preset::Default);
            let mut fewer = matrix.clone();
            let last = fewer.columns.pop().unwrap();
            let added = one_more_model(&fewer, last, &assumed).year.usd();
            let whole = year(&matrix, &assumed).usd() - year(&fewer, &assumed).usd();
            prop_assert!((added - whole).abs() <= 1e-6 * whole.abs().max(1.0));
        }
    }
}
