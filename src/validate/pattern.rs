//! Patterns as ECMA-262 writes them, in the words of the engine that matches them here.

use serde_json::{Map, Value};

/// The schema with every pattern that the engine does not read in words that it does.
pub(super) fn translated(schema: &Value, reads: &dyn Fn(&str) -> bool) -> Value {
    match schema {
        Value::Object(map) => {
            let mut written = Map::new();
            for (name, value) in map {
                let value = match (name.as_str(), value) {
                    ("pattern", Value::String(pattern)) if !reads(pattern) => {
                        Value::String(translate(pattern))
                    }
                    ("patternProperties", Value::Object(patterns)) => {
                        let translated = |(pattern, schema): (&String, &Value)| {
                            let name =
                                if reads(pattern) { pattern.clone() } else { translate(pattern) };
                            (name, translated(schema, reads))
                        };
                        Value::Object(patterns.iter().map(translated).collect())
                    }
                    ("enum" | "const" | "default" | "examples", value) => value.clone(),
                    (_, value) => translated(value, reads),
                };
                written.insert(name.clone(), value);
            }
            Value::Object(written)
        }
        Value::Array(items) => items.iter().map(|item| translated(item, reads)).collect(),
        other => other.clone(),
    }
}

fn translate(pattern: &str) -> String {
    let mut pass = Pass { whole: pattern, rest: pattern, out: String::new(), is_class: false };
    while let Some(next) = pass.rest.chars().next() {
        pass.step(next);
    }
    pass.out
}

/// One pass over a pattern.
struct Pass<'a> {
    whole: &'a str,
    rest: &'a str,
    out: String,
    /// Between `[` and `]`.
    is_class: bool,
}

/// Letters that mean something after a backslash.
const ESCAPES: &str = "bBcdDfknpPrsStuvwWx";

impl Pass<'_> {
    fn step(&mut self, next: char) {
        if next == '\\' {
            self.escape();
        } else if self.is_class {
            let before_set = ["-\\w", "-\\d", "-\\s", "-\\W", "-\\D", "-\\S"]
                .iter()
                .any(|set| self.rest.starts_with(set));
            let is_plain_dash = next == '-' && (before_set || self.ends_in_set());
            if is_plain_dash || matches!(next, '[' | '&' | '~') {
                self.out.push('\\');
            }
            self.is_class = next != ']';
            self.copy(next.len_utf8());
        } else if let Some(length) = self.named_group() {
            // The engine takes either names or numbers.
            self.replace(length, "(");
        } else if self.rest.starts_with("[^]") {
            self.replace(3, r"[\s\S]");
        } else if self.rest.starts_with("[]") {
            self.replace(2, r"[^\s\S]");
        } else if next == '{' && quantifier(self.rest).is_some() && self.has_atom() {
            self.copy(quantifier(self.rest).unwrap_or(1));
        } else {
            if matches!(next, '{' | '}') {
                self.out.push('\\');
            }
            self.is_class = next == '[';
            self.copy(next.len_utf8());
            if self.is_class && self.rest.starts_with('^') {
                self.copy(1);
            }
        }
    }

    fn escape(&mut self) {
        let escaped = self.rest.chars().nth(1);
        let name = self.rest.strip_prefix(r"\k<").and_then(|rest| rest.split_once('>'));
        match (escaped, name) {
            (Some('k'), Some((name, _))) => {
                let number = self.group(name);
                self.replace(name.len() + 4, &format!("(?:\\{number})"));
            }
            (Some('b'), _) if self.is_class => self.replace(2, r"\x08"),
            (Some('0'), _) => self.replace(2, r"\x00"),
            (Some(letter), _) if letter.is_ascii_alphabetic() && !ESCAPES.contains(letter) => {
                self.replace(2, &letter.to_string());
            }
            (escaped, _) => self.copy(1 + escaped.map_or(0, char::len_utf8)),
        }
    }

    /// The number of a named group.
    fn group(&self, name: &str) -> usize {
        let opening = format!("(?<{name}>");
        let before = self.whole.split(opening.as_str()).next().unwrap_or_default();
        let starts = before.match_indices('(').filter(|(at, _)| {
            let (head, rest) = before.split_at(*at);
            let is_named =
                rest.starts_with("(?<") && !rest.starts_with("(?<=") && !rest.starts_with("(?<!");
            !head.ends_with('\\') && (!rest.starts_with("(?") || is_named)
        });
        starts.count() + 1
    }

    /// How long `(?<NAME>` is, where that is what begins here.
    fn named_group(&self) -> Option<usize> {
        let name = self.rest.strip_prefix("(?<").filter(|rest| !rest.starts_with(['=', '!']))?;
        Some(name.split_once('>')?.0.len() + 4)
    }

    fn ends_in_set(&self) -> bool {
        [r"\w", r"\d", r"\s", r"\W", r"\D", r"\S"].iter().any(|set| self.out.ends_with(set))
    }

    /// Whether there is something that a quantifier can count.
    fn has_atom(&self) -> bool {
        !self.out.is_empty() && !self.out.ends_with(['(', '|', '^'])
    }

    fn copy(&mut self, bytes: usize) {
        let (head, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.out.push_str(head);
        self.rest = rest;
    }

    fn replace(&mut self, bytes: usize, by: &str) {
        self.out.push_str(by);
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }
}

/// How long the quantifier in braces is that begins here.
fn quantifier(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('{')?.split_once('}')?.0;
    let (least, most) = inside.split_once(',').unwrap_or((inside, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    (!least.is_empty() && is_number(least) && is_number(most)).then_some(inside.len() + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_ecma_writes_is_said_otherwise() {
        for (written, want) in [
            ("^{.*}$", r"^\{.*\}$"),
            ("a{,3}b{2}", r"a\{,3\}b{2}"),
            ("^[^]*[]$", r"^[\s\S]*[^\s\S]$"),
            (r"[\w-.]+[.-\d]", r"[\w\-.]+[.\-\d]"),
            (r"[\b]\0\Z\.", r"[\x08]\x00Z\."),
            (r"(a)(?<y>\d)(?:b)-\k<y>", r"(a)(\d)(?:b)-(?:\2)"),
            ("[a-z[]{1,2}", r"[a-z\[]{1,2}"),
            (r"\{x\}", r"\{x\}"),
        ] {
            assert_eq!(translate(written), want, "{written}");
        }
    }
}
