//! Tests and scenarios of a promptfoo config, each as the cases that it makes.

use std::collections::BTreeMap;

use serde_json::Value;

use super::files::{At, Base, Document, ending};
use super::notes::{Fate, Notes, Place};
use crate::domain::CaseName;
use crate::suite::case_name::{made_of, words};
use crate::template;

/// Values by name.
pub(super) type Vars = BTreeMap<String, Value>;

/// One case.
#[derive(Debug, Clone)]
pub(super) struct Case<'a> {
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) vars: Vars,
    pub(super) checks: Vec<At<'a>>,
    pub(super) tags: Vec<String>,
    /// The prompts and providers it is for, where not for all.
    pub(super) prompts: Option<Vec<String>>,
    pub(super) providers: Option<Vec<String>>,
    pub(super) transform: Option<String>,
}

/// The tests of a scenario, and the rows they are asked with.
pub(super) struct Scenario {
    pub(super) rows: Vec<Document>,
    pub(super) tests: Vec<Document>,
}

/// Makes cases.
pub(super) struct CaseReader<'a, 'n> {
    pub(super) base: &'n Base,
    pub(super) notes: &'n mut Notes,
    /// What holds for every test.
    pub(super) default: Option<At<'a>>,
}

const MOST: usize = 100_000;

impl<'a> CaseReader<'a, '_> {
    pub(super) fn tests(&mut self, tests: &'a [Document]) -> Vec<Case<'a>> {
        let all = tests.iter().flat_map(|document| document.at().items());
        all.flat_map(|test| self.cases(&[test], None)).collect()
    }

    pub(super) fn scenario(&mut self, scenario: &'a Scenario) -> Vec<Case<'a>> {
        let rows = || scenario.rows.iter().flat_map(|document| document.at().items());
        let mut cases = Vec::new();
        for row in rows() {
            let values: Vec<String> = match row.get("vars") {
                Some(vars) => vars.entries().filter_map(|(_, value)| value.plain()).collect(),
                None => Vec::new(),
            };
            let called = (rows().count() > 1).then(|| made_of(&values));
            for test in scenario.tests.iter().flat_map(|document| document.at().items()) {
                cases.extend(self.cases(&[row, test], called.as_deref()));
            }
        }
        cases
    }

    /// The cases of a test, whose layers are stronger the later they stand.
    fn cases(&mut self, layers: &[At<'a>], row: Option<&str>) -> Vec<Case<'a>> {
        let Some(test) = layers.last() else { return Vec::new() };
        let all: Vec<At<'a>> = self.default.into_iter().chain(layers.iter().copied()).collect();
        let last = |key: &str| all.iter().rev().find_map(|layer| layer.get(key));
        let option = |key: &str| all.iter().rev().find_map(|layer| layer.get("options")?.get(key));
        for layer in &all {
            self.tell_unused(*layer);
        }
        let is_set = |key: &str| option(key).is_some_and(|it| it.node.flag() == Some(true));
        let checked = if is_set("disableDefaultAsserts") { layers } else { &all };
        let checks: Vec<At<'a>> = checked
            .iter()
            .filter_map(|it| it.get("assert"))
            .flat_map(At::items)
            .flat_map(flat)
            .collect();
        let tags = all.iter().filter_map(|it| it.get("metadata")).flat_map(At::entries);
        let tags: Vec<String> = tags.flat_map(|(key, value)| tags_of(key, value)).collect();
        let (written, own) = self.written(&all, is_set("disableVarExpansion"));
        let description = test.get("description").and_then(At::plain).map(|text| words(&text));
        let head = description.filter(|name| !name.is_empty());
        let head = head.map(|name| if name.len() > 48 { made_of(&[name]) } else { name });
        let filter = |key: &str| last(key).map(At::texts);
        let draft = Case {
            name: String::new(),
            place: test.place(),
            vars: Vars::new(),
            checks,
            tags,
            prompts: filter("prompts"),
            providers: filter("providers")
                .or_else(|| filter("provider").filter(|list| !list.is_empty())),
            transform: option("transform").and_then(At::plain),
        };
        let combinations = self.combinations(&written, test.place());
        let varied: Vec<&str> = written
            .iter()
            .filter(|(_, all)| all.len() > 1)
            .map(|(name, _)| name.as_str())
            .collect();
        let mine: Vec<&str> = written
            .iter()
            .map(|(name, _)| name.as_str())
            .filter(|name| own.iter().any(|it| it == name))
            .collect();
        let cases = combinations.into_iter().map(|values| {
            let vars = resolved(values);
            let name = match &head {
                None => made_of(&texts(&vars, &mine)),
                Some(head) => {
                    let combination = (!varied.is_empty()).then(|| made_of(&texts(&vars, &varied)));
                    let parts = [Some(head.as_str()), row, combination.as_deref()];
                    parts.into_iter().flatten().collect::<Vec<_>>().join("-")
                }
            };
            let name = if CaseName::new(&*name).is_ok() { name } else { made_of(&[name]) };
            Case { name, vars, ..draft.clone() }
        });
        cases.collect()
    }

    /// The values of the layers, the later stronger, and the names of those that are not of every test.
    fn written(&mut self, all: &[At<'a>], whole: bool) -> (Vec<(String, Vec<Value>)>, Vec<String>) {
        let mut written: Vec<(String, Vec<Value>)> = Vec::new();
        let mut own = Vec::new();
        for layer in all {
            for (name, values) in self.vars(*layer, whole) {
                let is_default = self.default.is_some_and(|it| std::ptr::eq(it.node, layer.node));
                own.extend((!is_default).then(|| name.clone()));
                match written.iter_mut().find(|(known, _)| *known == name) {
                    Some(known) => known.1 = values,
                    None => written.push((name, values)),
                }
            }
        }
        (written, own)
    }

    /// The values of a layer, each of a list by itself.
    fn vars(&mut self, layer: At<'a>, whole: bool) -> Vec<(String, Vec<Value>)> {
        let Some(vars) = layer.get("vars") else { return Vec::new() };
        if vars.is_table() {
            let place = vars.place();
            return vars
                .entries()
                .map(|(name, value)| (name.to_owned(), self.values(&value.json(), whole, &place)))
                .collect();
        }
        let mut found = Vec::new();
        for path in vars.texts().iter().flat_map(|pattern| self.base.files(pattern)) {
            match self.base.document(&path) {
                Ok(document) => {
                    for (name, value) in document.at().entries() {
                        found.push((
                            name.to_owned(),
                            self.values(&value.json(), whole, &vars.place()),
                        ));
                    }
                }
                Err(why) => self.notes.left(vars.place(), format!("vars of `{path}`"), why),
            }
        }
        found
    }

    fn values(&mut self, value: &Value, whole: bool, place: &Place) -> Vec<Value> {
        match value {
            Value::Array(items) if !whole && items.first().is_some_and(Value::is_string) => {
                items.iter().flat_map(|item| self.values(item, true, place)).collect()
            }
            Value::String(text) if text.starts_with("file://") => self.loaded(text, place),
            Value::String(text) => vec![text.strip_suffix('\n').unwrap_or(text).into()],
            Value::Null => vec!["".into()],
            other => vec![other.clone()],
        }
    }

    /// The texts of the files that a value names.
    fn loaded(&mut self, path: &str, place: &Place) -> Vec<Value> {
        let mut values = Vec::new();
        for file in self.base.files(path) {
            let read = match ending(&file) {
                "yaml" | "yml" => self.base.document(&file).map(|it| it.node.to_json().to_string()),
                "js" | "ts" | "mjs" | "cjs" | "py" | "pdf" | "png" | "jpg" | "jpeg" | "gif"
                | "webp" | "mp4" => {
                    Err("only texts are carried: write what it gives as a value".to_owned())
                }
                _ => self.base.read(&file).map(|source| source.text.trim().to_owned()),
            };
            match read {
                Ok(text) => values.push(text.into()),
                Err(why) => self.notes.left(place.clone(), format!("variable of `{file}`"), why),
            }
        }
        if values.is_empty() {
            self.notes.left(
                place.clone(),
                format!("variable of `{path}`"),
                "write its text as a value",
            );
            values.push("".into());
        }
        values
    }

    fn combinations(
        &mut self,
        written: &[(String, Vec<Value>)],
        place: Place,
    ) -> Vec<Vec<(String, Value)>> {
        let count =
            written.iter().fold(1_usize, |count, (_, values)| count.saturating_mul(values.len()));
        if count > MOST {
            self.notes.left(
                place,
                format!("a test of {count} cases"),
                "write the ones that matter",
            );
            return Vec::new();
        }
        let mut all = vec![Vec::new()];
        for (name, values) in written {
            let with = |head: &Vec<(String, Value)>, value: &Value| {
                let mut head = head.clone();
                head.push((name.clone(), value.clone()));
                head
            };
            all =
                all.iter().flat_map(|head| values.iter().map(|value| with(head, value))).collect();
        }
        all
    }

    fn tell_unused(&mut self, layer: At<'a>) {
        for (key, value) in layer.entries() {
            let instead = match key {
                "vars" | "assert" | "description" | "metadata" | "prompts" | "providers" => {
                    continue;
                }
                "options" => {
                    self.tell_options(value);
                    continue;
                }
                "provider" => "the case is kept for this provider, where it is one of the slots",
                "threshold" => "every check of a case must hold here",
                "providerOutput" => "`import answers FILE` takes answers in",
                "metric" => "reports count by prompt, slot and kind of change",
                _ => "nothing here does the same",
            };
            self.notes.left(value.place(), format!("`{key}` of a test"), instead);
        }
        for check in layer.get("assert").into_iter().flat_map(At::items).flat_map(flat) {
            for (key, instead) in [
                ("metric", "reports count by prompt, slot and kind of change"),
                ("weight", "every check of a case must hold here"),
            ] {
                if let Some(value) = check.get(key) {
                    self.notes.left(value.place(), format!("`{key}` of a check"), instead);
                }
            }
        }
        for set in layer
            .get("assert")
            .into_iter()
            .flat_map(At::items)
            .filter(|it| it.get("assert").is_some())
        {
            if set.get("threshold").is_some() {
                let instead = "every check of it must hold here";
                self.notes.left(set.place(), "`threshold` of an assert-set", instead);
            }
        }
    }

    fn tell_options(&mut self, options: At<'a>) {
        for (key, value) in options.entries() {
            let instead = match key {
                "transform" | "disableVarExpansion" | "disableDefaultAsserts" => continue,
                "prefix" | "suffix" => "write it into `user` of the prompt",
                "provider" | "rubricPrompt" => "no model judges here",
                "runSerially" => "`max-concurrency = 1` of the slot",
                "repeat" => "`samples` in an `[[override]]`",
                _ => "nothing here does the same",
            };
            self.notes.tell(
                Fate::Left,
                value.place(),
                format!("option `{key}` of a test"),
                instead,
            );
        }
    }
}

/// Values as texts.
fn texts(vars: &Vars, names: &[&str]) -> Vec<String> {
    let values = names.iter().filter_map(|name| vars.get(*name));
    values.map(|it| it.as_str().map_or_else(|| it.to_string(), str::to_owned)).collect()
}

/// The checks of a set, or the check itself.
fn flat(check: At<'_>) -> Vec<At<'_>> {
    match check.get("assert") {
        Some(inner) => inner.items().flat_map(flat).collect(),
        None => vec![check],
    }
}

/// Values whose own braces are filled in, as promptfoo does.
fn resolved(values: Vec<(String, Value)>) -> Vars {
    let mut vars: Vars = values.into_iter().collect();
    for _ in 0..5 {
        let mut moved = false;
        for name in vars.keys().cloned().collect::<Vec<_>>() {
            let Some(Value::String(text)) =
                vars.get(&name).filter(|it| it.to_string().contains("{{"))
            else {
                continue;
            };
            if let Ok(filled) = template::render(text, &vars)
                && filled != *text
            {
                vars.insert(name, filled.into());
                moved = true;
            }
        }
        if !moved {
            break;
        }
    }
    vars
}

/// Metadata as words to find a case by.
fn tags_of(key: &str, value: At<'_>) -> Vec<String> {
    if value.node.flag() == Some(true) {
        return vec![words(key)];
    }
    let tag = |text: String| words(&format!("{key} {text}"));
    value.texts().into_iter().map(tag).collect()
}
