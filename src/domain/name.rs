//! Names that users choose: prompts, cases, slots, environment variables.

use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why a text is not a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing was written.
    #[error("a name cannot be empty")]
    Empty,
    /// Longer than a file name can safely be.
    #[error("a name has at most 80 characters")]
    TooLong,
    /// A character outside the alphabet of names.
    #[error("`{0}` cannot stand in a name: use letters, digits, `-`, `.` and single `_`")]
    Character(char),
    /// Names become parts of file names, where a leading dot hides and `__` splits.
    #[error("a name starts with a letter or a digit and has no `__` in it")]
    Shape,
    /// A device on Windows, where no file can have the name.
    #[error("`{0}` is a device on Windows, where no file can be called so")]
    Device(String),
}

fn check(text: &str) -> Result<(), NameError> {
    if text.is_empty() {
        return Err(NameError::Empty);
    }
    if text.chars().count() > 80 {
        return Err(NameError::TooLong);
    }
    if let Some(bad) = text.chars().find(|c| !(c.is_alphanumeric() || matches!(c, '-' | '.' | '_')))
    {
        return Err(NameError::Character(bad));
    }
    let first_is_fine = text.chars().next().is_some_and(char::is_alphanumeric);
    // insta splits snapshot names at the last `__`; a trailing dot is lost on some file systems.
    if !first_is_fine || text.contains("__") || text.ends_with('.') {
        return Err(NameError::Shape);
    }
    // Windows looks at what stands before the first dot only.
    let stem = text.split('.').next().unwrap_or_default().to_lowercase();
    let number = stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt"));
    let is_port = number.is_some_and(|number| {
        matches!(number, "\u{b9}" | "\u{b2}" | "\u{b3}")
            || (number.len() == 1 && matches!(number.as_bytes(), [b'1'..=b'9']))
    });
    if is_port || matches!(stem.as_str(), "con" | "prn" | "aux" | "nul") {
        return Err(NameError::Device(stem));
    }
    Ok(())
}

macro_rules! name {
    ($(#[$doc:meta])* $type:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[derive(JsonSchema)]
        #[serde(try_from = "String", into = "String")]
        #[schemars(with = "String")]
        pub struct $type(Arc<str>);

        impl $type {
            /// Reads a name, refusing what could not be a file name.
            pub fn new(text: impl Into<String>) -> Result<Self, NameError> {
                let text = text.into();
                check(&text)?;
                Ok(Self(text.into()))
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl TryFrom<String> for $type {
            type Error = NameError;
            fn try_from(text: String) -> Result<Self, NameError> {
                Self::new(text)
            }
        }

        impl From<$type> for String {
            fn from(name: $type) -> Self {
                name.0.as_ref().to_owned()
            }
        }
    };
}

name!(
    /// One system prompt: the stem of its file in `prompts/`.
    PromptName
);
name!(
    /// One input of a prompt.
    CaseName
);
name!(
    /// A model's place in the matrix. It keeps its name while the pinned id behind it moves.
    Slot
);

/// The name of an environment variable that holds a secret; never the secret itself.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct EnvName(pub String);

impl fmt::Display for EnvName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_safe_part_of_a_file_name() {
        for good in ["triage", "gpt-4o", "long_thread", "v1.2", "é1"] {
            assert!(PromptName::new(good).is_ok(), "{good}");
        }
        for bad in ["", ".hidden", "a__b", "a/b", "a@b", "a*", "!a", "a b", "a.", "..", "-x"] {
            assert!(PromptName::new(bad).is_err(), "{bad}");
        }
        for device in ["con", "AUX", "nul.v2", "Com3", "lpt9.txt"] {
            assert!(matches!(CaseName::new(device), Err(NameError::Device(_))), "{device}");
        }
        for good in ["console", "com", "com10", "v1.aux"] {
            assert!(CaseName::new(good).is_ok(), "{good}");
        }
    }
}
