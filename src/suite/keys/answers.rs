//! The keys of a line of `answers.jsonl`.

use super::{FULL_TEXT, SLOT_NAME, key, required};
use crate::suite::shape::{Key, MOST, Shape};

/// One line.
pub(in crate::suite) const ANSWER: Shape = Shape::Table(&[ANSWER_KEYS]);

const ANSWER_KEYS: &[Key] = &[
    required("prompt", SLOT_NAME, "name of the prompt"),
    required("case", SLOT_NAME, "name of the case"),
    required("model", SLOT_NAME, "slot of the model"),
    key("trial", Shape::Integer(1, MOST), "which answer of the cell; if not set, the next one"),
    key(
        "text",
        super::ANY_TEXT,
        "the answer as the model wrote it; or the arguments of its tool call",
    ),
    key("value", Shape::Any, "the value that was read from the answer, in place of `text`"),
    key("requested", FULL_TEXT, "the model id that was asked for, if not the slot's"),
    key("served", FULL_TEXT, "the model id that says it answered"),
    key("fingerprint", FULL_TEXT, "the provider's fingerprint of its backend"),
    key("stop", FULL_TEXT, "why the answer ended: `complete`, `truncated`, or the provider's word"),
    key("usage", Shape::Table(&[USAGE_KEYS]), "tokens, as far as they are known"),
    key("latency_ms", Shape::Integer(0, MOST), "from sending to the last byte, in milliseconds"),
    key("at", FULL_TEXT, "when it was asked for, as `2026-01-31T12:00:00Z`"),
];

const USAGE_KEYS: &[Key] = &[
    key("input", Shape::Integer(0, MOST), "all input tokens, cached ones included"),
    key("cached_read", Shape::Integer(0, MOST), "of these, read from the provider's cache"),
    key(
        "cache_write_5m",
        Shape::Integer(0, MOST),
        "of these, written to a cache that lives five minutes",
    ),
    key(
        "cache_write_1h",
        Shape::Integer(0, MOST),
        "of these, written to a cache that lives one hour",
    ),
    key("output", Shape::Integer(0, MOST), "all output tokens, reasoning included"),
    key("reasoning", Shape::Integer(0, MOST), "of these, reasoning"),
];
