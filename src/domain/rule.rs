//! The sorts of rules that a value can violate in a schema: one table, worst first.
//!
//! The order decides which violation of an answer stands for all of them; `explain` and the
//! reference page are generated from it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct RuleInfo {
    /// The rule itself.
    pub rule: Rule,
    /// Its name everywhere.
    pub id: &'static str,
    /// Its number in the taxonomy.
    pub number: &'static str,
    /// Keywords of JSON Schema whose violation is of this sort; empty where the value decides.
    pub keywords: &'static [&'static str],
    /// One sentence: what is wrong with the value.
    pub title: &'static str,
    /// What to do if it matters.
    pub mend: &'static str,
}

macro_rules! rules {
    ($($rule:ident $id:literal $number:literal $keywords:expr; $title:literal $mend:literal;)*) => {
        /// Which sort of rule a value violates; worst first.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[derive(schemars::JsonSchema)]
        pub enum Rule {
            $(#[doc = $title] #[serde(rename = $id)] $rule,)*
        }

        /// All sorts of rules, worst first.
        pub const RULES: &[RuleInfo] = &[$(RuleInfo {
            rule: Rule::$rule,
            id: $id,
            number: $number,
            keywords: &$keywords,
            title: $title,
            mend: $mend,
        },)*];
    };
}

rules! {
    ExtraEnvelope "extra-envelope" "PM212" [];
        "The whole answer stands one step too deep, as the only member of an object."
        "Show the shape of the answer in the prompt, or take off the envelope in the client.";
    StringifiedJson "stringified-json" "PM213" [];
        "A text holds the JSON that should stand there itself."
        "Say in the prompt that nested values are JSON and no text, or parse twice in the client.";
    Required "required" "PM202" ["required", "dependentRequired"];
        "A required field is missing."
        "Restate the field in the prompt, or make it optional in the schema.";
    NumericString "numeric-string" "PM214" [];
        "A text holds the number that should stand there itself."
        "Say in the prompt that numbers stand without quotes.";
    Type "type" "PM201" ["type"];
        "A value has another JSON type."
        "State the type in the prompt, or allow the new one in the schema.";
    Enum "enum" "PM203" ["enum", "const"];
        "A value is not one of the closed list."
        "Name the allowed values in the prompt, or add the new one to the schema.";
    ExtraKey "extra-key" "PM204"
        ["additionalProperties", "unevaluatedProperties", "falseSchema", "propertyNames"];
        "There is a field that the schema does not allow."
        "Say `no other fields` in the prompt, or allow them in the schema.";
    Format "format" "PM205" ["format", "contentEncoding", "contentMediaType"];
        "A text is not of the form that `format` names."
        "Give an example of the form in the prompt.";
    Pattern "pattern" "PM206" ["pattern"];
        "A text does not match its pattern."
        "Give an example of the form in the prompt.";
    Range "range" "PM207"
        ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"];
        "A number is outside its range."
        "State the range in the prompt, or widen it in the schema.";
    Length "length" "PM208" ["minLength", "maxLength"];
        "A text is too short or too long."
        "State the length in the prompt, or widen it in the schema.";
    Array "array" "PM209" [
        "minItems", "maxItems", "uniqueItems", "contains", "minContains", "maxContains",
        "additionalItems", "unevaluatedItems", "minProperties", "maxProperties",
    ];
        "An array has too few, too many, or the wrong items; or an object so many fields."
        "State in the prompt what belongs in the list, or change the schema.";
    Combinator "combinator" "PM210" [];
        "The value fits none of several alternatives, or more of them than it may."
        "Show one example of each alternative in the prompt.";
}

impl Rule {
    /// The sort of rule that a keyword of JSON Schema states, as far as the keyword tells.
    pub fn of_keyword(keyword: &str) -> Self {
        let row = RULES.iter().find(|row| row.keywords.contains(&keyword));
        row.map_or(Self::Combinator, |row| row.rule)
    }

    /// Its row in the table.
    #[expect(clippy::indexing_slicing, reason = "the macro makes one row per variant, in order")]
    pub fn info(self) -> &'static RuleInfo {
        &RULES[self as usize]
    }

    /// Its name everywhere.
    pub fn id(self) -> &'static str {
        self.info().id
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

impl FromStr for Rule {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        RULES.iter().find(|row| row.id == text).map(|row| row.rule).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_its_own_name_and_no_keyword_belongs_to_two() {
        let mut keywords: Vec<&str> = Vec::new();
        for row in RULES {
            assert_eq!(row.id.parse(), Ok(row.rule));
            assert_eq!(row.rule.info().id, row.id);
            assert!(row.title.ends_with('.') && row.mend.ends_with('.'), "{}", row.id);
            for keyword in row.keywords {
                assert_eq!(Rule::of_keyword(keyword), row.rule);
            }
            keywords.extend(row.keywords);
        }
        let number = keywords.len();
        keywords.sort_unstable();
        keywords.dedup();
        assert_eq!(keywords.len(), number);
        assert_eq!(Rule::of_keyword("oneOf"), Rule::Combinator);
    }
}
