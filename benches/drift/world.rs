//! A simulated provider: prompts × cases × models with structured answers, noise per cell, and
//! breakages. Its noise is not of the family that the engine assumes.

use jiff::{SignedDuration, Timestamp};
use promptmatrix::domain::{
    CellId, CompareRules, Completion, Hash, Identity, Kind, Output, Schema, Source, StopReason,
    Structured, Trial, Usage,
};
use promptmatrix::drift::drill::{Breakage, Broken, Dice, Whole};
use promptmatrix::extract::{Asked, extract};
use promptmatrix::normalise::normalise;
use promptmatrix::validate::Validator;
use promptmatrix::verdict::{Cause, settle};
use serde_json::{Map, Value, json};
use std::sync::Arc;

pub(crate) const PROMPTS: usize = 12;
pub(crate) const CASES: usize = 20;

/// Name, how much noisier than usual, and mean rate of broken answers.
pub(crate) const MODELS: [(&str, f64, f64); 4] =
    [("m0", 0.35, 0.0), ("m1", 0.7, 0.002), ("m2", 1.0, 0.004), ("m3", 1.8, 0.02)];

const WORDS: &str = "the order was late because warehouse stock moved between sites and customer \
    asked for refund or replacement before friday with courier tracking not updated since tuesday \
    morning please confirm address details";
const LABELS: [&[&str]; 6] = [
    &["billing", "shipping", "technical", "account", "other"],
    &["bug", "feature", "question", "incident"],
    &["positive", "neutral", "negative", "mixed"],
    &["approve", "reject", "escalate"],
    &["A", "B", "C", "D"],
    &["low", "normal", "high", "urgent"],
];
const TAGS: [&str; 10] =
    ["fragile", "vip", "eu", "us", "gift", "bulk", "return", "late", "hazmat", "cold"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Label,
    Priority,
    Urgent,
    Qty,
    Total,
    Date,
    OrderId,
    Note,
    Due,
    Tags,
    Items,
    Summary,
    Confidence,
    Lang,
    Address,
    AmountText,
}

/// The fields that a prompt draws from, with how often they are noisy.
const POOL: [(&str, Field, f64); 15] = [
    ("priority", Field::Priority, 0.15),
    ("is_urgent", Field::Urgent, 0.08),
    ("qty", Field::Qty, 0.03),
    ("total", Field::Total, 0.03),
    ("date", Field::Date, 0.03),
    ("order_id", Field::OrderId, 0.01),
    ("note", Field::Note, 0.10),
    ("due", Field::Due, 0.06),
    ("tags", Field::Tags, 0.30),
    ("items", Field::Items, 0.06),
    ("summary", Field::Summary, 0.0),
    ("confidence", Field::Confidence, 0.0),
    ("lang", Field::Lang, 0.01),
    ("address", Field::Address, 0.04),
    ("amount_text", Field::AmountText, 0.03),
];

pub(crate) struct Prompt {
    pub(crate) name: String,
    pub(crate) schema: Schema,
    labels: &'static [&'static str],
    fields: Vec<(&'static str, Field, f64)>,
    validator: Validator,
}

/// A value with its probability; `None` is a field that is left out.
type Choice = (Option<Value>, f64);

pub(crate) struct Cell {
    pub(crate) id: CellId,
    pub(crate) prompt: usize,
    pub(crate) model: usize,
    /// What it answers most of the time.
    pub(crate) usual: Value,
    /// Per field.
    choices: Vec<Vec<Choice>>,
    flake: f64,
    words: f64,
    confidence: (f64, f64),
    latency: f64,
}

/// A breakage at work on some cells.
#[derive(Clone)]
pub(crate) struct Fault {
    pub(crate) row: &'static Breakage,
    pub(crate) rate: f64,
}

/// Which night it is: noise can differ from night to night.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Night {
    /// Which day, from 0.
    pub(crate) day: u32,
    /// Shifts the noise of each cell and field; `None` leaves it as it is.
    pub(crate) shift: Option<u64>,
}

pub(crate) struct World {
    pub(crate) prompts: Vec<Prompt>,
    pub(crate) cells: Vec<Cell>,
}

fn seeded(parts: &[&str]) -> Dice {
    let hash = Hash::of_bytes(parts.join("/").as_bytes());
    Dice::new(u64::from_str_radix(hash.short(16), 16).unwrap())
}

fn pick<'a, T>(dice: &mut Dice, from: &'a [T]) -> &'a T {
    &from[dice.below(from.len())]
}

fn between(dice: &mut Dice, low: f64, high: f64) -> f64 {
    low + (high - low) * dice.unit()
}

fn whole(dice: &mut Dice, low: u64, high: u64) -> u64 {
    low + dice.below((high - low + 1) as usize) as u64
}

/// Normally distributed (Box and Muller).
pub(crate) fn normal(dice: &mut Dice, mean: f64, deviation: f64) -> f64 {
    let radius = (-2.0 * (1.0 - dice.unit()).ln()).sqrt();
    mean + deviation * radius * (std::f64::consts::TAU * dice.unit()).cos()
}

fn cents(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

fn shuffle<T>(dice: &mut Dice, items: &mut [T]) {
    for at in (1..items.len()).rev() {
        items.swap(at, dice.below(at + 1));
    }
}

fn sample<T: Clone>(dice: &mut Dice, from: &[T], count: usize) -> Vec<T> {
    let mut all = from.to_vec();
    shuffle(dice, &mut all);
    all.truncate(count);
    all
}

/// Mostly one value; with the given chance a noisy cell, which puts some mass on others.
fn noisy(
    dice: &mut Dice,
    truth: Option<Value>,
    others: &[Option<Value>],
    chance: f64,
) -> Vec<Choice> {
    if others.is_empty() || dice.unit() >= chance.min(0.97) {
        return vec![(truth, 1.0)];
    }
    let mass = between(dice, 0.02, 0.62);
    let one = dice.unit() < 0.65 || others.len() < 2;
    let others = sample(dice, others, if one { 1 } else { 2 });
    let shares: &[f64] = if one { &[1.0] } else { &[0.7, 0.3] };
    let mut choices = vec![(truth, 1.0 - mass)];
    choices.extend(others.into_iter().zip(shares).map(|(value, share)| (value, mass * share)));
    choices
}

impl Prompt {
    fn new(number: usize, dice: &mut Dice) -> Self {
        let hard = *pick(dice, &[0.06, 0.25, 0.5]);
        let mut pool = POOL.to_vec();
        shuffle(dice, &mut pool);
        pool.truncate(8 + number % 3);
        pool.sort_by_key(|row| row.0);
        let mut fields = vec![("label", Field::Label, hard)];
        fields.extend(pool);
        if !fields.iter().any(|row| row.1 == Field::Summary) {
            fields.push(("summary", Field::Summary, 0.0));
        }
        let labels = LABELS[number % 6];
        let is_closed = number.is_multiple_of(2);
        let schema =
            Schema::new(format!("schemas/p{number:02}.json"), schema(&fields, labels, is_closed));
        let validator = Validator::compile(&schema).unwrap();
        Self { name: format!("p{number:02}"), schema, labels, fields, validator }
    }
}

fn schema(fields: &[(&str, Field, f64)], labels: &[&str], is_closed: bool) -> Value {
    let mut properties = Map::new();
    for (name, field, _) in fields {
        let says = match field {
            Field::Label => json!({"type": "string", "enum": labels}),
            Field::Priority => json!({"type": "string", "enum": LABELS[5]}),
            Field::Urgent => json!({"type": "boolean"}),
            Field::Qty => json!({"type": "integer"}),
            Field::Total | Field::Confidence => json!({"type": "number"}),
            Field::Due => json!({"type": ["string", "null"]}),
            Field::Tags => {
                json!({"type": "array", "uniqueItems": true, "items": {"type": "string"}})
            }
            Field::Items => json!({"type": "array", "items": {
                "type": "object", "required": ["sku", "qty"],
                "properties": {"sku": {"type": "string"}, "qty": {"type": "integer"}}
            }}),
            Field::Address => json!({"type": "object", "required": ["street", "city"],
                "properties": {"street": {"type": "string"}, "city": {"type": "string"}}}),
            Field::Date
            | Field::OrderId
            | Field::Note
            | Field::Summary
            | Field::Lang
            | Field::AmountText => json!({"type": "string"}),
        };
        properties.insert((*name).to_owned(), says);
    }
    let required: Vec<&str> =
        fields.iter().filter(|row| row.1 != Field::Note).map(|row| row.0).collect();
    let mut schema = json!({"type": "object", "properties": properties, "required": required});
    if is_closed {
        schema["additionalProperties"] = json!(false);
    }
    schema
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let prompts: Vec<Prompt> = (0..PROMPTS).map(|at| Prompt::new(at, &mut dice)).collect();
        let mut cells = Vec::new();
        for (at, prompt) in prompts.iter().enumerate() {
            for model in 0..MODELS.len() {
                for case in 0..CASES {
                    cells.push(Cell::new(seed, prompt, (at, model, case)));
                }
            }
        }
        cells.sort_by(|one: &Cell, two| one.id.cmp(&two.id));
        Self { prompts, cells }
    }

    pub(crate) fn prompt(&self, cell: usize) -> &Prompt {
        &self.prompts[self.cells[cell].prompt]
    }

    /// Whether a breakage can hit answers of this cell at all, by its schema and usual answer.
    pub(crate) fn place(
        &self,
        cell: usize,
        row: &Breakage,
    ) -> Option<promptmatrix::domain::PointerPattern> {
        let schema = &self.prompt(cell).schema.document;
        row.places(&self.cells[cell].usual, Some(schema)).into_iter().next()
    }

    /// Whether it would show there: an optional field that is usually absent cannot vanish.
    pub(crate) fn is_visible(&self, cell: usize, row: &Breakage) -> bool {
        let usual = &self.cells[cell].usual;
        let schema = &self.prompt(cell).schema.document;
        let Some(place) = self.place(cell, row) else { return false };
        row.inflict(&place, &Whole::new(None, usual), usual, Some(schema)).is_some()
    }

    /// One answer.
    pub(crate) fn answer(
        &self,
        cell: usize,
        dice: &mut Dice,
        night: Night,
        fault: Option<&Fault>,
    ) -> Trial {
        let known = &self.cells[cell];
        let prompt = &self.prompts[known.prompt];
        let mut value = known.draw(prompt, dice, night);
        let mut sent = Broken { text: String::new(), stop: StopReason::Complete, status: None };
        if dice.unit() < known.flake {
            match dice.unit() {
                chance if chance < 0.4 => {
                    let text = value.to_string();
                    sent.text = text.chars().take(text.chars().count() - 9).collect();
                    sent.stop = StopReason::Truncated;
                }
                chance if chance < 0.7 => sent.text = format!("```json\n{value}\n```"),
                _ => {
                    value.as_object_mut().unwrap().shift_remove("label");
                    sent.text = value.to_string();
                }
            }
        } else {
            let fires = fault.filter(|fault| dice.happens(fault.rate));
            let broken = fires.and_then(|fault| {
                let place = self.place(cell, fault.row)?;
                let schema = Some(&prompt.schema.document);
                fault.row.inflict(&place, &Whole::new(None, &value), &known.usual, schema)
            });
            match broken {
                Some(broken) => sent = broken,
                None => sent.text = value.to_string(),
            }
        }
        let latency = known.latency * normal(dice, 0.0, 0.25).exp();
        trial(prompt, sent, night, latency)
    }
}

/// Reads an answer as a run does.
fn trial(prompt: &Prompt, sent: Broken, night: Night, latency: f64) -> Trial {
    let at: Timestamp = "2026-01-01T03:00:00Z".parse().unwrap();
    let mut trial = Trial {
        number: 1,
        at: at + SignedDuration::from_hours(24 * i64::from(night.day)),
        source: Source::Fresh,
        latency_ms: (latency * 1000.0) as u64,
        attempts: Vec::new(),
        cause: None,
        sub: None,
        recoverable: false,
        detail: None,
        how: None,
        strict: false,
        value: None,
        violations: Vec::new(),
        text: None,
        stop: sent.stop,
        stop_raw: None,
        usage: Some(Usage { output: Some(sent.text.len() as u64 / 4), ..Usage::default() }),
        identity: Identity::default(),
        usd_pico: None,
        priced_by_family: false,
    };
    if let Some(status) = sent.status {
        trial.cause = Some(Kind::RejectedRequest);
        trial.sub = Some(status.to_string());
        return trial;
    }
    let output =
        Output::Json { name: prompt.name.clone(), schema: Arc::new(prompt.schema.clone()) };
    let completion = Completion { text: Some(sent.text), stop: sent.stop, ..Completion::default() };
    let extracted = extract(&completion, Asked::of(&output, Structured::Native, None));
    if let Some(value) = &extracted.value {
        trial.violations = prompt.validator.violations(value);
    }
    let unread = extracted.cause.map(|kind| Cause {
        sub: extracted.sub.map(str::to_owned),
        ..Cause::new(kind, extracted.detail)
    });
    if let Some(cause) = settle(unread, &trial.violations, extracted.value.as_ref()) {
        trial.cause = Some(cause.kind);
        trial.sub = cause.sub;
    }
    trial.text = extracted.text;
    trial.how = extracted.how;
    trial.value = extracted.value.map(|value| normalise(&value, &CompareRules::default()));
    trial
}

impl Cell {
    fn new(seed: u64, prompt: &Prompt, (number, model, case): (usize, usize, usize)) -> Self {
        let (name, multiple, flake) = MODELS[model];
        let case = format!("c{case:02}");
        let seed = seed.to_string();
        // What is true depends on prompt and case alone; noise on the model too.
        let mut truth = seeded(&[&seed, "truth", &prompt.name, &case]);
        let mut noise = seeded(&[&seed, "noise", &prompt.name, &case, name]);
        let mut cell = Self {
            id: format!("{}/{case}@{name}", prompt.name).parse().unwrap(),
            prompt: number,
            model,
            usual: Value::Null,
            choices: Vec::new(),
            flake: 0.0,
            words: 0.0,
            confidence: (0.0, 0.0),
            latency: 0.0,
        };
        for (_, field, hard) in &prompt.fields {
            match field {
                Field::Summary => cell.words = whole(&mut truth, 14, 40) as f64,
                Field::Confidence => {
                    cell.confidence = (between(&mut truth, 0.55, 0.97), 0.02 * multiple);
                }
                _ => {}
            }
            let (value, others) = field.values(&mut truth, prompt);
            cell.choices.push(noisy(&mut noise, value, &others, hard * multiple));
        }
        let chance = noise.unit();
        cell.flake = if chance < 0.85 {
            0.0
        } else if chance < 0.99 {
            flake * between(&mut noise, 0.5, 4.0)
        } else {
            between(&mut noise, 0.05, 0.4) * multiple.min(1.0)
        };
        cell.latency = between(&mut noise, 0.6, 2.5);
        cell.usual = cell.compose(prompt, &mut truth, |choices, _| choices[0].0.clone());
        cell
    }

    fn draw(&self, prompt: &Prompt, dice: &mut Dice, night: Night) -> Value {
        self.compose(prompt, dice, |choices, (dice, name)| {
            let shift = night.shift.filter(|_| choices.len() > 1).map(|shift| {
                let mut own = seeded(&[&shift.to_string(), &self.id.to_string(), name]);
                normal(&mut own, 0.0, 0.6).exp()
            });
            let rest = 1.0 - choices[0].1;
            let mass = shift.map_or(rest, |shift| (rest * shift).min(0.9));
            let mut chance = dice.unit() - (1.0 - mass);
            if chance < 0.0 {
                return choices[0].0.clone();
            }
            for (value, share) in &choices[1..] {
                chance -= share * mass / rest;
                if chance < 0.0 {
                    return value.clone();
                }
            }
            choices[0].0.clone()
        })
    }

    fn compose(
        &self,
        prompt: &Prompt,
        dice: &mut Dice,
        mut choose: impl FnMut(&[Choice], (&mut Dice, &str)) -> Option<Value>,
    ) -> Value {
        let mut members = Map::new();
        for ((name, field, _), choices) in prompt.fields.iter().zip(&self.choices) {
            let value = match field {
                Field::Summary => {
                    let words = normal(dice, self.words, self.words * 0.12).max(6.0) as usize;
                    let all: Vec<&str> = WORDS.split_whitespace().collect();
                    let text: Vec<&str> = (0..words).map(|_| *pick(dice, &all)).collect();
                    Some(json!(format!("{}.", text.join(" "))))
                }
                Field::Confidence => {
                    let (mean, deviation) = self.confidence;
                    Some(json!(cents(normal(dice, mean, deviation).clamp(0.01, 0.99))))
                }
                _ => choose(choices, (dice, name)),
            };
            if let Some(value) = value {
                members.insert((*name).to_owned(), value);
            }
        }
        Value::Object(members)
    }
}

impl Field {
    /// The true value, and what a noisy cell says instead.
    fn values(self, dice: &mut Dice, prompt: &Prompt) -> (Option<Value>, Vec<Option<Value>>) {
        let one_of = |dice: &mut Dice, list: &[&str]| {
            let truth = *pick(dice, list);
            let others = list.iter().filter(|other| **other != truth);
            (Some(json!(truth)), others.map(|other| Some(json!(other))).collect())
        };
        match self {
            Self::Label => one_of(dice, prompt.labels),
            Self::Priority => one_of(dice, LABELS[5]),
            Self::Urgent => {
                let truth = dice.unit() < 0.4;
                (Some(json!(truth)), vec![Some(json!(!truth))])
            }
            Self::Qty => {
                let truth = whole(dice, 1, 40);
                (Some(json!(truth)), vec![Some(json!(truth + 1)), Some(json!(truth - 1))])
            }
            Self::Total => {
                let truth = cents(between(dice, 3.0, 900.0));
                let others = [truth * 1.2, truth / 2.0].map(|other| Some(json!(cents(other))));
                (Some(json!(truth)), others.to_vec())
            }
            Self::Date => {
                let date = |month, day| format!("2025-{month:02}-{day:02}");
                let month = whole(dice, 1, 12);
                let truth = date(month, whole(dice, 1, 28));
                (Some(json!(truth)), vec![Some(json!(date(month, whole(dice, 1, 28))))])
            }
            Self::OrderId => {
                let truth = format!("ORD-{:05}", whole(dice, 0, 99_999));
                (Some(json!(truth)), vec![Some(json!(truth.to_lowercase()))])
            }
            Self::Note => match *pick(
                dice,
                &[None, Some("call first"), Some("leave at door"), Some("gift wrap")],
            ) {
                None => (None, vec![Some(json!("none stated"))]),
                Some(text) => (Some(json!(text)), vec![None]),
            },
            Self::Due => {
                if dice.unit() < 0.5 {
                    (Some(Value::Null), vec![Some(json!("2025-12-31"))])
                } else {
                    let truth = format!("2025-{:02}-01", whole(dice, 1, 12));
                    (Some(json!(truth)), vec![Some(Value::Null)])
                }
            }
            Self::Tags => {
                let count = whole(dice, 1, 4) as usize;
                let truth = sample(dice, &TAGS, count);
                let spare: Vec<&str> =
                    TAGS.into_iter().filter(|tag| !truth.contains(tag)).collect();
                let mut more = truth.clone();
                more.push(*pick::<&str>(dice, &spare));
                let mut others = vec![Some(json!(more))];
                if truth.len() > 1 {
                    others.push(Some(json!(truth[1..])));
                }
                (Some(json!(truth)), others)
            }
            Self::Items => {
                let count = whole(dice, 1, 7) as usize;
                let item = |dice: &mut Dice| {
                    let letter = *pick(dice, &["A", "B", "C", "D", "E", "F", "G"]);
                    let sku = format!("{letter}{}", whole(dice, 10, 99));
                    json!({"sku": sku, "qty": whole(dice, 1, 9)})
                };
                let truth: Vec<Value> = (0..count).map(|_| item(dice)).collect();
                let fewer = (count > 1).then(|| Some(json!(truth[..count - 1])));
                (Some(json!(truth)), fewer.into_iter().collect())
            }
            Self::Lang => {
                let truth = *pick(dice, &["en", "en", "en", "de", "fr"]);
                (Some(json!(truth)), vec![Some(json!(if truth == "en" { "de" } else { "en" }))])
            }
            Self::Address => {
                let street = format!("{} Main St", whole(dice, 1, 99));
                let city = *pick(dice, &["Berlin", "Austin", "Lyon"]);
                let other = street.replace("St", "Street");
                let address = |street| Some(json!({"street": street, "city": city}));
                (address(street), vec![address(other)])
            }
            Self::AmountText => {
                let truth = format!("{:.2}", between(dice, 100.0, 9000.0));
                (Some(json!(truth)), vec![Some(json!(truth[..truth.len() - 1]))])
            }
            Self::Summary | Self::Confidence => (None, Vec::new()),
        }
    }
}
