//! The families of kinds: what people read on the screen. Data, and `-v`, have the exact kind.

use serde::Serialize;

use super::{KINDS, KindInfo};

macro_rules! families {
    ($($family:ident $id:literal $title:literal;)*) => {
        /// A family of kinds, worst first.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum KindFamily {
            $(#[doc = $title] $family,)*
        }

        impl KindFamily {
            /// All families, worst first.
            pub const ALL: &[Self] = &[$(Self::$family),*];

            pub fn id(self) -> &'static str {
                match self { $(Self::$family => $id,)* }
            }

            /// One sentence: what it is.
            pub fn title(self) -> &'static str {
                match self { $(Self::$family => $title,)* }
            }
        }
    };
}

families! {
    Unreadable "unreadable" "There is an answer, but no JSON can be read from it.";
    Refused "refused" "The model or its provider declined to answer.";
    Schema "schema" "The answer breaks the JSON Schema, or a hard rule of its case.";
    Structure "structure" "Fields, types or items are there that were not, or are missing.";
    Value "value" "A value is another one.";
    Number "number" "A number moved: in the answer, or what the answer takes.";
    Text "text" "The same is written in another way: form, wording, length, layout.";
    Identity "identity" "Another model or version answers.";
}

impl KindFamily {
    /// The rows of its kinds, worst first.
    pub fn kinds(self) -> impl Iterator<Item = &'static KindInfo> {
        KINDS.iter().filter(move |row| row.shown == Some(self))
    }
}

impl std::str::FromStr for KindFamily {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.iter().copied().find(|family| family.id() == text).ok_or(())
    }
}
