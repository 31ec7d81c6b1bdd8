//! A stream as it came, split into its events: server-sent events, lines of JSON (Ollama), or one long
//! array of JSON (Gemini, where it is not asked for events).

use serde_json::{Deserializer, Value, json};

use crate::provider::text::trimmed;

/// What came of a stream, in order.
#[derive(Debug, Default)]
pub(super) struct Events {
    pub(super) list: Vec<Value>,
    /// The end was announced by `[DONE]`.
    pub(super) is_done: bool,
    /// What is no JSON, though something follows it; a half event at the end is left out.
    pub(super) broken: Option<String>,
    /// A half of a pair of surrogates stood in an event of its own.
    pub(super) has_halves: bool,
}

impl Events {
    /// The events of a body; none where it is one document, or no stream at all.
    pub(super) fn of(body: &str, is_json_lines: bool) -> Self {
        let mut events = Self::default();
        let text = trimmed(body);
        let is_json = text.starts_with(['{', '[']);
        if is_json && (is_json_lines || text.starts_with('[')) {
            events.read_values(body);
        } else if !is_json {
            events.read_lines(body);
        }
        events
    }

    fn read_values(&mut self, body: &str) {
        let is_between = |c: char| c.is_whitespace() || matches!(c, ',' | '[' | ']' | '\u{feff}');
        let mut rest = body.trim_start_matches(is_between);
        while !rest.is_empty() && self.broken.is_none() {
            let mut values = Deserializer::from_str(rest).into_iter::<Value>();
            match values.next() {
                Some(Ok(data)) => {
                    self.list.push(data);
                    let after = rest.get(values.byte_offset()..).unwrap_or_default();
                    rest = after.trim_start_matches(is_between);
                }
                Some(Err(error)) if !error.is_eof() => self.broken = Some(rest.to_owned()),
                _ => break,
            }
        }
    }

    /// As the HTML standard reads server-sent events, but that the last one needs no blank line.
    fn read_lines(&mut self, body: &str) {
        let (mut name, mut data) = ("", String::new());
        let mut rest = body.trim_start_matches('\u{feff}');
        while !rest.is_empty() {
            let at = rest.find(['\r', '\n']).unwrap_or(rest.len());
            let (line, after) = rest.split_at(at);
            rest = after.strip_prefix("\r\n").or_else(|| after.get(1..)).unwrap_or_default();
            let (field, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "data" if data.is_empty() => data.push_str(value),
                "data" => data.extend(["\n", value]),
                "event" => name = value,
                _ => {}
            }
            if line.is_empty() || rest.is_empty() {
                self.event(name, &data, rest.is_empty());
                (name, data) = ("", String::new());
            }
        }
    }

    fn event(&mut self, name: &str, data: &str, is_last: bool) {
        if data.trim().is_empty() || self.broken.is_some() {
            return;
        }
        if data.trim() == "[DONE]" {
            self.is_done = true;
            return;
        }
        // Whoever cuts texts by UTF-16 sends a pair of surrogates in two events.
        let read = serde_json::from_str(data).or_else(|_| {
            let read = serde_json::from_str(&with_halves_as_text(data));
            self.has_halves |= read.is_ok();
            read
        });
        match read {
            Ok(data) if name == "error" && data_has_no_error(&data) => {
                self.list.push(json!({"error": data}));
            }
            Ok(data) => self.list.push(data),
            Err(_) if is_last => {}
            Err(_) => self.broken = Some(data.to_owned()),
        }
    }
}

fn data_has_no_error(data: &Value) -> bool {
    data.get("error").is_none_or(Value::is_null)
}

/// The same JSON, each half of a pair of surrogates written out as the text of its escape.
fn with_halves_as_text(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        text.push_str(before);
        let unit = |from: &str| match from.strip_prefix("\\u")?.get(..4) {
            Some(digits) => u32::from_str_radix(digits, 16).ok(),
            None => None,
        };
        let next = escape.get(6..).and_then(unit).filter(|low| (0xdc00..0xe000).contains(low));
        let length = match unit(escape) {
            Some(0xd800..0xdc00) if next.is_some() => 12,
            Some(0xd800..0xe000) => {
                text.push('\\');
                6
            }
            _ => 2,
        };
        let length = escape.ceil_char_boundary(length);
        text.push_str(escape.get(..length).unwrap_or_default());
        rest = escape.get(length..).unwrap_or_default();
    }
    text.push_str(rest);
    text
}

/// Joins pairs that came in halves, in all texts of a value.
pub(super) fn join_halves(value: &mut Value) {
    match value {
        Value::String(text) if text.contains("\\ud") => *text = joined(text),
        Value::Array(list) => list.iter_mut().for_each(join_halves),
        Value::Object(members) => members.values_mut().for_each(join_halves),
        _ => {}
    }
}

fn joined(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("\\ud") {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let pair = from
            .get(..12)
            .and_then(|pair| serde_json::from_str::<String>(&format!("\"{pair}\"")).ok());
        let (piece, length) = match pair {
            Some(pair) if pair.chars().count() == 1 => (pair, 12),
            _ => ("\\ud".to_owned(), 3),
        };
        out.push_str(&piece);
        rest = from.get(length..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> (Vec<Value>, bool) {
        let events = Events::of(body, false);
        (events.list, events.is_done)
    }

    #[test]
    fn events_are_read_whatever_ends_their_lines() {
        let lines = [
            "\u{feff}: hello",
            "event: x",
            "data: {\"a\":",
            "data:1}",
            "id: 7",
            "",
            ": ping",
            "",
            "data",
            "",
            "data: [2]",
            "",
            "data: [DONE]",
        ];
        for end in ["\n", "\r\n", "\r"] {
            let body = lines.join(end);
            assert_eq!(read(&body), (vec![json!({"a": 1}), json!([2])], true), "{end:?}");
            assert_eq!(read(&format!("{body}{end}{end}")).0.len(), 2, "{end:?}");
        }
    }

    #[test]
    fn lines_and_arrays_of_json_are_events_too() {
        for (body, lines) in
            [("{\"a\": 1}\n\n{\"a\": 2}", true), ("[{\"a\": 1}\r\n,\r\n{\"a\": 2}]", false)]
        {
            let events = Events::of(body, lines);
            let values: Vec<_> = events.list.iter().map(|event| event["a"].clone()).collect();
            assert_eq!(values, [1, 2]);
            let cut = Events::of(&body[..body.len() - 3], lines);
            assert_eq!((cut.list.len(), cut.broken), (1, None));
        }
        assert!(Events::of("{\"a\": 1}", false).list.is_empty(), "one document is no stream");
    }

    #[test]
    fn a_pair_that_came_in_halves_is_joined_and_a_lone_half_stays_an_escape() {
        let body = r#"data: "a\\\ud83d"

data: "\ude00b\ud83c\udf00\udfff"
"#;
        let events = Events::of(body, false);
        let texts = events.list.iter().filter_map(Value::as_str);
        let mut text = Value::String(texts.collect());
        assert!(events.has_halves);
        join_halves(&mut text);
        assert_eq!(text, "a\\\u{1f600}b\u{1f300}\\udfff");
    }

    #[test]
    fn an_error_by_name_is_an_error() {
        let body =
            "event: error\ndata: {\"message\": \"no\"}\n\nevent: error\ndata: {\"error\": 1}\n\n";
        assert_eq!(read(body).0, [json!({"error": {"message": "no"}}), json!({"error": 1})]);
    }
}
