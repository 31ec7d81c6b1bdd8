//! Recorded answers of a real model that nobody changed: how often a run is wrong about them, and
//! whether it finds cells whose label is swapped.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use promptmatrix::domain::Setting;
use serde::Deserialize;
use serde_json::Value;

use crate::dice::Dice;
use crate::product::{Answer, Model, Outcome, Plan, Product, Question};
use crate::rows::Quiet;

/// Nights without a change.
const NIGHTS: u32 = 4;
/// Runs in which swapped labels have to be found, and how many are swapped.
const RUNS: usize = 3;
const SWAPS: usize = 20;
const SLOT: &str = "recorded";

#[derive(Deserialize)]
struct Line {
    prompt: String,
    case: String,
    schema: Value,
    answers: Vec<String>,
}

/// All recorded cells.
pub(crate) struct Recorded {
    questions: BTreeMap<String, Vec<Line>>,
    /// The answers of each cell, as the product counts cells.
    answers: Arc<Vec<Vec<String>>>,
    labels: Vec<Vec<Value>>,
}

/// What came of one turn.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Real {
    pub(crate) runs: Quiet,
    pub(crate) imports: Quiet,
    pub(crate) swapped: usize,
    /// Swapped cells that were red by run 1, 2 and 3.
    pub(crate) found: [usize; RUNS],
}

/// Draws from the recorded answers.
struct Night {
    answers: Arc<Vec<Vec<String>>>,
    seed: u64,
    swaps: BTreeMap<usize, Value>,
}

impl Model for Night {
    fn answer(&self, cell: usize, draw: u64) -> Answer {
        let text = Dice::of(&[self.seed, cell as u64, draw]).pick(&self.answers[cell]).clone();
        let swapped = self.swaps.get(&cell).and_then(|label| {
            let mut value: Value = serde_json::from_str(&text).ok()?;
            *value.as_object_mut()?.values_mut().next()? = label.clone();
            Some(value.to_string())
        });
        Answer::of(swapped.unwrap_or(text))
    }
}

impl Recorded {
    pub(crate) fn read(file: &Path) -> Self {
        let mut questions: BTreeMap<String, Vec<Line>> = BTreeMap::new();
        for line in std::fs::read_to_string(file).unwrap().lines() {
            let line: Line = serde_json::from_str(line).unwrap();
            questions.entry(line.prompt.clone()).or_default().push(line);
        }
        let lines = || questions.values().flatten();
        let labels = |line: &Line| {
            let labels = line.schema["properties"].as_object().and_then(|all| all.values().next());
            labels.and_then(|label| label["enum"].as_array()).cloned().unwrap_or_default()
        };
        let answers = Arc::new(lines().map(|line| line.answers.clone()).collect());
        let labels = lines().map(labels).collect();
        Self { questions, answers, labels }
    }

    fn plan(&self) -> Plan {
        let question = |(name, lines): (&String, &Vec<Line>)| Question {
            name: name.clone(),
            schema: lines[0].schema.clone(),
            cases: lines.iter().map(|line| line.case.clone()).collect(),
        };
        Plan {
            questions: self.questions.iter().map(question).collect(),
            slots: vec![SLOT.to_owned()],
        }
    }

    /// Accepts `n` answers, then judges nights without a change, imports, and nights with swaps.
    pub(crate) fn measure(&self, n: u32, setting: Setting, seed: u64) -> Real {
        let mut product = Product::new(&self.plan());
        let night = |day: u32, swaps: &BTreeMap<usize, Value>| -> Arc<dyn Model> {
            let seed = Dice::of(&[seed, u64::from(day)]).draw();
            Arc::new(Night { answers: Arc::clone(&self.answers), seed, swaps: swaps.clone() })
        };
        let none = BTreeMap::new();
        let cells = product.accept(n, &night(0, &none)).iter().flatten().count();
        let mut real = Real::default();
        let (mut red, mut imported) = (BTreeSet::new(), BTreeSet::new());
        for day in 1..=NIGHTS {
            real.imports.add(&product.import(day, &night(100 + day, &none)), cells, &mut imported);
        }
        for day in 1..=NIGHTS {
            real.runs.add(&product.night(setting, day, &night(day, &none)), cells, &mut red);
        }
        let swaps = self.swaps(&mut Dice::of(&[seed, 7]));
        let mut found = BTreeSet::new();
        real.swapped = swaps.len();
        for run in 0..RUNS {
            let day = NIGHTS + 1 + run as u32;
            let Outcome { red, .. } = product.night(setting, day, &night(day, &swaps));
            found.extend(red.into_iter().filter(|cell| swaps.contains_key(cell)));
            real.found[run] = found.len();
        }
        real
    }

    /// Cells that say another label of the schema from now on, one that they never said if there is.
    fn swaps(&self, dice: &mut Dice) -> BTreeMap<usize, Value> {
        let cells: Vec<usize> =
            (0..self.labels.len()).filter(|c| self.labels[*c].len() > 1).collect();
        let swap = |cell: usize, dice: &mut Dice| {
            let said: Vec<Value> =
                self.answers[cell].iter().filter_map(|text| said(text)).collect();
            let usual = said.iter().max_by_key(|one| said.iter().filter(|s| s == one).count());
            let labels = self.labels[cell].iter();
            let never: Vec<&Value> = labels.clone().filter(|label| !said.contains(label)).collect();
            let other: Vec<&Value> = labels.filter(|label| Some(*label) != usual).collect();
            (*dice.pick(if never.is_empty() { &other } else { &never })).clone()
        };
        let cells = dice.sample(&cells, SWAPS);
        cells.into_iter().map(|cell| (cell, swap(cell, dice))).collect()
    }
}

/// The label of an answer.
fn said(text: &str) -> Option<Value> {
    let value: Value = serde_json::from_str(text).ok()?;
    value.as_object()?.values().next().cloned()
}
