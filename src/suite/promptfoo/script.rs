//! What a line of JavaScript says of an answer, where that is a rule for a place.

use serde_json::{Number, Value};

use crate::domain::{Expectation, Pointer};

/// What an answer is to a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Text,
    Json,
    Tool,
}

/// The rules that a condition is: comparisons with a literal, joined by `&&`.
pub(super) fn rules(script: &str, answer: Answer) -> Option<Vec<(Pointer, Expectation)>> {
    let script = script.trim().trim_end_matches(';').trim();
    let script = script.strip_prefix("return ").unwrap_or(script);
    if script.contains("||") || script.contains('?') {
        return None;
    }
    script.split("&&").map(|part| rule(part.trim(), answer)).collect()
}

fn rule(part: &str, answer: Answer) -> Option<(Pointer, Expectation)> {
    for operator in ["===", "==", ">=", "<="] {
        if let Some((path, literal)) = part.split_once(operator) {
            if path.ends_with(['!', '<', '>', '=']) {
                return None;
            }
            let value = value(literal)?;
            let rule = match operator {
                ">=" => Expectation::AtLeast(number(value)?),
                "<=" => Expectation::AtMost(number(value)?),
                _ => Expectation::Equals(value),
            };
            return Some((place(path, answer)?, rule));
        }
    }
    let (is_not, call) = part.strip_prefix('!').map_or((false, part), |call| (true, call));
    let (path, argument) = call.strip_suffix(')')?.rsplit_once('(')?;
    let (path, method) = path.rsplit_once('.')?;
    let Value::String(text) = value(argument)? else { return None };
    let rule = match (method, is_not) {
        ("includes", false) => Expectation::Contains(text),
        ("includes", true) => Expectation::NotContains(text),
        ("startsWith", false) => Expectation::Matches(format!("^{}", regex::escape(&text))),
        ("endsWith", false) => Expectation::Matches(format!("{}$", regex::escape(&text))),
        _ => return None,
    };
    Some((place(path, answer)?, rule))
}

fn number(value: Value) -> Option<Number> {
    match value {
        Value::Number(number) => Some(number),
        _ => None,
    }
}

/// A literal of JavaScript.
fn value(text: &str) -> Option<Value> {
    let text = text.trim();
    let quoted = |quote: char| {
        let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
        (!inner.contains([quote, '\\', '$'])).then(|| Value::from(inner))
    };
    quoted('\'').or_else(|| quoted('`')).or_else(|| serde_json::from_str(text).ok())
}

/// The place that a path of members leads to.
pub(super) fn place(path: &str, answer: Answer) -> Option<Pointer> {
    let path = path.trim();
    let call = "output[0].function";
    let (head, rest) = if answer == Answer::Tool {
        let arguments = [format!("JSON.parse({call}.arguments)"), format!("{call}.arguments")];
        let arguments = arguments.iter().find_map(|head| path.strip_prefix(head.as_str()));
        match arguments {
            Some(rest) => ("/arguments", rest),
            None if path == format!("{call}.name") => ("/tool", ""),
            None => return None,
        }
    } else {
        let parsed = path.strip_prefix("JSON.parse(output)");
        let rest = parsed.or_else(|| path.strip_prefix("output"))?;
        if answer == Answer::Text && !(rest.is_empty() && parsed.is_none()) {
            return None;
        }
        ("", rest)
    };
    let mut pointer: Pointer = head.parse().ok()?;
    for step in steps(rest)? {
        pointer = pointer.key(&step);
    }
    Some(pointer)
}

/// The steps of `.a[0]["b"]`; a length is none.
fn steps(path: &str) -> Option<Vec<String>> {
    let mut steps = Vec::new();
    let mut rest = path.trim_start_matches('?');
    while !rest.is_empty() {
        if let Some(tail) = rest.strip_prefix('[') {
            let (inner, tail) = tail.split_once(']')?;
            steps.push(inner.trim_matches(['"', '\'']).to_owned());
            rest = tail;
        } else {
            let tail = rest.strip_prefix('.')?;
            let end = tail.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'));
            let (name, tail) = tail.split_at(end.unwrap_or(tail.len()));
            if name.is_empty() || name == "length" || tail.starts_with('(') {
                return None;
            }
            steps.push(name.to_owned());
            rest = tail;
        }
    }
    Some(steps)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_comparison_with_a_literal_is_a_rule_and_anything_else_is_not() {
        let said = |script: &str, answer| {
            let rules = rules(script, answer)?;
            let rule = |(at, rule): (Pointer, Expectation)| json!([at, rule]);
            Some(rules.into_iter().map(rule).collect::<Vec<_>>())
        };
        let json = |script| said(script, Answer::Json);
        assert_eq!(
            json("JSON.parse(output).a.b === 'x'"),
            Some(vec![json!(["/a/b", {"equals": "x"}])])
        );
        assert_eq!(
            json("return output.n[0]['c'] == null;"),
            Some(vec![json!(["/n/0/c", {"equals": null}])])
        );
        assert_eq!(
            json("output.n >= 2 && output.t.includes(\"q\")"),
            Some(vec![json!(["/n", {"at-least": 2}]), json!(["/t", {"contains": "q"}])])
        );
        let tool = "JSON.parse(output[0].function.arguments).count === 3";
        assert_eq!(
            said(tool, Answer::Tool),
            Some(vec![json!(["/arguments/count", {"equals": 3}])])
        );
        assert_eq!(
            said("!output.includes('a')", Answer::Text),
            Some(vec![json!(["", {"not-contains": "a"}])])
        );
        for other in [
            "output.a.length >= 1",
            "output.a !== 'x'",
            "output.a === b",
            "f(output) > 1",
            "a || b",
            "output.a > 1",
        ] {
            assert_eq!(json(other), None, "{other}");
        }
        assert_eq!(said("output.a === 1", Answer::Text), None);
    }
}
