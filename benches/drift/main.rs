//! The product's own runs in a simulated world, beside what is promised and what is wanted.
//!
//! `cargo bench --bench drift -- --seeds 7,61 --n 5 --world W2 --reps 60 --rows "broken group 40"`

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::too_many_lines,
    clippy::cast_precision_loss,
    reason = "a benchmark"
)]

mod dice;
mod faults;
mod fields;
mod old;
mod product;
mod real;
mod rows;
mod table;
mod world;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use promptmatrix::domain::Setting;
use promptmatrix::drift::promise::ROWS;
use rows::Quietness;
use table::Table;

const USAGE: &str = "\
usage: cargo bench --bench drift -- [OPTIONS]
  --seeds 7,61     sets of suites that were not tuned on
  --n 3,5          accepted answers of a cell
  --world W1,W2,W3 W1: earlier runs kept, W2: a fresh machine, W3: by hand
  --reps 25        suites of a row and seed
  --nights 4       nights of a suite without a change
  --rows WORDS,..  rows whose name contains one of these
  --real FILE      recorded answers of an unchanged model, one cell a line, in place of the rows
  --jobs 2         suites at the same time
rows: broken cell 100, broken group 40, ..., slow, each FAULT, unchanged, shifting, labels 2 %, ...";

struct Asked {
    seeds: Vec<u64>,
    depths: Vec<u32>,
    settings: Vec<Setting>,
    reps: u64,
    nights: u32,
    rows: Vec<String>,
    real: Option<PathBuf>,
    jobs: usize,
}

fn main() -> ExitCode {
    let Some(asked) = read(std::env::args().skip(1)) else {
        println!("{USAGE}");
        return ExitCode::from(2);
    };
    let mut table = Table::new(&asked.seeds, asked.reps);
    for (n, setting) in
        asked.depths.iter().flat_map(|n| asked.settings.iter().map(|setting| (*n, *setting)))
    {
        match &asked.real {
            Some(file) => asked.real(file, n, setting, &mut table),
            None => asked.measure(n, setting, &mut table),
        }
    }
    table.print_promises();
    ExitCode::from(u8::from(table.broken_promises() > 0))
}

impl Asked {
    fn wants(&self, row: &str) -> bool {
        self.rows.is_empty() || self.rows.iter().any(|part| row.contains(part.as_str()))
    }

    fn measure(&self, n: u32, setting: Setting, table: &mut Table) {
        for row in ROWS.iter().filter(|row| self.wants(&row.to_string())) {
            table.shots(row, n, setting, &self.sets(|seed| rows::shot(row, n, setting, seed)));
        }
        if self.wants("slow") {
            table.slow(n, setting, &self.sets(|seed| Some(rows::slow(n, setting, seed))));
        }
        for fault in faults::FAULTS.iter().filter(|_| !self.rows.is_empty()) {
            let name = format!("each {}", fault.name);
            if self.wants(&name) {
                table.each(
                    &name,
                    n,
                    setting,
                    &self.sets(|seed| rows::each(fault, n, setting, seed)),
                );
            }
        }
        for (name, quietness) in [
            ("unchanged", Quietness::Steady),
            ("shifting", Quietness::Shifting),
            ("labels 2 %", Quietness::Labels(20)),
            ("labels 5 %", Quietness::Labels(50)),
            ("labels 10 %", Quietness::Labels(100)),
            ("labels 20 %", Quietness::Labels(200)),
        ] {
            if self.wants(name) {
                let quiet = |seed| Some(rows::quiet(n, setting, seed, self.nights, quietness));
                let sets = self.sets(quiet);
                table.quiet(name, n, setting, quietness, &sets);
            }
        }
    }

    fn real(&self, file: &std::path::Path, n: u32, setting: Setting, table: &mut Table) {
        let recorded = real::Recorded::read(file);
        let sets = self.sets(|seed| Some(recorded.measure(n, setting, seed)));
        // An import is the same wherever it is judged.
        table.real(n, setting, &sets, self.settings.first() == Some(&setting));
    }

    /// One result per suite, by seed.
    fn sets<T: Send>(&self, one: impl Fn(u64) -> Option<T> + Sync) -> Vec<Vec<T>> {
        let set = |seed: &u64| {
            let (next, results) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
            std::thread::scope(|scope| {
                for _ in 0..self.jobs {
                    scope.spawn(|| {
                        loop {
                            let rep = next.fetch_add(1, Ordering::Relaxed) as u64;
                            if rep >= self.reps {
                                break;
                            }
                            let result = one(seed * 100_000 + rep);
                            results.lock().unwrap().extend(result);
                        }
                    });
                }
            });
            results.into_inner().unwrap()
        };
        self.seeds.iter().map(set).collect()
    }
}

fn read(mut words: impl Iterator<Item = String>) -> Option<Asked> {
    let mut asked = Asked {
        seeds: vec![7],
        depths: vec![3, 5],
        settings: vec![Setting::RunsKept, Setting::FreshMachine, Setting::ByHand],
        reps: 25,
        nights: 4,
        rows: Vec::new(),
        real: None,
        jobs: std::thread::available_parallelism().map_or(1, Into::into),
    };
    while let Some(word) = words.next() {
        match word.as_str() {
            "--bench" => {}
            "--seeds" => asked.seeds = list(&words.next()?)?,
            "--n" => asked.depths = list(&words.next()?)?,
            "--world" => {
                asked.settings = words.next()?.split(',').map(setting).collect::<Option<_>>()?;
            }
            "--reps" => asked.reps = words.next()?.parse().ok()?,
            "--nights" => asked.nights = words.next()?.parse().ok()?,
            "--rows" => asked.rows = list(&words.next()?)?,
            "--real" => asked.real = Some(words.next()?.into()),
            "--jobs" => asked.jobs = words.next()?.parse().ok()?,
            _ => return None,
        }
    }
    Some(asked)
}

fn setting(word: &str) -> Option<Setting> {
    match word.trim() {
        "W1" => Some(Setting::RunsKept),
        "W2" => Some(Setting::FreshMachine),
        "W3" => Some(Setting::ByHand),
        _ => None,
    }
}

fn list<T: std::str::FromStr>(text: &str) -> Option<Vec<T>> {
    text.split(',').map(|part| part.trim().parse().ok()).collect()
}
