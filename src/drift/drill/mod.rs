//! Breakages that model updates bring, inflicted on recorded answers: whether a gate would notice is
//! better tried before it has to. One table, and the places of an answer that each row can hit.

mod act;
mod dice;
mod remedy;
mod spots;
mod table;
#[cfg(test)]
mod tests;
mod write;

use serde_json::Value;

use crate::domain::{PointerPattern, StopReason, Weight};

pub(crate) use dice::Dice;
pub(crate) use remedy::Remedy;
pub(crate) use table::BREAKAGES;

use act::Act;
use remedy::Cure;
use spots::Target;

/// One way in which an answer can break.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Breakage {
    /// Its name.
    pub name: &'static str,
    /// How much it matters.
    pub weight: Weight,
    /// One sentence: what happens to the answer.
    pub title: &'static str,
    /// What would make the gate notice, or the update harmless.
    pub remedy: &'static str,
    /// What the code of a broken answer begins with; empty for answers that stay valid.
    pub code: &'static str,
    target: Target,
    act: Act,
    /// What a schema or a suite could say against it.
    cures: &'static [Cure],
}

/// An answer that can be broken.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Whole {
    value: Value,
    is_pretty: bool,
}

impl Whole {
    /// Takes an answer as it was written, so that the order of its keys is kept; where the text is
    /// no JSON, its value.
    pub(crate) fn new(text: Option<&str>, value: &Value) -> Self {
        let written = text.and_then(|text| serde_json::from_str(text).ok());
        let is_pretty = text.is_some_and(|text| text.trim().contains('\n'));
        Self { value: written.unwrap_or_else(|| value.clone()), is_pretty }
    }
}

/// A broken answer, as it would arrive.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Broken {
    /// What the model wrote.
    pub text: String,
    /// Why it ended.
    pub stop: StopReason,
    /// The HTTP status where the request was refused.
    pub status: Option<u16>,
}

impl Breakage {
    /// The row of that name.
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        BREAKAGES.iter().find(|row| row.name == name)
    }

    /// Where it can hit an answer that is usually like this; the places outside of arrays first.
    pub(crate) fn places(&self, usual: &Value, schema: Option<&Value>) -> Vec<PointerPattern> {
        if usual.is_string() && !self.is_for_texts() {
            return Vec::new();
        }
        spots::spots(usual, schema, self.target).into_iter().map(|spot| spot.place).collect()
    }

    /// Breaks an answer at a place; `None` where that answer has nothing to break there. `usual` is
    /// what the cell usually answers: a flipped value is another one than that.
    pub(crate) fn inflict(
        &self,
        place: &PointerPattern,
        answer: &Whole,
        usual: &Value,
        schema: Option<&Value>,
    ) -> Option<Broken> {
        let mut broken = answer.value.clone();
        match self.act {
            Act::Text(write) => return Some(write(&answer.value)),
            Act::Whole(change) => change(&mut broken),
            Act::Remove => act::remove(&mut broken, place),
            Act::Value(change) => {
                let declared = spots::declared(schema, place);
                let usual = usual.pointer(place.as_str());
                act::each(&mut broken, place, &mut |value| {
                    *value = change(value, &act::About { usual, declared: &declared })?;
                    Some(())
                });
            }
            Act::Pretty => {
                let text = format!("{broken:#}");
                return Some(Broken { text, stop: StopReason::Complete, status: None });
            }
        }
        let is_other = write::flat(&broken) != write::flat(&answer.value);
        let text = if answer.is_pretty { format!("{broken:#}") } else { write::flat(&broken) };
        is_other.then_some(Broken { text, stop: StopReason::Complete, status: None })
    }

    /// Whether an answer that is a mere text can break like this.
    fn is_for_texts(&self) -> bool {
        let codes = ["refused", "truncated", "empty", "rejected-request"];
        codes.contains(&self.code) || self.target == Target::Prose
    }

    /// Whether it is about how the answer is written, and not about what stands in it.
    pub(crate) fn is_of_writing(&self) -> bool {
        matches!(self.act, Act::Text(_))
    }

    /// Whether the gate is meant to fail because of it.
    #[cfg(test)]
    pub(crate) fn matters(&self) -> bool {
        self.weight > Weight::Cosmetic
    }
}
