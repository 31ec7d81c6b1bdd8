//! Content hashes: SHA-256, written as 64 hexadecimal digits.

use std::fmt::{self, Write};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::canonical_json;

/// SHA-256 of some content.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Hash(String);

impl Hash {
    /// The hash of bytes as they are.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        let digest = Sha256::digest(bytes);
        let mut digits = String::with_capacity(64);
        for byte in digest {
            let _ = write!(digits, "{byte:02x}");
        }
        Self(digits)
    }

    /// The hash of a JSON value, whatever the order of its keys.
    pub fn of_json(value: &Value) -> Self {
        Self::of_bytes(canonical_json(value).as_bytes())
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
        Self(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_plain_sha_256() {
        let hash = Hash::of_bytes(b"abc");
        assert_eq!(hash.short(12), "ba7816bf8f01");
        assert_eq!(hash.as_str().len(), 64);
    }
}
