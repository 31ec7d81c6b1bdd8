//! The keys of prices and of answers.

use super::{FULL_TEXT, SLOT_NAME, key, required};
use crate::suite::grammar::DAY;
use crate::suite::shape::{Key, Shape};

/// No model costs more than this for a million tokens; who writes more has another unit in mind.
const DOLLARS: Shape = Shape::Number(0.0, 1000.0);
const MACHINE: Shape = Shape::Number(0.0, 1e9);
const DAY_TEXT: Shape = Shape::Text(&DAY);

/// Prices of tokens, in USD per million; or what a machine costs.
const PRICE_KEYS: &[Key] = &[
    key("input", DOLLARS, "USD per million tokens of input"),
    key("output", DOLLARS, "USD per million tokens of output, reasoning included"),
    key("cache-read", DOLLARS, "of input that is read from a cache; if not set, as `input`"),
    key(
        "cache-write-5m",
        DOLLARS,
        "of input that is written to a cache of five minutes; if not set, as `input`",
    ),
    key(
        "cache-write-1h",
        DOLLARS,
        "of input that is written to a cache of one hour; if not set, as `cache-write-5m`",
    ),
    key(
        "usd-per-hour",
        MACHINE,
        "what a machine of your own costs, in place of `input` and `output`",
    ),
    key("tokens-per-second", MACHINE, "tokens that it works off at full load, input and output"),
    key(
        "utilisation",
        Shape::Number(0.0, 1.0),
        "share of its time in which it works; there is no default",
    ),
];

/// `price` of a model.
pub(super) const PRICE: Shape = Shape::Table(&[PRICE_KEYS]);

/// `price-as-of` of a model.
pub(super) const PRICE_DAY: Shape = DAY_TEXT;

const ENTRY_KEYS: &[Key] = &[
    required("provider", FULL_TEXT, "who bills it, as `prices list` names them"),
    required("id", FULL_TEXT, "the model id there"),
    key("aliases", Shape::List(&FULL_TEXT), "other ids that cost the same"),
    key(
        "from",
        DAY_TEXT,
        "first day of these prices; if not set, since ever. A later entry of the same model ends them",
    ),
    key("batch", Shape::Table(&[PRICE_KEYS]), "prices of the batch endpoint; unknown without"),
    key(
        "merge",
        Shape::Word(|| vec!["replace", "append"]),
        "whether it takes the place of the tables' prices, or adds to them from `from` on",
    )
    .or("\"replace\""),
];

/// The prices among the keys of `[cost]`.
pub(super) const COST_PRICE_KEYS: &[Key] = &[key(
    "price",
    Shape::List(&Shape::Table(&[ENTRY_KEYS, PRICE_KEYS])),
    "prices of your own, before all tables",
)];

/// Of one answer.
const COUNT: Shape = Shape::Integer(0, u32::MAX as i64);

/// One line.
pub(in crate::suite) const ANSWER: Shape = Shape::Table(&[ANSWER_KEYS]);

const ANSWER_KEYS: &[Key] = &[
    required("prompt", SLOT_NAME, "name of the prompt"),
    required("case", SLOT_NAME, "name of the case"),
    required("model", SLOT_NAME, "slot of the model"),
    key(
        "trial",
        Shape::Integer(1, u32::MAX as i64),
        "which answer of the cell; if not set, the next one",
    ),
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
    key("latency_ms", COUNT, "from sending to the last byte, in milliseconds"),
    key("at", FULL_TEXT, "when it was asked for, as `2026-01-31T12:00:00Z`"),
];

const USAGE_KEYS: &[Key] = &[
    key("input", COUNT, "all input tokens, cached ones included"),
    key("cached_read", COUNT, "of these, read from the provider's cache"),
    key("cache_write_5m", COUNT, "of these, written to a cache that lives five minutes"),
    key("cache_write_1h", COUNT, "of these, written to a cache that lives one hour"),
    key("output", COUNT, "all output tokens, reasoning included"),
    key("reasoning", COUNT, "of these, reasoning"),
];
