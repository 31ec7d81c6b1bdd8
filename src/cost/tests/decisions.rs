//! Intervals, draws, the tornado and the flip values, against the worked figures.

use crate::cost::decide::{DRAWS, Lever, SEED, Spread, crossing, flip, odds, tornado};
use crate::cost::interval::{Rate, Share, wilson};
use crate::cost::measure::Basis;
use crate::cost::stats::{SplitMix64, triangular};
use crate::domain::Param;

use super::vectors::{near, number, vectors};
use super::world::{LLAMA, assumed, route};

const SPREADS: &[(&str, Lever, f64, f64)] = &[
    ("volume", Lever::Volume, 1e5, 1e6),
    ("router ops h/mo", Lever::Assumed(Param::RouterHours), 1.0, 16.0),
    ("price of large x", Lever::LargePrice, 0.000_35 / 0.008, 1.0),
    ("s", Lever::Assumed(Param::SmallShare), 0.40, 0.85),
    ("hourly rate", Lever::Assumed(Param::HourlyRate), 50.0, 200.0),
    ("vS", Lever::Assumed(Param::SmallValid), 0.60, 0.95),
    ("recalibration min", Lever::Assumed(Param::RecalibrateMinutes), 30.0, 480.0),
    ("router fee", Lever::RouterUsd, 0.000_003, 0.001),
    ("t_fix", Lever::Assumed(Param::FixMinutes), 15.0, 480.0),
    ("beta", Lever::Assumed(Param::BrokenShare), 0.02, 0.30),
];

fn spread((_, lever, low, high): &(&str, Lever, f64, f64)) -> Spread {
    Spread { lever: *lever, low: *low, high: *high, basis: Basis::Assumed }
}

#[test]
fn intervals_and_posteriors_are_those_that_were_worked_out() {
    for (id, given, expect) in vectors(&["TV14"]) {
        let count = |name: &str| given[name].as_u64().unwrap();
        let prior = |at: usize| number(&given["prior"][at]);
        match id.as_str() {
            "TV14/wilson" => {
                let interval = wilson(count("x"), count("n"));
                near(&expect["lo"], interval.low, &id);
                near(&expect["hi"], interval.high, &id);
            }
            "TV14/beta-posterior" => {
                let share = Share::prior(prior(0), prior(1)).seen(count("broken"), count("cells"));
                near(&expect["mean"], share.mean(), &id);
            }
            "TV14/gamma-rate" => {
                let rate =
                    Rate::prior(prior(0), prior(1)).seen(count("events"), number(&given["years"]));
                near(&expect["mean"], rate.mean(), &id);
            }
            other => panic!("nothing checks {other}"),
        }
    }
}

#[test]
fn the_tornado_has_the_bars_that_were_worked_out() {
    let base = route(3e5, LLAMA, &assumed());
    let spreads: Vec<Spread> = SPREADS.iter().map(spread).collect();
    let bars = tornado(&base, &spreads);
    let mut expected = Vec::new();
    for (id, _, expect) in vectors(&["TV15"]) {
        let text = expect["text"].as_str().unwrap();
        if let Some(net) = text.strip_prefix("base net/y ") {
            near(&net.into(), base.net_year(), &id);
            continue;
        }
        let (name, rest) = text.split_once("low->").unwrap();
        let words: Vec<&str> = rest.split_whitespace().collect();
        let [low, "high->", high, "swing", swing] = words[..] else { panic!("{text}") };
        let lever = SPREADS.iter().find(|row| row.0 == name.trim()).unwrap().1;
        let bar = bars.iter().find(|bar| bar.lever == lever).unwrap();
        near(&low.into(), bar.net_low, &id);
        near(&high.into(), bar.net_high, &id);
        near(&swing.into(), bar.swing(), &id);
        expected.push(lever);
    }
    let order: Vec<Lever> = bars.iter().map(|bar| bar.lever).collect();
    assert_eq!(order, expected, "what moves the verdict most goes first");
}

#[test]
fn draws_and_their_odds_are_those_that_were_worked_out() {
    let drawn = [
        Lever::Assumed(Param::HourlyRate),
        Lever::Assumed(Param::FixMinutes),
        Lever::Assumed(Param::BrokenShare),
        Lever::Assumed(Param::SmallValid),
        Lever::Assumed(Param::SmallShare),
        Lever::Assumed(Param::RouterHours),
    ];
    let row = |lever: &Lever| spread(SPREADS.iter().find(|row| row.1 == *lever).unwrap());
    let spreads: Vec<Spread> = drawn.iter().map(row).collect();
    for (id, given, expect) in vectors(&["TV16"]) {
        match id.as_str() {
            "TV16/mc" => {
                assert_eq!(
                    (given["B"].as_u64().unwrap(), given["seed"].as_u64().unwrap()),
                    (DRAWS as u64, SEED)
                );
                let text = expect["text"].as_str().unwrap();
                let value = |name: &str| {
                    let rest = text.split_once(&format!("{name}=")).unwrap().1;
                    rest.split_whitespace().next().unwrap().to_owned()
                };
                let volume = value("V").parse().unwrap();
                let odds = odds(&route(volume, LLAMA, &assumed()), &spreads, DRAWS, SEED);
                near(&value("P(net>0)").into(), odds.pays, &id);
                near(&value("p10").into(), odds.p10, &id);
                near(&value("p50").into(), odds.p50, &id);
                near(&value("p90").into(), odds.p90, &id);
            }
            "TV16/splitmix64" => {
                let seed = given["seed"].as_u64().unwrap();
                let (mut bits, mut units) = (SplitMix64::new(seed), SplitMix64::new(seed));
                for (word, unit) in
                    expect["u64"].as_array().unwrap().iter().zip(expect["f64"].as_array().unwrap())
                {
                    assert_eq!(word.as_str().unwrap(), bits.bits().to_string());
                    near(unit, units.unit(), &id);
                }
            }
            "TV16/triangular" => {
                let get = |name: &str| number(&given[name]);
                near(&expect["x"], triangular(get("a"), get("mode"), get("b"), get("u")), &id);
            }
            other => panic!("nothing checks {other}"),
        }
    }
}

#[test]
fn the_verdict_flips_where_it_was_worked_out() {
    let base = route(3e5, LLAMA, &assumed());
    let levers = [
        ("V", Lever::Volume),
        ("w", Lever::Assumed(Param::HourlyRate)),
        ("tfix", Lever::Assumed(Param::FixMinutes)),
        ("beta", Lever::Assumed(Param::BrokenShare)),
        ("vS", Lever::Assumed(Param::SmallValid)),
        ("s", Lever::Assumed(Param::SmallShare)),
        ("ops", Lever::Assumed(Param::RouterHours)),
        ("cR", Lever::RouterUsd),
        ("trec", Lever::Assumed(Param::RecalibrateMinutes)),
        ("pL", Lever::LargePrice),
    ];
    for (id, _, expect) in vectors(&["TV19"]) {
        assert_eq!(expect.as_object().unwrap().len(), levers.len());
        for (name, lever) in levers {
            near(&expect[name], crossing(&base, lever).unwrap(), &format!("{id} {name}"));
            let cannot = matches!(name, "tfix" | "beta");
            assert_eq!(flip(&base, lever).is_none(), cannot, "{name}");
            if let Some(value) = flip(&base, lever) {
                assert!(lever.set(base, value).net_year().abs() < 1e-3, "{name}");
            }
        }
    }
}
