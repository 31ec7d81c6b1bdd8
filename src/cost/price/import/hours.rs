//! Hours of a week, and their complement: a list whose base price holds in the busy hours is turned
//! round, so that the base is the quiet price, as other lists and our own table have it.

use std::collections::BTreeMap;

use crate::cost::price::row::TimeOfDay;

const DAY: usize = 24 * 60;
const WEEK: usize = 7 * DAY;

/// Every minute of a week that is covered, from Monday 00:00 UTC on.
#[derive(Debug, Clone)]
pub(super) struct Hours(Vec<bool>);

/// From, to, and the weekdays of it; none means every day.
pub(super) type Span = (TimeOfDay, TimeOfDay, Vec<u8>);

impl Hours {
    /// The begin of a day.
    pub(super) const MIDNIGHT: TimeOfDay = TimeOfDay::of_minutes(0);

    /// No hour.
    pub(super) fn none() -> Self {
        Self(vec![false; WEEK])
    }

    /// Covers `HH:MM-HH:MM` on these weekdays, Monday is 1. An end that is not after the begin is of
    /// the next day. `None` where that is no time or no day.
    pub(super) fn cover(&mut self, hours: &str, weekdays: &[u8]) -> Option<()> {
        let (from, to) = hours.split_once('-')?;
        let (from, to) = (minutes(from)?, minutes(to)?);
        let to = if to <= from { to + DAY } else { to };
        for weekday in weekdays {
            let day = usize::from(weekday.checked_sub(1).filter(|day| *day < 7)?);
            for minute in from..to {
                let at = (day * DAY + minute) % WEEK;
                *self.0.get_mut(at)? = true;
            }
        }
        Some(())
    }

    /// What is not covered.
    pub(super) fn rest(self) -> Self {
        Self(self.0.into_iter().map(|covered| !covered).collect())
    }

    /// The covered hours as spans of a day each, equal ones of several days together.
    pub(super) fn spans(&self) -> Vec<Span> {
        let mut days: BTreeMap<(usize, usize), Vec<u8>> = BTreeMap::new();
        for (weekday, day) in (1_u8..).zip(self.0.chunks(DAY)) {
            let mut from = None;
            for (minute, covered) in day.iter().copied().chain([false]).enumerate() {
                match (covered, from) {
                    (true, None) => from = Some(minute),
                    (false, Some(begin)) => {
                        days.entry((begin, minute)).or_default().push(weekday);
                        from = None;
                    }
                    _ => {}
                }
            }
        }
        let time = |minutes: usize| TimeOfDay::of_minutes(u16::try_from(minutes).unwrap_or(0));
        let every = |days: Vec<u8>| if days.len() == 7 { Vec::new() } else { days };
        days.into_iter().map(|((from, to), days)| (time(from), time(to), every(days))).collect()
    }
}

fn minutes(text: &str) -> Option<usize> {
    let time = TimeOfDay::try_from(text.trim().to_owned()).ok()?;
    usize::try_from(time.seconds() / 60).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(hours: &Hours) -> Vec<(String, String, Vec<u8>)> {
        let spans = hours.spans().into_iter();
        spans.map(|(from, to, days)| (from.into(), to.into(), days)).collect()
    }

    fn span(from: &str, to: &str, days: &[u8]) -> (String, String, Vec<u8>) {
        (from.to_owned(), to.to_owned(), days.to_vec())
    }

    #[test]
    fn the_busy_hours_are_what_the_quiet_ones_leave() {
        let mut quiet = Hours::none();
        for hours in ["00:00-01:00", "04:00-06:00", "10:00-00:00"] {
            quiet.cover(hours, &[1, 2, 3, 4, 5]).unwrap();
        }
        quiet.cover("00:00-00:00", &[6, 7]).unwrap();
        let days = [1, 2, 3, 4, 5];
        let busy = [span("01:00", "04:00", &days), span("06:00", "10:00", &days)];
        assert_eq!(shown(&quiet.rest()), busy);
    }

    #[test]
    fn an_hour_past_midnight_is_of_the_next_day() {
        let mut quiet = Hours::none();
        quiet.cover("22:00-06:00", &[7]).unwrap();
        assert_eq!(shown(&quiet), [span("00:00", "06:00", &[1]), span("22:00", "24:00", &[7])]);
        let mut always = Hours::none();
        always.cover("16:30-00:30", &[1, 2, 3, 4, 5, 6, 7]).unwrap();
        assert_eq!(shown(&always.rest()), [span("00:30", "16:30", &[])]);
    }

    #[test]
    fn no_hours_and_no_days_are_refused() {
        for (hours, day) in [("25:00-26:00", 1), ("8-9", 1), ("08:00", 1), ("08:00-09:00", 8)] {
            assert_eq!(Hours::none().cover(hours, &[day]), None, "{hours} {day}");
        }
        assert_eq!(Hours::none().cover("08:00-09:00", &[0]), None);
    }
}
