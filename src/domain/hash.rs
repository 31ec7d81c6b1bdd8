//! Canonical JSON, and content hashes: SHA-256, written as 64 hexadecimal digits.

use std::fmt;
use std::io::{self, BufWriter};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// SHA-256 of some content.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Hash(Arc<str>);

impl Hash {
    /// The hash of bytes as they are.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self::of_digest(&Sha256::digest(bytes).into())
    }

    /// A digest that was made elsewhere.
    pub fn of_digest(digest: &[u8; 32]) -> Self {
        let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or_default();
        let digits = digest.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]);
        Self(digits.collect::<String>().into())
    }

    /// The hash of a JSON value, whatever the order of its keys.
    pub fn of_json(value: &Value) -> Self {
        Self::of_bytes(canonical_json(value).as_bytes())
    }

    /// The hash of what is always written as the same JSON.
    pub fn of_ordered(value: &impl Serialize) -> Self {
        struct Digesting(Sha256);
        impl io::Write for Digesting {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0.update(bytes);
                Ok(bytes.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut digesting = BufWriter::with_capacity(1 << 12, Digesting(Sha256::new()));
        // What is hashed has only keys that are text, and nothing here fails to be written.
        let _ = serde_json::to_writer(&mut digesting, value);
        let digest = digesting.into_inner().map(|of| of.0.finalize());
        Self::of_digest(&digest.map(Into::into).unwrap_or_default())
    }

    /// All 64 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first `digits` digits, as shown to people.
    pub fn short(&self, digits: usize) -> &str {
        self.0.get(..digits).unwrap_or(&self.0)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl From<String> for Hash {
    /// Takes a hash that was written earlier, whole or shortened.
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

/// A value that is written with the keys of every object in order, without a copy of it.
pub(super) struct Sorted<'v>(pub(super) &'v Value);

impl Serialize for Sorted<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(members) => {
                let mut members: Vec<(&String, &Value)> = members.iter().collect();
                members.sort_unstable_by_key(|(name, _)| *name);
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    map.serialize_entry(name, &Sorted(value))?;
                }
                map.end()
            }
            Value::Array(items) => serializer.collect_seq(items.iter().map(Sorted)),
            other => other.serialize(serializer),
        }
    }
}

/// One line, keys sorted: what is hashed and compared.
pub(crate) fn canonical_json(value: &Value) -> String {
    // A value has only keys that are text, and writing into memory does not fail.
    serde_json::to_string(&Sorted(value)).unwrap_or_default()
}

/// Many lines, keys sorted, two spaces: what people read in a snapshot.
pub(crate) fn pretty_json(value: &Value) -> String {
    serde_json::to_string_pretty(&Sorted(value)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_hash_is_plain_sha_256() {
        let hash = Hash::of_bytes(b"abc");
        assert_eq!(hash.short(12), "ba7816bf8f01");
        assert_eq!(hash.as_str().len(), 64);
    }

    #[test]
    fn the_order_of_keys_does_not_show() {
        let one = json!({"b": 1, "a": [{"d": 2, "c": 3}]});
        let two = json!({"a": [{"c": 3, "d": 2}], "b": 1});
        assert_eq!(canonical_json(&one), canonical_json(&two));
        assert_eq!(canonical_json(&one), r#"{"a":[{"c":3,"d":2}],"b":1}"#);
        assert_eq!(pretty_json(&json!({"b": 1, "a": 2})), "{\n  \"a\": 2,\n  \"b\": 1\n}");
    }
}
