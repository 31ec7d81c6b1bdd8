//! What a change comes from, as far as something on record says so: one table.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! reasons {
    ($($reason:ident $id:literal $words:literal;)*) => {
        /// What a change comes from. Follows from what is recorded, and is never guessed: several
        /// hold where several things changed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[derive(schemars::JsonSchema)]
        #[serde(rename_all = "kebab-case")]
        pub enum Because {
            $(#[doc = $words] $reason,)*
        }

        impl Because {
            /// All of them, with the word of each.
            pub const ALL: &[(Self, &str)] = &[$((Self::$reason, $id),)*];

            /// What it says to people, as a part of a sentence.
            pub fn words(self) -> &'static str {
                match self { $(Self::$reason => $words,)* }
            }
        }
    };
}

reasons! {
    PromptEdited "prompt-edited" "the prompt or the case was edited since the answer was accepted";
    SchemaEdited "schema-edited" "the schema was edited since the answer was accepted";
    ParametersChanged "parameters-changed" "a parameter or the structured mode is another one";
    WireChanged "wire-changed" "the same schema is sent in another form";
    CompareRulesChanged "compare-rules-changed" "the rules of comparing were edited since the answer was accepted";
    ModelChanged "model-changed" "another model id is asked for";
    AliasMoved "alias-moved" "another version answers to the same model id";
    SilentSwap "silent-swap" "the slot behaves otherwise, and its provider discloses nothing";
    Noise "noise" "answers to this request vary by themselves";
    Unexplained "unexplained" "nothing on record changed";
}

impl Because {
    /// Its word.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(reason, _)| *reason == self).map_or("", |(_, id)| id)
    }

    /// Whether the model is what changed, and nothing that the suite says.
    pub fn is_of_model_alone(reasons: &[Self]) -> bool {
        let moved = [Self::ModelChanged, Self::AliasMoved, Self::SilentSwap];
        let own = [Self::PromptEdited, Self::SchemaEdited, Self::ParametersChanged];
        let has = |of: &[Self]| reasons.iter().any(|reason| of.contains(reason));
        has(&moved) && !has(&own)
    }

    /// All reasons as one sentence; `None` without any.
    pub fn sentence(reasons: &[Self]) -> Option<String> {
        let words: Vec<&str> = reasons.iter().map(|reason| reason.words()).collect();
        let (last, rest) = words.split_last()?;
        let text = match reasons {
            [Self::Unexplained] => format!("Unexplained: {last}."),
            _ if rest.is_empty() => format!("Cause on record: {last}."),
            _ => format!("Causes on record: {}, and {last}.", rest.join(", ")),
        };
        Some(text)
    }
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_one_sentence_and_their_words_are_those_of_the_data() {
        for (reason, id) in Because::ALL {
            assert_eq!(serde_json::to_value(reason).unwrap(), *id);
        }
        let both = [Because::PromptEdited, Because::AliasMoved];
        let text = Because::sentence(&both).unwrap();
        assert!(text.starts_with("Causes on record: the prompt") && text.contains(", and another"));
        let none = Because::sentence(&[Because::Unexplained]);
        assert_eq!(none.as_deref(), Some("Unexplained: nothing on record changed."));
        assert_eq!(Because::sentence(&[]), None);
    }
}
