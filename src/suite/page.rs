//! A Markdown file with TOML front matter between `+++` lines, taken apart.

use std::ops::Range;

use crate::domain::Diagnostic;

use super::shape::{Check, PROMPT_CODES, Shape};
use super::source::Source;
use super::tree::{Node, read_toml};

/// A file of `prompts/`.
#[derive(Debug, Clone)]
pub(super) struct Page {
    pub(super) source: Source,
    /// The front matter; an empty table where there is none.
    pub(super) front: Node,
    /// Where the text below it stands, without blank lines before it and white space after it.
    pub(super) body: Range<usize>,
}

impl Page {
    /// Takes a file apart and tells everything in its front matter that does not fit. A file whose
    /// front matter cannot be found or read at all is told and gives `None`.
    pub(super) fn read(
        source: Source,
        shape: Shape,
        problems: &mut Vec<Diagnostic>,
    ) -> Option<Self> {
        let text = &*source.text;
        let first = text.lines().next().unwrap_or_default();
        if first.trim_end() == "---" {
            problems.push(yaml(&source));
            return None;
        }
        if first.trim_end() != "+++" {
            let body = trimmed(text, 0..text.len());
            return Some(Self { front: Node::empty(), body, source });
        }
        let Some((front, body)) = fences(text) else {
            problems.push(unclosed(&source));
            return None;
        };
        let body = trimmed(text, body);
        let (node, faults) = read_toml(source.at(front.clone()), front.start);
        let is_readable = faults.is_empty();
        problems.extend(faults.into_iter().map(|fault| {
            Diagnostic::error("prompt::not-toml", "the front matter is not TOML")
                .at(source.place(fault.span), fault.message)
                .help(fault.help)
        }));
        if is_readable {
            let codes = PROMPT_CODES;
            Check { source: &source, codes, problems }.node(&node, shape, "");
        }
        let front = if is_readable { node } else { return None };
        Some(Self { source, front, body })
    }
}

/// The text of a page without its front matter; all of it where the front matter has no end.
pub(super) fn below_front_matter(text: &str) -> &str {
    let has_front = text.lines().next().unwrap_or_default().trim_end() == "+++";
    let body = has_front.then(|| fences(text)).flatten().map_or(0..text.len(), |(_, body)| body);
    text.get(trimmed(text, body)).unwrap_or_default()
}

/// Ranges of the front matter and of the text below it.
fn fences(text: &str) -> Option<(Range<usize>, Range<usize>)> {
    let mut lines = text.split_inclusive('\n');
    let start = lines.next()?.len();
    let mut at = start;
    for line in lines {
        if line.trim_end() == "+++" {
            return Some((start..at, at + line.len()..text.len()));
        }
        at += line.len();
    }
    None
}

fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let body = text.get(range.clone()).unwrap_or_default();
    let kept = body.trim_start_matches('\n');
    let start = range.start + body.len() - kept.len();
    start..start + kept.trim_end().len()
}

fn yaml(source: &Source) -> Diagnostic {
    Diagnostic::error("prompt::yaml-front-matter", "front matter must be TOML between `+++` lines")
        .at(source.place(0..3), "this begins YAML")
        .help("write `+++` instead of both `---`, `key = \"value\"` instead of `key: value`")
}

fn unclosed(source: &Source) -> Diagnostic {
    Diagnostic::error("prompt::unclosed-front-matter", "the front matter does not end")
        .at(source.place(0..3), "begins here")
        .help("write a line `+++` between the front matter and the prompt")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::keys::PROMPT;

    fn page(text: &str) -> (Option<Page>, Vec<Diagnostic>) {
        let mut problems = Vec::new();
        let page = Page::read(Source::new("prompts/a.md", text), PROMPT, &mut problems);
        (page, problems)
    }

    #[test]
    fn front_matter_and_text_are_told_apart() {
        let (page, problems) = page("+++\ndescription = \"x\"\n+++\n\n  Sort\nmail. \n\n");
        let page = page.unwrap();
        assert_eq!(problems, []);
        assert_eq!(page.front.get("description").and_then(Node::text), Some("x"));
        assert_eq!(page.source.at(page.body.clone()), "  Sort\nmail.");
    }

    #[test]
    fn a_file_without_front_matter_is_all_text() {
        let (page, problems) = page("Sort mail.\n+++\n");
        assert_eq!(problems, []);
        let page = page.unwrap();
        assert_eq!(page.source.at(page.body.clone()), "Sort mail.\n+++");
    }

    #[test]
    fn a_mistake_is_marked_at_its_line_of_the_file() {
        let (_, problems) = page("+++\n\ndescripton = \"x\"\n+++\nSort");
        assert_eq!(problems[0].code, "prompt::unknown-key");
        assert_eq!(problems[0].place.as_ref().unwrap().line, 3);
        assert_eq!(problems[0].help.as_deref(), Some("did you mean `description`?"));
    }

    #[test]
    fn yaml_and_a_missing_end_are_told() {
        assert_eq!(page("---\na: 1\n---\n").1[0].code, "prompt::yaml-front-matter");
        assert_eq!(page("+++\na = 1\n").1[0].code, "prompt::unclosed-front-matter");
    }
}
