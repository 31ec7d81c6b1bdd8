//! What each architecture wins over the large model alone, and how sure that is.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::evaluate::{Replayed, evaluate};
use super::weigh::{Range, all, drawn};
use super::{Architecture, Balance, Comparison, Judgement, Kind, Question};
use crate::cost::break_even::{Crossing, Direction, constant, crossings};
use crate::cost::cache::Cached;
use crate::cost::decide::{DRAWS, Odds, SEED, Verdict, odds, tornado};
use crate::cost::dominance::{Facts, dominance};
use crate::cost::interval::wilson;
use crate::cost::measure::{Figures, Measured};
use crate::cost::projection::Projection;
use crate::cost::routing::{Priced, Routed, monolith};
use crate::cost::scenario::Scenario;
use crate::cost::upkeep::{column_year, labour};
use crate::domain::kit::length;
use crate::domain::{Param, Slot};

/// What caching does for the large model, measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct CacheFacts(pub Cached);

/// What a comparison rests on, besides the answers.
#[derive(Debug, Clone)]
pub(crate) struct Context<'c> {
    pub figures: &'c Figures,
    /// What the models of the matrix cost.
    pub projection: &'c Projection,
    /// Requests a month; `None` where it is not known.
    pub volume: Option<f64>,
    /// What building a router costs once, in USD.
    pub build_usd: f64,
    /// What a decision of a hosted router costs at least and at most, in USD.
    pub fee: (f64, f64),
    /// The lowest price of the large model that has to be expected, as a factor.
    pub large_price: f64,
    /// What caching does for the large model.
    pub cache: Option<CacheFacts>,
    /// What each slot can do.
    pub features: BTreeMap<Slot, Vec<String>>,
    /// Slots that are switched off, and when.
    pub shutdowns: Vec<(Slot, Date)>,
    /// Slots whose price changes, when, and by which factor.
    pub price_moves: Vec<(Slot, Date, f64)>,
    pub today: Date,
    /// How far ahead is looked, in months.
    pub horizon_months: f64,
}

/// Compares every architecture; `None` where no case was answered by both models.
pub(crate) fn compare(question: &Question, context: &Context<'_>) -> Option<Comparison> {
    let replayed = evaluate(question);
    let large = replayed.first()?;
    let evaluator = Evaluator { question, context, replayed: &replayed, large };
    let architectures: Vec<Architecture> =
        replayed.iter().map(|one| evaluator.architecture(one)).collect();
    let mut comparison = Comparison {
        small: question.small.clone(),
        large: question.large.clone(),
        cases: large.cases,
        volume: context.volume,
        architectures,
        best: large.name.clone(),
        dominance: Vec::new(),
        caching_lost: None,
        curve: None,
    };
    if let Some(route) = comparison.best_route()
        && let Some(balance) = &route.balance
    {
        let wins = balance.net_month.map_or(balance.saving > 0.0, |net| net > 0.0);
        let found = replayed.iter().find(|one| one.name == route.name)?;
        comparison.dominance = dominance(&evaluator.facts(balance.net_month));
        comparison.caching_lost = evaluator.caching_lost(found);
        comparison.curve = evaluator.curve(found);
        if wins {
            comparison.best = found.name.clone();
        }
    }
    Some(comparison)
}

pub(super) struct Evaluator<'j> {
    question: &'j Question,
    context: &'j Context<'j>,
    replayed: &'j [Replayed],
    large: &'j Replayed,
}

impl Evaluator<'_> {
    fn architecture(&self, one: &Replayed) -> Architecture {
        let routes = matches!(one.kind, Kind::Static | Kind::Cascade | Kind::Router);
        let weighed = routes && one.models.as_slice() != [self.question.large.clone()];
        let wanted = self.question.target.min(self.large.outcome.valid);
        Architecture {
            name: one.name.clone(),
            kind: one.kind,
            configured: one.configured,
            models: one.models.clone(),
            cases: one.cases,
            outcome: one.outcome,
            good_enough: one.outcome.valid >= wanted - 1e-9,
            hours_month: if one.kind == Kind::Oracle { 0.0 } else { self.hours(one) },
            features: self.features(one),
            balance: weighed.then(|| self.balance(one)),
        }
    }

    /// Hours of people in a month for the models, and for a router.
    fn hours(&self, one: &Replayed) -> f64 {
        let assumed = self.context.figures.values();
        let columns = one.models.iter().filter_map(|slot| self.context.projection.column(slot));
        let runs = self.context.projection.matrix.runs_per_day;
        let models: f64 =
            columns.map(|column| column_year(&column, runs, &assumed).hours() / 12.0).sum();
        if one.kind != Kind::Router {
            return models;
        }
        let calibration = assumed.get(Param::RecalibrateMinutes) * self.bumps(one) / 60.0 / 12.0;
        models + assumed.get(Param::RouterHours) + calibration
    }

    /// Version bumps a year of the models of a route.
    fn bumps(&self, one: &Replayed) -> f64 {
        let columns = one.models.iter().filter_map(|slot| self.context.projection.column(slot));
        columns.map(|column| column.bumps).sum()
    }

    fn features(&self, one: &Replayed) -> Vec<String> {
        let mut lists = one.models.iter().filter_map(|slot| self.context.features.get(slot));
        let first = lists.next().cloned().unwrap_or_default();
        lists.fold(first, |common, list| {
            common.into_iter().filter(|feature| list.contains(feature)).collect()
        })
    }

    fn balance(&self, one: &Replayed) -> Balance {
        let Some(scenario) = self.scenario(one) else {
            let saving = self.large.outcome.usd - one.outcome.usd;
            let standing_month = self.standing(one);
            let break_even = single(constant(standing_month, saving));
            let net_month = self.context.volume.map(|volume| volume * saving - standing_month);
            return Balance { saving, standing_month, break_even, net_month, judgement: None };
        };
        let volume = self.context.volume;
        let net = |volume: f64| volume * self.saving(&scenario, volume) - scenario.standing_month();
        Balance {
            saving: volume.map_or(scenario.saving(), |volume| self.saving(&scenario, volume)),
            standing_month: scenario.standing_month(),
            break_even: match self.context.cache {
                Some(_) => crossings(net),
                None => single(scenario.break_even()),
            },
            net_month: volume.map(net),
            judgement: volume.map(|_| self.judgement(one, &scenario)),
        }
    }

    /// What a route costs a month whatever the traffic: its further models, and its decisions.
    fn standing(&self, one: &Replayed) -> f64 {
        let assumed = self.context.figures.values();
        let runs = self.context.projection.matrix.runs_per_day;
        let further = one.models.iter().filter(|slot| **slot != self.question.large);
        let columns = further.filter_map(|slot| self.context.projection.column(slot));
        let models: f64 =
            columns.map(|column| column_year(&column, runs, &assumed).usd() / 12.0).sum();
        if one.kind != Kind::Router {
            return models;
        }
        let calibration = assumed.get(Param::RecalibrateMinutes) * self.bumps(one);
        let hours = assumed.get(Param::RouterHours) * assumed.get(Param::HourlyRate);
        models + labour(calibration, &assumed) / 12.0 + hours + self.build_month()
    }

    fn build_month(&self) -> f64 {
        self.context.build_usd / self.context.horizon_months.max(1.0)
    }

    /// The formulas for a route of two models of which the large one is the fallback.
    pub(super) fn scenario(&self, one: &Replayed) -> Option<Scenario> {
        let [small, large] = one.models.as_slice() else { return None };
        let fits = *large == self.question.large && one.kind != Kind::Static;
        let alone = |slot: &Slot| {
            let name = format!("only {slot}");
            self.replayed.iter().find(|one| one.name == name).map(|one| one.outcome)
        };
        let cheap = alone(small).filter(|_| fits)?;
        let decides = one.kind == Kind::Router;
        let mut assumed = self.figures(one).values().with(Param::SmallValid, cheap.valid);
        assumed = if decides {
            assumed.with(Param::SmallShare, one.outcome.small)
        } else {
            let none = [
                (Param::SmallShare, 1.0),
                (Param::RouterHours, 0.0),
                (Param::RecalibrateMinutes, 0.0),
            ];
            none.into_iter().fold(assumed, |assumed, (param, value)| assumed.with(param, value))
        };
        let mut scenario = Scenario {
            volume: self.context.volume.unwrap_or_default(),
            large: Priced { usd: self.large.outcome.usd, valid: self.large.outcome.valid },
            large_factor: 1.0,
            small_usd: cheap.usd,
            router_usd: one.decision_usd,
            correction: 0.0,
            added: self.context.projection.column(small),
            route_bumps: self.bumps(one),
            runs_per_day: self.context.projection.matrix.runs_per_day,
            build_month: if decides { self.build_month() } else { 0.0 },
            assumed,
        };
        // What was replayed knows which cases both models get wrong; the formulas do not.
        let plain = Scenario { assumed: assumed.with(Param::Retries, 0.0), ..scenario };
        scenario.correction = self.large.outcome.usd - one.outcome.usd - plain.saving();
        Some(scenario)
    }

    /// USD saved per request at a volume: with caching, thinner traffic to the large model is more expensive.
    fn saving(&self, scenario: &Scenario, volume: f64) -> f64 {
        let Some(CacheFacts(cache)) = self.context.cache else { return scenario.saving() };
        let retries = scenario.assumed.get(Param::Retries);
        let priced = |calls: f64| Priced { usd: cache.usd(calls), valid: scenario.large.valid };
        let valid = scenario.assumed.get(Param::SmallValid);
        let routed = Routed {
            small: Priced { usd: scenario.small_usd, valid },
            large: priced(volume),
            router_usd: scenario.router_usd,
            share: scenario.assumed.get(Param::SmallShare),
            retries,
        };
        let thin = Routed { large: priced(volume * routed.to_large()), ..routed };
        monolith(priced(volume), retries).usd - thin.served().usd + scenario.correction
    }

    /// The figures, with what the replay measured in the place of assumptions.
    fn figures(&self, one: &Replayed) -> Figures {
        let measured = |share: f64, of: &str| {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a share of a number of cases"
            )]
            let hits = (share * length(one.cases)).round() as u64;
            let interval = wilson(hits, one.cases as u64);
            let (low, high) = (interval.low.min(share), interval.high.max(share));
            Measured { value: share, low, high, n: one.cases, of: of.to_owned() }
        };
        let name = one.models.first().map(|slot| format!("only {slot}"));
        let alone = self.replayed.iter().find(|other| Some(&other.name) == name.as_ref());
        let mut figures = self.context.figures.clone();
        if let Some(alone) = alone {
            figures.put(Param::SmallValid, measured(alone.outcome.valid, "cases replayed"));
        }
        if one.configured && one.kind == Kind::Router {
            figures.put(Param::SmallShare, measured(one.outcome.small, "decisions of the router"));
        }
        figures
    }

    fn judgement(&self, one: &Replayed, scenario: &Scenario) -> Judgement {
        let figures = self.figures(one);
        let decides = one.kind == Kind::Router;
        let odds = self.odds(one, scenario, DRAWS);
        let range = Range {
            volume: scenario.volume,
            large_price: self.context.large_price,
            router_usd: (!one.configured).then_some(self.context.fee),
            decides,
        };
        let tornado = tornado(scenario, &all(&figures, range));
        Judgement { odds, verdict: Verdict::of(odds.pays), tornado }
    }

    pub(super) fn odds(&self, one: &Replayed, scenario: &Scenario, draws: usize) -> Odds {
        // What caching takes away is a matter of the volume, and the same in each draw.
        let cached = self.saving(scenario, scenario.volume) - scenario.saving();
        let shifted = Scenario { correction: scenario.correction + cached, ..*scenario };
        odds(&shifted, &drawn(&self.figures(one), one.kind == Kind::Router), draws, SEED)
    }

    fn caching_lost(&self, one: &Replayed) -> Option<f64> {
        let (CacheFacts(cache), volume) = (self.context.cache?, self.context.volume?);
        let left = one.outcome.second_call + 1.0 - one.outcome.small;
        Some(cache.lost(volume, left.clamp(0.0, 1.0)))
    }

    fn facts(&self, net_month: Option<f64>) -> Facts {
        let usd = |kind: Kind| {
            let mut found = self.replayed.iter().filter(|one| one.kind == kind);
            found.next().map(|one| one.outcome.usd)
        };
        let mut prompts: BTreeMap<_, (f64, f64)> = BTreeMap::new();
        for case in &self.question.cases {
            for answer in case.answers.get(&self.question.small).into_iter().flatten() {
                let (valid, number) = prompts.entry(&case.prompt).or_default();
                *valid += f64::from(u8::from(answer.valid));
                *number += 1.0;
            }
        }
        let mine = |slot: &Slot| *slot == self.question.small || *slot == self.question.large;
        let (shutdowns, moves) = (&self.context.shutdowns, &self.context.price_moves);
        let named = |slot: &Slot| slot.to_string();
        Facts {
            small: named(&self.question.small),
            small_valid: prompts.into_values().map(|(valid, number)| valid / number).collect(),
            target: self.question.target,
            static_usd: usd(Kind::Static),
            oracle_usd: usd(Kind::Oracle),
            cascade_usd: usd(Kind::Cascade),
            router_usd: usd(Kind::Router),
            shutdowns: shutdowns
                .iter()
                .filter(|(slot, _)| mine(slot))
                .map(|(slot, on)| (named(slot), *on))
                .collect(),
            price_moves: moves
                .iter()
                .filter(|(slot, ..)| mine(slot))
                .map(|(slot, on, factor)| (named(slot), *on, *factor))
                .collect(),
            today: self.context.today,
            payback_months: net_month
                .filter(|net| *net > 0.0)
                .map(|net| self.context.build_usd / net),
            horizon_months: self.context.horizon_months,
        }
    }
}

/// The one crossing of a saving that is the same at any volume.
fn single(volume: Option<f64>) -> Vec<Crossing> {
    let crossing = volume.map(|volume| Crossing { volume, above: Direction::Pays });
    crossing.into_iter().collect()
}
