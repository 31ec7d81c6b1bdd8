//! Requests and responses as values. Nothing here sends anything.

use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};

use super::hash::Sorted;
use super::{EnvName, Hash, Source, string_enum};

/// One request, complete but for its secrets.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HttpRequest {
    /// Which way it leaves.
    pub channel: Channel,
    /// Where to, without any secret in it. For a command: empty.
    pub url: String,
    /// Headers in sending order; names in lower case.
    pub headers: Vec<Header>,
    /// The JSON body of the POST; `null` has nothing to send and makes it a GET.
    pub body: Value,
}

impl HttpRequest {
    /// What tells it from every other request: its content, with the names of secrets for secrets.
    pub fn hash(&self) -> Hash {
        /// The members of a request in order of their names: what canonical JSON would be, without
        /// a copy of the body.
        #[derive(Serialize)]
        struct Content<'r> {
            body: Sorted<'r>,
            channel: Sorted<'r>,
            headers: Sorted<'r>,
            url: &'r str,
        }
        let (channel, headers) = (json!(self.channel), json!(self.headers));
        let content = Content {
            body: Sorted(&self.body),
            channel: Sorted(&channel),
            headers: Sorted(&headers),
            url: &self.url,
        };
        Hash::of_ordered(&content)
    }
}

/// Which way a request leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// HTTP to a server.
    Http,
    /// The scripted provider inside this process.
    Demo,
    /// A local program: the body on its standard input, the answer on its standard output.
    Command {
        /// Program and arguments; no shell reads them.
        argv: Vec<String>,
    },
}

/// One header of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Header {
    /// Lower case.
    pub name: String,
    /// Plain, or the name of a secret.
    pub value: HeaderValue,
}

impl Header {
    /// A header that anybody may read.
    pub fn plain(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: HeaderValue::Plain(value.into()) }
    }

    /// A header whose value is filled in by the transport, last of all.
    pub fn secret(name: impl Into<String>, prefix: &'static str, env: EnvName) -> Self {
        Self { name: name.into(), value: HeaderValue::Secret { prefix: prefix.into(), env } }
    }
}

/// The value of a header: readable, or the *name* of a secret. The secret itself is never here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum HeaderValue {
    /// Written as it is.
    Plain(String),
    /// Taken from the environment by the HTTP transport.
    Secret {
        /// Written before the secret, such as `Bearer `.
        prefix: String,
        /// Where the secret is.
        env: EnvName,
    },
}

/// A cloud whose own credentials serve where the variable of its key is not set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cloud {
    /// Amazon's, which sign a request.
    Aws,
    /// Google's, which fetch a token.
    Google,
}

impl Cloud {
    /// The cloud that has this variable for its key.
    pub fn of_key(name: &EnvName) -> Option<Self> {
        [Self::Aws, Self::Google].into_iter().find(|cloud| cloud.key() == name.0)
    }

    /// The variable of its key.
    pub fn key(self) -> &'static str {
        match self {
            Self::Aws => "AWS_BEARER_TOKEN_BEDROCK",
            Self::Google => "GOOGLE_OAUTH_ACCESS_TOKEN",
        }
    }

    /// Variables of which each says where other credentials are.
    pub fn sources(self) -> &'static [&'static str] {
        match self {
            Self::Aws => &[
                "AWS_ACCESS_KEY_ID",
                "AWS_WEB_IDENTITY_TOKEN_FILE",
                "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
                "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                "AWS_METADATA_ENDPOINT",
            ],
            Self::Google => &[
                "GOOGLE_APPLICATION_CREDENTIALS",
                "GOOGLE_SERVICE_ACCOUNT",
                "GOOGLE_SERVICE_ACCOUNT_KEY",
                "GCE_METADATA_HOST",
            ],
        }
    }

    /// Variables that are secrets themselves.
    pub fn secrets(self) -> &'static [&'static str] {
        match self {
            Self::Aws => &["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"],
            Self::Google => &["GOOGLE_SERVICE_ACCOUNT_KEY"],
        }
    }

    /// All variables that its client reads, of which some are in two lists.
    pub fn variables(self) -> Vec<&'static str> {
        let more: &[&str] = match self {
            Self::Aws => &[
                "AWS_REGION",
                "AWS_DEFAULT_REGION",
                "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
                "AWS_ROLE_ARN",
                "AWS_ROLE_SESSION_NAME",
                "AWS_ENDPOINT_URL_STS",
            ],
            Self::Google => &[],
        };
        let mut all = [self.sources(), self.secrets(), more].concat();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// One response.
#[derive(Debug, Clone, PartialEq)]
pub struct HttpResponse {
    /// HTTP status; a command that succeeds answers 200, one that fails answers 500.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// As received.
    pub body: Vec<u8>,
    /// From sending to the last byte, also where it is a recording.
    pub elapsed: Duration,
    /// Whether it was sent for now.
    pub source: Source,
}

impl HttpResponse {
    /// The first header of this name (given in lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Why there is no response at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct TransportError {
    pub fault: TransportFault,
    /// For people; holds no secret and no query string.
    pub message: String,
}

impl TransportError {
    /// An error of this kind.
    pub fn new(fault: TransportFault, message: impl Into<String>) -> Self {
        Self { fault, message: message.into() }
    }
}

string_enum! {
    /// What can go wrong before a response is complete.
    pub enum TransportFault {
        /// No connection: refused or unreachable.
        Connect = "connect",
        /// No server has this name.
        UnknownHost = "unknown-host",
        /// The certificate is not trusted, or the server speaks no TLS.
        Tls = "tls",
        /// Not complete within the time allowed.
        Timeout = "timeout",
        /// The connection ended in the middle.
        Interrupted = "interrupted",
        /// More bytes than the limit.
        TooLarge = "too-large",
        /// The secret of a header is not in the environment.
        MissingKey = "missing-key",
        /// The local program could not be started.
        Spawn = "spawn",
        /// The request itself could not be written (a bad URL or header).
        BadRequest = "bad-request",
        /// Nothing may be sent, and there is no recording that can be used.
        Unrecorded = "unrecorded",
    }
}

impl TransportFault {
    /// Whether asking again can help.
    pub fn is_retryable(self) -> bool {
        matches!(self, Self::Connect | Self::Timeout | Self::Interrupted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_a_request_is_that_of_its_canonical_json() {
        let key = Header::secret("authorization", "Bearer ", EnvName("KEY".to_owned()));
        let request = HttpRequest {
            channel: Channel::Command { argv: vec!["sh".to_owned()] },
            url: "http://x/\"é".to_owned(),
            headers: vec![key, Header::plain("content-type", "application/json")],
            body: json!({"b": [{"d": 1.5, "c": null}], "a": "\u{1f600}"}),
        };
        assert_eq!(request.hash(), Hash::of_json(&json!(request)));
    }
}
