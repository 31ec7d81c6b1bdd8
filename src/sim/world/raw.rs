//! The TOML of a world, one to one, and how it becomes a [`World`]. Touches no file.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value};
use toml::Spanned;

use super::keys::Retires;
use super::{Version, World, WorldError};
use crate::domain::{PointerPattern, Price, Rates};
use crate::sim::ask::{Answer, Script};
use crate::sim::quirk::{QUIRKS, Quirk, QuirkKind, To};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawWorld {
    #[serde(default)]
    seed: u64,
    #[serde(default)]
    alias: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    version: Vec<RawVersion>,
    #[serde(default)]
    answer: Vec<Spanned<RawAnswer>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawVersion {
    id: Spanned<String>,
    #[serde(default = "usual_latency")]
    latency_ms: u32,
    retires: Option<Spanned<String>>,
    replaced_by: Option<String>,
    #[serde(default)]
    quirks: Vec<RawQuirk>,
    price: Option<Spanned<RawPrice>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawPrice {
    input: f64,
    output: f64,
    cache_read: Option<f64>,
    cache_write_5m: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawQuirk {
    kind: Spanned<String>,
    #[serde(default = "always")]
    rate: Spanned<f64>,
    prompt: Option<String>,
    when: Option<String>,
    pointer: Option<Spanned<String>>,
    to: Option<Spanned<toml::Value>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawAnswer {
    when: String,
    prompt: Option<String>,
    value: Option<toml::Value>,
    json: Option<Spanned<String>>,
    text: Option<String>,
    tool: Option<String>,
    arguments: Option<toml::Value>,
}

fn usual_latency() -> u32 {
    350
}

fn always() -> Spanned<f64> {
    Spanned::new(0..0, 1.0)
}

pub(super) fn read(text: &str) -> Result<World, WorldError> {
    let raw: RawWorld = toml::from_str(text).map_err(|error| WorldError {
        message: error.message().to_owned(),
        span: error.span().unwrap_or(0..text.len()),
    })?;
    let mut versions = BTreeMap::new();
    for version in raw.version {
        let span = version.id.span();
        let version = read_version(version)?;
        if let Some(twice) = versions.insert(version.id.clone(), version) {
            return Err(wrong(span, format!("version `{}` is there twice", twice.id)));
        }
    }
    let mut aliases = BTreeMap::new();
    for (alias, id) in raw.alias {
        if !versions.contains_key(id.get_ref()) {
            let message = format!("alias `{alias}` names a version that is not in this world");
            return Err(wrong(id.span(), message));
        }
        if versions.contains_key(&alias) {
            return Err(wrong(id.span(), format!("`{alias}` is already the id of a version")));
        }
        aliases.insert(alias, id.into_inner());
    }
    let answers = raw.answer.into_iter().map(read_answer).collect::<Result<_, _>>()?;
    Ok(World { seed: raw.seed, versions, aliases, answers })
}

fn read_version(raw: RawVersion) -> Result<Version, WorldError> {
    let retires = match &raw.retires {
        None => None,
        Some(text) => Some(Retires::read(text.get_ref()).ok_or_else(|| {
            let message = "`retires` is a day, `2027-04-09`, or always so many days ahead, `120d`";
            wrong(text.span(), message.to_owned())
        })?),
    };
    Ok(Version {
        id: raw.id.into_inner(),
        retires,
        replaced_by: raw.replaced_by,
        latency: Duration::from_millis(raw.latency_ms.into()),
        quirks: raw.quirks.into_iter().map(read_quirk).collect::<Result<_, _>>()?,
        price: raw.price.map(read_price).transpose()?,
    })
}

fn read_price(raw: Spanned<RawPrice>) -> Result<Rates, WorldError> {
    let span = raw.span();
    let raw = raw.into_inner();
    // The shortest notation of a number is what was written.
    let read = |number: f64| {
        let price = Price::per_million(&number.to_string());
        price.map_err(|error| wrong(span.clone(), format!("`{number}` is no price: {error}")))
    };
    let (input, output) = (read(raw.input)?, read(raw.output)?);
    let write = raw.cache_write_5m.map(read).transpose()?.unwrap_or(input);
    Ok(Rates {
        input,
        output,
        cache_read: raw.cache_read.map(read).transpose()?.unwrap_or(input),
        cache_write_5m: write,
        cache_write_1h: write,
    })
}

fn read_quirk(raw: RawQuirk) -> Result<Quirk, WorldError> {
    let Ok(kind) = raw.kind.get_ref().parse::<QuirkKind>() else {
        return Err(wrong(raw.kind.span(), unknown_kind(raw.kind.get_ref())));
    };
    let rate = *raw.rate.get_ref();
    if !(0.0..=1.0).contains(&rate) {
        return Err(wrong(raw.rate.span(), "a rate lies between 0 and 1".to_owned()));
    }
    if let Some(pointer) = &raw.pointer
        && let Err(error) = pointer.get_ref().parse::<PointerPattern>()
    {
        return Err(wrong(pointer.span(), error.to_string()));
    }
    let to = match raw.to {
        None => None,
        Some(to) => {
            let span = to.span();
            let to = json(to.into_inner());
            check_to(kind, &to).map_err(|message| wrong(span, message))?;
            Some(to)
        }
    };
    let pointer = raw.pointer.map(Spanned::into_inner);
    Ok(Quirk { kind, rate, prompt: raw.prompt, when: raw.when, pointer, to })
}

fn unknown_kind(word: &str) -> String {
    let near = QUIRKS
        .iter()
        .map(|row| (strsim::jaro_winkler(word, row.id), row.id))
        .max_by(|one, two| one.0.total_cmp(&two.0));
    match near {
        Some((likeness, id)) if likeness > 0.8 => {
            format!("`{word}` is not a kind of quirk; did you mean `{id}`?")
        }
        _ => format!("`{word}` is not a kind of quirk"),
    }
}

fn check_to(kind: QuirkKind, to: &Value) -> Result<(), String> {
    let (fits, wanted) = match kind.info().to {
        To::Nothing => (false, "no `to`"),
        To::Any => (true, ""),
        To::Text => (to.is_string(), "a text"),
        To::Number => (to.as_f64().is_some_and(|n| n > 0.0 && n.is_finite()), "a number above 0"),
        To::Status => {
            let status = to.as_u64().unwrap_or(0);
            ((400..600).contains(&status), "an HTTP status from 400 to 599")
        }
        To::Type => {
            (to.as_str().is_some_and(|name| To::TYPES.contains(&name)), "the name of a JSON type")
        }
        To::Table => (to.is_object(), "a table from old value to new value"),
    };
    if fits { Ok(()) } else { Err(format!("`{kind}` takes {wanted}")) }
}

fn read_answer(raw: Spanned<RawAnswer>) -> Result<Answer, WorldError> {
    let span = raw.span();
    let raw = raw.into_inner();
    let arguments = raw.arguments;
    let script = match (raw.value, raw.json, raw.text, raw.tool) {
        (Some(value), None, None, None) => Script::Value(json(value)),
        (None, Some(text), None, None) => {
            let value = serde_json::from_str(text.get_ref())
                .map_err(|error| wrong(text.span(), format!("`json` is not JSON: {error}")))?;
            Script::Value(value)
        }
        (None, None, Some(text), None) => Script::Text(text),
        (None, None, None, Some(tool)) => {
            let arguments = arguments.map_or_else(|| Value::Object(Map::new()), json);
            return Ok(Answer {
                when: raw.when,
                prompt: raw.prompt,
                script: Script::Call { tool, arguments },
            });
        }
        _ => {
            let message = "an answer has exactly one of `value`, `json`, `text` and `tool`";
            return Err(wrong(span, message.to_owned()));
        }
    };
    if arguments.is_some() {
        return Err(wrong(span, "`arguments` belong to a `tool`".to_owned()));
    }
    Ok(Answer { when: raw.when, prompt: raw.prompt, script })
}

/// TOML as JSON; a date becomes a text, a number that JSON does not have becomes null.
fn json(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(yes) => yes.into(),
        toml::Value::Datetime(time) => time.to_string().into(),
        toml::Value::Array(items) => items.into_iter().map(json).collect(),
        toml::Value::Table(table) => {
            Value::Object(table.into_iter().map(|(name, value)| (name, json(value))).collect())
        }
    }
}

fn wrong(span: Range<usize>, message: String) -> WorldError {
    WorldError { message, span }
}
