//! Every key of every file that users write: one table from which come the checks, the JSON
//! Schema of the config and the reference page.

use crate::domain::{KINDS, Level, ProviderKind, Structured};
use crate::provider::DIALECTS;

use super::grammar::{
    CELLS, DURATION, ENV_NAME, ENV_NAME_OR_NONE, HEADER_NAME, HEADER_VALUE, NAME, POINTER, SLOTS,
    TEXT, TOOL_NAME, URL, VARIABLE, WORDS,
};
use super::shape::{Key, Need, Shape};

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
const POINTER_TEXT: Shape = Shape::Text(&POINTER);
const POINTERS: Shape = Shape::List(&POINTER_TEXT);
const HEADER_TEXT: Shape = Shape::Text(&HEADER_NAME);
const SLOT_PATTERN: Shape = Shape::Text(&SLOTS);
const CELL_PATTERN: Shape = Shape::Text(&CELLS);
const SLOT_NAME: Shape = Shape::Text(&NAME);
const VARS: Shape = Shape::Map(&Shape::Text(&VARIABLE), &Shape::Any);
const LEVEL: Shape = Shape::Word(levels);

const fn key(name: &'static str, shape: Shape, about: &'static str) -> Key {
    Key { name, shape, need: Need::Optional, about }
}

const fn required(name: &'static str, shape: Shape, about: &'static str) -> Key {
    Key { name, shape, need: Need::Required, about }
}

const CONFIG_KEYS: &[Key] = &[
    required("version", Shape::Integer(1), "format of this file; always 1"),
    key("run", Shape::Table(&[RUN_KEYS]), "how a run behaves"),
    key("defaults", Shape::Table(&[PARAM_KEYS]), "request parameters for all models"),
    key("models", Shape::Map(&SLOT_NAME, &MODEL), "the columns of the matrix, by slot"),
    key("compare", Shape::Table(&[COMPARE_KEYS]), "how answers are read and compared"),
    key("gate", Shape::Table(&[GATE_KEYS]), "what fails a run"),
    key("levels", LEVELS, "how much a kind of change weighs"),
    key("override", Shape::List(&OVERRIDE), "other settings for some cells; later entries win"),
    key(
        "profile",
        Shape::Map(&ANY_TEXT, &PROFILE),
        "other settings under a name: `--profile NAME`",
    ),
    key("demo", Shape::Table(&[DEMO_KEYS]), "the demo provider"),
];

const MODEL: Shape = Shape::Table(&[MODEL_KEYS, PARAM_KEYS]);
const OVERRIDE: Shape = Shape::Table(&[OVERRIDE_KEYS, PARAM_KEYS]);
const PROFILE: Shape = Shape::Table(&[PROFILE_KEYS]);
const LEVELS: Shape = Shape::Map(&Shape::Word(kinds), &LEVEL);

const RUN_KEYS: &[Key] = &[
    key("max-concurrency", Shape::Integer(1), "calls at once, over all models"),
    key("timeout", SPAN, "how long one call may take"),
    key("retries", Shape::Table(&[RETRY_KEYS]), "what to do when infrastructure fails"),
    key("samples", Shape::Integer(1), "answers per cell; more than one measures flakiness"),
];

const RETRY_KEYS: &[Key] = &[
    key("count", Shape::Integer(0), "further attempts after the first"),
    key("delay", SPAN, "wait before the first further attempt; it doubles from there"),
    key("max-delay", SPAN, "longest wait"),
    key("jitter", Shape::Flag, "spread the waits"),
];

const PARAM_KEYS: &[Key] = &[
    key("temperature", Shape::Number(0.0, 2.0), "sampling temperature"),
    key("top-p", Shape::Number(0.0, 1.0), "nucleus sampling"),
    key("max-output-tokens", Shape::Integer(1), "most tokens in an answer"),
    key("seed", Shape::Integer(i64::MIN), "sampling seed, where the provider has one"),
    key("stop", Shape::List(&ANY_TEXT), "texts that end an answer"),
    key("reasoning-effort", FULL_TEXT, "reasoning effort in the provider's own words"),
];

const STRUCTURED: Key = key("structured", Shape::Word(modes), "how JSON is asked for");

const MODEL_KEYS: &[Key] = &[
    required("provider", Shape::Word(providers), "which adapter speaks to it"),
    key("dialect", Shape::Word(dialects), "which server speaks the provider's format"),
    key("id", FULL_TEXT, "the model id to ask for; pin a dated one"),
    STRUCTURED,
    key("base-url", Shape::Text(&URL), "where the server is"),
    key("api-key-env", Shape::Text(&ENV_NAME_OR_NONE), "environment variable that holds the key"),
    key("headers", Shape::Map(&HEADER_TEXT, &HEADER), "further headers of requests"),
    key("cache-system-prompt", Shape::Flag, "ask the provider to cache the system prompt"),
    key("max-concurrency", Shape::Integer(1), "calls at once to this model"),
    key("timeout", SPAN, "how long one call may take"),
    key("api-version", FULL_TEXT, "version of the API, where it is a header"),
    key("command", Shape::List(&ANY_TEXT), "program and arguments of a `command` provider"),
    key("extra-body", Shape::Map(&ANY_TEXT, &Shape::Any), "members merged into the request"),
];

const HEADER: Shape = Shape::Either(&Shape::Text(&HEADER_VALUE), &Shape::Table(&[SECRET_KEYS]));
const SECRET_KEYS: &[Key] =
    &[required("env", Shape::Text(&ENV_NAME), "environment variable that holds the value")];

const COMPARE_KEYS: &[Key] = &[
    key("ignore", POINTERS, "places that are removed before comparing"),
    key("prose", POINTERS, "texts whose wording may change"),
    key(
        "tolerance",
        Shape::Map(&POINTER_TEXT, &Shape::Number(0.0, f64::MAX)),
        "how far numbers may move, absolute",
    ),
    key("unordered", POINTERS, "arrays whose order says nothing"),
    key("extract", Shape::Word(|| vec!["strict", "tolerant"]), "whether a fence is forgiven"),
];

const GATE_KEYS: &[Key] = &[
    key("fail-on", LEVEL, "changes of this level and above fail"),
    key("flaky", Shape::Word(|| vec!["fail", "pass"]), "what disagreeing samples do"),
    key("served-model", Shape::Word(|| vec!["fail", "pass"]), "what a silent version bump does"),
];

const OVERRIDE_KEYS: &[Key] = &[
    required("cells", Shape::List(&CELL_PATTERN), "patterns of the cells it is for"),
    key("samples", Shape::Integer(1), "answers per cell"),
    STRUCTURED,
    key("compare", Shape::Table(&[COMPARE_KEYS]), "how answers are read and compared"),
    key("gate", Shape::Table(&[GATE_KEYS]), "what fails a run"),
    key("levels", LEVELS, "how much a kind of change weighs"),
];

const PROFILE_KEYS: &[Key] = &[
    key("run", Shape::Table(&[RUN_KEYS]), "how a run behaves"),
    key("defaults", Shape::Table(&[PARAM_KEYS]), "request parameters for all models"),
    key("compare", Shape::Table(&[COMPARE_KEYS]), "how answers are read and compared"),
    key("gate", Shape::Table(&[GATE_KEYS]), "what fails a run"),
    key("levels", LEVELS, "how much a kind of change weighs"),
];

const DEMO_KEYS: &[Key] = &[key("world", FULL_TEXT, "file with the scripted world")];

const VARIANT_KEYS: &[Key] =
    &[key("description", ANY_TEXT, "what it is for"), key("vars", VARS, "values for `{{name}}`")];

const PROMPT_KEYS: &[Key] = &[
    key("schema", FULL_TEXT, "JSON Schema that answers satisfy"),
    key("description", ANY_TEXT, "what it is for"),
    key("models", Shape::List(&SLOT_PATTERN), "slots that this prompt must hold on"),
    key("vars", VARS, "values for `{{name}}`"),
    key("case", Shape::List(&CASE), "the inputs"),
    key("cases", FULL_TEXT, "file with more inputs, `.jsonl` or `.csv`"),
    key("tool", Shape::List(&Shape::Table(&[TOOL_KEYS])), "tools that the model may call"),
];

const TOOL_KEYS: &[Key] = &[
    required("name", Shape::Text(&TOOL_NAME), "the tool's name"),
    key("description", ANY_TEXT, "what it does, for the model to read"),
    required("parameters", FULL_TEXT, "JSON Schema of its arguments"),
];

const CASE_KEYS: &[Key] = &[
    required("name", Shape::Text(&NAME), "the case's name"),
    key("input", ANY_TEXT, "what the user says"),
    key("input-file", FULL_TEXT, "file that holds what the user says, taken as it is"),
    key("messages", Shape::List(&Shape::Table(&[MESSAGE_KEYS])), "a conversation"),
    key("vars", VARS, "values for `{{name}}`"),
    key("expect", Shape::Map(&POINTER_TEXT, &Shape::Any), "values that must stand at these places"),
];

const MESSAGE_KEYS: &[Key] = &[
    required("role", Shape::Word(|| vec!["user", "assistant"]), "who speaks"),
    required("text", ANY_TEXT, "what is said"),
];

fn levels() -> Vec<&'static str> {
    Level::ALL.into_iter().map(Level::as_str).collect()
}

fn kinds() -> Vec<&'static str> {
    KINDS.iter().map(|info| info.id).collect()
}

fn providers() -> Vec<&'static str> {
    ProviderKind::ALL.into_iter().map(ProviderKind::as_str).collect()
}

fn modes() -> Vec<&'static str> {
    Structured::ALL.into_iter().map(Structured::as_str).collect()
}

fn dialects() -> Vec<&'static str> {
    DIALECTS.iter().map(|dialect| dialect.name).collect()
}
