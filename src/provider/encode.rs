//! What all dialects share of a request: address, channel, headers, key, and the merging of the body.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::domain::{Channel, Header, HeaderValue, HttpRequest, Model, ProviderKind, Request};

use super::adapter;
use super::call::Call;
use super::dialect::{Auth, Dialect};
use super::encode_error::EncodeError;
use super::lookup::dialect;
use super::lower::{Lowered, Lowerings};
use super::stream;
use super::url::url;

/// A request on the wire, and the schema that went with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Encoded {
    /// The request, complete but for its secrets.
    pub http: HttpRequest,
    /// The schema as sent in a field of its own; `None` when there is none, or only in words.
    pub wire_schema: Option<Arc<Lowered>>,
}

/// What an adapter makes of a call.
#[derive(Debug, Clone, Default)]
pub struct Payload {
    pub body: Map<String, Value>,
    /// Headers of the wire format, beside the key and the content type.
    pub headers: Vec<Header>,
}

/// Writes a request in the dialect of its model, with what is already known of schemas that other
/// requests share.
pub fn encode(request: &Request, known: &Lowerings) -> Result<Encoded, EncodeError> {
    let model = request.model.as_ref();
    let dialect = dialect(&model.dialect).ok_or_else(|| unknown(model))?;
    let (call, wire_schema) = Call::new(request, dialect, known)?;
    let payload = adapter(dialect.wire).encode(&call);
    let mut body = payload.body;
    let defaults: Map<String, Value> = serde_json::from_str(dialect.body).unwrap_or_default();
    merge(&mut body, &defaults);
    if stream::is_asked(model, dialect) {
        stream::ask(&mut body, dialect);
    }
    merge(&mut body, &model.params.extra_body);
    let http = HttpRequest {
        channel: channel(model),
        url: url(model, dialect)?,
        headers: headers(model, dialect, payload.headers),
        body: Value::Object(body),
    };
    Ok(Encoded { http, wire_schema })
}

/// The way out of a slot's requests.
pub(super) fn channel(model: &Model) -> Channel {
    match model.provider {
        ProviderKind::Demo => Channel::Demo,
        ProviderKind::Command => Channel::Command { argv: model.command.clone() },
        _ => Channel::Http,
    }
}

/// A header of the slot replaces one of the same name.
pub(super) fn headers(model: &Model, dialect: &Dialect, own: Vec<Header>) -> Vec<Header> {
    if model.provider == ProviderKind::Command {
        return Vec::new();
    }
    let mut headers = vec![Header::plain("content-type", "application/json")];
    headers.extend(own);
    let key = model.api_key_env.clone().filter(|_| model.provider != ProviderKind::Demo);
    headers.extend(key.map(|env| match dialect.auth {
        Auth::Bearer => Header::secret("authorization", "Bearer ", env),
        Auth::Header(name) => Header::secret(name, "", env),
    }));
    for (name, value) in &model.headers {
        if model.provider == ProviderKind::Demo && matches!(value, HeaderValue::Secret { .. }) {
            continue;
        }
        let name = name.to_lowercase();
        headers.retain(|header| header.name != name);
        headers.push(Header { name, value: HeaderValue::clone(value) });
    }
    headers
}

/// Objects are merged, anything else is replaced.
fn merge(body: &mut Map<String, Value>, more: &Map<String, Value>) {
    for (name, value) in more {
        match (body.get_mut(name), value) {
            (Some(Value::Object(inner)), Value::Object(value)) => merge(inner, value),
            _ => drop(body.insert(name.clone(), value.clone())),
        }
    }
}

fn unknown(model: &Model) -> EncodeError {
    let known: Vec<_> = super::DIALECTS.iter().map(|row| row.name).collect();
    EncodeError::UnknownDialect {
        slot: model.slot.to_string(),
        dialect: model.dialect.clone(),
        known: known.join(", "),
    }
}
