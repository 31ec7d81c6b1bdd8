//! Fills `{{name}}` in texts. Templates are minijinja: strict, without loaders, with bounded work.
//!
//! Never reads a file, and never turns an undefined name into an empty text. Text that needs
//! literal braces stands between `{% raw %}` and `{% endraw %}`.

use std::collections::BTreeMap;
use std::ops::Range;

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior};
use serde::Serialize;
use serde_json::{Number, Value};

use crate::domain::number::is_equal;

/// Instructions that one rendering may take.
const FUEL: u64 = 1_000_000;

/// Why a text could not be filled in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(crate) struct TemplateError {
    /// What is wrong, in lower case.
    pub message: String,
    /// Where, in bytes of the source; braces of a `{{ }}` included.
    pub span: Range<usize>,
    /// The name that has no value, where that is the reason.
    pub variable: Option<String>,
}

/// The text with every expression replaced by its value.
///
/// # Errors
/// All names without a value, in order of appearance, or the one error of syntax or use.
pub(crate) fn render(
    source: &str,
    vars: &BTreeMap<String, Value>,
) -> Result<String, Vec<TemplateError>> {
    if !source.contains('{') {
        return Ok(source.to_owned());
    }
    let environment = strict();
    let mut vars: BTreeMap<String, minijinja::Value> =
        vars.iter().map(|(name, value)| (name.clone(), value_of(value))).collect();
    let mut errors: Vec<TemplateError> = Vec::new();
    loop {
        let error = match environment.render_str(source, minijinja::Value::from(vars.clone())) {
            Ok(text) if errors.is_empty() => return Ok(text),
            Ok(_) => return Err(errors),
            Err(error) => template_error(source, &error),
        };
        let name = error.variable.clone();
        let is_new = name.as_ref().is_some_and(|name| !vars.contains_key(name));
        if errors.is_empty() || is_new {
            errors.push(error);
        }
        // A stand-in for the missing name lets the next rendering find the next one.
        match name {
            Some(name) if is_new => vars.insert(name, minijinja::Value::from("")),
            _ => return Err(errors),
        };
    }
}

/// A value for templates. A number that they cannot hold is the text of its digits.
fn value_of(value: &Value) -> minijinja::Value {
    match value {
        Value::Null => minijinja::Value::from(()),
        Value::Bool(flag) => (*flag).into(),
        Value::String(text) => text.as_str().into(),
        Value::Array(items) => items.iter().map(value_of).collect(),
        // Collected as such, pairs would become a list of lists.
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.as_str(), value_of(value)))
            .collect::<BTreeMap<_, _>>()
            .into(),
        Value::Number(number) => {
            let text = number.to_string();
            let double = || number.as_f64().and_then(Number::from_f64);
            match (text.parse::<i128>(), number.as_f64()) {
                (Ok(integer), _) => integer.into(),
                (_, Some(value)) if double().is_some_and(|it| is_equal(&it, number)) => {
                    value.into()
                }
                _ => text.into(),
            }
        }
    }
}

fn strict() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    if let Ok(syntax) = SyntaxConfig::builder().keep_trailing_newline(true).build() {
        environment.set_syntax(syntax);
    }
    environment.set_fuel(Some(FUEL));
    environment.set_debug(true);
    environment.add_filter("tojson", to_json);
    environment.add_filter("dump", to_json);
    environment
}

/// A value as JSON; with a width, over several lines. Nothing is escaped for HTML.
fn to_json(value: &minijinja::Value, width: Option<usize>) -> Result<String, Error> {
    let fault =
        |error: serde_json::Error| Error::new(ErrorKind::BadSerialization, error.to_string());
    let Some(width) = width else { return serde_json::to_string(value).map_err(fault) };
    let indent = " ".repeat(width.min(16));
    let mut out = Vec::new();
    let format = serde_json::ser::PrettyFormatter::with_indent(indent.as_bytes());
    let mut writer = serde_json::Serializer::with_formatter(&mut out, format);
    value.serialize(&mut writer).map_err(fault)?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}

fn template_error(source: &str, error: &Error) -> TemplateError {
    let range = error.range().unwrap_or(0..0);
    let range = if source.get(range.clone()).is_some() { range } else { 0..0 };
    if error.kind() == ErrorKind::UndefinedError {
        let variable = source.get(range.clone()).and_then(leading_name);
        return TemplateError {
            message: match &variable {
                Some(name) => format!("`{name}` has no value"),
                None => "a value is undefined".to_owned(),
            },
            span: with_braces(source, range),
            variable,
        };
    }
    let message = match error.kind() {
        ErrorKind::OutOfFuel => "the template takes too many steps".to_owned(),
        kind => error.detail().map_or_else(|| kind.to_string(), str::to_owned),
    };
    TemplateError { message, span: range, variable: None }
}

/// The name that an expression begins with.
fn leading_name(expression: &str) -> Option<String> {
    let name: String = expression
        .trim_start_matches(|c: char| c == '{' || c == '-' || c.is_whitespace())
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect();
    (!name.is_empty()).then_some(name)
}

/// The range of an expression, widened to the braces around it.
fn with_braces(source: &str, range: Range<usize>) -> Range<usize> {
    let before = source.get(..range.start).unwrap_or_default().trim_end();
    let after = source.get(range.end..).unwrap_or_default();
    let closing = after.trim_start();
    if before.ends_with("{{") && closing.starts_with("}}") {
        before.len() - 2..range.end + (after.len() - closing.len()) + 2
    } else {
        range
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn vars(value: &Value) -> BTreeMap<String, Value> {
        serde_json::from_value(value.clone()).unwrap()
    }

    #[test]
    fn a_value_can_be_written_as_json() {
        let order = json!({"who": "O'Hara <x>", "n": [1, 2.50]});
        let vars = BTreeMap::from([("order".to_owned(), order)]);
        let one = render("{{ order | tojson }}", &vars).unwrap();
        assert_eq!(one, r#"{"n":[1,2.5],"who":"O'Hara <x>"}"#);
        assert_eq!(render("{{ order | dump }}", &vars).unwrap(), one);
        let many = render("{{ order.n | tojson(2) }}", &vars).unwrap();
        assert_eq!(many, "[\n  1,\n  2.5\n]");
        assert_eq!(render("{{ order.who }}", &vars).unwrap(), "O'Hara <x>");
        let unknown = render("{{ order | nosuch }}", &vars).unwrap_err();
        assert!(unknown[0].message.contains("nosuch"));
    }

    #[test]
    fn a_name_is_replaced_by_its_value_and_nothing_else_changes() {
        let vars = vars(&json!({"company": "Acme & <Sons>", "items": ["a", "b"], "n": 2}));
        assert_eq!(render("For {{company}}.\n", &vars).unwrap(), "For Acme & <Sons>.\n");
        let long = BTreeMap::from([("id".to_owned(), "12345678901234567890123".parse().unwrap())]);
        assert_eq!(render("{{ id }}", &long).unwrap(), "12345678901234567890123");
        assert_eq!(render("{% for i in items %}{{ i }};{% endfor %}", &vars).unwrap(), "a;b;");
        assert_eq!(render("{% raw %}{{ as is }}{% endraw %}", &vars).unwrap(), "{{ as is }}");
        assert_eq!(render(r#"{"a": {"b": 1}} {{ n }}"#, &vars).unwrap(), r#"{"a": {"b": 1}} 2"#);
    }

    #[test]
    fn every_name_without_a_value_is_told_with_its_place() {
        let source = "Dear {{ name }}, about {{product}} and {{product}}";
        let errors = render(source, &BTreeMap::new()).unwrap_err();
        let told: Vec<_> = errors
            .iter()
            .map(|e| (e.variable.as_deref().unwrap(), &source[e.span.clone()]))
            .collect();
        assert_eq!(told, [("name", "{{ name }}"), ("product", "{{product}}")]);
    }

    #[test]
    fn a_missing_member_of_a_known_name_is_told() {
        let errors = render("{{ order.id }}", &vars(&json!({"order": {}}))).unwrap_err();
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].variable.as_deref(), Some("order"));
    }

    #[test]
    fn an_error_of_syntax_has_a_place_and_no_variable() {
        let source = "all good\n{% if %}";
        let errors = render(source, &BTreeMap::new()).unwrap_err();
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].variable, None);
        assert!(errors[0].span.start >= 9, "{errors:?}");
    }

    #[test]
    fn a_template_that_never_ends_is_stopped() {
        let source =
            "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}";
        let errors = render(source, &BTreeMap::new()).unwrap_err();
        assert!(errors[0].message.contains("too many steps"), "{errors:?}");
    }

    proptest! {
        #[test]
        fn no_text_makes_rendering_panic(source in "(\\{\\{|\\}\\}|\\{%|%\\}|[a-z .|\"é]|\\PC){0,40}") {
            if let Err(errors) = render(&source, &BTreeMap::new()) {
                prop_assert!(!errors.is_empty());
                prop_assert!(errors.iter().all(|e| source.get(e.span.clone()).is_some()));
            }
        }

        #[test]
        fn a_text_without_braces_is_itself(source in "[^{}]{0,60}") {
            prop_assert_eq!(render(&source, &BTreeMap::new()).unwrap(), source);
        }
    }
}
