//! Requests that the credentials of a cloud vouch for, where no key of theirs is set. Tokens are fetched
//! and renewed beside the requests of a run: none of it is recorded.

use std::fmt;
use std::sync::OnceLock;
use std::time::Duration;

use object_store::aws::{AmazonS3Builder, AwsAuthorizer, AwsCredentialProvider};
use object_store::client::{HttpRequest, HttpRequestBody};
use object_store::gcp::{GcpCredentialProvider, GoogleCloudStorageBuilder};
use object_store::{Error, RetryConfig};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Method, Url};

use super::Secrets;
use crate::domain::{Cloud, EnvName, TransportError, TransportFault};

/// The service that requests are signed for.
const SERVICE: &str = "bedrock";

/// How long a token may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// The credentials of the clouds, each looked for when it is first needed.
#[derive(Default)]
pub(super) struct Clouds {
    variables: Vec<(String, String)>,
    aws: OnceLock<Result<AwsCredentialProvider, String>>,
    google: OnceLock<Result<GcpCredentialProvider, String>>,
}

impl fmt::Debug for Clouds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clouds").finish_non_exhaustive()
    }
}

/// A request as it is sent.
pub(super) struct Ready {
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    /// Nothing makes it a GET.
    pub(super) body: Option<String>,
}

impl Clouds {
    /// Asks nobody yet.
    pub(super) fn of(environment: &[(String, String)]) -> Self {
        let all = [Cloud::Aws, Cloud::Google].map(Cloud::variables).concat();
        let ours = environment.iter().filter(|(name, _)| all.contains(&name.as_str()));
        // A secret of a file or a CI setting often ends in a line break.
        let trimmed = ours.map(|(name, value)| (name.clone(), value.trim().to_owned()));
        Self { variables: trimmed.collect(), ..Self::default() }
    }

    /// Whether anything says where credentials of a cloud are.
    pub(super) fn know(&self, cloud: Cloud) -> bool {
        self.variables.iter().any(|(name, _)| cloud.sources().contains(&name.as_str()))
    }

    /// Gives a request the headers that say who asks, and the secrets that are in them.
    pub(super) async fn vouch(
        &self,
        cloud: Cloud,
        request: &mut Ready,
    ) -> Result<Secrets, TransportError> {
        let vouched = match cloud {
            Cloud::Aws => self.sign(request).await,
            Cloud::Google => self.bring_token(request).await,
        };
        let name = EnvName(cloud.key().to_owned());
        let named = |secrets: Vec<String>| secrets.into_iter().map(|it| (name.clone(), it));
        vouched.map(|secrets| Secrets::new(named(secrets))).map_err(|reason| {
            let message = format!("{name} is not set, and no other credentials serve: {reason}");
            TransportError::new(TransportFault::MissingKey, message)
        })
    }

    /// Signature Version 4, over the body and all headers that are there.
    async fn sign(&self, request: &mut Ready) -> Result<Vec<String>, String> {
        let region = region(&request.url).or_else(|| {
            let set = |name| self.variables.iter().find(|(known, _)| known == name);
            set("AWS_REGION").or_else(|| set("AWS_DEFAULT_REGION")).map(|(_, value)| value.clone())
        });
        let region = region.ok_or("AWS_REGION is not set")?;
        let provider = self.aws.get_or_init(|| self.of_aws().map_err(said)).as_ref()?;
        let credential = provider.get_credential().await.map_err(said)?;
        let token = credential.token.as_deref().unwrap_or_default();
        if [&*credential.key_id, token].iter().any(|text| !text.bytes().all(is_sent)) {
            return Err("they have a line break, or a character that none has".to_owned());
        }
        let method = if request.body.is_some() { Method::POST } else { Method::GET };
        let body = request.body.clone().map_or(HttpRequestBody::empty(), HttpRequestBody::from);
        let mut signed = HttpRequest::new(body);
        *signed.method_mut() = method;
        *signed.uri_mut() = request.url.as_str().parse().map_err(said)?;
        *signed.headers_mut() = request.headers.clone();
        let authorizer = AwsAuthorizer::new(&credential, SERVICE, &region);
        authorizer.try_authorize(&mut signed, None).map_err(said)?;
        request.headers = std::mem::take(signed.headers_mut());
        let signature = request.headers.get_mut(AUTHORIZATION).map(|value| {
            value.set_sensitive(true);
            let text = value.to_str().unwrap_or_default();
            text.rsplit('=').next().unwrap_or_default().to_owned()
        });
        let own = [credential.secret_key.clone()].into_iter().chain(credential.token.clone());
        Ok(own.chain(signature).collect())
    }

    async fn bring_token(&self, request: &mut Ready) -> Result<Vec<String>, String> {
        let provider = self.google.get_or_init(|| self.of_google().map_err(said)).as_ref()?;
        let token = provider.get_credential().await.map_err(said)?.bearer.clone();
        let mut value = HeaderValue::from_str(&format!("Bearer {token}")).map_err(said)?;
        value.set_sensitive(true);
        request.headers.insert(AUTHORIZATION, value);
        Ok(vec![token])
    }

    // The clients of the two stores look for credentials as the clouds' own tools do; no bucket is
    // asked for.
    fn of_aws(&self) -> Result<AwsCredentialProvider, Error> {
        let builder = AmazonS3Builder::new().with_bucket_name("none").with_retry(patience());
        let builder = self.variables.iter().fold(builder, |builder, (name, value)| {
            match name.to_ascii_lowercase().parse() {
                Ok(key) => builder.with_config(key, value),
                Err(_) => builder,
            }
        });
        Ok(builder.build()?.credentials().clone())
    }

    fn of_google(&self) -> Result<GcpCredentialProvider, Error> {
        let builder = GoogleCloudStorageBuilder::new().with_bucket_name("none");
        let builder = builder.with_retry(patience());
        let builder = self.variables.iter().fold(builder, |builder, (name, value)| {
            match name.to_ascii_lowercase().parse() {
                Ok(key) => builder.with_config(key, value),
                Err(_) => builder,
            }
        });
        Ok(builder.build()?.credentials().clone())
    }
}

fn patience() -> RetryConfig {
    // The second time it says that it is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    RetryConfig { max_retries: 2, retry_timeout: PATIENCE, ..RetryConfig::default() }
}

/// The region that an address of AWS names: `bedrock-runtime.REGION.amazonaws.com`.
fn region(url: &Url) -> Option<String> {
    let host = url.host_str()?.strip_suffix(".amazonaws.com")?;
    let (service, region) = host.split_once('.')?;
    service.starts_with("bedrock").then(|| region.to_owned())
}

/// Whether a byte can stand in a credential.
fn is_sent(byte: u8) -> bool {
    byte.is_ascii_graphic()
}

fn said(error: impl fmt::Display) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    const URL: &str = "https://bedrock-runtime.us-east-1.amazonaws.com/model/anthropic.claude-haiku-4-5-20251001-v1%3A0/converse";
    const BODY: &str = r#"{"messages":[{"role":"user","content":[{"text":"hi"}]}]}"#;
    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
        let mut block = [0; 64];
        block[..key.len()].copy_from_slice(key);
        let inner = Sha256::new_with_prefix(block.map(|byte| byte ^ 0x36)).chain_update(text);
        let outer = Sha256::new_with_prefix(block.map(|byte| byte ^ 0x5c));
        outer.chain_update(inner.finalize()).finalize().to_vec()
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
    }

    /// Signature Version 4 as AWS describes it, of a POST of `BODY` to `URL`.
    fn signature(headers: &[(&str, &str)], time: &str) -> String {
        let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
        let lines: Vec<_> = headers
            .iter()
            .map(|(name, value)| {
                format!(
                    "{name}:{value}
"
                )
            })
            .collect();
        let path = "/model/anthropic.claude-haiku-4-5-20251001-v1%253A0/converse";
        let (names, body) = (names.join(";"), hex(&Sha256::digest(BODY)));
        let canonical = format!("POST\n{path}\n\n{}\n{names}\n{body}", lines.concat());
        let day = &time[..8];
        let scope = format!("{day}/us-east-1/bedrock/aws4_request");
        let digest = hex(&Sha256::digest(canonical));
        let text = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{digest}");
        let key = format!("AWS4{SECRET}").into_bytes();
        let parts = [day, "us-east-1", "bedrock", "aws4_request", &text];
        hex(&parts.iter().fold(key, |key, part| hmac(&key, part.as_bytes())))
    }

    #[test]
    fn what_the_signer_is_held_to_gives_the_signature_of_the_sdk() {
        let host = "bedrock-runtime.us-east-1.amazonaws.com";
        let time = "20261123T120000Z";
        let headers = [("content-type", "application/json"), ("host", host), ("x-amz-date", time)];
        let known = "3113f0579fcdd8b7a7429c2f8eed3035dccbd7c7ae32999be29b338c4ec4755b";
        assert_eq!(signature(&headers, time), known);
    }

    fn ready(url: &str) -> Ready {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", HeaderValue::from_static("application/json"));
        Ready { url: url.parse().unwrap(), headers, body: Some(BODY.to_owned()) }
    }

    fn clouds(variables: &[(&str, &str)]) -> Clouds {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Clouds::of(&variables.iter().map(owned).collect::<Vec<_>>())
    }

    #[tokio::test]
    async fn a_request_is_signed_over_its_body_its_path_and_its_headers() {
        let keys = [("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", SECRET)];
        for token in [None, Some("the-session-token")] {
            let mut variables = keys.to_vec();
            variables.extend(token.map(|token| ("AWS_SESSION_TOKEN", token)));
            let clouds = clouds(&variables);
            assert!(clouds.know(Cloud::Aws) && !clouds.know(Cloud::Google));
            let mut request = ready(URL);
            let secrets = clouds.vouch(Cloud::Aws, &mut request).await.unwrap();
            let text = |name: &str| request.headers.get(name).map(|it| it.to_str().unwrap());
            let time = text("x-amz-date").unwrap();
            assert_eq!(text("x-amz-security-token"), token);
            let mut headers = vec![
                ("content-type", "application/json"),
                ("host", "bedrock-runtime.us-east-1.amazonaws.com"),
                ("x-amz-content-sha256", text("x-amz-content-sha256").unwrap()),
                ("x-amz-date", time),
            ];
            headers.extend(token.map(|token| ("x-amz-security-token", token)));
            let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
            let (signature, names) = (signature(&headers, time), names.join(";"));
            let sent = text("authorization").unwrap();
            assert_eq!(
                sent,
                format!(
                    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/{}/us-east-1/bedrock/aws4_request, \
                     SignedHeaders={names}, Signature={signature}",
                    &time[..8]
                )
            );
            assert!(request.headers["authorization"].is_sensitive());
            let secret = |text: &str| secrets.found_in(text.as_bytes()).is_some();
            assert!(secret(sent) && secret(SECRET) && token.is_none_or(secret));
            assert!(!secret("AKIDEXAMPLE"));
        }
    }

    #[tokio::test]
    async fn what_is_missing_is_named() {
        let said = async |variables: &[(&str, &str)], url: &str| {
            let failed = clouds(variables).vouch(Cloud::Aws, &mut ready(url)).await;
            failed.unwrap_err().message
        };
        let id = ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
        let message = said(&[id], URL).await;
        assert!(message.contains("AWS_BEARER_TOKEN_BEDROCK is not set"), "{message}");
        let torn = ("AWS_SESSION_TOKEN", "one\ntwo");
        let message = said(&[id, ("AWS_SECRET_ACCESS_KEY", SECRET), torn], URL).await;
        assert!(message.contains("a line break"), "{message}");
        let message = said(&[id], "http://127.0.0.1/model/m/converse").await;
        assert!(message.contains("AWS_REGION is not set"), "{message}");
    }

    #[test]
    fn the_address_names_the_region() {
        let region = |host: &str| region(&format!("https://{host}/x").parse().unwrap());
        assert_eq!(region("bedrock-runtime.eu-west-1.amazonaws.com").as_deref(), Some("eu-west-1"));
        assert_eq!(
            region("bedrock-runtime-fips.us-gov-west-1.amazonaws.com").as_deref(),
            Some("us-gov-west-1")
        );
        assert_eq!(region("proxy.example.com"), None);
    }
}
