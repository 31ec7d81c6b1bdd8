//! A strict parser: one JSON value, nothing around it, and it notices a key that stands twice,
//! which `serde_json::Value` drops in silence.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::quote;
use crate::domain::kit::shortened;

/// A value and what was noticed on the way.
pub(super) struct Parsed {
    pub(super) value: Value,
    /// The first key, in quotes, that stands twice in one object.
    pub(super) duplicate: Option<String>,
}

/// Why a text is not JSON.
#[derive(Debug, thiserror::Error)]
pub(super) enum Problem {
    #[error("nested deeper than 128 levels")]
    TooDeep,
    #[error("it ends in the middle: {0}")]
    Unfinished(String),
    #[error("{0}")]
    Syntax(String),
}

impl Problem {
    /// Whether the text stops in the middle.
    pub(super) fn is_unfinished(&self) -> bool {
        matches!(self, Self::Unfinished(_))
    }

    fn of(error: &serde_json::Error) -> Self {
        let words = error.to_string();
        if words.starts_with("recursion limit exceeded") {
            Self::TooDeep
        } else if error.is_eof() {
            Self::Unfinished(words)
        } else {
            Self::Syntax(words)
        }
    }
}

/// Reads a text that is one JSON value.
pub(super) fn parse(text: &str) -> Result<Parsed, Problem> {
    let mut parser = serde_json::Deserializer::from_str(text);
    let parsed = next(&mut parser).map_err(|error| Problem::of(&error))?;
    parser.end().map_err(|error| Problem::of(&error))?;
    Ok(parsed)
}

/// The first document of a text in which at least two follow each other.
pub(super) fn first_of_several(text: &str) -> Option<Parsed> {
    let mut documents =
        serde_json::Deserializer::from_str(text).into_iter::<serde::de::IgnoredAny>();
    documents.next()?.ok()?;
    let end = documents.byte_offset();
    documents.next()?.ok()?;
    parse(text.get(..end)?).ok()
}

fn next<'de>(
    parser: &mut serde_json::Deserializer<impl serde_json::de::Read<'de>>,
) -> Result<Parsed, serde_json::Error> {
    let duplicate = RefCell::new(None);
    let value = Reader { duplicate: &duplicate }.deserialize(parser)?;
    Ok(Parsed { value, duplicate: duplicate.into_inner() })
}

#[derive(Clone, Copy)]
struct Reader<'a> {
    duplicate: &'a RefCell<Option<String>>,
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if name == NUMBER {
                return number(&members.next_value::<String>()?);
            }
            let value = members.next_value_seed(self)?;
            if object.contains_key(&name) {
                let quoted = || quote(&shortened(&name, 60));
                self.duplicate.borrow_mut().get_or_insert_with(quoted);
            }
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

/// How a number comes that no machine integer holds: as an object with this one member.
const NUMBER: &str = "$serde_json::private::Number";

/// A number with every digit that is written. One beyond a double no typed reader can hold.
fn number<E: serde::de::Error>(digits: &str) -> Result<Value, E> {
    let number = digits.parse::<Number>().map_err(E::custom)?;
    match number.as_f64() {
        Some(_) => Ok(Value::Number(number)),
        None => Err(E::custom("number out of range")),
    }
}
