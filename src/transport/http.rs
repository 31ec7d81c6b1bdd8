//! The channel to servers. The only module that knows reqwest, and the last that touches a request.
//!
//! Keys are filled in here, and only here; `http/cloud.rs` has what stands in for one. Never follows a redirect, never sends anything twice.

mod cloud;
mod proxies;

use std::error::Error;
use std::io;
use std::net::IpAddr;
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime};

use cloud::{Clouds, Ready};
use proxies::Proxies;
use reqwest::header::{
    CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue as WireValue, LOCATION,
};
use reqwest::{Client, ClientBuilder, Response, Url, redirect, retry};
use serde_json::Value;
use tokio::time;

use super::{Secrets, Sending, Sent, Transport};
use crate::domain::{
    Cloud, EnvName, HeaderValue, HttpRequest, HttpResponse, Source, TransportError, TransportFault,
};

/// How long a connection may take to stand.
const CONNECT: Duration = Duration::from_secs(10);

/// How long an unused connection is kept: shorter than most servers and balancers do.
const IDLE: Duration = Duration::from_secs(50);

/// Talks to servers over HTTP/1.1 and 2, with one pool of connections.
///
/// Proxies of the environment (`HTTPS_PROXY`, `NO_PROXY` …) are used, but not for plain
/// HTTP to this machine itself. A redirect is an error that names the new address: following it could carry a key to
/// a host that nobody meant. A key never leaves this machine without TLS.
#[derive(Debug)]
pub(super) struct Http {
    secrets: Secrets,
    limit: usize,
    proxies: Proxies,
    clouds: Clouds,
    remote: OnceLock<Result<Client, String>>,
    local: OnceLock<Result<Client, String>>,
}

impl Http {
    /// Opens no connection yet. A response has at most `limit` bytes, unpacked. Of `environment` only
    /// [`super::PROXY_ENVIRONMENT`] and [`Cloud::variables`] are read.
    pub(super) fn new(secrets: Secrets, environment: &[(String, String)], limit: usize) -> Self {
        let (proxies, clouds) = (Proxies::of(environment), Clouds::of(environment));
        Self { secrets, limit, proxies, clouds, remote: OnceLock::new(), local: OnceLock::new() }
    }

    async fn exchange(&self, request: &HttpRequest, target: &Target) -> Sent {
        let mut ready = Ready {
            url: target.url.clone(),
            headers: self.headers(request, target)?,
            body: match &request.body {
                Value::Null => None,
                // A form, not JSON: its header says so.
                Value::String(form) => Some(form.clone()),
                body => Some(body.to_string()),
            },
        };
        let mut names = request.headers.iter().filter_map(|header| match &header.value {
            HeaderValue::Secret { env, .. } => self.stand_in(env),
            HeaderValue::Plain(_) => None,
        });
        let Some(cloud) = names.next() else { return self.ask(ready, target).await };
        target.may_hear(cloud.key())?;
        let secrets = self.clouds.vouch(cloud, &mut ready).await?;
        secrets.cover(self.ask(ready, target).await)
    }

    /// The cloud whose credentials are used, where this key is not set.
    fn stand_in(&self, key: &EnvName) -> Option<Cloud> {
        let cloud = Cloud::of_key(key).filter(|cloud| self.clouds.know(*cloud));
        cloud.filter(|_| self.secrets.key(key).is_none())
    }

    async fn ask(&self, ready: Ready, target: &Target) -> Sent {
        let started = Instant::now();
        let client = self.client(target)?;
        let request = match ready.body {
            Some(body) => client.post(ready.url).body(body),
            None => client.get(ready.url),
        };
        let sent = request.headers(ready.headers).send().await;
        let response = sent.map_err(|error| target.lost(error))?;
        if let Some(error) = target.redirected(&response) {
            return Err(error);
        }
        let status = response.status().as_u16();
        let mut headers = readable(response.headers());
        if response.headers().get(DATE).is_none() {
            // So that whoever reads a date in it knows what it counts from.
            #[expect(clippy::disallowed_methods, reason = "the moment of the response is its own")]
            let now = SystemTime::now();
            headers.push(("date".to_owned(), httpdate::fmt_http_date(now)));
        }
        let body = self.body(response, target).await?;
        Ok(HttpResponse {
            status,
            headers,
            body,
            elapsed: started.elapsed(),
            source: Source::Fresh,
        })
    }

    async fn body(
        &self,
        mut response: Response,
        target: &Target,
    ) -> Result<Vec<u8>, TransportError> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| target.lost(error))? {
            if body.len() + chunk.len() > self.limit {
                let message = format!("{} sends more than {} bytes", target.name, self.limit);
                return Err(TransportError::new(TransportFault::TooLarge, message));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    fn client(&self, target: &Target) -> Result<&Client, TransportError> {
        let built = if target.is_open() {
            // Without proxy, since it would see the key; and without root certificates, so that
            // a container that has none can talk to its own servers.
            self.local.get_or_init(|| build(Client::builder().no_proxy().tls_certs_only([])))
        } else {
            self.remote.get_or_init(|| build(self.proxies.used_by(Client::builder())))
        };
        built.as_ref().map_err(|reason| {
            bad(format!("cannot set up TLS: {reason}; are root certificates installed?"))
        })
    }

    fn headers(&self, request: &HttpRequest, target: &Target) -> Result<HeaderMap, TransportError> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, WireValue::from_static("application/json"));
        for header in &request.headers {
            let name = HeaderName::from_bytes(header.name.as_bytes())
                .map_err(|_| bad(format!("`{}` is not the name of a header", header.name)))?;
            let value = match &header.value {
                HeaderValue::Plain(text) => WireValue::from_str(text).map_err(|_| {
                    bad(format!("the value of header `{name}` has characters that cannot be sent"))
                })?,
                HeaderValue::Secret { env, .. } if self.stand_in(env).is_some() => continue,
                HeaderValue::Secret { prefix, env } => self.secret(prefix, env, target)?,
            };
            headers.insert(name, value);
        }
        Ok(headers)
    }

    fn secret(
        &self,
        prefix: &str,
        env: &EnvName,
        target: &Target,
    ) -> Result<WireValue, TransportError> {
        let key = self.secrets.key(env).ok_or_else(|| {
            let message = format!("{env} is not set: set it to the key for {}", target.name);
            TransportError::new(TransportFault::MissingKey, message)
        })?;
        if !key.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return Err(bad(format!(
                "the key in {env} has a line break, or a character that no key has: set it anew, \
                 without what surrounds it"
            )));
        }
        target.may_hear(&env.0)?;
        let mut value = WireValue::from_str(&format!("{prefix}{key}"))
            .map_err(|_| bad(format!("the key in {env} cannot be sent in a header")))?;
        value.set_sensitive(true);
        Ok(value)
    }
}

impl Transport for Http {
    fn send<'a>(&'a self, request: &'a HttpRequest, _: u64, timeout: Duration) -> Sending<'a> {
        Box::pin(async move {
            let mut target = Target::of(&request.url)?;
            if !target.is_open() {
                target.proxy = self.proxies.on_the_way_to(&target.url)?;
            }
            time::timeout(timeout, self.exchange(request, &target)).await.unwrap_or_else(|_| {
                let message = format!("no complete answer from {} within {timeout:?}", target.name);
                Err(TransportError::new(TransportFault::Timeout, message))
            })
        })
    }
}

fn build(builder: ClientBuilder) -> Result<Client, String> {
    // The second time it says that it is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = builder
        .user_agent(concat!("promptmatrix/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT)
        .pool_idle_timeout(IDLE)
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .build();
    client.map_err(|error| innermost(&error.without_url()).to_string())
}

/// Where a request goes.
struct Target {
    url: Url,
    /// `host:port`, for messages: without path and query, which may hold anything.
    name: String,
    /// Whether it is this machine.
    is_local: bool,
    /// `host:port` of the proxy that is asked in its place.
    proxy: Option<String>,
}

impl Target {
    fn of(url: &str) -> Result<Self, TransportError> {
        let url =
            Url::parse(url).map_err(|error| bad(format!("the URL cannot be used: {error}")))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(bad(format!("`{}` is not HTTP: use http or https", url.scheme())));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(bad("the URL holds a user name or a password: put the key into an \
                            environment variable and name that"
                .to_owned()));
        }
        let name = host_and_port(&url);
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let is_local = host == "localhost"
            || host.ends_with(".localhost")
            || host.parse().is_ok_and(|address: IpAddr| address.is_loopback());
        Ok(Self { url, name, is_local, proxy: None })
    }

    /// Plain HTTP that stays on this machine.
    fn is_open(&self) -> bool {
        self.is_local && !self.is_secure()
    }

    fn is_secure(&self) -> bool {
        self.url.scheme() == "https"
    }

    fn may_hear(&self, key: &str) -> Result<(), TransportError> {
        if self.is_secure() || self.is_local {
            return Ok(());
        }
        Err(bad(format!(
            "the key in {key} is not sent to {} without TLS: use `https` in `base-url`, or leave \
             out the key",
            self.name
        )))
    }

    fn redirected(&self, response: &Response) -> Option<TransportError> {
        let status = response.status();
        let location = response.headers().get(LOCATION).filter(|_| status.is_redirection())?;
        let place = location.to_str().ok().and_then(|location| self.url.join(location).ok());
        let place = place.as_ref().map_or("nowhere".to_owned(), host_and_port);
        Some(bad(format!(
            "{} answers {} and points to {place}: redirects are not followed, since a key must \
             not travel; name the address that answers (of a model, in `base-url`)",
            self.name,
            status.as_u16()
        )))
    }

    /// Why there is no complete response.
    fn lost(&self, error: reqwest::Error) -> TransportError {
        let error = &error.without_url();
        let name = match &self.proxy {
            Some(proxy) if error.is_connect() => {
                format!("the proxy {proxy}, on the way to {}", self.name)
            }
            _ => self.name.clone(),
        };
        let (fault, message) = if error.is_builder() {
            (TransportFault::BadRequest, format!("cannot ask {name}: {}", innermost(error)))
        } else if let Some(tls) = innermost(error).downcast_ref::<rustls::Error>() {
            (TransportFault::Tls, format!("{} ({name})", tls_fault(tls)))
        } else if error.is_connect() && error.is_timeout() {
            (TransportFault::Connect, format!("no connection to {name} within {CONNECT:?}"))
        } else if error.is_dns() && !innermost(error).to_string().contains("emporary") {
            (TransportFault::UnknownHost, format!("unknown host ({name}): fix `base-url`"))
        } else if error.is_connect() {
            (TransportFault::Connect, format!("{} ({name})", reason(error)))
        } else {
            (TransportFault::Interrupted, format!("{name} broke off: {}", reason(error)))
        };
        TransportError::new(fault, message)
    }
}

fn tls_fault(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InvalidMessage(_) => {
            "the server does not speak TLS: is it `http` in `base-url`?".to_owned()
        }
        rustls::Error::InvalidCertificate(error) => {
            format!("the certificate of the server is not trusted: {error}")
        }
        other => other.to_string(),
    }
}

fn bad(message: String) -> TransportError {
    TransportError::new(TransportFault::BadRequest, message)
}

fn host_and_port(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port_or_known_default().map_or(host.to_owned(), |port| format!("{host}:{port}"))
}

/// The words for what went wrong below HTTP.
fn reason(error: &reqwest::Error) -> String {
    if error.is_dns() {
        return "the name server does not answer".to_owned();
    }
    let innermost = innermost(error);
    match innermost.downcast_ref::<io::Error>().map(io::Error::kind) {
        Some(io::ErrorKind::ConnectionRefused) => "connection refused".to_owned(),
        Some(io::ErrorKind::ConnectionReset) => "connection reset".to_owned(),
        _ => innermost.to_string(),
    }
}

fn innermost<'a>(error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    // An I/O error that wraps another one hides it from `source`.
    let inner = match error.downcast_ref::<io::Error>() {
        Some(error) => error.get_ref().map(|inner| inner as &(dyn Error + 'static)),
        None => error.source(),
    };
    inner.map_or(error, innermost)
}

fn readable(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &WireValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}
