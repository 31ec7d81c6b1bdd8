//! The list of models that a provider offers, and when it says that each of them ends: one request,
//! one reader for all formats. Asking for it costs no tokens.

use jiff::civil::Date;
use serde_json::Value;

use crate::domain::{HttpRequest, HttpResponse, Model, ProviderError};

use super::anthropic;
use super::body;
use super::dialect::Wire;
use super::encode::{channel, headers};
use super::encode_error::EncodeError;
use super::error;
use super::lookup::dialect;
use super::url::list_url;

/// Members that hold the list, where the answer is an object.
const LISTS: &[&str] = &["data", "models"];
/// Members that hold the id, the first that is there.
const IDS: &[&str] = &["id", "name", "model"];
/// Members that hold the day from which the model no longer answers: OpenAI, Anthropic, Mistral,
/// OpenRouter, and the status that Gemini puts beside an answer.
const ENDS: &[&str] = &[
    "/shutdown_date",
    "/retires_at",
    "/deprecation",
    "/expiration_date",
    "/modelStatus/retirementTime",
];
/// Members that name what comes after it.
const REPLACEMENTS: &[&str] = &["deprecation_replacement_model"];

/// One model of a provider's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    /// Its id, without what Gemini writes before it.
    pub id: String,
    /// Other ids that mean the same.
    pub aliases: Vec<String>,
    /// The day from which it no longer answers, where the provider says so.
    pub shutdown: Option<Date>,
    /// What the provider names as its replacement.
    pub replacement: Option<String>,
    /// Whether the provider says that it has ended already.
    pub retired: bool,
}

/// The request for the list of models of a slot's provider; `None` where its server has none.
pub(crate) fn list_request(model: &Model) -> Result<Option<HttpRequest>, EncodeError> {
    let Some(dialect) = dialect(&model.dialect) else { return Ok(None) };
    let Some(path) = dialect.list else { return Ok(None) };
    let own = match dialect.wire {
        Wire::Anthropic => vec![anthropic::version_header(&model.params)],
        _ => Vec::new(),
    };
    Ok(Some(HttpRequest {
        channel: channel(model),
        url: list_url(model, dialect, path)?,
        headers: headers(model, dialect, own),
        // Nothing to send: the transport asks with GET.
        body: Value::Null,
    }))
}

/// Reads a list of models. Entries that have no id are left out; a date that cannot be read is as
/// none.
pub(crate) fn read_list(response: &HttpResponse) -> Result<Vec<Listed>, ProviderError> {
    if !(200..300).contains(&response.status) {
        return Err(error::error(response));
    }
    let value: Value = serde_json::from_slice(&response.body)
        .map_err(|_| body::malformed(response, "the list of models is not JSON".to_owned()))?;
    let list =
        value.as_array().or_else(|| LISTS.iter().find_map(|name| value.get(name)?.as_array()));
    let list = list
        .ok_or_else(|| body::malformed(response, "the answer has no list of models".to_owned()))?;
    Ok(list.iter().filter_map(listed).collect())
}

fn listed(entry: &Value) -> Option<Listed> {
    let text = |name: &&str| entry.get(name).and_then(Value::as_str);
    let id = IDS.iter().find_map(text)?;
    let end = ENDS.iter().find_map(|pointer| entry.pointer(pointer)?.as_str());
    let aliases = entry.get("aliases").and_then(Value::as_array).into_iter().flatten();
    Some(Listed {
        id: id.strip_prefix("models/").unwrap_or(id).to_owned(),
        aliases: aliases.filter_map(Value::as_str).map(str::to_owned).collect(),
        shutdown: end.and_then(day),
        replacement: REPLACEMENTS.iter().find_map(text).map(str::to_owned),
        retired: text(&"lifecycle") == Some("retired"),
    })
}

/// The day of a date or of a time, as written: `2027-01-14`, `2027-01-14T00:00:00Z`.
fn day(text: &str) -> Option<Date> {
    text.get(..10)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;
    use crate::domain::{ErrorClass, Source};

    fn response(status: u16, body: &str) -> HttpResponse {
        HttpResponse {
            status,
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
            elapsed: Duration::ZERO,
            source: Source::Fresh,
        }
    }

    fn read(body: &Value) -> Vec<Listed> {
        read_list(&response(200, &body.to_string())).unwrap()
    }

    #[test]
    fn the_end_of_a_model_is_read_in_each_providers_words() {
        let day = |entry: Value| {
            let listed = read(&json!({"data": [entry]})).remove(0);
            listed.shutdown.map(|day| day.to_string())
        };
        let end = Some("2027-01-14".to_owned());
        assert_eq!(day(json!({"id": "a", "shutdown_date": "2027-01-14"})), end);
        assert_eq!(day(json!({"id": "a", "shutdown_date": null})), None);
        assert_eq!(day(json!({"id": "a", "retires_at": "2027-01-14T00:00:00Z"})), end);
        assert_eq!(day(json!({"id": "a", "deprecation": "2027-01-14T12:00:00+00:00"})), end);
        assert_eq!(day(json!({"id": "a", "expiration_date": "2027-01-14"})), end);
        assert_eq!(day(json!({"id": "a", "shutdown_date": "soon"})), None);
        assert_eq!(
            day(json!({"id": "a", "modelStatus": {"retirementTime": "2027-01-14T00:00:00Z"}})),
            end
        );
    }

    #[test]
    fn lists_come_in_several_shapes_and_entries_without_an_id_are_left_out() {
        let ids = |body: Value| read(&body).into_iter().map(|listed| listed.id).collect::<Vec<_>>();
        assert_eq!(ids(json!({"data": [{"id": "a"}, {"object": "model"}, 1]})), ["a"]);
        assert_eq!(ids(json!({"models": [{"name": "models/gemini-x"}]})), ["gemini-x"]);
        assert_eq!(ids(json!([{"id": "a"}, {"id": "b"}])), ["a", "b"]);
        let mistral = json!({"data": [{
            "id": "a-2508", "aliases": ["a-latest"], "deprecation_replacement_model": "a-2604",
        }, {"id": "b", "lifecycle": "retired"}]});
        let read = read(&mistral);
        assert_eq!(read[0].aliases, ["a-latest"]);
        assert_eq!(read[0].replacement.as_deref(), Some("a-2604"));
        assert!(read[1].retired && !read[0].retired);
    }

    #[test]
    fn the_list_of_each_server_stands_beside_its_answers() {
        let url = |name: &str, base: Option<&str>| {
            let row = dialect(name).unwrap();
            let mut model = crate::provider::tests::model(name, crate::domain::Structured::Prompt);
            model.base_url = base.or(row.base_url).map(str::to_owned);
            list_request(&model).unwrap().map(|request| request.url)
        };
        let anthropic =
            "/v1/models?limit=1000&lifecycle[]=active&lifecycle[]=deprecated&lifecycle[]=retired";
        for (name, base, want) in [
            ("openai", None, "https://api.openai.com/v1/models"),
            ("openai-responses", Some("http://127.0.0.1:1/v1"), "http://127.0.0.1:1/v1/models"),
            ("openai", Some("http://h/v1/chat/completions?x=y"), "http://h/v1/models?x=y"),
            ("anthropic", None, &format!("https://api.anthropic.com{anthropic}")),
            ("anthropic", Some("http://h/v1"), &format!("http://h{anthropic}")),
            ("gemini", Some("http://h/v1beta/"), "http://h/v1beta/models?pageSize=1000"),
            ("ollama", Some("http://h"), "http://h/api/tags"),
        ] {
            assert_eq!(url(name, base).as_deref(), Some(want), "{name}");
        }
        assert_eq!(url("azure", Some("http://h")), None);
        assert_eq!(url("command", None), None);
    }

    #[test]
    fn an_answer_that_is_no_list_is_an_error_of_its_class() {
        let class = |status, body: &str| read_list(&response(status, body)).unwrap_err().class;
        assert_eq!(class(200, "<html>"), ErrorClass::Malformed);
        assert_eq!(class(200, "{}"), ErrorClass::Malformed);
        assert_eq!(class(401, "{}"), ErrorClass::Unauthorized);
    }
}
