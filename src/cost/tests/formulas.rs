//! Runs, months, upgrades, upkeep, routing, caching and latency, against the worked figures.

use crate::cost::active::{IDLE_CAP_S, active};
use crate::cost::break_even::{Direction, constant, crossings};
use crate::cost::cache::{CachePrices, Cached, CallTokens, cached_usd, hit_probability};
use crate::cost::replay::{Answer, Decision, Learned, Outcome, Path, cascade, only, oracle};
use crate::cost::routing::{Priced, Routed, expected_attempts, monolith, per_valid};
use crate::cost::upkeep::{
    Column, MONTH, Matrix, bump_minutes, labour, one_more_model, one_more_prompt, year,
};
use crate::domain::kit::real;
use crate::domain::{Assumptions, Param, Preset};
use serde_json::Value;

use super::vectors::{near, number, vectors};
use super::world::{GPT_4O, LLAMA, SONNET, assumed, matrix, route};

fn list(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

#[test]
fn runs_and_months_cost_what_was_worked_out() {
    let pico = |wanted: &str| {
        let (_, _, expect) =
            vectors(&["TV1", "TV2"]).into_iter().find(|(id, ..)| id == wanted).unwrap();
        expect["pico_usd"].as_u64().unwrap()
    };
    let plain: u64 =
        ["gpt-4o-2024-08-06", "claude-3-5-sonnet-20241022", "together/Llama-3-8b-chat-hf"]
            .map(|model| pico(&format!("TV1/{model}")))
            .iter()
            .sum();
    let llama = pico("TV1/together/Llama-3-8b-chat-hf");
    let (read, write) = (pico("TV2/sonnet cache read"), pico("TV2/sonnet cache write"));
    let cached = pico("TV1/gpt-4o-2024-08-06") + 19 * pico("TV2/gpt-4o cached 1408");
    let ordered = cached + write + 19 * read + 20 * llama;
    let batch = pico("TV2/gpt-4o batch") + pico("TV2/sonnet batch") + llama;
    let dollars = |pico: u64| real(pico) / 1e12;
    for (id, given, expect) in vectors(&["TV4"]) {
        match id.as_str() {
            "TV4/run" => {
                let (prompts, cases) =
                    (given["prompts"].as_u64().unwrap(), given["cases"].as_u64().unwrap());
                let runs = [prompts * cases * plain, prompts * ordered, prompts * cases * batch];
                for (run, name) in runs.into_iter().zip(["plain", "cache_ordered", "batch"]) {
                    near(&expect[name], dollars(run), &id);
                }
                for (run, name) in
                    runs.into_iter().zip(["month_plain", "month_cache", "month_batch"])
                {
                    near(&expect[name], dollars(run) * MONTH, &id);
                }
                near(&expect["nights_per_month"], MONTH, &id);
            }
            "TV4/attempts" => {
                let attempts =
                    expected_attempts(number(&given["q"]), number(&given["max_retries"]));
                near(&expect["expected_attempts"], attempts, &id);
            }
            "TV4/concurrent-cache-writes" => {
                let writes = given["cases"].as_u64().unwrap()
                    * given["per_call_write_pico"].as_u64().unwrap();
                near(&expect["usd"], dollars(writes), &id);
            }
            other => panic!("nothing checks {other}"),
        }
    }
}

#[test]
fn a_bump_takes_the_minutes_that_were_worked_out() {
    let get = |given: &Value, name: &str| list(&given[name]).iter().sum::<f64>();
    for (id, given, expect) in vectors(&["TV5"]) {
        let rated =
            Assumptions::preset(Preset::Default).with(Param::HourlyRate, number(&given["rate"]));
        let (minutes, calls) = match id.as_str() {
            "TV5/forecast" => {
                let assumed = [
                    (Param::BumpMinutes, "t0"),
                    (Param::ReviewMinutes, "t_rev"),
                    (Param::TriageMinutes, "t_tri"),
                    (Param::FixMinutes, "t_fix"),
                    (Param::ChangedShare, "rho"),
                    (Param::BrokenShare, "beta"),
                ]
                .iter()
                .fold(rated, |assumed, (param, name)| assumed.with(*param, number(&given[*name])));
                let cells = number(&given["N"]);
                (
                    bump_minutes(cells, &assumed),
                    cells * number(&given["S"]) * number(&given["k"]) * GPT_4O.usd,
                )
            }
            "TV5/measured" => {
                let minutes = ["review_min", "triage_min", "fix_min"].map(|name| get(&given, name));
                let sum = minutes.iter().sum::<f64>() + number(&given["overhead_min"]);
                (sum, number(&given["calls"]) * number(&given["usd_per_call"]))
            }
            other => panic!("nothing checks {other}"),
        };
        near(&expect["minutes"], minutes, &id);
        near(&expect["calls_usd"], calls, &id);
        near(&expect["labour_usd"], labour(minutes, &rated), &id);
        near(&expect["total_usd"], calls + labour(minutes, &rated), &id);
    }
}

#[test]
fn a_year_of_the_matrix_costs_what_was_worked_out() {
    let assumed = assumed();
    for (id, _, expect) in vectors(&["TV6"]) {
        let whole = year(&matrix(), &assumed);
        near(&expect["bumps"], whole.bumps, &id);
        near(&expect["bump_usd"], whole.bump_usd, &id);
        near(&expect["total"], whole.usd(), &id);
        let alone = |column| year(&Matrix { columns: vec![column], runs_per_day: 1.0 }, &assumed);
        for (column, name) in matrix().columns.into_iter().zip(["gpt4o", "sonnet", "llama"]) {
            near(&expect["nightly_usd"][name], alone(column).runs_usd, &id);
            near(&expect["false_alarm_usd_each"], alone(column).alarm_usd, &id);
        }
    }
}

#[test]
fn one_more_model_or_prompt_costs_the_difference_of_two_years() {
    let assumed = assumed();
    for (id, _, expect) in vectors(&["TV7"]) {
        let mut two = matrix();
        let llama = two.columns.pop().unwrap();
        let model = one_more_model(&two, llama, &assumed);
        near(&expect["model_llama_recurring_year"], model.year.usd(), &id);
        near(&expect["model_one_time"], model.once_usd, &id);
        let prompt = one_more_prompt(&matrix(), &assumed);
        near(&expect["prompt_recurring_year"], prompt.year.usd(), &id);
        near(&expect["prompt_one_time"], prompt.once_usd, &id);
        let mut more = matrix();
        more.columns.iter_mut().for_each(|column| column.prompts += 1.0);
        near(&expect["annual_12"], year(&matrix(), &assumed).usd(), &id);
        near(&expect["annual_13"], year(&more, &assumed).usd(), &id);
    }
}

#[test]
fn a_valid_answer_costs_what_was_worked_out() {
    for (id, given, expect) in vectors(&["TV8"]) {
        let model = Priced { usd: number(&given["c"]), valid: number(&given["v"]) };
        let served = monolith(model, number(&given["R"]));
        near(&expect["K"], served.usd, &id);
        near(&expect["Y"], served.valid, &id);
        near(&expect["per_valid"], per_valid(model.usd, model.valid).unwrap(), &id);
        near(&expect["per_valid"], served.usd / served.valid, &id);
    }
}

#[test]
fn routing_saves_what_was_worked_out() {
    for (id, given, expect) in vectors(&["TV9"]) {
        let get = |name: &str| number(&given[name]);
        let routed = Routed {
            small: Priced { usd: get("c_S"), valid: get("v_S") },
            large: Priced { usd: get("c_L"), valid: get("v_L") },
            router_usd: get("c_R"),
            share: get("s"),
            retries: get("R"),
        };
        let (whole, with) = (monolith(routed.large, routed.retries), routed.served());
        near(&expect["K_M"], whole.usd, &id);
        near(&expect["K_R"], with.usd, &id);
        near(&expect["Y_M"], whole.valid, &id);
        near(&expect["Y_R"], with.valid, &id);
        near(&expect["saving"], whole.usd - with.usd, &id);
        near(&expect["saving_pct"], 100.0 * (1.0 - with.usd / whole.usd), &id);
        near(&expect["p_second_call"], with.second_call, &id);
        let standing = route(3e5, LLAMA, &assumed()).standing_month();
        near(&given["F_month"], standing, &id);
        match constant(standing, whole.usd - with.usd) {
            Some(volume) => near(&expect["V_star"], volume, &id),
            None => assert!(expect["V_star"].is_null(), "{id}"),
        }
    }
}

fn prices(given: &Value) -> CachePrices {
    CachePrices {
        input: number(&given["input"]),
        output: number(&given["output"]),
        read: number(&given["cache_read"]),
        write: number(&given["cache_write_5m"]),
    }
}

#[test]
fn caching_is_worth_what_was_worked_out() {
    let sonnet = CachePrices { input: 3.0, output: 15.0, read: 0.3, write: 3.75 };
    for (id, given, expect) in vectors(&["TV10"]) {
        let get = |name: &str| number(&given[name]);
        match id.as_str() {
            "TV10/hit" => {
                near(&expect["h"], hit_probability(get("rate_per_s"), get("ttl_s")), &id);
            }
            "TV10/expected" => {
                let tokens =
                    CallTokens { prefix: get("prefix"), rest: get("rest"), output: get("out") };
                near(&expect["usd"], cached_usd(&tokens, &prices(&given["price"]), get("h")), &id);
            }
            "TV10/volume-dependent V*" => {
                let model = Cached {
                    tokens: CallTokens { prefix: 1500.0, rest: 500.0, output: 300.0 },
                    prices: sonnet,
                    prefixes: get("prefixes"),
                    life: get("ttl"),
                };
                let net = |price: &dyn Fn(f64) -> f64, volume: f64| {
                    let priced = |calls: f64| Priced { usd: price(calls), valid: get("v_L") };
                    let small = Priced { usd: get("c_S"), valid: get("v_S") };
                    let (router_usd, share, retries) = (get("c_R"), get("s"), get("R"));
                    let thin = Routed { small, large: priced(volume), router_usd, share, retries }
                        .to_large();
                    let large = priced(volume * thin);
                    let routed = Routed { small, large, router_usd, share, retries };
                    let saving = monolith(priced(volume), retries).usd - routed.served().usd;
                    volume * saving - get("F_month")
                };
                let plain = |_: f64| SONNET.usd;
                for (name, found) in [
                    (
                        "V_star_with_cache",
                        crossings(|volume| net(&|calls| model.usd(calls), volume)),
                    ),
                    ("V_star_without", crossings(|volume| net(&plain, volume))),
                ] {
                    assert_eq!(found.len(), 1, "{id}: {found:?}");
                    assert_eq!(found[0].above, Direction::Pays);
                    near(&expect[name], found[0].volume, &id);
                }
            }
            other => panic!("nothing checks {other}"),
        }
    }
}

#[test]
fn replaying_recorded_pairs_gives_what_was_worked_out() {
    for (id, given, expect) in vectors(&["TV12"]) {
        let decision = Decision { usd: number(&given["c_R"]), ms: number(&given["router_ms"]) };
        let rows = given["cases_small_valid_cost_ms_large_valid_cost_ms"].as_array().unwrap();
        let cases: Vec<[Answer; 2]> = rows
            .iter()
            .map(|row| {
                let row = list(row);
                let answer =
                    |at: usize| Answer { valid: row[at] > 0.5, usd: row[at + 1], ms: row[at + 2] };
                [answer(0), answer(3)]
            })
            .collect();
        let of = |path: &dyn Fn(&[Answer; 2]) -> Vec<Path>| {
            Outcome::of(&cases.iter().flat_map(path).collect::<Vec<_>>()).unwrap()
        };
        let mixed =
            |router: Learned| of(&|[small, large]| router.paths(decision, *small, *large).to_vec());
        let found = [
            ("monolith:large", of(&|[_, large]| vec![only(*large)])),
            ("monolith:small", of(&|[small, _]| vec![only(*small)])),
            ("cascade", of(&|case| vec![cascade(case)])),
            ("oracle", of(&|case| vec![oracle(case).unwrap()])),
            ("learned(0.8,0.5)", mixed(Learned { easy: 0.8, hard: 0.5 })),
            ("random(0.7)", mixed(Learned::random(0.7))),
        ];
        assert_eq!(expect.as_object().unwrap().len(), found.len());
        for (name, outcome) in found {
            let (expect, about) = (&expect[name], format!("{id} {name}"));
            near(&expect["cost"], outcome.usd, &about);
            near(&expect["valid"], outcome.valid, &about);
            near(&expect["per_valid"], outcome.usd_per_valid.unwrap(), &about);
            near(&expect["mean_ms"], outcome.ms.mean, &about);
            for (name, got) in [
                ("p95", outcome.ms.p95),
                ("double", outcome.second_call),
                ("share_small", outcome.small),
            ] {
                if !expect[name].is_null() {
                    near(&expect[name], got, &about);
                }
            }
        }
    }
}

#[test]
fn people_were_at_it_as_long_as_was_worked_out() {
    for (id, given, expect) in vectors(&["TV13"]) {
        near(&given["idle_cap_s"], IDLE_CAP_S, &id);
        let events = given["events"].as_array().unwrap().iter();
        let moments = events.map(|time| {
            let at = format!("2026-11-23T{}Z", time.as_str().unwrap());
            (at.parse().unwrap(), Vec::<u8>::new())
        });
        let active = active(moments);
        near(&expect["capped_sum_s"], active.capped_s, &id);
        near(&expect["tail_median_s"], active.tail_s, &id);
        near(&expect["total_s"], active.total_s(), &id);
        near(&expect["minutes"], active.total_s() / 60.0, &id);
    }
}

#[test]
fn presets_span_the_range_that_was_worked_out() {
    let rides = [365.25 / 559.5, 365.25 / 538.0, LLAMA.bumps];
    for (id, given, expect) in vectors(&["TV18"]) {
        let preset =
            Preset::ALL.into_iter().find(|preset| given["preset"] == preset.as_str()).unwrap();
        // The worked figures hold false alarms, retries and the fee at their middle.
        let middle = assumed();
        let assumed = [Param::FalseAlarms, Param::Retries]
            .into_iter()
            .fold(Assumptions::preset(preset), |all, param| all.with(param, middle.get(param)));
        let mut columns = matrix().columns;
        let mut models = [GPT_4O, SONNET, LLAMA];
        if given["policy"] == "ride-to-retirement" {
            for ((column, model), bumps) in columns.iter_mut().zip(&mut models).zip(rides) {
                column.bumps = bumps;
                model.bumps = bumps;
            }
        }
        let minutes: f64 = columns
            .iter()
            .map(|Column { prompts, bumps, .. }| bumps * bump_minutes(*prompts, &assumed))
            .sum();
        near(&expect["bumps_year"], columns.iter().map(|column| column.bumps).sum(), &id);
        near(&expect["hours_year"], minutes / 60.0, &id);
        near(&expect["labour_year"], labour(minutes, &assumed), &id);
        let mut scenario = route(3e5, models[2], &assumed);
        scenario.route_bumps = models[0].bumps + models[2].bumps;
        near(&expect["V_star_month"], scenario.break_even().unwrap(), &id);
    }
}
