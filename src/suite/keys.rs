//! Every key of every file that users write: one table from which come the checks, the JSON
//! Schema of the config and the reference page.

mod cost;
mod price;

use crate::domain::{FieldRole, KINDS, Level, ProviderKind, Strictness, Structured};
use crate::provider::DIALECTS;

use super::grammar::{
    CELLS, DURATION, ENV_NAME, ENV_NAME_OR_NONE, HEADER_NAME, HEADER_VALUE, NAME, POINTER, SLOTS,
    TEXT, TIMEOUT, TOOL_NAME, URL, VARIABLE, WORDS,
};
use super::shape::{Key, Need, Shape};
use cost::{COST_KEYS, ROUTE_KEYS};
pub(super) use price::ANSWER;
use price::{COST_PRICE_KEYS, PRICE, PRICE_DAY};

/// `promptmatrix.toml`.
pub(super) const CONFIG: Shape = Shape::Table(&[CONFIG_KEYS]);
/// The front matter of a prompt.
pub(super) const PROMPT: Shape = Shape::Table(&[PROMPT_KEYS]);
/// The front matter of a variant.
pub(super) const VARIANT: Shape = Shape::Table(&[VARIANT_KEYS]);
/// One case, wherever it is written.
pub(super) const CASE: Shape = Shape::Table(&[CASE_KEYS]);

const ANY_TEXT: Shape = Shape::Text(&TEXT);
const FULL_TEXT: Shape = Shape::Text(&WORDS);
const SPAN: Shape = Shape::Text(&DURATION);
const TIMEOUT_SPAN: Shape = Shape::Text(&TIMEOUT);
const SAMPLES: Shape = Shape::Integer(1, 1_000);
const AT_ONCE: Shape = Shape::Integer(1, 10_000);
const PER_MINUTE: Shape = Shape::Integer(1, 1_000_000_000);
const POINTER_TEXT: Shape = Shape::Text(&POINTER);
const POINTERS: Shape = Shape::List(&POINTER_TEXT);
const HEADER_TEXT: Shape = Shape::Text(&HEADER_NAME);
const SLOT_PATTERN: Shape = Shape::Text(&SLOTS);
const CELL_PATTERN: Shape = Shape::Text(&CELLS);
const SLOT_NAME: Shape = Shape::Text(&NAME);
const VARS: Shape = Shape::Map(&Shape::Text(&VARIABLE), &Shape::Any);
const LEVEL: Shape = Shape::Word(Level::names);

const fn key(name: &'static str, shape: Shape, about: &'static str) -> Key {
    Key { name, shape, need: Need::Optional, default: None, about }
}

const fn required(name: &'static str, shape: Shape, about: &'static str) -> Key {
    Key { need: Need::Required, ..key(name, shape, about) }
}

impl Key {
    /// The same key, with what holds where it is not written.
    const fn or(self, default: &'static str) -> Self {
        Self { default: Some(default), ..self }
    }
}

const CONFIG_KEYS: &[Key] = &[
    required("version", Shape::Integer(1, 9), "format of this file").or("1"),
    key("run", Shape::Table(&[RUN_KEYS]), "how a run behaves"),
    key("defaults", Shape::Table(&[PARAM_KEYS]), "request parameters of every model"),
    key("models", Shape::Map(&SLOT_NAME, &MODEL), "the columns of the matrix, by slot"),
    key("compare", Shape::Table(&[COMPARE_KEYS]), "how answers are read and compared"),
    key("roles", ROLES, "what the values at a place are for, where learning it is not enough"),
    key("gate", Shape::Table(&[GATE_KEYS]), "what fails a run"),
    key("levels", LEVELS, "how much a kind of change weighs, by kind (kinds.md)"),
    key("drift", Shape::Table(&[DRIFT_KEYS]), "how a change is told from noise"),
    key("override", Shape::List(&OVERRIDE), "other settings for some cells; the last entry wins"),
    key("profile", Shape::Map(&ANY_TEXT, &PROFILE), "other settings under a name, for `--profile`"),
    key("routes", Shape::Map(&SLOT_NAME, &ROUTE), "columns made of other columns, by name"),
    key(
        "cost",
        Shape::Table(&[COST_KEYS, COST_PRICE_KEYS]),
        "what is assumed of the matrix's cost, and its limits",
    ),
    key("store", Shape::Table(&[STORE_KEYS]), "what is recorded, and where"),
    key("demo", Shape::Table(&[DEMO_KEYS]), "the demo provider"),
];

const MODEL: Shape = Shape::Table(&[MODEL_KEYS, PARAM_KEYS]);
const OVERRIDE: Shape = Shape::Table(&[OVERRIDE_KEYS, PARAM_KEYS]);
const ROUTE: Shape = Shape::Table(&[ROUTE_KEYS]);
const PROFILE: Shape = Shape::Table(&[PROFILE_KEYS]);
const LEVELS: Shape = Shape::Map(&Shape::Word(kinds), &LEVEL);

const ROLES: Shape = Shape::Map(&POINTER_TEXT, &Shape::Word(FieldRole::names));

const RUN_KEYS: &[Key] = &[
    key("max-concurrency", AT_ONCE, "calls at once, over all models").or("8"),
    key("timeout", TIMEOUT_SPAN, "how long one call may take").or("\"60s\""),
    key("retries", Shape::Table(&[RETRY_KEYS]), "what to do when infrastructure fails"),
    key("samples", SAMPLES, "answers per cell").or("1"),
    key(
        "first-samples",
        Shape::Integer(1, 20),
        "answers of a cell without a snapshot, or whose prompt, schema, parameters or model id changed: how much they vary is what later answers are compared with",
    )
    .or("5"),
    key(
        "budget-usd",
        Shape::Number(0.0, 1_000_000.0),
        "most USD that a run may cost: one that could cost more does not start, and one whose answers turn out more expensive is stopped",
    ),
    key("max-age", SPAN, "a recording of an identical request that is younger is taken instead of asking; `\"0s\"` always asks")
        .or("\"0s\""),
    key("ledger", Shape::Flag, "add a summary of each run to `snapshots/ledger.jsonl`, for a job that commits it")
        .or("false"),
];

const RETRY_KEYS: &[Key] = &[
    key("count", Shape::Integer(0, 100), "further attempts after the first").or("3"),
    key("delay", SPAN, "wait before the second attempt; it doubles from there").or("\"1s\""),
    key(
        "max-delay",
        SPAN,
        "longest wait that we choose; a wait that the provider asks for is kept",
    )
    .or("\"20s\""),
    key("jitter", Shape::Flag, "spread the waits, so that cells do not come back at once")
        .or("true"),
    key("max-wait", SPAN, "how long to wait for a provider that refuses or fails every call; waits for its limits are no further attempts")
        .or("\"5m\""),
];

const PARAM_KEYS: &[Key] = &[
    key("temperature", Shape::Number(0.0, 2.0), "sampling temperature; not sent unless set"),
    key("top-p", Shape::Number(0.0, 1.0), "nucleus sampling; not sent unless set"),
    key(
        "max-output-tokens",
        Shape::Integer(1, 100_000_000),
        "most tokens in an answer; not sent unless set, but to Anthropic, which wants a number",
    ),
    key("seed", Shape::Integer(i64::MIN, i64::MAX), "sampling seed, where the provider has one"),
    key("stop", Shape::List(&ANY_TEXT), "texts that end an answer"),
    key("reasoning-effort", FULL_TEXT, "reasoning effort in the provider's own words"),
    key("stream", Shape::Flag, "ask for the answer as a stream, as a program in production may do")
        .or("false"),
];

const STRUCTURED: Key = key(
    "structured",
    Shape::Word(Structured::names),
    "how JSON is asked for; never weakened silently",
);

const MODEL_KEYS: &[Key] = &[
    required("provider", Shape::Word(ProviderKind::names), "which adapter speaks to it"),
    key(
        "dialect",
        Shape::Word(dialects),
        "which server speaks the provider's format (dialects.md); of a demo model, which server it imitates",
    ),
    key("id", FULL_TEXT, "the model id to ask for; pin a dated one. Needed but for `command`"),
    STRUCTURED.or("\"native\""),
    key("base-url", Shape::Text(&URL), "where the server is, if not at its dialect's address"),
    key(
        "api-key-env",
        Shape::Text(&ENV_NAME_OR_NONE),
        "environment variable that holds the key, if not the dialect's; `\"\"` sends none",
    ),
    key("headers", Shape::Map(&HEADER_TEXT, &HEADER), "further headers of requests, by name"),
    key("cache-system-prompt", Shape::Flag, "ask for the system prompt to be cached (Anthropic)")
        .or("false"),
    key("max-concurrency", AT_ONCE, "calls at once to this model"),
    key("requests-per-minute", PER_MINUTE, RATE),
    key("input-tokens-per-minute", PER_MINUTE, "the same for input tokens"),
    key("output-tokens-per-minute", PER_MINUTE, "the same for output tokens"),
    key("timeout", TIMEOUT_SPAN, "how long one call may take, if not as in `[run]`"),
    key("price", PRICE, "what its tokens cost, if not as in the price tables"),
    key(
        "price-as-of",
        PRICE_DAY,
        "when `price` was looked up; `prices check` tells when that is long ago",
    ),
    key(
        "price-as",
        FULL_TEXT,
        "`PROVIDER/ID` of the price tables, where provider and `id` do not say it",
    ),
    key("api-version", FULL_TEXT, "version of the API, where it is a header (Anthropic)"),
    key("command", Shape::List(&ANY_TEXT), "program and arguments of a `command` provider"),
    key(
        "extra-body",
        Shape::Map(&ANY_TEXT, &Shape::Any),
        "members merged into the request as they are, after everything else",
    ),
];

const RATE: &str = "most requests a minute to this model with this key, if not as the provider's headers say; slots with the same address, key and id share it";

const HEADER: Shape = Shape::Either(&Shape::Text(&HEADER_VALUE), &Shape::Table(&[SECRET_KEYS]));
const SECRET_KEYS: &[Key] =
    &[required("env", Shape::Text(&ENV_NAME), "environment variable that holds the value")];

const COMPARE_KEYS: &[Key] = &[
    key("ignore", POINTERS, "places that are removed before comparing, and never in a snapshot")
        .or("[]"),
    key("prose", POINTERS, "texts whose wording may change").or("[]"),
    key(
        "tolerance",
        Shape::Map(&POINTER_TEXT, &Shape::Number(0.0, 1e300)),
        "how far the numbers at a place may move: absolute, inclusive",
    )
    .or("{}"),
    key("unordered", POINTERS, "arrays whose order says nothing").or("[]"),
    key(
        "extract",
        Shape::Word(|| vec!["strict", "tolerant"]),
        "whether a code fence around the JSON is forgiven; if not set, in the modes `json-object` and `prompt` only",
    ),
];

const GATE_KEYS: &[Key] = &[
    key(
        "served-model",
        Shape::Word(|| vec!["fail", "pass"]),
        "what a version that moved without a change of `id` does where the answer is the same",
    )
    .or("\"fail\""),
    key("strictness", Shape::Word(Strictness::names), STRICTNESS).or("\"contract\""),
    key(
        "retirement-days",
        Shape::Integer(0, 3_650),
        "`run` and `bumps` fail where a model that is asked for ends within so many days; not set, none fails",
    ),
];

const STRICTNESS: &str = "which changes count: `exact` any difference, by its kind; `contract` contract and shape, and values by what their place is for (kinds.md); `schema` only answers that cannot be read, or break the schema or a rule of their case";

const DRIFT_KEYS: &[Key] = &[
    key("adaptive", Shape::Flag, "ask cells again whose answers deviate, to tell a change from noise")
        .or("true"),
    key(
        "max-extra",
        Shape::Number(0.0, 100.0),
        "most further calls of a run for that, as a share of its cells; a cell that breaks is asked up to 24 times more beside, and `0` asks for nothing",
    )
    .or("0.5"),
    key("wave-delay", SPAN, "wait before cells are asked again; at night a minute or more, so that one bad minute of a provider is not taken for a change")
        .or("\"0s\""),
];

const OVERRIDE_KEYS: &[Key] = &[
    required("cells", Shape::List(&CELL_PATTERN), "patterns of the cells it is for"),
    key("samples", SAMPLES, "answers per cell"),
    STRUCTURED,
    key("compare", Shape::Table(&[COMPARE_KEYS]), "how answers are read and compared"),
    key("roles", ROLES, "what the values at a place are for"),
    key("gate", Shape::Table(&[GATE_KEYS]), "what fails a run"),
    key("levels", LEVELS, "how much a kind of change weighs, by kind (kinds.md)"),
];

const PROFILE_KEYS: &[Key] = &[
    key("run", Shape::Table(&[RUN_KEYS]), "how a run behaves"),
    key("defaults", Shape::Table(&[PARAM_KEYS]), "request parameters of every model"),
    key("compare", Shape::Table(&[COMPARE_KEYS]), "how answers are read and compared"),
    key("gate", Shape::Table(&[GATE_KEYS]), "what fails a run"),
    key("levels", LEVELS, "how much a kind of change weighs, by kind (kinds.md)"),
    key("drift", Shape::Table(&[DRIFT_KEYS]), "how a change is told from noise"),
];

const STORE_KEYS: &[Key] = &[
    key("record", Shape::Flag, "record each exchange, so that it can be replayed").or("true"),
    key("recordings", FULL_TEXT, "folder in the suite for the recordings, to commit them")
        .or("\".promptmatrix/recordings\""),
    key("keep-runs", Shape::Integer(1, 100_000), "runs to keep in `.promptmatrix/runs`: older ones, with their answers and what they cost, are deleted after a run")
        .or("30"),
    key("prices", FULL_TEXT, "file in the suite that `prices update` writes, to commit it")
        .or("\".promptmatrix/prices.json\""),
    key("url", FULL_TEXT, "store that machines share, for recordings, runs and what verdicts need of earlier runs: `s3://BUCKET/FOLDER`, `gs://`, `az://` or `file:///FOLDER`"),
    key("ledger", Shape::Flag, "write decisions, bumps and fixes into `snapshots/ledger.jsonl`, to commit them with the snapshots")
        .or("true"),
];

const DEMO_KEYS: &[Key] =
    &[key("world", FULL_TEXT, "file with the scripted world (quirks.md); else a built-in one")];

const VARIANT_KEYS: &[Key] = &[
    key("description", ANY_TEXT, "what it is for"),
    key("vars", VARS, "values for `{{name}}`; those of the prompt hold where this says nothing"),
];

const PROMPT_KEYS: &[Key] = &[
    key("schema", FULL_TEXT, "file with the JSON Schema that answers satisfy; not beside `tool`"),
    key("description", ANY_TEXT, "what it is for"),
    key("models", Shape::List(&SLOT_PATTERN), "slots that this prompt must hold on").or("[\"*\"]"),
    key(
        "describe-schema",
        Shape::Flag,
        "whether the modes `json-object` and `prompt` put the schema below the prompt; `false` where the prompt says it itself",
    )
    .or("true"),
    key("vars", VARS, "values for `{{name}}`, for every case"),
    key("user", FULL_TEXT, "what the user says in cases without an input of their own; a template"),
    key("messages", MESSAGES, "the same, as a conversation; the user's turn is last"),
    key("case", Shape::List(&CASE), "the inputs"),
    key("cases", FULL_TEXT, "file with more inputs, `.jsonl` or `.csv`"),
    key("tool", Shape::List(&Shape::Table(&[TOOL_KEYS])), "tools that the model may call"),
    key(
        "tool-choice",
        Shape::Word(|| vec!["required", "auto"]),
        "whether a tool must be called; with `auto` the answer is a list of calls, which can be empty",
    )
    .or("\"required\""),
    key(
        "parallel-tool-calls",
        Shape::Flag,
        "whether an answer may call several tools; it is then a list of calls, whose order says nothing",
    )
    .or("false"),
];

const TOOL_KEYS: &[Key] = &[
    required("name", Shape::Text(&TOOL_NAME), "the tool's name"),
    key("description", ANY_TEXT, "what it does, for the model to read"),
    required("parameters", FULL_TEXT, "file with the JSON Schema of its arguments"),
];

const CASE_KEYS: &[Key] = &[
    key(
        "name",
        Shape::Text(&NAME),
        "the case's name; made of its values and input where it is left out",
    ),
    key("input", FULL_TEXT, "what the user says; a template"),
    key("input-file", FULL_TEXT, "file that holds what the user says, taken as it is"),
    key("messages", MESSAGES, "a conversation; the user's turn is last"),
    key("vars", VARS, "values for `{{name}}`, stronger than the prompt's"),
    key(
        "each",
        EACH,
        "lists of values for `{{name}}`: a case for each combination, its values behind its name",
    ),
    key("tags", Shape::List(&SLOT_NAME), "words to find it by"),
    key(
        "expect",
        Shape::Map(&POINTER_TEXT, &EXPECTATION),
        "what must stand at these places, whatever the snapshot says: a value, or rules; `\"\"` is the whole answer",
    ),
    key("max-cost-usd", Shape::Number(0.0, 1_000_000.0), "most USD that one answer may cost"),
    key("max-latency", TIMEOUT_SPAN, "longest that one answer may take"),
];

const EACH: Shape = Shape::Map(&Shape::Text(&VARIABLE), &Shape::List(&Shape::Any));
const MESSAGES: Shape = Shape::List(&Shape::Table(&[MESSAGE_KEYS]));
const EXPECTATION: Shape = Shape::Either(&Shape::Table(&[RULE_KEYS]), &Shape::Any);
const TEXTS: Shape = Shape::Either(&ANY_TEXT, &Shape::List(&ANY_TEXT));
const ANY_NUMBER: Shape = Shape::Number(-1e300, 1e300);

const RULE_KEYS: &[Key] = &[
    key("equals", Shape::Any, "this value; an object can only be written here"),
    key("one-of", Shape::List(&Shape::Any), "one of these values"),
    key(
        "contains",
        TEXTS,
        "a text with this, or all of these, in it; any other value is read as its JSON",
    ),
    key("not-contains", TEXTS, "a text with none of these in it"),
    key(
        "matches",
        TEXTS,
        "a text that this regular expression, or each of these, finds something in",
    ),
    key("not-matches", TEXTS, "a text that none of these finds anything in"),
    key("at-least", ANY_NUMBER, "a number that is not less"),
    key("at-most", ANY_NUMBER, "a number that is not more"),
];

const MESSAGE_KEYS: &[Key] = &[
    required("role", Shape::Word(|| vec!["user", "assistant"]), "who speaks"),
    required("text", FULL_TEXT, "what is said; a template"),
];

fn kinds() -> Vec<&'static str> {
    KINDS.iter().map(|info| info.id).collect()
}

fn dialects() -> Vec<&'static str> {
    DIALECTS.iter().map(|dialect| dialect.name).collect()
}
