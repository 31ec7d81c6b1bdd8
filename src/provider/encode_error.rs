//! Why a request cannot be written in a dialect. Every text says what to change.

use crate::domain::{Pointer, Structured};

/// Why a request cannot be written in a dialect. Every text says what to change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// The slot names a dialect that is not in the table.
    #[error("model `{slot}`: there is no dialect `{dialect}`; write one of: {known}")]
    UnknownDialect {
        /// The slot.
        slot: String,
        /// What it names.
        dialect: String,
        /// What it could name.
        known: String,
    },
    /// The dialect has no address of its own.
    #[error("model `{slot}`: `{dialect}` has no address of its own; set `base-url`")]
    NoBaseUrl {
        /// The slot.
        slot: String,
        /// Its dialect.
        dialect: &'static str,
    },
    /// The server takes no batches.
    #[error("model `{slot}`: its provider takes no batches")]
    NoBatches {
        /// The slot.
        slot: String,
    },
    /// The server does not have the structured mode.
    #[error("model `{slot}`: `{dialect}` has no structured mode `{mode}`; write one of: {has}")]
    Mode {
        /// The slot.
        slot: String,
        /// Its dialect.
        dialect: &'static str,
        /// What is set.
        mode: Structured,
        /// What could be set.
        has: String,
    },
    /// The server cannot be made to call one of these tools.
    #[error(
        "model `{slot}`: `{dialect}` cannot be made to call {wanted}; \
         set `structured` to one of: {has}"
    )]
    ToolChoice {
        /// The slot.
        slot: String,
        /// Its dialect.
        dialect: &'static str,
        /// What would have to be called.
        wanted: &'static str,
        /// Modes that need no forced call.
        has: String,
    },
    /// The schema cannot be said in the part of JSON Schema that the server takes.
    #[error("model `{slot}`: {file}{at}: {why}; {remedy}", at = anchor(pointer))]
    Schema {
        /// The slot.
        slot: String,
        /// The schema's file.
        file: String,
        /// Where in the file.
        pointer: Pointer,
        /// What cannot be said.
        why: String,
        /// What to do.
        remedy: String,
    },
}

fn anchor(pointer: &Pointer) -> String {
    if pointer.as_str().is_empty() { String::new() } else { format!("#{pointer}") }
}
