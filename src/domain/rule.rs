//! Rules: the sorts that a value can violate in a schema, worst first, and those by which answers are
//! compared.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{FieldRole, Hash, Pointer, PointerPattern, SnapshotMeta};

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct RuleInfo {
    pub rule: Rule,
    pub id: &'static str,
    /// Its number in the taxonomy.
    pub number: &'static str,
    /// Keywords of JSON Schema whose violation is of this sort; empty where the value decides.
    pub keywords: &'static [&'static str],
    /// One sentence: what is wrong with the value.
    pub title: &'static str,
    /// What to do if it matters.
    pub remedy: &'static str,
}

macro_rules! rules {
    ($($rule:ident $id:literal $number:literal $keywords:expr; $title:literal $remedy:literal;)*) => {
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
            remedy: $remedy,
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

/// The `[compare]` rules of one cell.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct CompareRules {
    /// Removed before comparing, and never in a snapshot.
    pub ignore: Vec<PointerPattern>,
    /// Texts whose wording may change.
    pub prose: Vec<PointerPattern>,
    /// Numbers that may differ by at most this much (absolute, inclusive).
    pub tolerance: Vec<(PointerPattern, f64)>,
    /// Arrays whose order says nothing.
    pub unordered: Vec<PointerPattern>,
    /// What single places are for, where the suite says so. Shapes no answer: it decides only how
    /// much a change weighs.
    pub roles: Vec<(PointerPattern, FieldRole)>,
}

impl CompareRules {
    /// Names the rules in the header of a snapshot; `None` where there are none.
    pub fn hash(&self) -> Option<Hash> {
        let rules = serde_json::to_value(self).ok().filter(|_| *self != Self::default())?;
        Some(Hash::from(Hash::of_json(&rules).short(SnapshotMeta::DIGITS).to_owned()))
    }

    /// Whether the place is left out.
    pub fn is_ignored(&self, pointer: &Pointer) -> bool {
        any(&self.ignore, pointer)
    }

    /// Whether the wording at the place may change.
    pub fn is_prose(&self, pointer: &Pointer) -> bool {
        any(&self.prose, pointer)
    }

    /// Whether the array at the place is a set.
    pub fn is_unordered(&self, pointer: &Pointer) -> bool {
        any(&self.unordered, pointer)
    }

    /// What the suite says the place is for; the last rule that names the place wins. What stands
    /// in the other lists is said too: prose is free text, an unordered array a set, and a number
    /// with a tolerance is numeric.
    pub fn role(&self, pointer: &Pointer) -> Option<FieldRole> {
        let named = |(pattern, _): &&(PointerPattern, FieldRole)| pattern.matches(pointer);
        let said = self.roles.iter().rev().find(named).map(|(_, role)| *role);
        said.or_else(|| {
            [
                (self.is_ignored(pointer), FieldRole::Volatile),
                (self.is_prose(pointer), FieldRole::FreeText),
                (self.is_unordered(pointer), FieldRole::Set),
                (self.tolerance(pointer).is_some(), FieldRole::Numeric),
            ]
            .into_iter()
            .find_map(|(holds, role)| holds.then_some(role))
        })
    }

    /// How far the number at the place may move; the last rule that names the place wins.
    pub fn tolerance(&self, pointer: &Pointer) -> Option<f64> {
        let named = |(pattern, _): &&(PointerPattern, f64)| pattern.matches(pointer);
        self.tolerance.iter().rev().find(named).map(|(_, by)| *by)
    }

    /// Whether the number at the place may move from one to the other. The limit belongs to what is
    /// allowed, and stays so for decimal fractions that a double cannot hold (0.9 and 0.85 differ by
    /// 0.05).
    pub fn allows(&self, pointer: &Pointer, was: f64, is: f64) -> bool {
        self.tolerance(pointer).is_some_and(|most| {
            let noise = f64::EPSILON * was.abs().max(is.abs()).max(most) * 2.0;
            (was - is).abs() <= most + noise
        })
    }
}

fn any(patterns: &[PointerPattern], pointer: &Pointer) -> bool {
    patterns.iter().any(|pattern| pattern.matches(pointer))
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
            assert!(row.title.ends_with('.') && row.remedy.ends_with('.'), "{}", row.id);
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

    #[test]
    fn a_role_that_is_said_wins_over_what_follows_from_the_other_lists() {
        let pattern = |text: &str| text.parse::<PointerPattern>().unwrap();
        let rules = CompareRules {
            prose: vec![pattern("/summary"), pattern("/title")],
            unordered: vec![pattern("/tags")],
            tolerance: vec![(pattern("/score"), 0.1)],
            roles: vec![
                (pattern("/title"), FieldRole::FreeText),
                (pattern("/title"), FieldRole::Exact),
            ],
            ..CompareRules::default()
        };
        let role = |at: &str| rules.role(&at.parse().unwrap());
        assert_eq!(role("/summary"), Some(FieldRole::FreeText));
        assert_eq!(role("/title"), Some(FieldRole::Exact));
        assert_eq!(role("/tags"), Some(FieldRole::Set));
        assert_eq!(role("/score"), Some(FieldRole::Numeric));
        assert_eq!(role("/other"), None);
    }
}
