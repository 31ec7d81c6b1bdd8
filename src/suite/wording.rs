//! A text that the user wrote and that goes to a model, with where it stands.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::Value;

use crate::domain::Place;
use crate::template;

use super::source::Source;

/// Values for the names in a text.
pub(super) type Vars = BTreeMap<String, Value>;

/// A text and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Wording {
    pub(super) source: Source,
    /// Where it stands, quotes included where it has any.
    pub(super) span: Range<usize>,
    /// The text itself, without quotes and escapes.
    pub(super) text: String,
    pub(super) role: TextRole,
}

/// Whether `{{name}}` means something in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextRole {
    /// Written as part of the suite: names are replaced.
    Template,
    /// Content of an input file: data, taken as it is.
    Data,
}

/// An expression that cannot be filled in.
#[derive(Debug, Clone)]
pub(super) struct Unfilled {
    pub(super) place: Place,
    pub(super) message: String,
    /// The expression and its name, where the name has no value.
    pub(super) missing: Option<(String, String)>,
}

impl Wording {
    /// The text with every name replaced.
    pub(super) fn fill(&self, vars: &Vars) -> Result<String, Vec<Unfilled>> {
        if self.role == TextRole::Data {
            return Ok(self.text.clone());
        }
        template::render(&self.text, vars).map_err(|errors| {
            let unfilled = errors.into_iter().map(|error| {
                let expression = self.text.get(error.span.clone()).unwrap_or_default().to_owned();
                Unfilled {
                    place: self.source.place(self.locate(error.span)),
                    missing: error.variable.map(|name| (expression, name)),
                    message: error.message,
                }
            });
            unfilled.collect()
        })
    }

    /// Where a part of the text stands in the file. The file may have escapes that the text has
    /// not, so the part is looked for; where it is not found, the whole text is meant.
    fn locate(&self, part: Range<usize>) -> Range<usize> {
        let raw = self.source.at(self.span.clone());
        let wanted = self.text.get(part.clone()).unwrap_or_default();
        if wanted.is_empty() {
            return self.span.clone();
        }
        let before = self.text.get(..part.start).unwrap_or_default();
        let occurrence = before.matches(wanted).count();
        let found = raw.match_indices(wanted).nth(occurrence);
        found.map_or(self.span.clone(), |(at, _)| {
            let start = self.span.start + at;
            start..start + wanted.len()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_without_value_is_marked_in_the_file_also_behind_escapes() {
        let file = r#"input = "a \"b\" {{x}} {{y}}""#;
        let wording = Wording {
            source: Source::new("f", file),
            span: 8..file.len(),
            text: "a \"b\" {{x}} {{y}}".to_owned(),
            role: TextRole::Template,
        };
        let unfilled = wording.fill(&Vars::from([("x".to_owned(), "1".into())])).unwrap_err();
        assert_eq!(&file[unfilled[0].place.span.clone()], "{{y}}");
        assert_eq!(unfilled[0].missing, Some(("{{y}}".to_owned(), "y".to_owned())));
    }

    #[test]
    fn data_is_taken_as_it_is() {
        let wording = Wording {
            source: Source::new("f", "{{x}} {% if"),
            span: 0..11,
            text: "{{x}} {% if".to_owned(),
            role: TextRole::Data,
        };
        assert_eq!(wording.fill(&Vars::new()).unwrap(), "{{x}} {% if");
    }
}
