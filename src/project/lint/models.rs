//! What a suite asks and its models are known not to take, or not to go by.

use std::collections::BTreeSet;

use crate::domain::{Diagnostic, Structured};
use crate::run::Prepared;
use crate::{model_facts, provider};

/// What the models themselves do not take, or go by, each once for its slot.
pub(super) fn lints(prepared: &[Prepared]) -> Vec<Diagnostic> {
    let (mut told, mut seen) = (Vec::new(), BTreeSet::new());
    for ready in prepared {
        let cell = &ready.cell;
        for (what, found) in of_model(ready) {
            let prompt = (what != "slot").then(|| cell.id.prompt.clone());
            if seen.insert((cell.model.slot.clone(), prompt, found.code)) {
                told.push(found.at(cell.place.clone(), "asked by this case"));
            }
        }
    }
    told
}

/// Each with whether it is of the slot or of the prompt.
fn of_model(ready: &Prepared) -> Vec<(&'static str, Diagnostic)> {
    let (cell, model) = (&ready.cell, &*ready.cell.model);
    let (vendor, id) = provider::price_key(model);
    let Some(vendor) = vendor else { return Vec::new() };
    let (facts, slot) = (model_facts::facts(vendor, id), &model.slot);
    let mut found = Vec::new();
    let is_native = model.structured == Structured::Native && ready.wire_schema.is_some();
    if is_native && facts.schema == Some(false) {
        let title = format!("slot `{slot}`: {id} is known to refuse `structured = \"native\"`");
        let help = "write `structured = \"prompt\"`, or take a model that has it";
        found.push(("slot", Diagnostic::warning("model::unsupported-mode", title).help(help)));
    }
    let system = model_facts::tokens(cell.system.len());
    let least = facts.cache_min.filter(|least| model.cache_system_prompt && system < *least);
    if let Some(least) = least {
        let prompt = &cell.id.prompt;
        let title = format!(
            "slot `{slot}`: the system prompt of {prompt} has about {system} tokens, and {id} caches from {least} on"
        );
        let help = "put examples into the system prompt, or take `cache-system-prompt` away";
        found.push(("prompt", Diagnostic::warning("model::uncached-prompt", title).help(help)));
    }
    let whole = model_facts::tokens(ready.body_bytes);
    if let Some(most) = facts.context.filter(|most| whole > *most) {
        let title =
            format!("slot `{slot}`: {} has about {whole} tokens, and {id} takes {most}", cell.id);
        let help = "shorten it, split it, or ask a model with a larger context";
        found.push(("prompt", Diagnostic::warning("model::context", title).help(help)));
    }
    let wanted = model.params.max_output_tokens;
    if let Some((wanted, most)) = wanted.zip(facts.output).filter(|(wanted, most)| wanted > most) {
        let title =
            format!("slot `{slot}`: {wanted} output tokens are asked for, and {id} gives {most}");
        let help = format!("write `max-output-tokens = {most}`, or less");
        found.push(("slot", Diagnostic::warning("model::max-output", title).help(help)));
    }
    let set = [("temperature", model.params.temperature), ("top-p", model.params.top_p)];
    let set: Vec<&str> = set.iter().filter(|(_, it)| it.is_some()).map(|(name, _)| *name).collect();
    if !set.is_empty() && model_facts::ignores_sampling(vendor, id) {
        let title = format!("slot `{slot}`: {id} takes `{}` and goes by none", set.join("`, `"));
        let help = "take it away, and count on answers that vary";
        found.push(("slot", Diagnostic::note("model::ignored-parameter", title).help(help)));
    }
    found
}
