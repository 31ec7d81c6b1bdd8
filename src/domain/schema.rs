//! A JSON Schema as its author wrote it.

use serde_json::Value;

use super::Hash;

/// One self-contained JSON Schema: references to other files of the suite are already inside it,
/// under `$defs`, so the document can be validated against, lowered and hashed alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    /// Path of the file, relative to the suite's folder, with `/`.
    pub file: String,
    /// The whole document, with every local reference bundled.
    pub document: Value,
    /// Hash of `document`.
    pub hash: Hash,
}

impl Schema {
    /// Takes a self-contained document.
    pub fn new(file: impl Into<String>, document: Value) -> Self {
        let hash = Hash::of_json(&document);
        Self { file: file.into(), document, hash }
    }
}
