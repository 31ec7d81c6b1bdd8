//! What a place of an answer is for: it decides what is compared there, and how much a change
//! weighs.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a place of an answer is for. Learned from accepted answers, or set by the suite.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum FieldRole {
    /// A value that should not vary.
    Exact,
    /// Names a thing elsewhere: an order, a customer.
    Identifier,
    /// One of a closed list, or true and false.
    Enumerable,
    /// A number that varies between answers.
    Numeric,
    /// A date, a time or another text of a fixed form.
    Format,
    /// An array whose order says something.
    Ordered,
    /// An array whose order says nothing.
    Set,
    /// Text that people read.
    FreeText,
    /// Another value in every answer: a time, a random id.
    Volatile,
}

impl FieldRole {
    /// Where a schema says the role of a place itself. Providers never see it.
    pub const KEYWORD: &str = "x-pm-role";

    /// All roles.
    pub const ALL: [Self; 9] = [
        Self::Exact,
        Self::Identifier,
        Self::Enumerable,
        Self::Numeric,
        Self::Format,
        Self::Ordered,
        Self::Set,
        Self::FreeText,
        Self::Volatile,
    ];

    /// Its name in config, schema and profile.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Identifier => "identifier",
            Self::Enumerable => "enumerable",
            Self::Numeric => "numeric",
            Self::Format => "format",
            Self::Ordered => "ordered",
            Self::Set => "set",
            Self::FreeText => "free-text",
            Self::Volatile => "volatile",
        }
    }
}

impl fmt::Display for FieldRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for FieldRole {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_written_as_it_is_read() {
        for role in FieldRole::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
            assert_eq!(serde_json::to_value(role).unwrap(), role.as_str());
        }
    }
}
