//! `like = "SLOT"`: a slot that has all settings of another but those that it writes itself.

use super::shape::nearest;
use super::source::Source;
use super::tree::{Entry, Node, Tree};
use crate::domain::Diagnostic;

/// Of these a slot writes one, or takes all of the other.
const PRICE: [&str; 3] = ["price", "price-as", "price-as-of"];

/// Writes into every slot that is like another what it does not say itself. What is written keeps the
/// place where it stands.
pub(super) fn inherit(source: &Source, config: &mut Node, problems: &mut Vec<Diagnostic>) {
    let Tree::Table(sections) = &mut config.tree else { return };
    let Some(models) = sections.iter_mut().find(|entry| entry.key == "models") else { return };
    let written = models.node.entries().to_vec();
    let Tree::Table(slots) = &mut models.node.tree else { return };
    for slot in slots {
        let Some(like) = slot.node.get("like") else { continue };
        let Some(name) = like.text() else { continue };
        let known = written.iter().find(|other| other.key == name && other.key != slot.key);
        match known.filter(|other| other.node.get("like").is_none()) {
            Some(other) => add(slot, &other.node),
            None => problems.push(no_model(source, like, name, known, &written)),
        }
    }
}

fn add(slot: &mut Entry, other: &Node) {
    let has_price = PRICE.iter().any(|key| slot.node.get(key).is_some());
    let is_new = |entry: &&Entry| {
        let is_price = PRICE.contains(&entry.key.as_str());
        slot.node.get(&entry.key).is_none() && !(is_price && has_price)
    };
    let more: Vec<Entry> = other.entries().iter().filter(is_new).cloned().collect();
    if let Tree::Table(entries) = &mut slot.node.tree {
        entries.extend(more);
    }
}

fn no_model(
    source: &Source,
    like: &Node,
    name: &str,
    known: Option<&Entry>,
    written: &[Entry],
) -> Diagnostic {
    let next = known.and_then(|other| other.node.get("like")?.text());
    let (title, help) = if let Some(next) = next {
        (format!("`{name}` is like another slot itself"), format!("write `like = \"{next}\"`"))
    } else {
        let names = written.iter().map(|entry| entry.key.as_str()).filter(|key| *key != name);
        let help = match nearest(name, names) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "name another slot of `[models]`".to_owned(),
        };
        (format!("there is no other slot `{name}`"), help)
    };
    Diagnostic::error("config::unknown-slot", title)
        .at(source.place(like.span.clone()), "settings of this slot")
        .help(help)
}
