//! What each slot's model and server have, and what the suite uses of it. By the tables alone.

use serde::Serialize;

use super::Project;
use crate::domain::{Cell, Model, Output, Slot, Structured};
use crate::model_facts;
use crate::provider::{self, Dialect};

/// One slot, and its features in the order of the documentation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SlotFeatures {
    /// The slot.
    pub slot: Slot,
    /// The id that is asked for.
    pub id: String,
    /// How its server is spoken to.
    pub dialect: String,
    /// Most tokens of a prompt, where that is known.
    pub context: Option<u64>,
    /// Most tokens of an answer, where that is known.
    pub output: Option<u64>,
    /// What there is.
    pub features: Vec<Feature>,
}

/// One thing that a model can have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Feature {
    /// Its name.
    pub name: &'static str,
    /// Whether the model and its server have it; `None` where that is not known.
    pub has: Option<bool>,
    /// Whether any cell of the slot uses it.
    pub used: bool,
    /// Why it has it not, or what has to be done to use it.
    pub why: Option<String>,
}

impl Project {
    /// What each slot has, and what the suite uses of it.
    pub fn features(&self) -> Vec<SlotFeatures> {
        let of = |model: &Model| {
            let cells = self.suite.cells.iter().filter(|cell| cell.id.model == model.slot);
            features(model, &cells.collect::<Vec<_>>())
        };
        self.suite.models.values().map(|model| of(model)).collect()
    }
}

fn features(model: &Model, cells: &[&Cell]) -> SlotFeatures {
    let dialect = provider::dialect(&model.dialect);
    let (vendor, id) = provider::price_key(model);
    let facts = vendor.map(|vendor| model_facts::facts(vendor, id)).unwrap_or_default();
    let any = |fits: &dyn Fn(&Cell) -> bool| cells.iter().any(|cell| fits(cell));
    let is_json = |cell: &Cell| matches!(cell.output, Output::Json { .. });
    let has_tools = |cell: &Cell| matches!(cell.output, Output::Tools { .. });
    let mode = |cell: &Cell, mode| cell.model.structured == mode;
    let feature = |name, has, used| Feature { name, has, used, why: None };
    let row = |fits: fn(&Dialect) -> bool| dialect.map(fits);
    let takes = |key: &'static str| parameter(model, dialect, key);
    let set = |fits: fn(&Model) -> bool| cells.iter().any(|cell| fits(&cell.model));
    let native =
        row(|row| row.has(Structured::Native)).map(|has| has && facts.schema != Some(false));
    let caches = facts.cache.or(row(|row| row.caches_from.is_some()).filter(|has| *has));
    let effort = takes("reasoning-effort");
    let effort = if effort.0 == Some(true) { (facts.reasoning, None) } else { effort };
    let temperature = takes("temperature");
    let seed = takes("seed");
    let stream = takes("stream");
    let features = vec![
        feature(
            "native schema",
            native,
            any(&|cell| is_json(cell) && mode(cell, Structured::Native)),
        ),
        feature(
            "strict tools",
            row(|row| row.strict_tools),
            any(&|cell| has_tools(cell) || (is_json(cell) && mode(cell, Structured::Tool))),
        ),
        feature("prompt cache", caches, any(&|cell| provider::caches(&cell.model, &cell.system))),
        Feature {
            why: Some("run --batch".to_owned()),
            ..feature("batch", row(|row| row.batches.is_some()), false)
        },
        Feature {
            why: seed.1,
            ..feature("seed", seed.0, set(|model| model.params.seed.is_some()))
        },
        Feature {
            why: temperature.1,
            ..feature("temperature", temperature.0, set(|model| model.params.temperature.is_some()))
        },
        Feature {
            why: effort.1,
            ..feature("effort", effort.0, set(|model| model.params.reasoning_effort.is_some()))
        },
        feature("images", facts.images, false),
        feature("documents", facts.documents, false),
        Feature {
            why: stream.1,
            ..feature("streaming", stream.0, set(|model| model.params.stream))
        },
    ];
    let (slot, dialect) = (model.slot.clone(), model.dialect.clone());
    let (context, output) = (facts.context, facts.output);
    SlotFeatures { slot, id: model.id.clone(), dialect, context, output, features }
}

/// Whether a parameter is taken and gone by, and why not.
fn parameter(
    model: &Model,
    dialect: Option<&Dialect>,
    key: &str,
) -> (Option<bool>, Option<String>) {
    if let Some(why) = dialect.and_then(|row| row.refusal(key)) {
        return (Some(false), Some(why.to_owned()));
    }
    if key == "temperature" {
        let mut asks = model.clone();
        asks.params.temperature = Some(0.5);
        let refused = provider::refused(&asks, &Output::Text);
        if let Some((_, why)) = refused.into_iter().find(|(known, _)| *known == key) {
            return (Some(false), Some(why));
        }
        let (vendor, id) = provider::price_key(model);
        if vendor.is_some_and(|vendor| model_facts::ignores_sampling(vendor, id)) {
            return (Some(false), Some(format!("`{id}` takes it and does not go by it")));
        }
    }
    (dialect.map(|_| true), None)
}
