//! A simulated provider: prompts × cases × slots with structured answers that vary, and faults.
//! Its noise is not of the family that the engine assumes.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::dice::Dice;
use crate::faults::{Fault, Sent};
use crate::fields::{Kind, NOTES, Prompt, cents};
use crate::product::{Answer, Plan, Question};

/// Name, how much noisier than usual, and mean rate of broken answers.
pub(crate) const SLOTS: [(&str, f64, f64); 4] =
    [("m0", 0.35, 0.0), ("m1", 0.7, 0.002), ("m2", 1.0, 0.004), ("m3", 1.8, 0.02)];
const PROMPTS: usize = 4;
const CASES: usize = 6;

const WORDS: [&str; 30] = [
    "the",
    "order",
    "was",
    "late",
    "because",
    "warehouse",
    "stock",
    "moved",
    "between",
    "sites",
    "and",
    "customer",
    "asked",
    "for",
    "refund",
    "or",
    "replacement",
    "before",
    "friday",
    "with",
    "courier",
    "tracking",
    "not",
    "updated",
    "since",
    "tuesday",
    "morning",
    "please",
    "confirm",
    "details",
];
/// A value with its probability; `None` is a field that is left out.
type Choice = (Option<Value>, f64);

pub(crate) struct Cell {
    pub(crate) prompt: usize,
    pub(crate) slot: usize,
    /// Per field, the usual value first.
    choices: Vec<Vec<Choice>>,
    flake: f64,
    words: f64,
    confidence: (f64, f64),
}

/// How the noise of one night differs from the usual one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shift {
    /// Tells nights apart: every cell and field has its own factor.
    pub(crate) night: u64,
    /// How many times as often answers break by themselves.
    pub(crate) flakes: f64,
}

/// What is special about the world of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kinds {
    Usual,
    /// Optional fields are there in half of the answers.
    HalfOptional,
    /// Optional fields are there in all answers.
    #[allow(dead_code, reason = "a test alone uses it")]
    FullOptional,
    /// 5 prompts × 100 cases of which only the label varies, in so many of 1,000 answers.
    Labels(u32),
}

pub(crate) struct World {
    pub(crate) prompts: Vec<Prompt>,
    pub(crate) cells: Vec<Cell>,
    cases: usize,
}

impl World {
    pub(crate) fn new(seed: u64, kinds: Kinds) -> Self {
        let mut dice = Dice::of(&[seed, 1]);
        let (prompts, cases) = match kinds {
            Kinds::Labels(_) => ((0..5).map(Prompt::of_labels).collect(), 100),
            _ => ((0..PROMPTS).map(|at| Prompt::new(at, &mut dice)).collect::<Vec<_>>(), CASES),
        };
        let mut cells = Vec::new();
        for (at, prompt) in prompts.iter().enumerate() {
            for slot in 0..SLOTS.len() {
                for case in 0..cases {
                    let mut cell = Cell::new(seed, prompt, (at, slot, case));
                    cell.bend(prompt, kinds);
                    cells.push(cell);
                }
            }
        }
        Self { prompts, cells, cases }
    }

    /// What the product is to run.
    pub(crate) fn plan(&self) -> Plan {
        let cases: Vec<String> = (0..self.cases).map(|at| format!("c{at:03}")).collect();
        let question = |prompt: &Prompt| Question {
            name: prompt.name.clone(),
            schema: prompt.schema(),
            cases: cases.clone(),
        };
        Plan {
            questions: self.prompts.iter().map(question).collect(),
            slots: SLOTS.iter().map(|slot| slot.0.to_owned()).collect(),
        }
    }

    pub(crate) fn prompt(&self, cell: usize) -> &Prompt {
        &self.prompts[self.cells[cell].prompt]
    }

    /// The usual value of the first field of this kind.
    pub(crate) fn usual(&self, cell: usize, kind: Kind) -> Option<&Value> {
        let at = self.prompt(cell).fields.iter().position(|field| field.1 == kind)?;
        self.cells[cell].choices[at][0].0.as_ref()
    }

    /// The cells of the same prompt and slot.
    pub(crate) fn group(&self, cell: usize) -> Vec<usize> {
        let key = |at: usize| (self.cells[at].prompt, self.cells[at].slot);
        (0..self.cells.len()).filter(|at| key(*at) == key(cell)).collect()
    }

    /// One answer.
    pub(crate) fn answer(
        &self,
        at: usize,
        dice: &mut Dice,
        shift: Option<Shift>,
        fault: Option<(&Fault, f64)>,
    ) -> Answer {
        let cell = &self.cells[at];
        let mut value = cell.draw((at, self.prompt(at)), dice, shift);
        let flakes = shift.map_or(1.0, |shift| shift.flakes);
        if dice.unit() < cell.flake * flakes {
            return flake(value, dice);
        }
        if let Some((fault, share)) = fault
            && dice.unit() < share
        {
            let mut sent = Sent { object: &mut value, answer: None, world: self, cell: at, dice };
            (fault.act)(&mut sent);
            if let Some(answer) = sent.answer {
                return answer;
            }
        }
        Answer::of(Value::Object(value).to_string())
    }
}

/// An answer that breaks by itself.
fn flake(mut value: Map<String, Value>, dice: &mut Dice) -> Answer {
    let kind = dice.unit();
    if kind >= 0.7 {
        value.shift_remove("label");
    }
    let text = Value::Object(value).to_string();
    match kind {
        ..0.4 => Answer::cut(&text, text.chars().count() - 9),
        ..0.7 => Answer::of(format!("```json\n{text}\n```")),
        _ => Answer::of(text),
    }
}

impl Cell {
    fn new(seed: u64, prompt: &Prompt, (number, slot, case): (usize, usize, usize)) -> Self {
        let (_, multiple, flake) = SLOTS[slot];
        let place = [seed, number as u64, case as u64];
        // What is true depends on prompt and case alone; noise on the slot too.
        let mut truth = Dice::of(&[&place[..], &[2]].concat());
        let mut noise = Dice::of(&[&place[..], &[3, slot as u64]].concat());
        let mut cell = Self {
            prompt: number,
            slot,
            choices: Vec::new(),
            flake: 0.0,
            words: 0.0,
            confidence: (0.0, 0.0),
        };
        for (_, kind, hard) in &prompt.fields {
            match kind {
                Kind::Text => cell.words = truth.whole(14, 40) as f64,
                Kind::Confidence => {
                    cell.confidence = (truth.between(0.55, 0.97), 0.02 * multiple);
                }
                _ => {}
            }
            let (value, others) = kind.values(&mut truth, prompt);
            cell.choices.push(choices(&mut noise, value, &others, hard * multiple));
        }
        cell.flake = match noise.unit() {
            ..0.85 => 0.0,
            ..0.99 => flake * noise.between(0.5, 4.0),
            _ => noise.between(0.05, 0.4) * multiple.min(1.0),
        };
        cell
    }

    /// Makes the cell what the row needs.
    fn bend(&mut self, prompt: &Prompt, kinds: Kinds) {
        for ((_, kind, _), choices) in prompt.fields.iter().zip(&mut self.choices) {
            match (kinds, kind) {
                (Kinds::HalfOptional, Kind::Note) => {
                    *choices = vec![(Some(json!(NOTES[0])), 0.5), (None, 0.5)];
                }
                (Kinds::FullOptional, Kind::Note) => {
                    *choices = vec![(Some(json!(NOTES[0])), 1.0)];
                }
                (Kinds::Labels(permille), Kind::Label) => {
                    let usual = choices[0].0.clone();
                    let others: Vec<_> =
                        prompt.labels.iter().filter(|l| Some(json!(l)) != usual).collect();
                    let mass = f64::from(permille) / 1000.0;
                    let share = mass / others.len() as f64;
                    *choices = vec![(usual, 1.0 - mass)];
                    choices.extend(others.into_iter().map(|label| (Some(json!(label)), share)));
                }
                _ => {}
            }
        }
        if matches!(kinds, Kinds::Labels(_)) {
            self.flake = 0.0;
        }
    }

    fn draw(
        &self,
        (at, prompt): (usize, &Prompt),
        dice: &mut Dice,
        shift: Option<Shift>,
    ) -> Map<String, Value> {
        let mut members = Map::new();
        for (field, ((name, kind, _), choices)) in
            prompt.fields.iter().zip(&self.choices).enumerate()
        {
            let value = match kind {
                Kind::Text => {
                    let words = dice.normal(self.words, self.words * 0.12).max(4.0) as usize;
                    Some(json!(sentence(dice, words)))
                }
                Kind::Confidence => {
                    let (mean, deviation) = self.confidence;
                    Some(json!(cents(dice.normal(mean, deviation).clamp(0.01, 0.99))))
                }
                Kind::Stamp => Some(json!(stamp(dice))),
                _ => {
                    let factor = shift.map(|shift| {
                        let mut own = Dice::of(&[shift.night, at as u64, field as u64]);
                        own.normal(0.0, 0.6).exp()
                    });
                    choose(choices, dice, factor)
                }
            };
            if let Some(value) = value {
                members.insert((*name).to_owned(), value);
            }
        }
        members
    }
}

/// One of the choices; `factor` multiplies how often it is not the usual one.
fn choose(choices: &[Choice], dice: &mut Dice, factor: Option<f64>) -> Option<Value> {
    let (usual, share) = &choices[0];
    let rest = 1.0 - share;
    let mass = factor.map_or(rest, |factor| (rest * factor).min(0.9));
    let mut chance = dice.unit() - (1.0 - mass);
    for (value, share) in &choices[1..] {
        if chance < 0.0 {
            break;
        }
        chance -= share * mass / rest;
        if chance < 0.0 {
            return value.clone();
        }
    }
    usual.clone()
}

/// Mostly one value; with the given chance a cell that puts some mass on others.
fn choices(
    dice: &mut Dice,
    truth: Option<Value>,
    others: &[Option<Value>],
    chance: f64,
) -> Vec<Choice> {
    if others.is_empty() || dice.unit() >= chance.min(0.97) {
        return vec![(truth, 1.0)];
    }
    let mass = dice.between(0.02, 0.62);
    let one = dice.unit() < 0.65 || others.len() < 2;
    let others = dice.sample(others, if one { 1 } else { 2 });
    let shares: &[f64] = if one { &[1.0] } else { &[0.7, 0.3] };
    let mut choices = vec![(truth, 1.0 - mass)];
    choices.extend(others.into_iter().zip(shares).map(|(value, share)| (value, mass * share)));
    choices
}

pub(crate) fn sentence(dice: &mut Dice, words: usize) -> String {
    let text: Vec<&str> = (0..words).map(|_| *dice.pick(&WORDS)).collect();
    format!("{}.", capital(&text.join(" ")))
}

pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + letters.as_str()
    })
}

fn stamp(dice: &mut Dice) -> String {
    let (month, day) = (dice.whole(1, 12), dice.whole(1, 28));
    let (hour, minute, second) = (dice.whole(0, 23), dice.whole(0, 59), dice.whole(0, 59));
    format!("2026-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Who answers in one night: the world, its shift and its faults.
pub(crate) struct Night {
    pub(crate) world: Arc<World>,
    pub(crate) seed: u64,
    pub(crate) shift: Option<Shift>,
    /// By cell: what is wrong, and in what share of the answers.
    pub(crate) faults: Vec<Option<(&'static Fault, f64)>>,
}

impl crate::product::Model for Night {
    fn answer(&self, cell: usize, draw: u64) -> Answer {
        let mut dice = Dice::of(&[self.seed, cell as u64, draw]);
        let fault = self.faults.get(cell).copied().flatten();
        self.world.answer(cell, &mut dice, self.shift, fault)
    }
}
