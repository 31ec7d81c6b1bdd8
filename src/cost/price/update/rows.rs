//! The rows of a model, made current by the rows of a list.

use super::Terms;
use crate::cost::price::day::Day;
use crate::cost::price::import::ListFormat;
use crate::cost::price::row::{PriceRow, Tier, TimeWindow};
use crate::domain::Price;

/// A price that becomes so many times another jumps.
const JUMP: u128 = 5;

/// A change that is too large to be taken unseen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Jump {
    /// Which price, by its name in the row.
    pub(super) price: String,
    pub(super) before: Price,
    pub(super) after: Price,
}

/// The rows that are known, with what a list says from now on. What was before stays as it is.
pub(super) fn renewed(
    known: &[PriceRow],
    new: &[PriceRow],
    format: ListFormat,
    terms: &Terms,
) -> Result<Vec<PriceRow>, Jump> {
    let now = terms.effective;
    let is_named = now != terms.today;
    let mut rows = known.to_vec();
    let over = |row: &&PriceRow| row.to.is_none_or(|to| to.date() > now.date());
    for row in new.iter().filter(over) {
        let ahead = row.from.filter(|from| *from > now);
        let before = rows.iter().find(|it| holds(it, ahead.unwrap_or(now))).cloned();
        let Some(before) = before else {
            place(&mut rows, row, ahead.unwrap_or(now), is_named || ahead.is_some());
            continue;
        };
        let row = completed(row, &before, format);
        if costs_the_same(&row, &before) {
            continue;
        }
        if !terms.accept_large {
            jump(&before, &row)?;
        }
        // A day of the list's own goes before the day of reading it, where it fits in.
        let own = row.from.filter(|from| Some(from.date()) > before.from.map(Day::date));
        let stated = ahead.or(own);
        place(&mut rows, &row, stated.unwrap_or(now), is_named || stated.is_some());
    }
    Ok(rows)
}

fn holds(row: &PriceRow, at: Day) -> bool {
    row.from.is_none_or(|from| from.date() <= at.date())
        && row.to.is_none_or(|to| to.date() > at.date())
}

/// Puts a row in its place: the one before it ends there, one of the same day goes, later ones stay.
fn place(rows: &mut Vec<PriceRow>, row: &PriceRow, from: Day, is_stated: bool) {
    let date = |day: Option<Day>| day.map(Day::date);
    rows.retain(|it| date(it.from) != Some(from.date()));
    let at = rows.iter().take_while(|it| date(it.from) < Some(from.date())).count();
    let next = rows.get(at).and_then(|it| it.from);
    if let Some(before) = at.checked_sub(1).and_then(|at| rows.get_mut(at))
        && before.to.is_none_or(|to| to.date() > from.date())
    {
        before.to = Some(from);
    }
    let basis = (!is_stated).then(|| "the day on which a list was read".to_owned());
    let from_basis = row.from_basis.clone().or(basis);
    let to = match (row.to, next) {
        (Some(to), Some(next)) => Some(to.min(next)),
        (to, next) => to.or(next),
    };
    rows.insert(at, PriceRow { from: Some(from), to, from_basis, ..row.clone() });
}

/// The row of a list, with what the list cannot say or does not say of the same prices.
fn completed(row: &PriceRow, known: &PriceRow, format: ListFormat) -> PriceRow {
    let mut row = row.clone();
    let quiet = [known.input, known.output];
    let of_window = |window: &TimeWindow| [window.input, window.output] == [row.input, row.output];
    if !format.knows_hours() && known.time_windows.iter().any(of_window) {
        // One price of several by hour, from a list that has room for one.
        return known.clone();
    }
    if [row.input, row.output] != quiet {
        return row;
    }
    row.cache_read = row.cache_read.or(known.cache_read);
    row.cache_write_5m = row.cache_write_5m.or(known.cache_write_5m);
    row.cache_write_1h = row.cache_write_1h.or(known.cache_write_1h);
    row.batch = match (row.batch, known.batch) {
        (Some(new), Some(known)) if [new.input, new.output] == [known.input, known.output] => {
            let mut batch = new;
            batch.cache_read = new.cache_read.or(known.cache_read);
            batch.cache_write_5m = new.cache_write_5m.or(known.cache_write_5m);
            batch.cache_write_1h = new.cache_write_1h.or(known.cache_write_1h);
            Some(batch)
        }
        (new, known) => new.or(known),
    };
    for tier in &mut row.tiers {
        let same = |it: &&Tier| it.above_input_tokens == tier.above_input_tokens;
        if let Some(known) = known.tiers.iter().find(same)
            && (tier.input, tier.output) == (known.input, known.output)
        {
            tier.cache_read = tier.cache_read.or(known.cache_read);
            tier.cache_write_5m = tier.cache_write_5m.or(known.cache_write_5m);
            tier.cache_write_1h = tier.cache_write_1h.or(known.cache_write_1h);
        }
    }
    if !format.knows_hours() || same_hours(&row.time_windows, &known.time_windows) {
        row.time_windows.clone_from(&known.time_windows);
    }
    row
}

/// Whether a list says the same hours, and cannot say on which days.
fn same_hours(new: &[TimeWindow], known: &[TimeWindow]) -> bool {
    let any_day = |window: &TimeWindow| TimeWindow { weekdays: Vec::new(), ..window.clone() };
    let known: Vec<TimeWindow> = known.iter().map(any_day).collect();
    !new.is_empty() && new == known.as_slice()
}

/// Whether two rows cost the same, whenever they hold.
fn costs_the_same(one: &PriceRow, other: &PriceRow) -> bool {
    let (from, to) = (other.from, other.to);
    let from_basis = other.from_basis.clone();
    PriceRow { from, to, from_basis, ..one.clone() } == *other
}

/// Refuses a change to five times as much or a fifth, of any price that both have.
fn jump(before: &PriceRow, after: &PriceRow) -> Result<(), Jump> {
    let after = after.by_name();
    for (price, before) in before.by_name() {
        let Some(after) = after.get(&price).copied() else { continue };
        let [one, other] = [before, after].map(|price| u128::from(price.get()));
        if one != other && (other >= one * JUMP || one >= other * JUMP) {
            return Err(Jump { price, before, after });
        }
    }
    Ok(())
}
