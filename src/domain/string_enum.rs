//! Enums whose variants have one word each, the same in files, in data and on screens.

/// Declares such an enum with its list, its words, `Display`, `FromStr` and serde.
macro_rules! string_enum {
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident { $($(#[$of:meta])* $variant:ident = $word:literal,)+ }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        $vis enum $name { $($(#[$of])* #[serde(rename = $word)] $variant,)+ }

        impl $name {
            /// All of them, in the order of the documentation.
            $vis const ALL: [Self; [$($word),+].len()] = [$(Self::$variant),+];

            /// As all of them are written.
            #[allow(dead_code, reason = "not all are values of a key of the config")]
            $vis fn names() -> Vec<&'static str> {
                Self::ALL.map(Self::as_str).to_vec()
            }

            /// As it is written.
            $vis fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = ();

            fn from_str(text: &str) -> Result<Self, ()> {
                Self::ALL.into_iter().find(|one| one.as_str() == text).ok_or(())
            }
        }
    };
}
pub(crate) use string_enum;
