//! JSON Pointers (RFC 6901) and patterns over them, where `*` stands for one step.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Why a text is not a JSON Pointer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a JSON Pointer: write \"\" for the whole answer, or steps that each begin with `/`"
)]
pub struct PointerError(String);

/// A place in a JSON value.
#[derive(
    Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Pointer(Arc<str>);

impl Pointer {
    pub fn root() -> Self {
        Self::default()
    }

    /// The place of a member below this one; `~` and `/` in the name are escaped.
    #[must_use]
    pub fn key(&self, name: &str) -> Self {
        Self(format!("{}/{}", self.0, name.replace('~', "~0").replace('/', "~1")).into())
    }

    /// The place of an array item below this one.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        Self(format!("{}/{index}", self.0).into())
    }

    /// The same place with `*` for every number: alike for all items of an array.
    #[must_use]
    pub fn of_any_item(&self) -> Self {
        let is_number = |step: &str| !step.is_empty() && step.bytes().all(|b| b.is_ascii_digit());
        let steps = self.0.split('/').map(|step| if is_number(step) { "*" } else { step });
        Self(steps.collect::<Vec<_>>().join("/").into())
    }

    /// The pointer as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same place with `*` for each item of an array, as far as the value has the place.
    pub fn pattern_in(&self, value: &Value) -> String {
        let mut at = Some(value);
        let mut pattern = Self::root();
        for step in self.steps() {
            let item = at.and_then(Value::as_array);
            pattern = pattern.key(if item.is_some() { "*" } else { &step });
            at = match item {
                Some(items) => step.parse::<usize>().ok().and_then(|number| items.get(number)),
                None => at.and_then(|at| at.get(&step)),
            };
        }
        String::from(pattern)
    }

    pub fn steps(&self) -> impl Iterator<Item = String> + '_ {
        self.0.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~"))
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for Pointer {
    type Err = PointerError;

    fn from_str(text: &str) -> Result<Self, PointerError> {
        if text.is_empty() || text.starts_with('/') {
            Ok(Self(text.into()))
        } else {
            Err(PointerError(text.to_owned()))
        }
    }
}

impl TryFrom<String> for Pointer {
    type Error = PointerError;
    fn try_from(text: String) -> Result<Self, PointerError> {
        text.parse()
    }
}

impl From<Pointer> for String {
    fn from(pointer: Pointer) -> Self {
        pointer.0.as_ref().to_owned()
    }
}

/// A pointer in which `*` stands for any one step, as in `/items/*/note`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PointerPattern(Pointer);

impl PointerPattern {
    pub fn root() -> Self {
        Self::default()
    }

    /// The pattern of a member below this place; `~` and `/` in the name are escaped.
    #[must_use]
    pub fn key(&self, name: &str) -> Self {
        Self(self.0.key(name))
    }

    /// The pattern of all items or members below this place.
    #[must_use]
    pub fn each(&self) -> Self {
        Self(self.0.key("*"))
    }

    /// The pattern as text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    pub fn steps(&self) -> impl Iterator<Item = String> + '_ {
        self.0.steps()
    }

    /// Whether the pattern names exactly this place.
    pub fn matches(&self, pointer: &Pointer) -> bool {
        let mut steps = pointer.steps();
        let mut pattern = self.0.steps();
        loop {
            match (pattern.next(), steps.next()) {
                (None, None) => return true,
                (Some(want), Some(step)) if want == "*" || want == step => {}
                _ => return false,
            }
        }
    }
}

impl PointerPattern {
    /// Whether the pattern names a member or an item directly below this place.
    pub fn lies_below(&self, pointer: &Pointer) -> bool {
        self.0
            .as_str()
            .rsplit_once('/')
            .is_some_and(|(parent, _)| Self(Pointer(parent.into())).matches(pointer))
    }
}

impl fmt::Display for PointerPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for PointerPattern {
    type Err = PointerError;

    fn from_str(text: &str) -> Result<Self, PointerError> {
        text.parse().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, pointer: &str) -> bool {
        let pattern: PointerPattern = pattern.parse().unwrap();
        pattern.matches(&pointer.parse().unwrap())
    }

    #[test]
    fn a_star_stands_for_exactly_one_step() {
        assert!(matches("/items/*/note", "/items/3/note"));
        assert!(!matches("/items/*", "/items/3/note"));
        assert!(!matches("/items/*/note", "/items/note"));
        assert!(matches("", ""));
        assert!(!matches("", "/a"));
    }

    #[test]
    fn a_pattern_has_a_star_for_each_item_and_keeps_numbers_that_are_keys() {
        let value = serde_json::json!({"items": [{"0": [1]}]});
        let pattern = |text: &str| text.parse::<Pointer>().unwrap().pattern_in(&value);
        assert_eq!(pattern("/items/0/0/3"), "/items/*/0/*");
        assert_eq!(pattern("/gone/0"), "/gone/0");
        assert_eq!(pattern(""), "");
    }

    #[test]
    fn a_key_with_a_slash_or_tilde_survives() {
        let pointer = Pointer::root().key("a/b").key("~c");
        assert_eq!(pointer.as_str(), "/a~1b/~0c");
        assert_eq!(pointer.steps().collect::<Vec<_>>(), ["a/b", "~c"]);
    }
}
