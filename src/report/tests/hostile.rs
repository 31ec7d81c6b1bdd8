//! No reply can break XML or Markdown, or give orders to GitHub.

use proptest::prelude::*;
use serde_json::json;

use super::fixture::{cell, change, run};
use super::junit::check;
use crate::domain::{CellRecord, Kind, RunRecord, Status};
use crate::report::{escape, github, junit, markdown};

/// Any text, and pieces that mean something somewhere.
fn reply() -> impl Strategy<Value = String> {
    let pieces = [
        "```",
        "~~~",
        "`",
        "\n",
        "\r\n",
        "\r",
        "::error::",
        "##[error]",
        "%0A",
        "]]>",
        "<!--",
        "-->",
        "</details>",
        "</failure>",
        "&",
        "<b>",
        "\"",
        "@octocat",
        "#1",
        "https://example.org",
        "|",
        "\u{0}",
        "\u{b}",
        "\u{1b}[2m",
        "\u{fffe}",
        "\u{ffff}",
        "\u{202e}",
        "\u{2028}",
        " ",
        "    ",
    ];
    let piece = prop_oneof![
        3 => prop::sample::select(pieces.to_vec()).prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

/// A run in which the reply stands wherever a reply can.
fn hostile(reply: &str) -> RunRecord {
    let change = change(Kind::ValueChanged, "/x")
        .between(Some(json!(reply)), Some(json!({ reply: [reply] })))
        .saying(reply);
    let pointer = crate::domain::Pointer::root().key(reply);
    let removed = crate::domain::Change::new(Kind::FieldRemoved, pointer);
    let mut changed = cell("p/changed@m", Status::Changed);
    changed.changes = vec![change, removed];
    changed.trials[0].identity.served = Some(reply.to_owned());
    let mut suspect = cell("p/suspect@m", Status::Suspect);
    suspect.note = Some(reply.to_owned());
    suspect.trials.push(suspect.trials[0].clone());
    suspect.trials[1].cause = Some(Kind::Refused);
    suspect.trials[1].detail = Some(reply.to_owned());
    let error = CellRecord { note: Some(reply.to_owned()), ..cell("p/error@m", Status::Error) };
    run(vec![changed, error, suspect], 1)
}

/// The lines of a page that stand in no fence, after checking that every fence ends.
fn outside_fences(page: &str) -> Vec<&str> {
    let mut open: Option<usize> = None;
    let mut outside = Vec::new();
    for line in page.lines() {
        let ticks = line.len() - line.trim_start_matches('`').len();
        match open {
            Some(length) if ticks >= length && line.len() == ticks => open = None,
            None if ticks >= 3 && !line.trim_start_matches('`').contains('`') => open = Some(ticks),
            None => outside.push(line),
            Some(_) => {}
        }
    }
    assert_eq!(open, None, "a fence does not end:\n{page}");
    outside
}

/// A line without its spans of code, as `CommonMark` finds them.
fn without_code(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find('`') {
        let (before, from) = rest.split_at(at);
        let length = from.len() - from.trim_start_matches('`').len();
        let (ticks, after) = from.split_at(length);
        out.push_str(before);
        let mut end = None;
        let mut from = 0;
        while let Some(found) = after[from..].find(ticks) {
            let start = from + found;
            let run = after[start..].len() - after[start..].trim_start_matches('`').len();
            if run == length {
                end = Some(start + length);
                break;
            }
            from = start + run;
        }
        rest = match end {
            Some(end) => &after[end..],
            None => panic!("a span does not end: {line}"),
        };
    }
    out + rest
}

proptest! {
    #[test]
    fn no_reply_breaks_xml(reply in reply()) {
        check(&junit::render(&hostile(&reply)).unwrap());
    }

    #[test]
    fn no_reply_leaves_its_code_in_markdown(reply in reply()) {
        let page = markdown::render(&hostile(&reply), markdown::SUMMARY);
        let plain = markdown::render(&hostile("x"), markdown::SUMMARY);
        let bare = |page: &str| -> Vec<String> {
            outside_fences(page).into_iter().map(|line| {
                // A line of HTML: what stands in <code> was escaped for that.
                let Some((before, after)) = line.split_once("<summary><code>") else {
                    return without_code(line);
                };
                let (inner, end) = after.split_once("</code></summary>").unwrap();
                assert!(!inner.contains(['<', '>', '"']), "{inner}");
                format!("{before}{end}")
            }).collect()
        };
        prop_assert_eq!(bare(&page), bare(&plain));
    }

    #[test]
    fn no_reply_gives_an_order_to_github(reply in reply()) {
        let commands = github::annotations(&hostile(&reply), "");
        prop_assert_eq!(commands.lines().count(), 4, "{}", &commands);
        for command in commands.split_terminator('\n') {
            prop_assert!(!command.chars().any(char::is_control), "{}", command);
            prop_assert!(command.starts_with("::error file=prompts/p.md,line=14,title=promptmatrix ")
                || command.starts_with("::warning file=prompts/p.md,line=14,title=promptmatrix "));
            let (properties, _) = command[2..].split_once("::").unwrap();
            prop_assert_eq!(properties.matches(',').count(), 2, "{}", properties);
        }
    }

    #[test]
    fn no_line_of_a_log_is_an_order(text in reply()) {
        for line in escape::workflow_log(&text).lines() {
            prop_assert!(!line.trim_start().starts_with("::") && !line.contains("##["), "{:?}", line);
        }
    }

    #[test]
    fn a_fence_holds_any_text(text in reply()) {
        let fence = escape::fence("", &text);
        prop_assert_eq!(outside_fences(&fence), Vec::<&str>::new());
        prop_assert_eq!(without_code(&escape::code(&text)), "");
    }
}
