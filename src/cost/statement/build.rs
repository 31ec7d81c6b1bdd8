//! From the accounts, the ledger and the projection to the statement.

use jiff::Timestamp;

use super::{
    BumpLine, LifeLine, MarginalLines, MonthLine, PeopleLine, PriceLine, Rated, RunLine, Size,
    SlotLine, SpendLines, Statement, WindowLine,
};
use crate::cost::accounts::Accounts;
use crate::cost::compare::{Comparison, EssayRow};
use crate::cost::gate::gate;
use crate::cost::measure::Figures;
use crate::cost::people::{BumpTime, People};
use crate::cost::per_valid;
use crate::cost::projection::Projection;
use crate::cost::spend::{CallTotals, Spend};
use crate::cost::upkeep::labour;
use crate::domain::{Assumptions, CostSettings, Param, Slot};

/// A slot of the suite.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SlotInput {
    pub slot: Slot,
    /// The id that is asked for.
    pub id: String,
}

/// What a statement is made of.
#[derive(Debug)]
pub(crate) struct Inputs<'i> {
    /// When it is made.
    pub now: Timestamp,
    pub window: WindowLine,
    /// How large the matrix is.
    pub size: Size,
    pub prices: PriceLine,
    /// `[cost]`.
    pub settings: &'i CostSettings,
    pub accounts: &'i Accounts<'i>,
    /// The ledger in the window.
    pub people: &'i People,
    pub figures: &'i Figures,
    /// What the matrix will cost.
    pub projection: &'i Projection,
    /// Whole runs in a day.
    pub runs_per_day: Rated,
    /// The slots, in the order of the projection.
    pub slots: Vec<SlotInput>,
    /// The comparison of architectures.
    pub compare: Option<Comparison>,
    /// The trade-offs of routing.
    pub essay_table: Vec<EssayRow>,
    pub lifecycle: Vec<LifeLine>,
    pub warnings: Vec<String>,
}

/// Estimated minutes of bumps; the sum of none is 0, not the -0 that `sum` gives.
fn minutes_of<'b>(bumps: impl Iterator<Item = &'b BumpLine>) -> f64 {
    bumps.fold(0.0, |sum, bump| sum + bump.estimated_minutes)
}

pub(crate) fn build(inputs: Inputs<'_>) -> Statement {
    let assumed = inputs.figures.values();
    let bumps: Vec<BumpLine> =
        inputs.people.bumps.iter().map(|bump| bump_line(bump, &inputs, &assumed)).collect();
    let slots = slot_lines(&inputs, &bumps, &assumed);
    let month = month(&inputs, &assumed);
    let estimated_minutes = minutes_of(bumps.iter());
    let measured = inputs.people.measured();
    let today = jiff::tz::Offset::UTC.to_datetime(inputs.now).date();
    let gate = gate(
        &inputs.settings.gate,
        month.usd,
        hours_per_bump(&bumps).or_else(|| Some(month.minutes_per_bump / 60.0)),
        &increases(&inputs),
    );
    Statement {
        format: Statement::FORMAT,
        generated_at: seconds(inputs.now),
        matrix: inputs.size,
        prices: inputs.prices,
        spend: spend_lines(&inputs.accounts.spend),
        people: PeopleLine {
            measured,
            estimated_minutes,
            sessions: inputs.people.sessions,
            usd: labour(measured.sum() + estimated_minutes, &assumed),
        },
        slots,
        bumps,
        runs: inputs
            .accounts
            .runs
            .iter()
            .map(|(id, run)| RunLine {
                id: id.clone(),
                at: run.at.map(seconds).unwrap_or_default(),
                spent: run.tally,
            })
            .collect(),
        marginal: MarginalLines {
            model: inputs.projection.one_more_model(&assumed),
            prompt: inputs.projection.one_more_prompt(&assumed),
        },
        year: inputs.projection.year,
        months: inputs.projection.months(today, inputs.settings.horizon_months),
        params: inputs.figures.0.clone(),
        window: inputs.window,
        month,
        compare: inputs.compare,
        essay_table: inputs.essay_table,
        lifecycle: inputs.lifecycle,
        gate,
        unpriced_models: inputs.projection.unpriced.clone(),
        by_code: Vec::new(),
        warnings: inputs.warnings,
    }
}

/// A moment without its parts of a second.
fn seconds(at: Timestamp) -> String {
    Timestamp::from_second(at.as_second()).unwrap_or(at).to_string()
}

fn month(inputs: &Inputs<'_>, assumed: &Assumptions) -> MonthLine {
    let year = &inputs.projection.year;
    let people_usd = labour(year.hours() * 60.0, assumed) / 12.0;
    let usd = year.usd() / 12.0;
    let slots = &inputs.projection.slots;
    let measured =
        slots.iter().filter(|one| one.bumps.basis == crate::cost::measure::Basis::Measured);
    MonthLine {
        usd,
        calls_usd: usd - people_usd,
        people_usd,
        hours: year.hours() / 12.0,
        run_usd: slots.iter().filter_map(|one| one.run_usd).sum(),
        run_n: slots.iter().map(|one| one.run_n).sum(),
        runs_per_day: inputs.runs_per_day.clone(),
        bumps_per_year: year.bumps,
        bumps_measured: measured.count(),
        minutes_per_bump: if year.bumps > 0.0 { 60.0 * year.bump_hours / year.bumps } else { 0.0 },
        policy: inputs.settings.policy,
        preset: inputs.settings.preset,
    }
}

fn spend_lines(spend: &Spend) -> SpendLines {
    let name = |prompt: Option<crate::domain::PromptName>| {
        prompt.map(|name| name.to_string()).unwrap_or_default()
    };
    SpendLines {
        total: spend.total(),
        by_kind: spend.by_kind(),
        by_model: spend.by_slot(),
        by_prompt: spend.by_prompt().into_iter().map(|(prompt, sum)| (name(prompt), sum)).collect(),
        by_month: spend.by_month().iter().map(|(month, sum)| (month.to_string(), *sum)).collect(),
    }
}

fn bump_line(bump: &BumpTime, inputs: &Inputs<'_>, assumed: &Assumptions) -> BumpLine {
    let event = &bump.event;
    let get = |param| assumed.get(param);
    let count = |number: usize| crate::domain::kit::length(number);
    let broken = count(event.broken_loud + event.broken_silent);
    let estimate = get(Param::BumpMinutes)
        + count(event.changed) * get(Param::ReviewMinutes)
        + broken * (get(Param::TriageMinutes) + get(Param::FixMinutes));
    // Never both: what was measured is the whole of it.
    let is_measured = bump.minutes.sum() > 0.0;
    let estimated_minutes = if is_measured || !bump.is_work() { 0.0 } else { estimate };
    let mut calls = CallTotals::default();
    for run in event.runs.iter().filter_map(|run| inputs.accounts.runs.get(run)) {
        calls.add(run.tally);
    }
    BumpLine {
        id: bump.id.clone(),
        at: seconds(bump.at),
        slot: event.slot.clone(),
        class: event.class,
        from: event.from.clone(),
        to: event.to.clone(),
        cells: event.cells,
        changed: event.changed,
        broken_loud: event.broken_loud,
        broken_silent: event.broken_silent,
        fixes: bump.fixes,
        minutes: bump.minutes,
        estimated_minutes,
        people_usd: labour(bump.minutes.sum() + estimated_minutes, assumed),
        calls,
    }
}

/// Hours of people for a bump on average, of those that somebody measured.
fn hours_per_bump(bumps: &[BumpLine]) -> Option<f64> {
    let measured: Vec<f64> =
        bumps.iter().map(|bump| bump.minutes.sum() / 60.0).filter(|hours| *hours > 0.0).collect();
    crate::cost::interval::mean(&measured)
}

fn slot_lines(inputs: &Inputs<'_>, bumps: &[BumpLine], assumed: &Assumptions) -> Vec<SlotLine> {
    let spent = inputs.accounts.spend.by_slot();
    let mut lines: Vec<SlotLine> = inputs
        .slots
        .iter()
        .zip(&inputs.projection.slots)
        .map(|(input, projection)| {
            let slot = &input.slot;
            let mine: Vec<&BumpLine> = bumps.iter().filter(|bump| bump.slot == *slot).collect();
            let sum = |of: &dyn Fn(&BumpLine) -> usize| mine.iter().map(|bump| of(bump)).sum();
            let minutes = inputs.people.slots.get(slot).copied().unwrap_or_default();
            let estimated_minutes = minutes_of(mine.iter().copied());
            let cases: Vec<CallTotals> =
                inputs.accounts.spend.answers_of(slot).map(|(_, tally)| tally).collect();
            SlotLine {
                slot: slot.clone(),
                id: input.id.clone(),
                spent: spent.get(slot).copied().unwrap_or_default(),
                minutes,
                estimated_minutes,
                people_usd: labour(minutes.sum() + estimated_minutes, assumed),
                bumps: inputs
                    .people
                    .bumps
                    .iter()
                    .filter(|bump| bump.event.slot == *slot && bump.is_work())
                    .count(),
                compared: sum(&|bump| bump.cells),
                broken_loud: sum(&|bump| bump.broken_loud),
                broken_silent: sum(&|bump| bump.broken_silent),
                per_valid: per_valid::of(&cases),
                projection: projection.clone(),
                calls_share: 0.0,
                people_share: 0.0,
                shares_measured: false,
            }
        })
        .collect();
    shares(&mut lines);
    lines.sort_by(|one, two| two.people_share.total_cmp(&one.people_share));
    lines
}

/// Shares of what was spent where both money and time were; else of what is forecast.
fn shares(lines: &mut [SlotLine]) {
    let spent = |line: &SlotLine| line.spent.cost.dollars();
    let minutes = |line: &SlotLine| line.minutes.sum() + line.estimated_minutes;
    let sum = |lines: &[SlotLine], of: &dyn Fn(&SlotLine) -> f64| lines.iter().map(of).sum::<f64>();
    let measured = sum(lines, &minutes) > 0.0 && sum(lines, &spent) > 0.0;
    let calls: &dyn Fn(&SlotLine) -> f64 =
        if measured { &spent } else { &|line| line.projection.year.runs_usd };
    let people: &dyn Fn(&SlotLine) -> f64 =
        if measured { &minutes } else { &|line| line.projection.year.hours() };
    let (all_calls, all_people) = (sum(lines, calls), sum(lines, people));
    let part = |of: f64, whole: f64| if whole > 0.0 { of / whole } else { 0.0 };
    for line in lines {
        line.calls_share = part(calls(line), all_calls);
        line.people_share = part(people(line), all_people);
        line.shares_measured = measured;
    }
}

/// By which share a valid answer of each slot costs more than in the time before.
fn increases(inputs: &Inputs<'_>) -> Vec<(Slot, f64)> {
    let cost = |spend: &Spend, slot: &Slot| {
        let cases: Vec<CallTotals> = spend.answers_of(slot).map(|(_, tally)| tally).collect();
        per_valid::of(&cases).usd_per_valid.map(|cost| cost.mean)
    };
    let of = |input: &SlotInput| {
        let then = cost(&inputs.accounts.before, &input.slot).filter(|usd| *usd > 0.0)?;
        let now = cost(&inputs.accounts.spend, &input.slot)?;
        Some((input.slot.clone(), now / then - 1.0))
    };
    inputs.slots.iter().filter_map(of).collect()
}
