//! Strict JSON, with duplicate keys noticed.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// One JSON document and nothing else. The second part is the first key that an object names twice
/// (the last value of such a key counts, as in most parsers).
///
/// Never deeper than 128 levels: the parser itself refuses more.
pub(super) fn strict(text: &str) -> Result<(Value, Option<String>), serde_json::Error> {
    let twice = Cell::new(None);
    let mut parser = serde_json::Deserializer::from_str(text);
    let value = Seed(&twice).deserialize(&mut parser)?;
    parser.end()?;
    Ok((value, twice.take()))
}

/// How many complete documents follow each other from the start of the text, up to two, and the
/// first of them.
pub(super) fn documents(text: &str) -> (usize, Option<Value>) {
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let first = stream.next().and_then(Result::ok);
    let second = first.as_ref().and_then(|_| stream.next()).and_then(Result::ok);
    (usize::from(first.is_some()) + usize::from(second.is_some()), first)
}

#[derive(Clone, Copy)]
struct Seed<'c>(&'c Cell<Option<String>>);

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
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
            let value = members.next_value_seed(self)?;
            if object.insert(name.clone(), value).is_some() {
                let first = self.0.take().unwrap_or(name);
                self.0.set(Some(first));
            }
        }
        Ok(Value::Object(object))
    }
}
