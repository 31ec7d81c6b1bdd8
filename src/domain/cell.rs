//! One cell of the matrix: a prompt, a case and a slot.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CaseName, NameError, PromptName, Slot};

/// Names one cell, written `prompt/case@slot`.
///
/// Ordered by prompt, then case, then slot: the order of every list in output.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct CellId {
    pub prompt: PromptName,
    pub case: CaseName,
    pub model: Slot,
}

impl fmt::Display for CellId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}/{}@{}", self.prompt, self.case, self.model))
    }
}

impl FromStr for CellId {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let (prompt, rest) = text.split_once('/').ok_or(NameError::Shape)?;
        let (case, model) = rest.split_once('@').ok_or(NameError::Shape)?;
        Ok(Self {
            prompt: PromptName::new(prompt)?,
            case: CaseName::new(case)?,
            model: Slot::new(model)?,
        })
    }
}

impl TryFrom<String> for CellId {
    type Error = NameError;
    fn try_from(text: String) -> Result<Self, NameError> {
        text.parse()
    }
}

impl From<CellId> for String {
    fn from(id: CellId) -> Self {
        id.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_written_and_read_the_same_way() {
        let id: CellId = "triage/refund@gpt-4o".parse().unwrap();
        assert_eq!(id.to_string(), "triage/refund@gpt-4o");
        assert!("triage@x".parse::<CellId>().is_err());
        assert!("triage/x".parse::<CellId>().is_err());
    }
}
