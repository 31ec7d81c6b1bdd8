//! The fields of the simulated prompts: what they hold, and what a noisy cell says instead.

use serde_json::{Map, Value, json};

use crate::dice::Dice;

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
pub(crate) const NOTES: [&str; 3] = ["call first", "leave at channel", "gift wrap"];

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Label,
    Priority,
    Bool,
    Int,
    Money,
    Date,
    Ident,
    Note,
    Due,
    Tags,
    Items,
    Text,
    Confidence,
    Lang,
    Address,
    Amount,
    Stamp,
}

/// The fields that a prompt draws from, with how often they vary.
const POOL: [(&str, Kind, f64); 15] = [
    ("priority", Kind::Priority, 0.15),
    ("is_urgent", Kind::Bool, 0.08),
    ("qty", Kind::Int, 0.03),
    ("total", Kind::Money, 0.03),
    ("date", Kind::Date, 0.03),
    ("order_id", Kind::Ident, 0.01),
    ("note", Kind::Note, 0.10),
    ("due", Kind::Due, 0.06),
    ("tags", Kind::Tags, 0.30),
    ("items", Kind::Items, 0.06),
    ("summary", Kind::Text, 0.0),
    ("confidence", Kind::Confidence, 0.0),
    ("lang", Kind::Lang, 0.01),
    ("address", Kind::Address, 0.04),
    ("amount_text", Kind::Amount, 0.03),
];

pub(crate) struct Prompt {
    pub(crate) name: String,
    /// Whether the schema allows no further keys.
    pub(crate) closed: bool,
    pub(crate) labels: &'static [&'static str],
    pub(crate) fields: Vec<(&'static str, Kind, f64)>,
}

impl Prompt {
    pub(crate) fn new(number: usize, dice: &mut Dice) -> Self {
        let hard = *dice.pick(&[0.06, 0.25, 0.5]);
        let mut pool = POOL.to_vec();
        dice.shuffle(&mut pool);
        pool.truncate(8 + number % 3);
        pool.sort_by_key(|row| row.0);
        let mut fields = vec![("label", Kind::Label, hard)];
        fields.extend(pool);
        if !fields.iter().any(|row| row.1 == Kind::Text) {
            fields.push(("summary", Kind::Text, 0.0));
        }
        fields.push(("at", Kind::Stamp, 0.0));
        let closed = number.is_multiple_of(2);
        Self { name: format!("p{number:02}"), labels: LABELS[number % 6], closed, fields }
    }

    pub(crate) fn of_labels(number: usize) -> Self {
        let fields = vec![("label", Kind::Label, 0.0), ("order_id", Kind::Ident, 0.0)];
        Self { name: format!("p{number:02}"), labels: LABELS[number % 6], closed: true, fields }
    }

    pub(crate) fn has(&self, kinds: &[Kind]) -> bool {
        self.fields.iter().any(|field| kinds.contains(&field.1))
    }

    pub(crate) fn schema(&self) -> Value {
        let properties: Map<String, Value> =
            self.fields.iter().map(|field| (field.0.to_owned(), self.says(field.1))).collect();
        let required: Vec<&str> =
            self.fields.iter().filter(|row| row.1 != Kind::Note).map(|row| row.0).collect();
        let mut schema = json!({"type": "object", "properties": properties, "required": required});
        if self.closed {
            schema["additionalProperties"] = json!(false);
        }
        schema
    }

    fn says(&self, kind: Kind) -> Value {
        match kind {
            Kind::Label => json!({"type": "string", "enum": self.labels}),
            Kind::Priority => json!({"type": "string", "enum": LABELS[5]}),
            Kind::Bool => json!({"type": "boolean"}),
            Kind::Int => json!({"type": "integer"}),
            Kind::Money | Kind::Confidence => json!({"type": "number"}),
            Kind::Due => json!({"type": ["string", "null"]}),
            Kind::Tags => {
                json!({"type": "array", "uniqueItems": true, "items": {"type": "string"}})
            }
            Kind::Items => json!({"type": "array", "items": {
                "type": "object", "required": ["sku", "qty"],
                "properties": {"sku": {"type": "string"}, "qty": {"type": "integer"}}
            }}),
            Kind::Address => json!({"type": "object", "required": ["street", "city"],
                "properties": {"street": {"type": "string"}, "city": {"type": "string"}}}),
            Kind::Date
            | Kind::Ident
            | Kind::Note
            | Kind::Text
            | Kind::Lang
            | Kind::Amount
            | Kind::Stamp => json!({"type": "string"}),
        }
    }
}

pub(crate) fn cents(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

impl Kind {
    /// The true value, and what a noisy cell says instead.
    pub(crate) fn values(
        self,
        dice: &mut Dice,
        prompt: &Prompt,
    ) -> (Option<Value>, Vec<Option<Value>>) {
        let one_of = |dice: &mut Dice, list: &[&str]| {
            let truth = *dice.pick(list);
            let others = list.iter().filter(|other| **other != truth);
            (Some(json!(truth)), others.map(|other| Some(json!(other))).collect())
        };
        match self {
            Self::Label => one_of(dice, prompt.labels),
            Self::Priority => one_of(dice, LABELS[5]),
            Self::Bool => {
                let truth = dice.unit() < 0.4;
                (Some(json!(truth)), vec![Some(json!(!truth))])
            }
            Self::Int => {
                let truth = dice.whole(1, 40);
                (Some(json!(truth)), vec![Some(json!(truth + 1)), Some(json!(truth - 1))])
            }
            Self::Money => {
                let truth = cents(dice.between(3.0, 900.0));
                let others = [truth * 1.2, truth / 2.0].map(|other| Some(json!(cents(other))));
                (Some(json!(truth)), others.to_vec())
            }
            Self::Date => {
                let date = |month, day| format!("2025-{month:02}-{day:02}");
                let (month, day) = (dice.whole(1, 12), dice.whole(1, 28));
                let other = date(month, dice.whole(1, 28));
                (Some(json!(date(month, day))), vec![Some(json!(other))])
            }
            Self::Ident => {
                let truth = format!("ORD-{:05}", dice.whole(0, 99_999));
                (Some(json!(truth)), vec![Some(json!(truth.to_lowercase()))])
            }
            Self::Note => match dice.below(NOTES.len() + 1) {
                0 => (None, vec![Some(json!("none stated"))]),
                at => (Some(json!(NOTES[at - 1])), vec![None]),
            },
            Self::Due => {
                if dice.unit() < 0.5 {
                    return (Some(Value::Null), vec![Some(json!("2025-12-31"))]);
                }
                let truth = format!("2025-{:02}-01", dice.whole(1, 12));
                (Some(json!(truth)), vec![Some(Value::Null)])
            }
            Self::Tags => {
                let count = dice.whole(1, 4) as usize;
                let truth = dice.sample(&TAGS, count);
                let spare: Vec<&str> =
                    TAGS.into_iter().filter(|tag| !truth.contains(tag)).collect();
                let mut more = truth.clone();
                more.push(*dice.pick::<&str>(&spare));
                let mut others = vec![Some(json!(more))];
                if truth.len() > 1 {
                    others.push(Some(json!(truth[1..])));
                }
                (Some(json!(truth)), others)
            }
            Self::Items => {
                let count = dice.whole(1, 7) as usize;
                let truth: Vec<Value> = (0..count).map(|_| item(dice)).collect();
                let fewer = (count > 1).then(|| Some(json!(truth[..count - 1])));
                (Some(json!(truth)), fewer.into_iter().collect())
            }
            Self::Lang => {
                let truth = *dice.pick(&["en", "en", "en", "de", "fr"]);
                (Some(json!(truth)), vec![Some(json!(if truth == "en" { "de" } else { "en" }))])
            }
            Self::Address => {
                let street = format!("{} Main St", dice.whole(1, 99));
                let city = *dice.pick(&["Berlin", "Austin", "Lyon"]);
                let other = street.replace("St", "Street");
                let address = |street| Some(json!({"street": street, "city": city}));
                (address(street), vec![address(other)])
            }
            Self::Amount => {
                let truth = format!("{:.2}", dice.between(100.0, 9000.0));
                (Some(json!(truth)), vec![Some(json!(truth[..truth.len() - 1]))])
            }
            Self::Text | Self::Confidence | Self::Stamp => (None, Vec::new()),
        }
    }
}

fn item(dice: &mut Dice) -> Value {
    let letter = *dice.pick(&["A", "B", "C", "D", "E", "F", "G"]);
    let sku = format!("{letter}{}", dice.whole(10, 99));
    json!({"sku": sku, "qty": dice.whole(1, 9)})
}
