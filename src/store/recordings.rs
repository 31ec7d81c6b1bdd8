//! Recordings: one file for each exchange, under the content of its request.
//!
//! `AA/HASH-N.json` is the answer to sample N of the request, `AA/HASH.json` the request itself,
//! once for all its samples. Never holds a secret: a request has their names only, and whatever is
//! written passes one place that looks for the secrets themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::files::{self, FileError};
use super::payload::Payload;
use crate::domain::{
    EnvName, Hash, HttpRequest, HttpResponse, Source, StoreSettings, canonical_json, pretty_json,
};

/// Version of the format that this version writes, and the newest that it reads.
const FORMAT: u32 = 1;

/// Headers of a response that are kept: what it is, and its number for the provider's support desk.
/// Rate limits say something of the moment, cookies something of the client; neither is kept.
const HEADERS: &[&str] = &[
    "content-type",
    "x-request-id",
    "request-id",
    "apim-request-id",
    "mistral-correlation-id",
    "x-goog-request-id",
    "x-amzn-requestid",
    "x-amzn-errortype",
    "x-debug-trace-id",
];

/// Why a recording cannot be kept or used.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// A secret would have been written.
    #[error("not recorded, since the key in {0} stands in the exchange")]
    Secret(EnvName),
    /// A version that did not exist when this program was built.
    #[error(
        "{} has format {format}, which is newer than this promptmatrix can read: update it",
        file.display()
    )]
    Newer {
        /// Which file.
        file: PathBuf,
        /// Its version.
        format: u32,
    },
    /// The file is not what was written.
    #[error("{} cannot be replayed: {reason}; delete it and record again", file.display())]
    Broken {
        /// Which file.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The file system said no.
    #[error(transparent)]
    File(#[from] FileError),
}

/// One exchange to be kept.
#[derive(Debug, Clone, Copy)]
pub struct Exchange<'e> {
    /// What was asked, with the names of secrets for secrets.
    pub request: &'e HttpRequest,
    /// For which sample, from 1.
    pub trial: u32,
    pub response: &'e HttpResponse,
    pub at: Timestamp,
}

/// The recordings of a suite.
#[derive(Debug, Clone)]
pub struct Recordings {
    root: PathBuf,
    committed: Option<String>,
}

/// One file of the folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordingFile {
    /// Relative to the suite's folder.
    pub path: String,
    /// The request that it is about.
    pub request: Hash,
}

impl Recordings {
    /// The recordings of the suite in this folder. Touches nothing yet.
    pub fn open(root: &Path, settings: &StoreSettings) -> Self {
        Self { root: root.to_owned(), committed: settings.recordings.clone() }
    }

    /// Whether they lie in a folder that the user chose, which may be committed.
    pub fn is_committed(&self) -> bool {
        self.committed.is_some()
    }

    /// The recorded answer to a sample of a request.
    pub fn find(&self, request: &Hash, trial: u32) -> Result<Option<HttpResponse>, RecordingError> {
        let file = self.folder().join(name(request, &format!("-{trial}")));
        let Some(bytes) = files::read(&file)? else { return Ok(None) };
        let content = read(&file, &bytes)?;
        if content.request != *request || content.trial != trial {
            let reason = "it is the recording of another request".to_owned();
            return Err(RecordingError::Broken { file, reason });
        }
        let body = content.body.bytes();
        Ok(Some(HttpResponse {
            status: content.status,
            headers: content.headers.into_iter().collect(),
            body: body.map_err(|reason| RecordingError::Broken { file, reason })?,
            elapsed: Duration::from_millis(content.elapsed_ms),
            source: Source::Replayed { recorded_at: content.recorded_at },
        }))
    }

    /// The same, if it is younger than `age` at the time `now`.
    pub fn find_younger(
        &self,
        (request, trial): (&Hash, u32),
        now: Timestamp,
        age: Duration,
    ) -> Result<Option<HttpResponse>, RecordingError> {
        let is_young = |response: &HttpResponse| {
            let made = response.source.recorded_at().unwrap_or(Timestamp::MIN);
            now.duration_since(made) < age.try_into().unwrap_or(jiff::SignedDuration::MAX)
        };
        Ok(self.find(request, trial)?.filter(is_young))
    }

    /// Keeps an exchange, in place of an earlier one of the same sample.
    ///
    /// `secret_in` finds secrets in bytes: where there is one, nothing is written.
    pub fn keep(
        &self,
        exchange: Exchange<'_>,
        secret_in: impl Fn(&[u8]) -> Option<EnvName>,
    ) -> Result<(), RecordingError> {
        let request = exchange.request.hash();
        let content = Content::of(&request, exchange);
        let asked = Payload::of(canonical_json(&exchange.request.body).as_bytes());
        let asked = pretty_json(&json!({
            "format": FORMAT,
            "door": exchange.request.door,
            "url": exchange.request.url,
            "headers": exchange.request.headers,
            "body": asked,
        })) + "\n";
        let answered = content.written();
        // A packed body hides what is in it: the bodies are looked at as they are, too.
        let sent = exchange.request.body.to_string();
        let all = [asked.as_bytes(), answered.as_bytes(), sent.as_bytes(), &exchange.response.body];
        if let Some(name) = all.into_iter().find_map(secret_in) {
            return Err(RecordingError::Secret(name));
        }
        if !self.is_committed() {
            files::private_folder(&self.root)?;
        }
        let whole = self.folder().join(name(&request, ""));
        if files::read(&whole)?.is_none_or(|known| known != asked.as_bytes()) {
            files::write_whole(&whole, asked.as_bytes())?;
        }
        let part = self.folder().join(name(&request, &format!("-{}", exchange.trial)));
        Ok(files::write_whole(&part, answered.as_bytes())?)
    }

    /// Every file of a request that is not among the `needed`, in order.
    pub fn unneeded(&self, needed: &BTreeSet<Hash>) -> Result<Vec<RecordingFile>, FileError> {
        let mut unneeded = Vec::new();
        for folder in files::entries(&self.folder())?.into_iter().filter(|path| path.is_dir()) {
            for path in files::entries(&folder)? {
                let Some(request) = request_of(&path) else { continue };
                if !needed.contains(&request) {
                    let path = path.strip_prefix(&self.root).unwrap_or(&path);
                    let path = path.to_string_lossy().replace('\\', "/");
                    unneeded.push(RecordingFile { path, request });
                }
            }
        }
        Ok(unneeded)
    }

    pub fn prune(&self, files: &[RecordingFile]) -> Result<(), FileError> {
        for file in files {
            files::remove(&self.root.join(&file.path))?;
        }
        Ok(())
    }

    fn folder(&self) -> PathBuf {
        match &self.committed {
            Some(folder) => self.root.join(folder),
            None => self.root.join(files::PRIVATE).join("recordings"),
        }
    }
}

/// What stands in a file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: u32,
    /// Over the exchange as it is written: tells a file that was torn or edited.
    digest: Hash,
    exchange: Content,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    request: Hash,
    trial: u32,
    recorded_at: Timestamp,
    elapsed_ms: u64,
    status: u16,
    headers: BTreeMap<String, String>,
    body: Payload,
}

impl Content {
    fn of(request: &Hash, exchange: Exchange<'_>) -> Self {
        let response = exchange.response;
        let kept = HEADERS.iter().filter_map(|name| {
            let value = response.header(name)?;
            Some(((*name).to_owned(), value.to_owned()))
        });
        Self {
            request: request.clone(),
            trial: exchange.trial,
            recorded_at: exchange.at,
            elapsed_ms: u64::try_from(response.elapsed.as_millis()).unwrap_or(u64::MAX),
            status: response.status,
            headers: kept.collect(),
            body: Payload::of(&response.body),
        }
    }

    fn digest(&self) -> Hash {
        // The order of members counts: they stand in the body as they came.
        Hash::of_bytes(json!(self).to_string().as_bytes())
    }

    fn written(self) -> String {
        let file = File { format: FORMAT, digest: self.digest(), exchange: self };
        format!("{:#}\n", json!(file))
    }
}

fn read(file: &Path, bytes: &[u8]) -> Result<Content, RecordingError> {
    #[derive(Deserialize)]
    struct Version {
        format: u32,
    }
    let broken = |reason: String| RecordingError::Broken { file: file.to_owned(), reason };
    let Version { format } = serde_json::from_slice(bytes).map_err(|e| broken(e.to_string()))?;
    if format > FORMAT {
        return Err(RecordingError::Newer { file: file.to_owned(), format });
    }
    let read: File = serde_json::from_slice(bytes).map_err(|e| broken(e.to_string()))?;
    if read.exchange.digest() != read.digest {
        return Err(broken("it was edited after it was recorded".to_owned()));
    }
    Ok(read.exchange)
}

/// `AA/HASH…`, so that no folder grows too large.
fn name(request: &Hash, ending: &str) -> PathBuf {
    Path::new(request.short(2)).join(format!("{request}{ending}.json"))
}

/// The request that a file is about; none where the file is not ours.
fn request_of(path: &Path) -> Option<Hash> {
    let stem = path.file_name()?.to_str()?.strip_suffix(".json")?;
    let (hash, trial) = stem.split_once('-').unwrap_or((stem, "1"));
    let is_hash = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_hash && trial.parse::<u32>().is_ok()).then(|| Hash::from(hash.to_owned()))
}

#[cfg(test)]
mod tests;
