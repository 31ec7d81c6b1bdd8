//! How long a decision over very many cells takes, and how much memory they need.

use std::time::{Duration, Instant};

use promptmatrix::domain::{CellId, PromptName};
use promptmatrix::drift::{Baseline, Engine, Facets, Settings, Side};

use crate::measure::Scene;
use crate::world::Night;

const LIMIT: Duration = Duration::from_secs(5);

/// Prints the figures for this many cells; says whether the decision was fast enough.
pub(crate) fn print(cells: usize) -> bool {
    let mut scene = Scene::new(7, 5, false, 0);
    let copies = cells.div_ceil(scene.world.cells.len());
    let name = |prompt: &PromptName, copy: usize| -> PromptName {
        PromptName::new(format!("{prompt}-{copy:04}")).unwrap()
    };
    let before = memory();
    let mut baseline = Baseline::default();
    for copy in 0..copies {
        for profile in &scene.profiles {
            let mut profile = profile.clone();
            profile.prompt = name(&profile.prompt, copy);
            baseline.add(&profile);
        }
    }
    let mut answers: Vec<(CellId, usize)> = Vec::new();
    for copy in 0..copies {
        for (at, cell) in scene.world.cells.iter().enumerate() {
            let CellId { prompt, case, model } = cell.id.clone();
            answers.push((CellId { prompt: name(&prompt, copy), case, model }, at));
        }
    }
    answers.truncate(cells);
    answers.sort();
    let nights: Vec<Vec<Facets>> = (0..8)
        .map(|_| {
            (0..scene.world.cells.len())
                .map(|cell| {
                    let trial = scene.world.answer(cell, &mut scene.dice, Night::default(), None);
                    scene.facets(cell, &trial)
                })
                .collect()
        })
        .collect();
    let ids: Vec<CellId> = answers.iter().map(|(id, _)| id.clone()).collect();
    let started = Instant::now();
    let mut engine = Engine::new(&ids, baseline, Settings::default());
    let built = started.elapsed();
    let started = Instant::now();
    for (id, at) in &answers {
        engine.add(id, Side::Candidate, &nights[0][*at]);
    }
    let added = started.elapsed();
    let mut deciding = Duration::ZERO;
    let mut waves = 0;
    loop {
        let started = Instant::now();
        let asks = engine.next_wave();
        deciding += started.elapsed();
        if asks.is_empty() {
            break;
        }
        waves += 1;
        for ask in asks {
            let at = answers[answers.binary_search_by(|(id, _)| id.cmp(&ask.cell)).unwrap()].1;
            engine.add(&ask.cell, ask.side, &nights[waves.min(7)][at]);
        }
    }
    let started = Instant::now();
    let decision = engine.decide();
    deciding += started.elapsed();
    let alarms = decision.cells.iter().filter(|cell| cell.ruling.is_alarm()).count();
    let met = deciding < LIMIT;
    println!(
        "{} {} cells decided in {:.2} s over {waves} waves (target: under {} s; one core)",
        if met { "✓" } else { "✗" },
        decision.cells.len(),
        deciding.as_secs_f64(),
        LIMIT.as_secs()
    );
    println!(
        "  baseline ready in {:.2} s, answers counted in {:.2} s, {alarms} alarms",
        built.as_secs_f64(),
        added.as_secs_f64()
    );
    if let (Some(before), Some(after)) = (before, memory()) {
        let each = after.saturating_sub(before) / decision.cells.len();
        println!("  {each} bytes of memory per cell, answers and names included");
    }
    met
}

/// Resident memory in bytes, where the system tells.
fn memory() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kilobytes: usize = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024)
}
