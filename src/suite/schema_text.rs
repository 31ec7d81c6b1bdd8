//! A schema file as text: where a keyword stands, and rewrites that leave everything else as written.

use std::ops::Range;
use std::path::Path;

use jsonschema::Draft;

use super::json::read_json;
use super::rewrite::{Edit, same_meaning};
use super::source::{Folder, Source};
use super::tree::{Entry, Node};
use crate::domain::{Place, Pointer};

/// A schema file of the suite.
pub(crate) struct SchemaText {
    source: Source,
    node: Node,
}

impl SchemaText {
    /// `None` where it is not there, or no JSON.
    pub(crate) fn read(root: &Path, file: &str) -> Option<Self> {
        Self::of(Folder::new(root).read(file).ok()?)
    }

    fn of(source: Source) -> Option<Self> {
        let node = read_json(&source.text, 0).ok()?;
        Some(Self { source, node })
    }

    /// Where the value of a keyword stands; `None` where it came into the schema from elsewhere.
    pub(crate) fn place(&self, schema: &Pointer, keyword: &str) -> Option<Place> {
        let span = self.node.pointer(schema.as_str())?.get(keyword)?.span.clone();
        Some(self.source.place(span))
    }

    /// How a keyword is said otherwise with the same meaning.
    pub(crate) fn rewrite(&self, schema: &Pointer, keyword: &str) -> Option<Edit> {
        let members = self.node.pointer(schema.as_str())?.to_json();
        let draft = Draft::default().detect(&self.node.to_json());
        let is_old = matches!(draft, Draft::Draft4 | Draft::Draft6 | Draft::Draft7);
        let edit = same_meaning(members.as_object()?, keyword, is_old)?;
        // A reference into the keyword would lead nowhere.
        let is_referred_to = self.source.text.contains(&format!("#{schema}/{keyword}"));
        Some(edit).filter(|_| !is_referred_to)
    }

    /// The text of a file with these keywords rewritten, its ends of lines as they were; `None` where
    /// none of them can be.
    pub(crate) fn rewritten(written: &str, places: &[(&Pointer, &str)]) -> Option<String> {
        let mut text = Self::of(Source::new("", written))?;
        // The innermost first: a keyword with another name takes along what is in it.
        let mut places = places.to_vec();
        places.sort_by_key(|(schema, _)| std::cmp::Reverse(schema.as_str().len()));
        let mut is_same = true;
        for (schema, keyword) in places {
            let Some(edit) = text.rewrite(schema, keyword) else { continue };
            text = Self::of(Source::new("", &text.edited(schema, keyword, &edit)?))?;
            is_same = false;
        }
        let mut new = text.source.text.to_string();
        if written.contains("\r\n") {
            new = new.replace('\n', "\r\n");
        }
        (!is_same).then_some(new)
    }

    fn edited(&self, schema: &Pointer, keyword: &str, edit: &Edit) -> Option<String> {
        let entries = self.node.pointer(schema.as_str())?.entries();
        let at = entries.iter().position(|entry| entry.key == keyword)?;
        let (before, entry) = (at.checked_sub(1).and_then(|at| entries.get(at)), entries.get(at)?);
        let whole = entry.key_span.start..entry.node.span.end;
        let (span, new) = match edit {
            Edit::Rename(name) => (entry.key_span.clone(), format!("\"{name}\"")),
            Edit::Replace(name, value) => (whole, format!("\"{name}\": {value}")),
            Edit::Remove => (with_comma(whole, before, entries.get(at + 1)), String::new()),
        };
        let mut text = self.source.text.to_string();
        text.replace_range(span, &new);
        Some(text)
    }
}

/// The bytes of a member, and of the comma that is one too many without it.
fn with_comma(member: Range<usize>, before: Option<&Entry>, after: Option<&Entry>) -> Range<usize> {
    match (before, after) {
        (_, Some(after)) => member.start..after.key_span.start,
        (Some(before), None) => before.node.span.end..member.end,
        (None, None) => member,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rewrite_leaves_everything_else_as_it_was_written() {
        let text = "{\n  \"minLength\": 0,\n  \"oneOf\": [ {\"const\":  1 , \"uniqueItems\": false, \"type\": \"integer\"}, {\"type\": \"null\"} ]\n}\n";
        let at = |pointer: &str| pointer.parse::<Pointer>().unwrap();
        let (root, first, nowhere) = (at(""), at("/oneOf/0"), at("/nowhere"));
        let places = [
            (&root, "minLength"),
            (&root, "oneOf"),
            (&first, "const"),
            (&first, "uniqueItems"),
            (&nowhere, "const"),
        ];
        let new = SchemaText::rewritten(text, &places).unwrap();
        assert_eq!(
            new,
            "{\n  \"anyOf\": [ {\"enum\": [1] , \"type\": \"integer\"}, {\"type\": \"null\"} ]\n}\n"
        );
        let windows = SchemaText::rewritten("{\r\n\"minLength\": 0}\r\n", &places).unwrap();
        assert_eq!(windows, "{\r\n}\r\n");
        assert_eq!(SchemaText::rewritten("{}", &places), None);
        let referred =
            r##"{"oneOf": [{"type": "null"}, {"$ref": "#/oneOf/0", "type": "string"}]}"##;
        assert_eq!(SchemaText::rewritten(referred, &[(&root, "oneOf")]), None);
    }
}
