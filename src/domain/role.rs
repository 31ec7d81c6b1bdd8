//! What a place of an answer is for: it decides what is compared there, and how much a change
//! weighs.

use super::string_enum;

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
