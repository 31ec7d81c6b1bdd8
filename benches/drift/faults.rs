//! What can go wrong with answers: the kinds of break that a row draws from.

use serde_json::{Map, Value, json};

use crate::dice::Dice;
use crate::fields::{Kind, Prompt, cents};
use crate::product::Answer;
use crate::world::{World, capital, sentence};

/// An answer on its way: the object can be changed, or the whole answer replaced.
pub(crate) struct Sent<'s> {
    pub(crate) object: &'s mut Map<String, Value>,
    pub(crate) answer: Option<Answer>,
    pub(crate) world: &'s World,
    pub(crate) cell: usize,
    pub(crate) dice: &'s mut Dice,
}

/// What a fault is to the people who read the answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tier {
    /// Unreadable, refused, or against the schema.
    Contract,
    /// Another value, shape or format.
    Value,
    /// Something that a single cell can show, too.
    Lone,
    /// An optional field, or numbers: a row of their own.
    Own,
    /// Nobody wants to hear of it.
    Harmless,
}

/// Where a fault can strike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needs {
    Nothing,
    Closed,
    Open,
    One(&'static [Kind]),
}

pub(crate) struct Fault {
    pub(crate) name: &'static str,
    pub(crate) tier: Tier,
    pub(crate) needs: Needs,
    pub(crate) act: fn(&mut Sent<'_>),
}

const fn fault(name: &'static str, tier: Tier, needs: Needs, act: fn(&mut Sent<'_>)) -> Fault {
    Fault { name, tier, needs, act }
}

use Needs::{Closed, Nothing, One, Open};
use Tier::{Contract, Harmless, Lone, Own};

const TEXT: Needs = One(&[Kind::Text]);
const ITEMS: Needs = One(&[Kind::Items]);
const INT: Needs = One(&[Kind::Int]);
const NUMBERS: &[Kind] = &[Kind::Int, Kind::Money, Kind::Confidence];
const NESTED: &[Kind] = &[Kind::Address, Kind::Items, Kind::Tags];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub(crate) const FAULTS: &[Fault] = &[
    fault("refusal_text", Contract, Nothing, |sent| {
        sent.says("I'm sorry, but I can't help with that request.".to_owned());
    }),
    fault("refusal_flag", Contract, Nothing, |sent| sent.answer = Some(Answer::refused())),
    fault("truncated", Contract, Nothing, |sent| {
        let text = sent.text();
        sent.answer = Some(Answer::cut(&text, text.chars().count() * 6 / 10));
    }),
    fault("fenced_json", Contract, Nothing, |sent| {
        let text = format!("```json\n{}\n```", sent.pretty());
        sent.says(text);
    }),
    fault("prose_prefix", Contract, Nothing, |sent| {
        sent.says(format!("Here is the JSON you requested:\n{}", sent.text()));
    }),
    fault("stray_prefix_ny", Contract, Nothing, |sent| sent.says(format!("ny{}", sent.text()))),
    fault("duplicate_key", Contract, Nothing, |sent| {
        let text = sent.text();
        sent.says(format!("{{\"label\": {}, {}", sent.object["label"], &text[1..]));
    }),
    fault("trailing_comma", Contract, Nothing, |sent| {
        let text = sent.text();
        sent.says(format!("{},}}", &text[..text.len() - 1]));
    }),
    fault("empty_content", Contract, Nothing, |sent| sent.says(String::new())),
    fault("provider_400", Contract, Nothing, |sent| sent.answer = Some(Answer::rejected())),
    fault("missing_required", Contract, Nothing, |sent| {
        sent.object.shift_remove("label");
    }),
    fault("enum_oov", Contract, Nothing, |sent| {
        sent.edit("label", |label| json!(format!("{}_ISSUE", word(label).to_uppercase())));
    }),
    fault("enum_case", Contract, Nothing, |sent| {
        sent.edit("label", |label| {
            let label = word(label);
            let is_lower = label.chars().all(|c| !c.is_uppercase());
            json!(if is_lower { capital(label) } else { label.to_lowercase() })
        });
    }),
    fault("number_as_string", Contract, One(NUMBERS), |sent| {
        sent.edit_first(NUMBERS, |number| json!(number.to_string()));
    }),
    fault("stringified_object", Contract, One(NESTED), |sent| {
        sent.edit_first(NESTED, |value| json!(value.to_string()));
    }),
    fault("extra_key_closed", Contract, Closed, add_reasoning),
    fault("extra_envelope", Contract, Nothing, |sent| {
        sent.says(json!({"result": &*sent.object}).to_string());
    }),
    fault("null_required", Contract, Nothing, |sent| sent.edit("label", |_| Value::Null)),
    fault("extra_key_open", Tier::Value, Open, add_reasoning),
    fault("null_instead_of_value", Tier::Value, One(&[Kind::Due]), |sent| {
        sent.edit_first(&[Kind::Due], |_| Value::Null);
    }),
    fault("array_shrunk", Lone, ITEMS, |sent| {
        sent.edit_first(&[Kind::Items], |list| json!(shrunk(list)));
    }),
    fault("int_to_float", Tier::Value, INT, |sent| {
        sent.edit_first(&[Kind::Int], |number| json!(number.as_f64()));
    }),
    fault("date_format", Lone, One(&[Kind::Date]), |sent| {
        sent.edit_first(&[Kind::Date], |date| {
            let parts: Vec<usize> = word(date).split('-').filter_map(|p| p.parse().ok()).collect();
            json!(format!("{} {}, {}", MONTHS[parts[1] - 1], parts[2], parts[0]))
        });
    }),
    fault("number_format", Lone, One(&[Kind::Amount]), |sent| {
        sent.edit_first(&[Kind::Amount], |amount| json!(grouped(word(amount))));
    }),
    fault("language_shift", Tier::Value, TEXT, |sent| {
        sent.edit_first(&[Kind::Text], |text| {
            let start: String = word(text).chars().take(10).collect();
            json!(format!("这 个 订 单 延 误 因 为 仓 库 {start}"))
        });
    }),
    fault("array_reversed", Tier::Value, ITEMS, |sent| {
        sent.edit_first(&[Kind::Items], |list| {
            json!(list.as_array().unwrap().iter().rev().collect::<Vec<_>>())
        });
    }),
    fault("enum_collapse", Tier::Value, Nothing, |sent| {
        let label = sent.prompt().labels[1];
        sent.edit("label", |_| json!(label));
    }),
    fault("id_prefix_dropped", Lone, One(&[Kind::Ident]), |sent| {
        sent.edit_first(&[Kind::Ident], |id| json!(word(id).replace("ORD-", "")));
    }),
    fault("numeric_scale", Tier::Value, One(&[Kind::Confidence]), |sent| {
        sent.edit_first(&[Kind::Confidence], |n| json!((float(n) * 1000.0).round() / 10.0));
    }),
    fault("text_placeholder", Tier::Value, TEXT, |sent| {
        sent.edit_first(&[Kind::Text], |_| json!("N/A"));
    }),
    fault("stamp_format", Tier::Value, One(&[Kind::Stamp]), |sent| {
        sent.edit_first(&[Kind::Stamp], |at| {
            let at = word(at);
            json!(format!("{}.{}.{} {}", &at[8..10], &at[5..7], &at[..4], &at[11..]))
        });
    }),
    fault("label_flip", Lone, Nothing, |sent| {
        let labels = sent.prompt().labels;
        let usual = sent.world.usual(sent.cell, Kind::Label).cloned().unwrap_or_default();
        let at = labels.iter().position(|label| *label == usual).unwrap_or(0);
        sent.edit("label", |_| json!(labels[(at + 1) % labels.len()]));
    }),
    fault("bool_flip", Lone, One(&[Kind::Bool]), |sent| {
        let usual = sent.world.usual(sent.cell, Kind::Bool) == Some(&json!(true));
        sent.edit_first(&[Kind::Bool], |_| json!(!usual));
    }),
    fault("count_changed", Lone, INT, |sent| {
        let usual = sent.world.usual(sent.cell, Kind::Int).and_then(Value::as_u64).unwrap_or(0);
        sent.edit_first(&[Kind::Int], |_| json!(usual + 2));
    }),
    fault("optional_vanished", Own, One(&[Kind::Note]), |sent| {
        if let Some(name) = sent.first(&[Kind::Note]) {
            sent.object.shift_remove(name);
        }
    }),
    fault("numbers_up", Own, One(&[Kind::Confidence]), |sent| {
        sent.edit_first(&[Kind::Confidence], |n| json!(cents((float(n) * 1.12).min(0.99))));
    }),
    fault("verbosity_x2", Harmless, TEXT, |sent| {
        if let Some(name) = sent.first(&[Kind::Text]) {
            let text = word(&sent.object[name]).to_owned();
            let more = sentence(sent.dice, text.split(' ').count());
            sent.object.insert(name.to_owned(), json!(format!("{text} {more}")));
        }
    }),
    fault("markdown_in_text", Harmless, TEXT, |sent| {
        sent.edit_first(&[Kind::Text], |text| {
            let words: Vec<&str> = word(text).split(' ').collect();
            json!(format!(
                "**{}** {}\n- {}",
                words[0],
                words[1..].join(" "),
                words[words.len() - 1]
            ))
        });
    }),
    fault("key_order", Harmless, Nothing, |sent| {
        *sent.object = std::mem::take(sent.object).into_iter().rev().collect();
    }),
    fault("pretty_print", Harmless, Nothing, |sent| sent.says(sent.pretty())),
    fault("text_synonyms", Harmless, TEXT, |sent| {
        sent.edit_first(&[Kind::Text], |text| json!(word(text).replace("the", "a")));
    }),
];

impl Fault {
    pub(crate) fn named(name: &str) -> &'static Self {
        FAULTS.iter().find(|fault| fault.name == name).unwrap()
    }

    /// Whether it strikes this cell, and shows there.
    pub(crate) fn fits(&self, world: &World, cell: usize) -> bool {
        self.applies(world.prompt(cell)) && self.shows(world, cell)
    }

    pub(crate) fn applies(&self, prompt: &Prompt) -> bool {
        match self.needs {
            Nothing => true,
            Closed => prompt.closed,
            Open => !prompt.closed,
            One(kinds) => prompt.has(kinds),
        }
    }

    /// A field that is usually left out cannot vanish.
    fn shows(&self, world: &World, cell: usize) -> bool {
        let usual = |kind| world.usual(cell, kind);
        let items = || usual(Kind::Items).and_then(Value::as_array);
        match self.name {
            "optional_vanished" => usual(Kind::Note).is_some(),
            "null_instead_of_value" => usual(Kind::Due).is_some_and(|due| !due.is_null()),
            "array_shrunk" => items().is_some_and(|list| list.len() > 1),
            "array_reversed" => items().is_some_and(|list| !list.iter().eq(list.iter().rev())),
            "number_format" => usual(Kind::Amount).is_some_and(|amount| word(amount).len() >= 7),
            "enum_collapse" => usual(Kind::Label) != Some(&json!(world.prompt(cell).labels[1])),
            _ => true,
        }
    }
}

impl<'s> Sent<'s> {
    fn prompt(&self) -> &'s Prompt {
        self.world.prompt(self.cell)
    }

    fn text(&self) -> String {
        serde_json::to_string(&self.object).unwrap()
    }

    fn pretty(&self) -> String {
        serde_json::to_string_pretty(&self.object).unwrap()
    }

    fn says(&mut self, text: String) {
        self.answer = Some(Answer::of(text));
    }

    fn edit(&mut self, name: &str, edit: impl FnOnce(&Value) -> Value) {
        if let Some(value) = self.object.get_mut(name) {
            *value = edit(value);
        }
    }

    /// The first field of one of these kinds that is there.
    fn first(&self, kinds: &[Kind]) -> Option<&'static str> {
        let fields = &self.prompt().fields;
        let is_there = |name: &str| self.object.contains_key(name);
        fields.iter().find(|row| kinds.contains(&row.1) && is_there(row.0)).map(|row| row.0)
    }

    fn edit_first(&mut self, kinds: &[Kind], edit: impl FnOnce(&Value) -> Value) {
        if let Some(name) = self.first(kinds) {
            self.edit(name, edit);
        }
    }
}

fn add_reasoning(sent: &mut Sent<'_>) {
    sent.object.insert("reasoning".to_owned(), json!("because of the text"));
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn float(value: &Value) -> f64 {
    value.as_f64().unwrap_or_default()
}

fn shrunk(list: &Value) -> Vec<Value> {
    let list = list.as_array().unwrap();
    list[..(list.len() / 3).max(1)].to_vec()
}

/// `1234.50` becomes `1,234.50`.
fn grouped(amount: &str) -> String {
    let whole = amount.find('.').unwrap_or(amount.len());
    if whole < 4 {
        return amount.to_owned();
    }
    format!("{},{}", &amount[..whole - 3], &amount[whole - 3..])
}
