//! Prompts, slots and cases as pages of a suite: one for each prompt and what its answers must be,
//! over slots and cases that make a product.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::cases::{Case, Vars};
use super::checks::{Carried, Check, shown};
use super::contract::{Contract, PlannedTrial};
use super::files::{At, Base};
use super::notes::{Fate, Notes};
use super::prompts::{Prompt, unique};
use super::slot::Slot;
use crate::domain::kit::quoted;
use crate::domain::{Expectation, Pointer};
use crate::template;

/// A prompt file to be written.
#[derive(Debug)]
pub(super) struct Page<'a> {
    pub(super) name: String,
    pub(super) prompt: &'a Prompt,
    pub(super) contract: Contract,
    pub(super) slots: Vec<&'a Slot>,
    /// Why it is not asked of every slot.
    pub(super) reason: String,
    pub(super) vars: Vars,
    /// Lines of a file of cases.
    pub(super) cases: Vec<Value>,
}

type Given<'a> = (&'a [Prompt], &'a [Slot], &'a [Case<'a>], Option<At<'a>>);

pub(super) fn pages<'a>(
    base: &Base,
    notes: &mut Notes,
    (prompts, slots, cases, default): Given<'a>,
) -> Vec<Page<'a>> {
    let wishes: Vec<PlannedTrial> =
        cases.iter().map(|case| PlannedTrial::of(base, notes, case)).collect();
    let shared = shared(cases, default);
    let mut pages: Vec<Page<'a>> = Vec::new();
    for prompt in prompts {
        let mut groups: Vec<(Contract, Vec<usize>, Vec<&'a Slot>)> = Vec::new();
        let for_prompt =
            |case: &Case<'_>| case.prompts.as_ref().is_none_or(|only| prompt.is_among(only));
        let mine =
            || cases.iter().zip(&wishes).enumerate().filter(|(_, (case, _))| for_prompt(case));
        let common = PlannedTrial::common(mine().map(|(_, (_, wanted))| wanted));
        for slot in slots.iter().filter(|slot| asks(slot, prompt)) {
            let mut by_contract: Vec<(Contract, Vec<usize>)> = Vec::new();
            for (index, (case, wanted)) in mine() {
                if case.providers.as_ref().is_none_or(|only| slot.is_among(only)) {
                    let wanted = common.as_ref().unwrap_or(wanted);
                    let contract = wanted.contract(slot, notes, case);
                    match by_contract.iter_mut().find(|(known, _)| *known == contract) {
                        Some((_, indices)) => indices.push(index),
                        None => by_contract.push((contract, vec![index])),
                    }
                }
            }
            for (contract, indices) in by_contract {
                let same = |group: &&mut (Contract, Vec<usize>, Vec<&Slot>)| {
                    group.0 == contract && group.1 == indices
                };
                match groups.iter_mut().find(same) {
                    Some(group) => group.2.push(slot),
                    None => groups.push((contract, indices, vec![slot])),
                }
            }
        }
        let several = groups.len() > 1;
        for (contract, indices, asked) in groups {
            let name = unique(&prompt.name, |name| {
                pages.iter().any(|page| page.name == name)
                    || (name != prompt.name && prompts.iter().any(|it| it.name == name))
            });
            let reason = reason(slots, prompt, several);
            let chosen = indices.iter().filter_map(|index| cases.get(*index));
            let mut page = Page {
                name,
                prompt,
                contract,
                slots: asked,
                reason,
                vars: shared.clone(),
                cases: Vec::new(),
            };
            page.fill(base, notes, chosen);
            pages.push(page);
        }
    }
    pages
}

fn asks(slot: &Slot, prompt: &Prompt) -> bool {
    slot.prompts.as_ref().is_none_or(|(only, _)| prompt.is_among(only))
}

fn reason(slots: &[Slot], prompt: &Prompt, several: bool) -> String {
    let left = slots.iter().filter(|slot| !asks(slot, prompt));
    let left = left.filter_map(|slot| {
        let (only, place) = slot.prompts.as_ref()?;
        Some(format!(
            "{} is asked {} only ({}:{})",
            slot.name,
            only.join(", "),
            place.file,
            place.line
        ))
    });
    let split = several.then(|| "slots or cases differ in what an answer must be".to_owned());
    left.chain(split).collect::<Vec<_>>().join("; ")
}

/// The values of every test that no case lists or changes by files.
fn shared(cases: &[Case<'_>], default: Option<At<'_>>) -> Vars {
    let names = default
        .and_then(|it| it.get("vars"))
        .map(|vars| vars.entries().map(|(name, _)| name.to_owned()).collect());
    let names: Vec<String> = names.unwrap_or_default();
    let most = |name: String| {
        let mut counts: Vec<(&Value, usize)> = Vec::new();
        for value in cases.iter().filter_map(|case| case.vars.get(&name)) {
            match counts.iter_mut().find(|(known, _)| *known == value) {
                Some((_, count)) => *count += 1,
                None => counts.push((value, 1)),
            }
        }
        let (value, _) = counts.into_iter().rev().max_by_key(|(_, count)| *count)?;
        Some((name, value.clone()))
    };
    names.into_iter().filter(|name| is_name(name)).filter_map(most).collect()
}

fn is_name(name: &str) -> bool {
    let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    starts && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

impl<'a> Page<'a> {
    fn fill(&mut self, base: &Base, notes: &mut Notes, cases: impl Iterator<Item = &'a Case<'a>>) {
        let mut names = BTreeSet::new();
        for case in cases {
            let mut vars = case.vars.clone();
            self.add_missing(notes, &mut vars);
            let name = unique(&case.name, |name| names.contains(&name.to_lowercase()));
            names.insert(name.to_lowercase());
            let mut line = Map::from_iter([("name".to_owned(), Value::from(name))]);
            let (usable, others): (Vars, Vars) =
                vars.clone().into_iter().partition(|(name, _)| is_name(name));
            if !others.is_empty() {
                let others = quoted(others.keys());
                notes.left(
                    case.place.clone(),
                    format!("the variables {others}"),
                    "a name has letters, digits and `_`",
                );
            }
            let own: Map<String, Value> = usable
                .into_iter()
                .filter(|(name, value)| self.vars.get(name) != Some(value))
                .collect();
            if !own.is_empty() {
                line.insert("vars".to_owned(), own.into());
            }
            if !case.tags.is_empty() {
                line.insert("tags".to_owned(), case.tags.clone().into());
            }
            self.checks(base, notes, (case, &vars, &mut line));
            self.cases.push(line.into());
        }
        let anthropic = self.slots.iter().find(|slot| slot.provider == "anthropic");
        if let Some(slot) = anthropic.filter(|_| {
            self.prompt.is_text && self.prompt.turns.iter().any(|(_, text)| text.contains("\n\n"))
        }) {
            let instead = format!("they are sent to `{}` too, which promptfoo does not", slot.name);
            notes.tell(
                Fate::Differs,
                self.prompt.place.clone(),
                "blank lines of the prompt",
                instead,
            );
        }
    }

    /// Gives the names that no value has the value that nunjucks takes for them, which is nothing.
    fn add_missing(&mut self, notes: &mut Notes, vars: &mut Vars) {
        let texts = self.prompt.turns.iter().map(|(_, text)| text).chain([&self.prompt.system]);
        for text in texts {
            for error in template::render(text, vars).err().into_iter().flatten() {
                let place = self.prompt.place.clone();
                match error.variable {
                    Some(name) if !vars.contains_key(&name) && is_name(&name) => {
                        let instead = "it is empty there: `vars` of the prompt say so";
                        notes.tell(
                            Fate::Differs,
                            place,
                            format!("`{name}` has no value in some cases"),
                            instead,
                        );
                        vars.insert(name.clone(), "".into());
                        self.vars.insert(name, "".into());
                    }
                    Some(name) => {
                        let instead = "write it in the words of minijinja, as `{{ list | length }}`; `check` says where";
                        let what = format!("a member of `{name}` that is not read here");
                        notes.left(place, what, instead);
                    }
                    None => {
                        let instead = "write it in the words of minijinja; `check` says where";
                        notes.left(
                            place,
                            format!("a template that is not read here: {}", error.message),
                            instead,
                        );
                    }
                }
            }
        }
    }

    fn checks(
        &self,
        base: &Base,
        notes: &mut Notes,
        (case, vars, line): (&Case<'_>, &Vars, &mut Map<String, Value>),
    ) {
        let mut rules: BTreeMap<Pointer, Vec<Expectation>> = BTreeMap::new();
        for at in &case.checks {
            let answer = self.contract.answer();
            let transforms = [self.contract.transform.as_deref(), case.transform.as_deref()];
            let check = Check { base, at: *at, vars, answer, transforms };
            let instead = match check.carry() {
                Err(instead) => {
                    let part = format!(" (prompts/{}.md)", self.name);
                    let part = if self.reason.is_empty() { "" } else { &part };
                    let instead = format!("{instead}{part}");
                    notes.tell(Fate::CheckLeft, at.place(), shown(*at), instead);
                    continue;
                }
                Ok(Carried::Covered(by)) => by.to_owned(),
                Ok(Carried::CostUsd(most)) => {
                    line.insert("max-cost-usd".to_owned(), json!(most));
                    "`max-cost-usd` of the case".to_owned()
                }
                Ok(Carried::LatencyMs(most)) => {
                    line.insert("max-latency".to_owned(), format!("{most}ms").into());
                    "`max-latency` of the case".to_owned()
                }
                Ok(Carried::Rules(found)) => {
                    let said = found.iter().map(|(place, rule)| said(place, rule));
                    let said = said.collect::<Vec<_>>().join(", ");
                    for (place, rule) in found {
                        let known = rules.entry(place).or_default();
                        if !known.contains(&rule) {
                            known.push(rule);
                        }
                    }
                    said
                }
            };
            notes.tell(Fate::CheckCarried, at.place(), shown(*at), instead);
        }
        if !rules.is_empty() {
            let expect =
                rules.into_iter().map(|(place, rules)| (place.to_string(), written(rules)));
            line.insert("expect".to_owned(), expect.collect::<Map<_, _>>().into());
        }
    }
}

/// A rule in one line.
fn said(place: &Pointer, rule: &Expectation) -> String {
    let rule = json!(rule);
    let rule = rule.as_object().into_iter().flatten().next();
    rule.map(|(name, wanted)| format!("expect \"{place}\" {name} {wanted}")).unwrap_or_default()
}

/// Rules as a case holds them.
fn written(rules: Vec<Expectation>) -> Value {
    if let [Expectation::Equals(value)] = rules.as_slice()
        && !value.is_object()
    {
        return value.clone();
    }
    let mut table = Map::new();
    for rule in rules {
        for (key, value) in json!(rule).as_object().into_iter().flatten() {
            let of_text = rule.is_of_text();
            match table.get_mut(key) {
                None => {
                    table.insert(key.clone(), value.clone());
                }
                Some(Value::Array(list)) if of_text => list.push(value.clone()),
                Some(known) if of_text => *known = json!([known.clone(), value]),
                Some(_) => {}
            }
        }
    }
    table.into()
}
