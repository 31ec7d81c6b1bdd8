//! The keys of prices: of a model, and of `[[cost.price]]`.

use super::{FULL_TEXT, key, required};
use crate::suite::grammar::DAY;
use crate::suite::shape::{Key, Shape};

/// No model costs more than this for a million tokens; who writes more has another unit in mind.
const DOLLARS: Shape = Shape::Number(0.0, 1000.0);
const ANY_DOLLARS: Shape = Shape::Number(0.0, f64::MAX);
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
        ANY_DOLLARS,
        "what a machine of your own costs, in place of `input` and `output`",
    ),
    key(
        "tokens-per-second",
        ANY_DOLLARS,
        "tokens that it works off at full load, input and output",
    ),
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
