//! The assertions of promptfoo: each as rules of a case, or as a reason why it is none.

use std::collections::BTreeMap;

use serde_json::Value;

use super::files::{At, Base};
use super::script::{self, Answer};
use crate::domain::kit::shortened;
use crate::domain::{Expectation, Pointer};
use crate::template;
use crate::validate;

/// What a check is here.
#[derive(Debug)]
pub(super) enum Carried {
    Rules(Vec<(Pointer, Expectation)>),
    CostUsd(f64),
    LatencyMs(u64),
    /// Something that always holds of a good answer, or that the schema says.
    Covered(&'static str),
}

const JUDGED: &str =
    "no model judges here: a person accepts an answer once, and every change of it is told";
const SIMILAR: &str =
    "later answers are compared with the accepted one; `[compare] prose` lets wording change";
const SCRIPT: &str = "write a rule of `expect`, or a keyword of the schema";
const BY_LENGTH: &str = "`matches` of `expect` bounds a length, as `^.{3}$`";
const BY_ITEMS: &str =
    "`minItems` or `minLength` in the schema says it; it is then sent to the provider too";
const TEXT: &str = "`matches` of `expect`, as far as a regular expression says it";
const CALLS: &str =
    "the arguments of one call have a schema; `expect` holds a place of `/arguments`";
const OTHER: &str = "nothing here does the same";

/// Assertions that are not carried, or not always, and what takes their place.
const KINDS: [(&str, &str); 66] = [
    ("equals", TEXT),
    ("contains", TEXT),
    ("contains-all", TEXT),
    ("contains-any", TEXT),
    ("icontains", TEXT),
    ("icontains-all", TEXT),
    ("icontains-any", TEXT),
    ("starts-with", TEXT),
    ("regex", "the expression is none here: write it as `matches` of `expect`"),
    ("is-json", "give the prompt a schema"),
    ("contains-json", "give the prompt a schema"),
    ("cost", "`max-cost-usd` of a case"),
    ("latency", "`max-latency` of a case"),
    ("javascript", SCRIPT),
    ("python", SCRIPT),
    ("ruby", SCRIPT),
    ("webhook", SCRIPT),
    ("contains-html", TEXT),
    ("is-html", TEXT),
    ("contains-sql", TEXT),
    ("is-sql", TEXT),
    ("contains-xml", TEXT),
    ("is-xml", TEXT),
    ("word-count", TEXT),
    ("is-refusal", "a refusal is `broken` here; `calibrate` says what else is seen"),
    ("finish-reason", "an answer that is cut short or filtered is `broken` here"),
    ("is-valid-function-call", CALLS),
    ("is-valid-openai-function-call", CALLS),
    ("is-valid-openai-tools-call", CALLS),
    ("tool-call-f1", CALLS),
    ("skill-used", CALLS),
    ("trajectory:goal-success", JUDGED),
    ("trajectory:tool-args-match", CALLS),
    ("trajectory:step-count", CALLS),
    ("trajectory:tool-sequence", CALLS),
    ("trajectory:tool-used", CALLS),
    ("trace-error-spans", OTHER),
    ("trace-span-count", OTHER),
    ("trace-span-duration", OTHER),
    ("guardrails", OTHER),
    ("moderation", OTHER),
    ("classifier", JUDGED),
    ("answer-relevance", JUDGED),
    ("context-faithfulness", JUDGED),
    ("context-recall", JUDGED),
    ("context-relevance", JUDGED),
    ("conversation-relevance", JUDGED),
    ("factuality", JUDGED),
    ("model-graded-factuality", JUDGED),
    ("model-graded-closedqa", JUDGED),
    ("llm-rubric", JUDGED),
    ("search-rubric", JUDGED),
    ("g-eval", JUDGED),
    ("pi", JUDGED),
    ("select-best", JUDGED),
    ("max-score", JUDGED),
    ("human", JUDGED),
    ("bleu", SIMILAR),
    ("gleu", SIMILAR),
    ("meteor", SIMILAR),
    ("rouge-n", SIMILAR),
    ("levenshtein", SIMILAR),
    ("perplexity", SIMILAR),
    ("perplexity-score", SIMILAR),
    ("similar", SIMILAR),
    ("assert-set", "each of its checks is told by itself"),
];

pub(super) fn is_known(kind: &str) -> bool {
    KINDS.iter().any(|(known, _)| *known == kind)
}

/// A check, as it is told.
pub(super) fn shown(check: At<'_>) -> String {
    let kind = check.get("type").and_then(At::text).unwrap_or("a check without type");
    let value =
        check.get("value").map(|value| value.plain().unwrap_or_else(|| value.json().to_string()));
    let value = value.or_else(|| check.get("threshold").and_then(At::plain)).unwrap_or_default();
    let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
    shortened(&format!("{kind} {value}"), 60).trim_end().to_owned()
}

/// One check of one case.
pub(super) struct Check<'a> {
    pub(super) base: &'a Base,
    pub(super) at: At<'a>,
    pub(super) vars: &'a BTreeMap<String, Value>,
    pub(super) answer: Answer,
    /// What all answers of the case go through first.
    pub(super) transforms: [Option<&'a str>; 2],
}

/// A change of the answer that a rule can say too.
#[derive(Debug, Default)]
struct Read {
    place: Pointer,
    trims: bool,
    folds: bool,
}

impl Check<'_> {
    /// What it is here, or what takes its place.
    pub(super) fn carry(&self) -> Result<Carried, String> {
        let written = self.at.get("type").and_then(At::text).unwrap_or_default();
        let (is_not, kind) =
            written.strip_prefix("not-").map_or((false, written), |kind| (true, kind));
        let name =
            kind.split_once(':').filter(|(kind, _)| *kind == "similar").map_or(kind, |(it, _)| it);
        let Some((_, instead)) = KINDS.iter().find(|(known, _)| *known == name) else {
            return Err(OTHER.to_owned());
        };
        let left = || Err((*instead).to_owned());
        if self.at.get("weight").and_then(At::plain).as_deref() == Some("0") {
            return Err("its weight is 0, so that it fails nothing there".to_owned());
        }
        let threshold = self.at.get("threshold").and_then(|it| it.node.number());
        match (kind, is_not, threshold) {
            ("cost", false, Some(most)) => return Ok(Carried::CostUsd(most)),
            ("latency", false, Some(most)) if most >= 1.0 => {
                return Ok(Carried::LatencyMs(format!("{most:.0}").parse().unwrap_or(u64::MAX)));
            }
            ("is-refusal", true, _) => {
                return Ok(Carried::Covered("a refusal is `broken` by itself"));
            }
            ("finish-reason", false, _) if self.value()? == "stop" => {
                return Ok(Carried::Covered("an answer that is cut short is `broken` by itself"));
            }
            ("is-json" | "contains-json", false, _) if self.answer == Answer::Json => {
                return Ok(Carried::Covered("the schema of the prompt"));
            }
            (
                "is-valid-openai-tools-call"
                | "is-valid-function-call"
                | "is-valid-openai-function-call",
                false,
                _,
            ) if self.answer == Answer::Tool => {
                return Ok(Carried::Covered("the schema of the tool"));
            }
            _ => {}
        }
        let (Some(read), true) = (self.read()?, is_text_kind(kind)) else { return left() };
        let rules = self.rules((kind, is_not), &read);
        match rules? {
            Some(rules) => Ok(Carried::Rules(rules)),
            None if kind == "javascript" && self.value()?.to_string().contains(".length") => {
                Err(if self.answer == Answer::Text { BY_LENGTH } else { BY_ITEMS }.to_owned())
            }
            None => left(),
        }
    }

    fn rules(
        &self,
        (kind, is_not): (&str, bool),
        read: &Read,
    ) -> Result<Option<Vec<(Pointer, Expectation)>>, String> {
        let value = self.value()?;
        if kind == "javascript" {
            let plain = read.place == Pointer::root() && !read.trims && !read.folds;
            let script = value.as_str().filter(|_| plain && !is_not);
            return Ok(script.and_then(|script| script::rules(script, self.answer)));
        }
        if let ("tool-call-f1" | "trajectory:tool-used", false, Answer::Tool, [tool]) =
            (kind, is_not, self.answer, texts(&value).as_slice())
        {
            let name = Expectation::Equals(tool.as_str().into());
            return Ok("/tool".parse().ok().map(|place| vec![(place, name)]));
        }
        let words = texts(&value);
        let folds = read.folds || kind.starts_with('i');
        let rules = match kind
            .strip_prefix('i')
            .filter(|kind| kind.starts_with("contains"))
            .unwrap_or(kind)
        {
            "equals" => equals(&value, is_not, (read, self.answer)),
            "regex" => words.iter().map(|text| found(folded(text, read.folds), is_not)).collect(),
            "starts-with" => words
                .iter()
                .map(|text| found(folded(&format!("^{}", regex::escape(text)), folds), is_not))
                .collect(),
            "contains" | "contains-all" if !(is_not && words.len() > 1) => {
                words.iter().map(|text| within(text, (is_not, folds))).collect()
            }
            "contains-any" if is_not => {
                words.iter().map(|text| within(text, (true, folds))).collect()
            }
            "contains-any" => {
                let any: Vec<String> = words.iter().map(|text| regex::escape(text)).collect();
                vec![found(folded(&format!("(?:{})", any.join("|")), folds), false)]
            }
            _ => Vec::new(),
        };
        let is_expression = |rule: &Expectation| match rule {
            Expectation::Matches(text) | Expectation::NotMatches(text) => {
                validate::expression(text).is_ok()
            }
            _ => true,
        };
        let sayable = !rules.is_empty() && rules.iter().all(is_expression);
        Ok(sayable.then(|| rules.into_iter().map(|rule| (read.place.clone(), rule)).collect()))
    }

    /// What stands behind `value`, filled in.
    fn value(&self) -> Result<Value, String> {
        let Some(value) = self.at.get("value") else { return Ok(Value::Null) };
        let filled = |text: &str| {
            let text = match text.strip_prefix("file://") {
                Some(path)
                    if !path.contains(".js") && !path.contains(".py") && !path.contains(".ts") =>
                {
                    self.base.read(path)?.text.trim().to_owned()
                }
                _ => text.to_owned(),
            };
            let unfilled =
                |_| "its value cannot be filled in: write it as `expect` of the case".to_owned();
            template::render(&text, self.vars).map_err(unfilled)
        };
        match value.json() {
            Value::String(text) => Ok(filled(&text)?.into()),
            Value::Array(items) => {
                let item = |item: Value| match item {
                    Value::String(text) => Ok(filled(&text)?.into()),
                    other => Ok(other),
                };
                items
                    .into_iter()
                    .map(item)
                    .collect::<Result<Vec<Value>, String>>()
                    .map(Value::Array)
            }
            other => Ok(other),
        }
    }

    /// How the answer is read before it is checked; `None` where no rule can say it.
    fn read(&self) -> Result<Option<Read>, String> {
        let own = self.at.get("transform").and_then(At::plain);
        let mut read = Read::default();
        for transform in self.transforms.into_iter().chain([own.as_deref()]).flatten() {
            let mut path = transform.trim();
            loop {
                let before = path;
                for (call, is_fold) in
                    [(".trim()", false), (".toLowerCase()", true), (".toUpperCase()", true)]
                {
                    if let Some(rest) = path.strip_suffix(call) {
                        path = rest;
                        read.folds |= is_fold;
                        read.trims |= !is_fold;
                    }
                }
                if before == path {
                    break;
                }
            }
            match script::place(path, self.answer) {
                Some(place) if read.place == Pointer::root() => read.place = place,
                _ if path == "output" => {}
                _ => {
                    return Err(format!(
                        "its answer goes through `{}` first: {SCRIPT}",
                        shortened(transform, 40)
                    ));
                }
            }
        }
        Ok(Some(read))
    }
}

/// Whether a check reads the answer, or a part of it.
fn is_text_kind(kind: &str) -> bool {
    let kinds =
        ["equals", "regex", "starts-with", "javascript", "tool-call-f1", "trajectory:tool-used"];
    kinds.contains(&kind)
        || kind.trim_start_matches('i').trim_end_matches("-all").trim_end_matches("-any")
            == "contains"
}

fn texts(value: &Value) -> Vec<String> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    match value {
        Value::Array(items) => items.iter().filter_map(text).collect(),
        other => text(other).into_iter().collect(),
    }
}

fn within(text: &str, (is_not, folds): (bool, bool)) -> Expectation {
    match (folds, is_not) {
        (true, _) => found(folded(&regex::escape(text), true), is_not),
        (false, false) => Expectation::Contains(text.to_owned()),
        (false, true) => Expectation::NotContains(text.to_owned()),
    }
}

fn found(expression: String, is_not: bool) -> Expectation {
    if is_not { Expectation::NotMatches(expression) } else { Expectation::Matches(expression) }
}

fn folded(expression: &str, folds: bool) -> String {
    if folds { format!("(?i){expression}") } else { expression.to_owned() }
}

/// Equality with a text or a value; of an answer that is not text, with the value that the text is.
fn equals(value: &Value, is_not: bool, (read, answer): (&Read, Answer)) -> Vec<Expectation> {
    let is_text = answer == Answer::Text;
    if let (false, false, false) = (is_not, read.trims, read.folds) {
        let whole = !is_text && read.place == Pointer::root();
        return vec![Expectation::Equals(match value {
            Value::String(text) if whole => {
                serde_json::from_str(text).unwrap_or_else(|_| value.clone())
            }
            Value::Number(number) if is_text => number.to_string().into(),
            other => other.clone(),
        })];
    }
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let (open, close) = if read.trims { ("^\\s*", "\\s*$") } else { ("^", "$") };
    vec![found(folded(&format!("{open}{}{close}", regex::escape(&text)), read.folds), is_not)]
}
