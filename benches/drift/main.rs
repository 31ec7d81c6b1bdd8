//! The engine in a simulated world, against the figures of its reference.
//!
//! `cargo bench --bench drift -- --seeds 61,62 --n 5,10` prints the table of targets, and fails
//! when one is missed.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::too_many_lines,
    clippy::float_cmp,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a benchmark"
)]

mod measure;
mod scale;
mod table;
mod world;

use std::process::ExitCode;
use std::time::Instant;

use measure::Scope;
use table::Results;

/// Nights against the same baseline.
const NIGHTS: u32 = 5;

struct Asked {
    seeds: Vec<u64>,
    depths: Vec<usize>,
    nights: u32,
    often: usize,
    cells: usize,
    detail: bool,
}

fn main() -> ExitCode {
    let Some(asked) = read(std::env::args().skip(1)) else {
        println!(
            "usage: cargo bench --bench drift -- [--seeds 61,62] [--n 5,10] [--nights 20] \
             [--often 8] [--cells 100000] [--detail]"
        );
        return ExitCode::from(2);
    };
    let mut all = true;
    for n in &asked.depths {
        let started = Instant::now();
        let mut results = Results::default();
        for seed in &asked.seeds {
            // A baseline that caught a cell on a good day gives alarms night after night.
            for turn in 0..asked.nights.div_ceil(NIGHTS) {
                let nights = NIGHTS.min(asked.nights - turn * NIGHTS);
                let scene = |shifting| measure::Scene::new(*seed, *n, shifting, u64::from(turn));
                results.quiet.merge(&scene(false).quiet(nights, false));
                results.shifting.merge(&scene(true).quiet(nights, true));
            }
            let mut scene = measure::Scene::new(*seed, *n, false, 1000);
            results.shots.extend(scene.shots(&[1.0, 0.5, 0.25, 0.05], asked.often, &Scope::ALL));
        }
        println!(
            "{n} accepted answers per cell, seeds {:?}, {} nights each ({:.0} s)",
            asked.seeds,
            asked.nights,
            started.elapsed().as_secs_f64()
        );
        all &= table::print(*n, &results, asked.detail);
    }
    if asked.cells > 0 {
        all &= scale::print(asked.cells);
    }
    ExitCode::from(u8::from(!all))
}

fn read(mut words: impl Iterator<Item = String>) -> Option<Asked> {
    let mut asked = Asked {
        seeds: vec![61, 62],
        depths: vec![5, 10],
        nights: 20,
        often: 8,
        cells: 100_000,
        detail: false,
    };
    while let Some(word) = words.next() {
        match word.as_str() {
            "--bench" => {}
            "--detail" => asked.detail = true,
            "--seeds" => asked.seeds = list(&words.next()?)?,
            "--n" => asked.depths = list(&words.next()?)?,
            "--nights" => asked.nights = words.next()?.parse().ok()?,
            "--often" => asked.often = words.next()?.parse().ok()?,
            "--cells" => asked.cells = words.next()?.parse().ok()?,
            _ => return None,
        }
    }
    Some(asked)
}

fn list<T: std::str::FromStr>(text: &str) -> Option<Vec<T>> {
    text.split(',').map(|part| part.trim().parse().ok()).collect()
}
