//! Schemas lowered once each, for all cells that share one.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::{Hash, Schema};

use super::{LowerError, Lowered, lower};
use crate::provider::subset::subset;

/// What came of a schema in a subset.
type Outcome = Result<Arc<Lowered>, LowerError>;

/// Remembers what came of every schema in every subset: the same goes in for thousands of cells.
#[derive(Debug, Default)]
pub struct Lowerings(Mutex<BTreeMap<(Hash, &'static str), Outcome>>);

impl Lowerings {
    /// The schema, said in the subset of this name; as it is where there is no such subset.
    pub(crate) fn of(
        &self,
        schema: &Schema,
        name: &'static str,
    ) -> Result<Arc<Lowered>, LowerError> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lowered = || match subset(name) {
            Some(subset) => lower(&schema.document, subset).map(Arc::new),
            None => Ok(Arc::new(Lowered::unchanged(&schema.document))),
        };
        known.entry((schema.hash.clone(), name)).or_insert_with(lowered).clone()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_schema_is_lowered_once_for_each_subset() {
        let known = Lowerings::default();
        let schema = |title: &str| {
            Schema::new(
                "x.json",
                json!({"type": "object", "additionalProperties": false, "properties": {title: {"type": "string"}}}),
            )
        };
        let (one, same, other) = (schema("a"), schema("a"), schema("b"));
        let first = known.of(&one, "openai").unwrap();
        assert!(Arc::ptr_eq(&first, &known.of(&same, "openai").unwrap()));
        assert_eq!(*first, lower(&one.document, subset("openai").unwrap()).unwrap());
        for (schema, name) in [(&one, "gemini"), (&other, "openai"), (&one, "none such")] {
            assert!(!Arc::ptr_eq(&first, &known.of(schema, name).unwrap()), "{name}");
        }
    }
}
