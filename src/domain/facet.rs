//! One thing that is watched of an answer: a family, and the place that it is about.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::PointerPattern;

macro_rules! families {
    ($($family:ident $letter:literal $doc:literal;)*) => {
        /// What about an answer is watched.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FacetFamily {
            $(#[doc = $doc] $family,)*
        }

        impl FacetFamily {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$family),*];

            /// Its letter in a profile.
            pub fn letter(self) -> &'static str {
                match self { $(Self::$family => $letter,)* }
            }
        }
    };
}

families! {
    Contract "C" "Whether there is a valid answer, and if not, why: `ok`, or the cause and its detail.";
    Shape "S" "The JSON type of a place, `absent` included; `int` and `float` are two.";
    Undeclared "X" "The keys that the schema does not name, anywhere in the answer.";
    Value "V" "The value itself, in canonical form.";
    Count "N" "How many items an array has, in buckets.";
    Class "T" "How a text is built that varies: its script, its format, the characters between its words.";
    Number "M" "A number that varies.";
}

/// One thing that is watched: written `V /label`, or `C` alone for the whole answer.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Facet {
    pub family: FacetFamily,
    /// Where, with `*` for all items of an array.
    pub place: PointerPattern,
}

/// Why a text names no facet.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a facet: write a letter, a space and a JSON Pointer, as in `V /label`")]
pub struct FacetError(String);

impl Facet {
    /// A facet of the whole answer.
    pub fn whole(family: FacetFamily) -> Self {
        Self { family, place: PointerPattern::root() }
    }

    /// A facet of one place.
    pub fn at(family: FacetFamily, place: PointerPattern) -> Self {
        Self { family, place }
    }
}

impl fmt::Display for Facet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place.as_str().is_empty() {
            return f.pad(self.family.letter());
        }
        f.pad(&format!("{} {}", self.family.letter(), self.place))
    }
}

impl FromStr for Facet {
    type Err = FacetError;

    fn from_str(text: &str) -> Result<Self, FacetError> {
        let bad = || FacetError(text.to_owned());
        let (letter, place) = text.split_once(' ').unwrap_or((text, ""));
        let mut families = FacetFamily::ALL.iter();
        let family = families.find(|family| family.letter() == letter).ok_or_else(bad)?;
        Ok(Self { family: *family, place: place.parse().map_err(|_| bad())? })
    }
}

impl TryFrom<String> for Facet {
    type Error = FacetError;
    fn try_from(text: String) -> Result<Self, FacetError> {
        text.parse()
    }
}

impl From<Facet> for String {
    fn from(facet: Facet) -> Self {
        facet.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_facet_is_read_as_it_is_written() {
        for text in ["C", "V", "V /label", "S /items/*/sku", "T /a b"] {
            assert_eq!(text.parse::<Facet>().unwrap().to_string(), text);
        }
        for bad in ["", "Q", "V label", "v /label"] {
            assert!(bad.parse::<Facet>().is_err(), "{bad}");
        }
    }
}
