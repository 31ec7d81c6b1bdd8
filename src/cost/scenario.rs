//! Whether routing pays in a year, as one function of everything it depends on.

use super::routing::{Priced, Routed, Served, monolith};
use super::upkeep::{Column, column_year, labour};
use crate::domain::{Assumptions, Param};

/// A large model that does it all, against the same model behind a small one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scenario {
    /// Requests a month.
    pub volume: f64,
    /// The model that does it all today.
    pub large: Priced,
    /// What its price is multiplied by.
    pub large_factor: f64,
    /// The model that would be tried first. Its share of valid answers is in `assumed`.
    pub small_usd: f64,
    /// What a decision costs, in USD per request.
    pub router_usd: f64,
    /// What paired replay knows beyond the formulas: USD saved per request over what they say.
    pub correction: f64,
    /// The small model as a further column of the matrix; `None` where it is one already, and stays.
    pub added: Option<Column>,
    /// Version bumps a year of all models behind the router: each calls for a new calibration.
    pub route_bumps: f64,
    /// Whole runs of the matrix in a day.
    pub runs_per_day: f64,
    /// What a router cost to build, in USD a month.
    pub build_month: f64,
    /// Everything that people's time depends on.
    pub assumed: Assumptions,
}

impl Scenario {
    /// The monolith of the comparison.
    pub fn monolith(&self) -> Served {
        monolith(self.priced_large(), self.assumed.get(Param::Retries))
    }

    /// The route of the comparison.
    pub fn routed(&self) -> Served {
        let routed = Routed {
            small: Priced { usd: self.small_usd, valid: self.assumed.get(Param::SmallValid) },
            large: self.priced_large(),
            router_usd: self.router_usd,
            share: self.assumed.get(Param::SmallShare),
            retries: self.assumed.get(Param::Retries),
        };
        routed.served()
    }

    fn priced_large(&self) -> Priced {
        Priced { usd: self.large.usd * self.large_factor, ..self.large }
    }

    /// USD saved per request.
    pub fn saving(&self) -> f64 {
        self.monolith().usd - self.routed().usd + self.correction
    }

    /// What routing costs a month whatever the traffic, in USD.
    pub fn standing_month(&self) -> f64 {
        let more = self
            .added
            .map_or(0.0, |column| column_year(&column, self.runs_per_day, &self.assumed).usd());
        let calibration = self.assumed.get(Param::RecalibrateMinutes) * self.route_bumps;
        let hours = self.assumed.get(Param::RouterHours) * self.assumed.get(Param::HourlyRate);
        (more + labour(calibration, &self.assumed)) / 12.0 + hours + self.build_month
    }

    /// What routing wins in a year, in USD; below 0 it loses.
    pub fn net_year(&self) -> f64 {
        12.0 * (self.volume * self.saving() - self.standing_month())
    }

    /// From how many requests a month on it pays; `None` is never.
    pub fn break_even(&self) -> Option<f64> {
        super::break_even::constant(self.standing_month(), self.saving())
    }
}
