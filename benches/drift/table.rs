//! The table: what was measured, beside what is wanted, what is promised, and what was before.

use std::collections::{BTreeMap, BTreeSet};

use promptmatrix::domain::Setting;
use promptmatrix::drift::promise::{self, Row};

use crate::old;
use crate::real::Real;
use crate::rows::{Quiet, Quietness, Shot};

pub(crate) struct Table {
    broken_promises: usize,
    /// Of each row, what holds at every seed: what can be promised.
    lowest: Vec<(String, u32, Setting, ByRun)>,
}

/// By run 1, 2 and 3.
type ByRun = [f64; 3];

impl Table {
    pub(crate) fn new(seeds: &[u64], reps: u64) -> Self {
        println!("seeds {seeds:?}, {reps} suites a row and seed; before: 1a0bc0b, {}", old::HOW);
        println!("! misses the wish   ✗ breaks the promise   (lowest of the seeds)");
        println!(
            "{:<18} n  world {:>4} {:<20} {:<20} {:<14} {:<18} {:<18} {:>5}  missed",
            "red by run 1/2/3", "of", "measured", "(lowest)", "wish", "promise", "before", "calls"
        );
        Self { broken_promises: 0, lowest: Vec::new() }
    }

    pub(crate) fn broken_promises(&self) -> usize {
        self.broken_promises
    }

    /// The figures as `src/drift/promise.rs` writes them: by accepted answers, then by world.
    pub(crate) fn print_promises(&self) {
        let names: BTreeSet<&String> = self.lowest.iter().map(|row| &row.0).collect();
        for name in names {
            let rows = self.lowest.iter().filter(|row| row.0 == *name);
            let figures =
                rows.map(|(_, n, setting, by_run)| format!("{n} {} {by_run:.2?}", word(*setting)));
            println!("lowest of the seeds: {name}: {}", figures.collect::<Vec<_>>().join(", "));
        }
    }

    fn mark(&mut self, misses: bool, breaks: bool) -> &'static str {
        self.broken_promises += usize::from(breaks);
        if breaks {
            "✗"
        } else if misses {
            "!"
        } else {
            ""
        }
    }

    pub(crate) fn shots(&mut self, row: &Row, n: u32, setting: Setting, sets: &[Vec<Shot>]) {
        let (all, lowest) = by_run(sets);
        let count = sets.iter().map(Vec::len).sum::<usize>();
        let promise = row.red(n, setting);
        let misses = row.wish.iter().zip(all).any(|(wish, is)| wish.is_some_and(|wish| is < wish));
        let breaks = promise.is_some_and(|promise| {
            promise.iter().zip(all).any(|(promise, is)| is < promise - noise(*promise, count))
        });
        let mark = self.mark(misses, breaks);
        let name = row.to_string();
        self.lowest.push((name.clone(), n, setting, lowest));
        let wish = row.wish.map(|wish| wish.map_or("–".to_owned(), short)).join(" / ");
        println!(
            "{name:<18} {n}  {} {mark:<2} {count:>4} {:<20} {:<20} {wish:<14} {:<18} {:<18} {:>5.3}  {}",
            word(setting),
            runs(all),
            runs(lowest),
            promise.map_or(String::new(), runs),
            old::figure(&name, n, setting),
            calls(sets),
            missed(sets),
        );
    }

    pub(crate) fn each(&mut self, name: &str, n: u32, setting: Setting, sets: &[Vec<Shot>]) {
        let (all, lowest) = by_run(sets);
        self.lowest.push((name.to_owned(), n, setting, lowest));
        let count = sets.iter().map(Vec::len).sum::<usize>();
        println!(
            "{name:<26} {n}  {} {count:>4} {:<20} {:<20} {:>5.3}",
            word(setting),
            runs(all),
            runs(lowest),
            calls(sets),
        );
    }

    pub(crate) fn slow(&mut self, n: u32, setting: Setting, sets: &[Vec<Shot>]) {
        let shots: Vec<&Shot> = sets.iter().flatten().collect();
        let found = shots.iter().filter(|shot| shot.run.is_some() && shot.share < 0.5).count();
        let is = found as f64 / shots.len() as f64;
        let mut shares: Vec<f64> = shots.iter().map(|shot| shot.share).collect();
        shares.sort_by(f64::total_cmp);
        let promise = promise::slow(n, setting);
        let breaks = promise.is_some_and(|promise| is < promise - noise(promise, shots.len()));
        let mark = self.mark(is < 1.0, breaks);
        println!(
            "{:<18} {n}  {} {mark:<2} {:>4} {is:.2} before half of the answers moved, at {:.0} % \
             (median); promise {}; before: {}",
            "slow",
            word(setting),
            shots.len(),
            100.0 * shares[shares.len() / 2],
            promise.map_or(String::new(), short),
            old::figure("slow", n, setting),
        );
    }

    pub(crate) fn quiet(
        &mut self,
        name: &str,
        n: u32,
        setting: Setting,
        quietness: Quietness,
        sets: &[Vec<Quiet>],
    ) {
        let all = sum(sets.iter().flatten());
        let (wish, promise) = match quietness {
            Quietness::Steady => (promise::Quiet::WISH, promise::quiet(n, setting)),
            Quietness::Shifting => (promise::Quiet::WISH_SHIFTING, promise::shifting(n, setting)),
            Quietness::Labels(_) => (promise::Quiet::WISH, None),
        };
        self.quiet_line(name, (n, setting), &all, (wish, promise));
    }

    fn quiet_line(
        &mut self,
        name: &str,
        (n, setting): (u32, Setting),
        all: &Quiet,
        (wish, promise): (promise::Quiet, Option<promise::Quiet>),
    ) {
        let (cells, nights) = (all.cells as f64, all.nights as f64);
        let newly = 1000.0 * all.newly as f64 / cells;
        let newly_nights = 100.0 * all.newly_nights as f64 / nights;
        let price = all.calls as f64 / cells;
        let misses = newly > wish.red || newly_nights > wish.nights || price > wish.calls;
        let breaks = promise.is_some_and(|promise| {
            let spread = 2.0 * (promise.red / 1000.0 * cells).sqrt().max(1.0);
            all.newly as f64 > promise.red / 1000.0 * cells + spread || price > promise.calls + 0.02
        });
        let mark = self.mark(misses, breaks);
        println!(
            "{name:<18} {n}  {} {mark:<2} {} cell-nights: newly red {newly:.2} of 1,000 (in all {:.2}), \
             suspect {:.2}; nights newly red {newly_nights:.2} % (in all {:.2} %, {} by column); \
             {price:.3} calls a cell; wish {}; promise {}; before: {}",
            word(setting),
            all.cells,
            1000.0 * all.red as f64 / cells,
            1000.0 * all.suspect as f64 / cells,
            100.0 * all.red_nights as f64 / nights,
            all.columns,
            limits(&wish),
            promise.as_ref().map_or(String::new(), limits),
            old::figure(name, n, setting),
        );
    }

    pub(crate) fn real(&mut self, n: u32, setting: Setting, sets: &[Vec<Real>], imports: bool) {
        let turns: Vec<&Real> = sets.iter().flatten().collect();
        let wish = (promise::Quiet::WISH_REAL, None);
        let runs = sum(turns.iter().map(|turn| &turn.runs));
        self.quiet_line("recorded, run", (n, setting), &runs, wish);
        if imports {
            let imports = sum(turns.iter().map(|turn| &turn.imports));
            self.quiet_line("recorded, import", (n, setting), &imports, wish);
        }
        let swapped: usize = turns.iter().map(|turn| turn.swapped).sum();
        let by_run: Vec<String> = (0..3)
            .map(|run| turns.iter().map(|turn| turn.found[run]).sum::<usize>())
            .map(|found| short(found as f64 / swapped as f64))
            .collect();
        println!(
            "{:<18} {n}  {}    {swapped:>4} lone cells: {}; wish – / .95; before: {}",
            "recorded, swapped",
            word(setting),
            by_run.join(" / "),
            old::figure("recorded, swapped", n, setting),
        );
    }
}

fn sum<'q>(all: impl Iterator<Item = &'q Quiet>) -> Quiet {
    all.fold(Quiet::default(), |mut sum, one| {
        sum.merge(one);
        sum
    })
}

/// Two standard errors of a share.
fn noise(share: f64, count: usize) -> f64 {
    2.0 * (share * (1.0 - share)).max(0.01).sqrt() / (count as f64).sqrt()
}

/// Over all seeds, and of the seed that is lowest.
fn by_run(sets: &[Vec<Shot>]) -> (ByRun, ByRun) {
    let of = |shots: &[&Shot]| {
        [1, 2, 3].map(|run| {
            let red = shots.iter().filter(|shot| shot.run.is_some_and(|at| at <= run)).count();
            red as f64 / shots.len() as f64
        })
    };
    let all = of(&sets.iter().flatten().collect::<Vec<_>>());
    let mut lowest = [1.0_f64; 3];
    for set in sets {
        let by_run = of(&set.iter().collect::<Vec<_>>());
        lowest = [0, 1, 2].map(|run| lowest[run].min(by_run[run]));
    }
    (all, lowest)
}

fn calls(sets: &[Vec<Shot>]) -> f64 {
    let shots = || sets.iter().flatten();
    let asked: usize = shots().map(|shot| shot.asked).sum();
    shots().map(|shot| shot.calls).sum::<usize>() as f64 / asked as f64
}

/// What was not found, most often first.
fn missed(sets: &[Vec<Shot>]) -> String {
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    for shot in sets.iter().flatten().filter(|shot| shot.run.is_none()) {
        *names.entry(shot.fault).or_default() += 1;
    }
    let mut names: Vec<_> = names.into_iter().collect();
    names.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let names = names.iter().take(4).map(|(name, count)| format!("{name} {count}"));
    names.collect::<Vec<_>>().join(", ")
}

fn limits(quiet: &promise::Quiet) -> String {
    let part = |is: f64, words: &str| is.is_finite().then(|| format!("{is} {words}"));
    let parts = [
        part(quiet.red, "of 1,000"),
        part(quiet.nights, "% of nights"),
        part(quiet.calls, "calls"),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn runs(by_run: ByRun) -> String {
    by_run.map(short).join(" / ")
}

fn short(share: f64) -> String {
    let text = format!("{share:.2}");
    text.strip_prefix('0').map_or(text.clone(), str::to_owned)
}

fn word(setting: Setting) -> &'static str {
    match setting {
        Setting::RunsKept => "W1",
        Setting::FreshMachine => "W2",
        Setting::ByHand => "W3",
        Setting::Closed => "–",
    }
}
