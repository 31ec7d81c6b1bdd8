//! Where a request goes: the base address, joined with the path of the dialect.
//!
//! A `base-url` replaces everything before the dialect's path: `http://127.0.0.1:8000/v1` for
//! OpenAI's formats, `http://host` for Anthropic and Ollama, `http://host/v1beta` for Gemini. A
//! base that already ends in the beginning of the path is not doubled, so that
//! `https://host/v1/chat/completions` and `https://api.anthropic.com/v1` are understood as well.

use std::fmt::Write;

use crate::domain::{Model, ProviderKind};

use super::dialect::Dialect;
use super::encode_error::EncodeError;
use super::stream;

/// The address for this slot.
pub(super) fn url(model: &Model, dialect: &Dialect) -> Result<String, EncodeError> {
    let id = model.id.strip_prefix("models/").unwrap_or(&model.id);
    let path = if stream::is_asked(model, dialect) {
        let path = dialect.path.replace(":generateContent", ":streamGenerateContent?alt=sse");
        path.replace(":rawPredict", ":streamRawPredict")
    } else {
        dialect.path.to_owned()
    };
    let path = path.replace("{model}", &percent_encoded(id));
    if model.provider == ProviderKind::Command {
        return Ok(String::new());
    }
    Ok(joined(&base(model, dialect)?, &path))
}

/// The address of the list of models, beside that of answers.
pub(super) fn list_url(
    model: &Model,
    dialect: &Dialect,
    list: &str,
) -> Result<String, EncodeError> {
    let base = base(model, dialect)?;
    let (base, query) = base.split_once('?').map_or((&*base, None), |(b, q)| (b, Some(q)));
    let base = base.trim_end_matches('/');
    let base = base.strip_suffix(dialect.path).unwrap_or(base);
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    Ok(joined(&format!("{base}{query}"), list))
}

/// What stands before the dialect's path.
fn base(model: &Model, dialect: &Dialect) -> Result<String, EncodeError> {
    if model.provider == ProviderKind::Demo {
        let base = dialect.base_url.unwrap_or_default();
        return Ok(format!("http://demo.invalid{}", path_of(base)));
    }
    let base = model.base_url.as_deref().or(dialect.base_url);
    base.map(str::to_owned).ok_or_else(|| EncodeError::NoBaseUrl {
        slot: model.slot.to_string(),
        dialect: dialect.name,
    })
}

fn joined(base: &str, path: &str) -> String {
    let (base, query) = base.split_once('?').map_or((base, None), |(b, q)| (b, Some(q)));
    let (path, own) = path.split_once('?').map_or((path, None), |(path, own)| (path, Some(own)));
    let base = base.trim_end_matches('/');
    let ends = path.match_indices('/').map(|(at, _)| at).skip(1).chain([path.len()]);
    let known = ends.filter(|end| path.get(..*end).is_some_and(|head| base.ends_with(head))).max();
    let rest = known.and_then(|end| path.get(end..)).unwrap_or(path);
    let all: Vec<&str> = own.into_iter().chain(query).collect();
    if all.is_empty() { format!("{base}{rest}") } else { format!("{base}{rest}?{}", all.join("&")) }
}

fn path_of(base: &str) -> &str {
    let after_scheme = base.find("://").map_or(0, |at| at + 3);
    let host_and_path = base.get(after_scheme..).unwrap_or_default();
    host_and_path.find('/').and_then(|at| host_and_path.get(at..)).unwrap_or_default()
}

/// For one step of a path: all but RFC 3986's `unreserved` is escaped.
fn percent_encoded(step: &str) -> String {
    let mut encoded = String::with_capacity(step.len());
    for byte in step.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_that_ends_in_the_path_is_not_doubled() {
        for (base, path, want) in [
            ("http://h/v1", "/chat/completions", "http://h/v1/chat/completions"),
            ("http://h/v1/", "/chat/completions", "http://h/v1/chat/completions"),
            ("http://h/v1/chat/completions", "/chat/completions", "http://h/v1/chat/completions"),
            ("http://h", "/v1/messages", "http://h/v1/messages"),
            ("http://h/v1", "/v1/messages", "http://h/v1/messages"),
            ("http://h/v1?x=y", "/chat/completions", "http://h/v1/chat/completions?x=y"),
            ("http://h/v1?x=y", "/a:b?alt=sse", "http://h/v1/a:b?alt=sse&x=y"),
        ] {
            assert_eq!(joined(base, path), want);
        }
        assert_eq!(path_of("https://host/openai/v1"), "/openai/v1");
        assert_eq!(path_of("https://host"), "");
    }

    #[test]
    fn a_model_id_cannot_leave_its_step_of_the_path() {
        assert_eq!(percent_encoded("a/b?c:d#e"), "a%2Fb%3Fc%3Ad%23e");
    }
}
