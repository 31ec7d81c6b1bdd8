//! A price list from a file or an address.

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::{Error, Project, Result};
use crate::cost::price::{ImportError, Imported, ListFormat, import};
use crate::domain::{Channel, Diagnostic, Hash, HttpRequest};
use crate::run::fetch_blocking;

/// How long a list may be on its way.
const PATIENCE: Duration = Duration::from_mins(1);

/// An address without what may be a secret: its query, its fragment, and who asks.
fn public(url: &str) -> String {
    let address = url.split(['?', '#']).next().unwrap_or(url);
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let authority = rest.split(['/', '\\']).next().unwrap_or(rest);
    let asker = authority.rfind('@').map_or(0, |at| at + 1);
    format!("{scheme}://{}", rest.get(asker..).unwrap_or_default())
}

/// What was read, unread yet.
#[derive(Debug)]
pub struct PriceSource {
    /// The name of the file, or the address without its query.
    pub name: String,
    /// Hash of the bytes.
    pub sha256: Hash,
    bytes: Vec<u8>,
}

impl PriceSource {
    /// Reads a file.
    pub fn file(path: &str) -> Result<Self> {
        let bytes = fs::read(path).map_err(|error| {
            let title = format!("cannot read `{path}`: {error}");
            Error::usage("prices::source", title, "name a file with a price list")
        })?;
        let name = Path::new(path).file_name().map_or(path.into(), |name| name.to_string_lossy());
        Ok(Self::of(name.into_owned(), bytes))
    }

    fn of(name: String, bytes: Vec<u8>) -> Self {
        Self { name, sha256: Hash::of_bytes(&bytes), bytes }
    }

    /// Refuses what is not what was pinned.
    pub(super) fn pinned(&self, pin: &str) -> Result<()> {
        if self.sha256.as_str().eq_ignore_ascii_case(pin) {
            return Ok(());
        }
        let title = format!("{} is not what is pinned: its SHA-256 is {}", self.name, self.sha256);
        let problem = Diagnostic::error("prices::pin", title);
        Err(Error::Refused(problem.help("nothing of it was taken").into()))
    }

    /// Reads it as a price list.
    pub fn list(&self, format: Option<ListFormat>) -> Result<Imported> {
        let text = String::from_utf8_lossy(&self.bytes);
        let text = text.trim_start_matches('\u{feff}');
        import(text, format).map_err(|error| {
            let help = match &error {
                ImportError::NotJson(_) => "a price list is a JSON file, not packed".to_owned(),
                ImportError::Unknown | ImportError::Shape { .. } => {
                    let names = ListFormat::ALL.map(ListFormat::as_str).join(", ");
                    format!("the formats are {names}; `--format` names one")
                }
                ImportError::Table(_) => {
                    "`promptmatrix schema prices` says what a table looks like".to_owned()
                }
            };
            Error::usage("prices::source", format!("{}: {error}", self.name), help)
        })
    }
}

impl Project {
    /// Reads a file, or fetches an address.
    pub(super) fn price_source(&self, from: &str) -> Result<PriceSource> {
        let scheme = from.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
        if matches!(scheme.as_deref(), Some("http" | "https")) {
            self.fetch_prices(from)
        } else {
            PriceSource::file(from)
        }
    }

    fn fetch_prices(&self, url: &str) -> Result<PriceSource> {
        let name = public(url);
        let refused = |why: String| {
            let problem =
                Diagnostic::error("prices::source", format!("{name} was not read: {why}"));
            let help = "fetch it by other means, and name the file with `--from`";
            Error::Refused(problem.help(help).into())
        };
        if self.options.offline {
            return Err(refused("PROMPTMATRIX_OFFLINE is set".to_owned()));
        }
        let request = HttpRequest {
            channel: Channel::Http,
            url: url.to_owned(),
            headers: Vec::new(),
            body: serde_json::Value::Null,
        };
        let transport =
            self.unrecorded(std::slice::from_ref(&request), self.suite.run.max_response_bytes)?;
        let response = fetch_blocking(&request, &*transport, PATIENCE)?;
        let response = response.map_err(|error| refused(error.message))?;
        if response.status != 200 {
            return Err(refused(format!("the server answers {}", response.status)));
        }
        Ok(PriceSource::of(name, response.body))
    }
}
