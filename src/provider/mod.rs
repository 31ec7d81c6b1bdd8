//! Provider dialects, sans-IO: a request in no provider's words becomes an HTTP request, and an
//! HTTP response becomes a completion. Never sends anything.
//!
//! One adapter per wire format, and a table of dialects for what differs between servers of one
//! format. What a structured mode makes of a question is settled once, in `call`, for all of them.

mod allowance;
mod anthropic;
mod batch;
mod bedrock;
mod body;
mod call;
mod cohere;
mod command;
mod dialect;
mod encode;
mod encode_error;
mod error;
mod floating;
mod gemini;
mod list;
mod lookup;
mod lower;
mod ollama;
mod openai_chat;
mod openai_responses;
mod refused;
mod stream;
mod subset;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod url;
mod usage;

pub(crate) use allowance::{Allowance, Counted, allowances};
pub(crate) use batch::{
    BatchAnswers, BatchItem, BatchState, Submission, answers as batch_answers, has_batches,
    item_id as batch_item_id, look, parts, state, submission, submit, unanswered,
};
pub(crate) use call::Call;
pub use dialect::{Auth, Batching, Dialect, SchemaField, Wire};
pub(crate) use encode::Payload;
pub use encode::{Encoded, encode};
pub(crate) use encode_error::EncodeError;
pub(crate) use list::{Listed, list_request, read_list};
pub use lookup::dialect;
pub(crate) use lookup::{caches, has_floating_id, most_output, price_key, unsupported};
pub(crate) use lower::Lowered;
pub use lower::lower;
pub use lower::{Lowerings, lift};
pub(crate) use refused::{STRUCTURED, refused};
pub use stream::whole;
pub use subset::{PatternRule, SUBSETS, Stance, Subset, subset};
pub use table::DIALECTS;

use body::Loose;
use serde::Deserialize;
use serde_json::Value;

use crate::domain::{Completion, HttpResponse, Model, ProviderError, StopReason};

/// One wire format: value in, value out. Holds no state and does no input or output.
pub trait Provider: Sync {
    /// Writes a call in this format.
    fn encode(&self, call: &Call<'_>) -> Payload;

    /// Reads a response that claims success.
    fn decode(&self, response: &HttpResponse) -> Result<Completion, ProviderError>;
}

/// Reads what a model's server answered.
pub fn decode(model: &Model, response: &HttpResponse) -> Result<Completion, ProviderError> {
    let Some(dialect) = dialect(&model.dialect) else {
        let message = format!("there is no dialect `{}`", model.dialect);
        return Err(body::malformed(response, message));
    };
    if !(200..300).contains(&response.status) {
        return Err(error::error(response));
    }
    let response = &*whole(model, response)?;
    let mut completion = adapter(dialect.wire).decode(response)?;
    let limit = model.params.max_output_tokens.or(dialect.max_tokens_default);
    completion.doubt(limit, tier(model, response).as_deref());
    Ok(completion)
}

/// The tier of service that the answer names, or else the request, where it has prices of its own.
fn tier(model: &Model, response: &HttpResponse) -> Option<String> {
    const PLAIN: [&str; 8] = [
        "",
        "auto",
        "default",
        "on_demand",
        "standard",
        "standard_only",
        "traffic_type_unspecified",
        "unspecified",
    ];
    let answer: Tiers = body::read(response).unwrap_or_default();
    let named = answer.named();
    let asked = || model.params.extra_body.get("service_tier")?.as_str();
    let tier = named.as_deref().or_else(asked)?.to_lowercase();
    (!PLAIN.contains(&tier.as_str())).then_some(tier)
}

/// What a provider's word for the end of an answer means, whichever provider it is; our own words
/// are known too.
pub fn stop_reason(word: &str) -> StopReason {
    let own = serde_json::from_value(word.into()).ok();
    let responses = match word {
        "completed" => StopReason::Complete,
        "max_output_tokens" => StopReason::Truncated,
        _ => StopReason::Unknown,
    };
    let readers = [openai_chat::stop, anthropic::stop, gemini::stop, cohere::stop, bedrock::stop];
    let theirs = readers.into_iter().map(|read| read(Some(word))).chain([responses]);
    own.into_iter().chain(theirs).find(|stop| *stop != StopReason::Unknown).unwrap_or_default()
}

/// Where answers name a tier.
#[derive(Debug, Default, Deserialize)]
struct Tiers {
    #[serde(default)]
    service_tier: Loose<String>,
    #[serde(default, rename = "serviceTier")]
    camel: Loose<Value>,
    #[serde(default, rename = "trafficType")]
    traffic: Loose<String>,
    #[serde(default, alias = "usageMetadata")]
    usage: Loose<Box<Self>>,
}

impl Tiers {
    fn named(self) -> Option<String> {
        // Bedrock's is an object.
        let camel = self.camel.0.map(|tier| tier.get("type").cloned().unwrap_or(tier));
        let camel = camel.and_then(|tier| tier.as_str().map(str::to_owned));
        let own = self.service_tier.0.or(camel).or(self.traffic.0);
        own.or_else(|| self.usage.0?.named())
    }
}

fn adapter(wire: Wire) -> &'static dyn Provider {
    match wire {
        Wire::OpenaiChat => &openai_chat::OpenaiChat,
        Wire::OpenaiResponses => &openai_responses::OpenaiResponses,
        Wire::Anthropic => &anthropic::Anthropic,
        Wire::Gemini => &gemini::Gemini,
        Wire::Ollama => &ollama::Ollama,
        Wire::Cohere => &cohere::Cohere,
        Wire::Bedrock => &bedrock::Bedrock,
        Wire::Command => &command::Command,
    }
}
