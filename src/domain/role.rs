//! What a place of an answer is for, and how much a change weighs there.

use super::{Level, string_enum};

string_enum! {
    /// What a place of an answer is for. Learned from accepted answers, or set by the suite.
    pub enum FieldRole {
        /// A value that should not vary.
        Exact = "exact",
        /// Names a thing elsewhere: an order, a customer.
        Identifier = "identifier",
        /// One of a closed list, or true and false.
        Enumerable = "enumerable",
        /// A number that varies between answers.
        Numeric = "numeric",
        /// A date, a time or another text of a fixed form.
        Format = "format",
        /// An array whose order says something.
        Ordered = "ordered",
        /// An array whose order says nothing.
        Set = "set",
        /// Text that people read.
        FreeText = "free-text",
        /// Another value in every answer: a time, a random id.
        Volatile = "volatile",
    }
}

impl FieldRole {
    /// Where a schema says the role of a place itself. Providers never see it.
    pub const KEYWORD: &str = "x-pm-role";
}

/// What about an answer a change is: a row of [`WEIGHTS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeClass {
    /// There is no valid answer.
    Contract,
    /// Another JSON type, null or absence, where the schema allows both.
    Shape,
    /// A field that was not there.
    ExtraField,
    /// Another number of items.
    Count,
    /// The form of a text: dates, numbers in texts, ids.
    Form,
    /// Another order of magnitude.
    Magnitude,
    /// Another script, or nothing but a placeholder.
    Texture,
    /// Another value of the same form.
    Value,
    /// The same items in another order.
    Order,
    /// Only how it is written: length, wording, Markdown, key order.
    Writing,
    /// Not of one place: the role of a place says nothing.
    Whole,
}

/// One row: what a class of change weighs at a place of each role, in the order of
/// [`FieldRole::ALL`]. `None`: it weighs what its kind weighs.
pub(crate) type WeightRow = (ChangeClass, &'static str, [Option<Level>; 9]);

const B: Option<Level> = Some(Level::Breaking);
const R: Option<Level> = Some(Level::Review);
const I: Option<Level> = Some(Level::Info);
const N: Option<Level> = None;

/// What changes weigh by role, worst first.
#[rustfmt::skip]
pub const WEIGHTS: &[WeightRow] = &[
    // exact, identifier, enumerable, numeric, format, ordered, set, free text, volatile
    (ChangeClass::Contract,   "no valid answer",             [B, B, B, B, B, B, B, B, B]),
    (ChangeClass::Shape,      "type, null, absent",          [B, B, B, B, B, B, B, B, B]),
    (ChangeClass::ExtraField, "a field more",                [R, R, R, R, R, R, R, R, R]),
    (ChangeClass::Count,      "far more or fewer items",     [N, N, N, N, N, B, B, N, I]),
    (ChangeClass::Form,       "form of a text",              [B, B, B, B, B, B, R, I, B]),
    (ChangeClass::Magnitude,  "magnitude of a number",       [N, N, N, B, N, N, N, N, I]),
    (ChangeClass::Texture,    "script, placeholder",         [B, B, B, N, N, N, R, B, I]),
    (ChangeClass::Value,      "value",                       [R, R, R, I, R, R, R, I, I]),
    (ChangeClass::Order,      "order",                       [N, N, N, N, N, B, I, N, I]),
    (ChangeClass::Writing,    "length, wording, key order",  [I, I, I, I, I, I, I, I, I]),
    (ChangeClass::Whole,      "around the answer",           [N, N, N, N, N, N, N, N, N]),
];

impl ChangeClass {
    /// What a change of this class weighs at a place of this role; `None` where the role says
    /// nothing.
    pub fn level(self, role: FieldRole) -> Option<Level> {
        let (.., levels) = WEIGHTS.iter().find(|(class, ..)| *class == self)?;
        let column = FieldRole::ALL.iter().position(|one| *one == role)?;
        levels.get(column).copied().flatten()
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

    #[test]
    fn a_broken_contract_breaks_everywhere_and_a_volatile_place_bears_other_values() {
        for role in FieldRole::ALL {
            assert_eq!(ChangeClass::Contract.level(role), Some(Level::Breaking));
            assert_eq!(ChangeClass::Whole.level(role), None);
        }
        let volatile = |class: ChangeClass| class.level(FieldRole::Volatile);
        assert_eq!(volatile(ChangeClass::Value), Some(Level::Info));
        assert_eq!(volatile(ChangeClass::Form), Some(Level::Breaking), "a form can be parsed");
        assert_eq!(volatile(ChangeClass::Shape), Some(Level::Breaking));
        assert_eq!(ChangeClass::Value.level(FieldRole::FreeText), Some(Level::Info));
        assert_eq!(ChangeClass::Form.level(FieldRole::Identifier), Some(Level::Breaking));
    }
}
