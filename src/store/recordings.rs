//! Recordings: exchanges with providers, by the content of the request.
//!
//! They lie in packs of many, or in a folder of single files where they are to be committed. Never
//! hold a secret: a request has their names only, and whatever is written passes one place that looks
//! for the secrets themselves.

mod folder;
mod pack;
mod packs;
mod payload;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::files::{self, FileError};
use super::shared::{SharedError, SharedStore};
use crate::domain::{EnvName, Hash, HttpRequest, HttpResponse, Source, StoreSettings};
use folder::Folder;
use pack::{Entry, Key};
use packs::Packs;
use payload::Payload;

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
    /// The hash of that.
    pub hash: &'e Hash,
    /// For which sample, from 1.
    pub trial: u32,
    pub response: &'e HttpResponse,
    pub at: Timestamp,
}

/// The recordings of a suite.
#[derive(Debug)]
pub struct Recordings {
    root: PathBuf,
    home: Home,
}

#[derive(Debug)]
enum Home {
    /// Ours alone, never committed.
    Packs(Box<Packs>),
    /// A folder that the user chose, which may be committed.
    Folder(Folder),
}

/// One recording that nothing needs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordingFile {
    /// Its file, relative to the suite's folder; of a pack with what it is there.
    pub path: String,
    /// The request that it is about.
    pub request: Hash,
    /// Its sample, where it is one of many in its file.
    trial: Option<u32>,
}

impl Recordings {
    /// The recordings of the suite in this folder. Touches nothing yet.
    pub fn open(root: &Path, settings: &StoreSettings) -> Self {
        Self::open_shared(root, settings, None)
    }

    /// The same, and what is recorded is put into a store that machines share. In a folder that is
    /// committed it is shared by that.
    pub fn open_shared(
        root: &Path,
        settings: &StoreSettings,
        shared: Option<Arc<SharedStore>>,
    ) -> Self {
        let home = match &settings.recordings {
            Some(folder) => Home::Folder(Folder(root.join(folder))),
            None => Home::Packs(Box::new(Packs::open(root, shared))),
        };
        Self { root: root.to_owned(), home }
    }

    /// Takes what other machines put into the store.
    pub fn take_shared(&self) -> Result<(), SharedError> {
        match &self.home {
            Home::Folder(_) => Ok(()),
            Home::Packs(packs) => packs.take_shared(),
        }
    }

    /// Whether they lie in a folder that the user chose, which may be committed.
    pub fn is_committed(&self) -> bool {
        matches!(self.home, Home::Folder(_))
    }

    /// Whether an exchange can be kept.
    pub fn check_writable(&self) -> Result<(), FileError> {
        files::check_writable(match &self.home {
            Home::Folder(Folder(folder)) => folder,
            Home::Packs(packs) => packs.folder(),
        })
    }

    /// The recorded answer to a sample of a request.
    pub fn find(&self, request: &Hash, trial: u32) -> Result<Option<HttpResponse>, RecordingError> {
        let found = match &self.home {
            Home::Folder(folder) => folder.find(request, trial)?,
            Home::Packs(packs) => {
                let Some(key) = Key::new(request, trial) else { return Ok(None) };
                let Some((file, line)) = packs.find(&key)? else { return Ok(None) };
                let content = serde_json::from_slice(&line).map_err(|error| {
                    RecordingError::Broken { file: file.clone(), reason: error.to_string() }
                })?;
                Some((file, content))
            }
        };
        let Some((file, content)) = found else { return Ok(None) };
        let Content { request: known, trial: number, recorded_at, .. } = &content;
        if (known, *number) != (request, trial) {
            let reason = "it is the recording of another request".to_owned();
            return Err(RecordingError::Broken { file, reason });
        }
        let source = Source::Replayed { recorded_at: *recorded_at };
        let body = content.body.bytes();
        Ok(Some(HttpResponse {
            status: content.status,
            headers: content.headers.into_iter().collect(),
            body: body.map_err(|reason| RecordingError::Broken { file, reason })?,
            elapsed: Duration::from_millis(content.elapsed_ms),
            source,
        }))
    }

    /// The same, if it is younger than `age` at the time `now`.
    pub fn find_younger(
        &self,
        (request, trial): (&Hash, u32),
        now: Timestamp,
        age: Duration,
    ) -> Result<Option<HttpResponse>, RecordingError> {
        if self.is_younger((request, trial), now, age)? {
            self.find(request, trial)
        } else {
            Ok(None)
        }
    }

    /// Whether there is one that is younger.
    pub fn is_younger(
        &self,
        (request, trial): (&Hash, u32),
        now: Timestamp,
        age: Duration,
    ) -> Result<bool, RecordingError> {
        let made = self.recorded_at(request, trial)?;
        let age = age.try_into().unwrap_or(jiff::SignedDuration::MAX);
        Ok(made.is_some_and(|made| now.duration_since(made) < age))
    }

    /// When a sample of a request was recorded, if it was.
    pub fn recorded_at(
        &self,
        request: &Hash,
        trial: u32,
    ) -> Result<Option<Timestamp>, RecordingError> {
        match &self.home {
            Home::Folder(folder) => {
                Ok(folder.find(request, trial)?.map(|(_, content)| content.recorded_at))
            }
            Home::Packs(packs) => match Key::new(request, trial) {
                Some(key) => packs.recorded_at(&key),
                None => Ok(None),
            },
        }
    }

    /// Keeps an exchange, in place of an earlier one of the same sample.
    ///
    /// `secret_in` finds secrets in bytes: where there is one, nothing is written.
    pub fn keep(
        &self,
        exchange: Exchange<'_>,
        secret_in: impl Fn(&[u8]) -> Option<EnvName>,
    ) -> Result<(), RecordingError> {
        let Exchange { request, trial, response, at, .. } = exchange;
        let content = Content::of(
            exchange,
            match &self.home {
                Home::Folder(_) => Payload::readable(&response.body),
                Home::Packs(_) => Payload::plain(&response.body),
            },
        );
        // A body may be packed: what is written is looked at as it is.
        let headers = content.headers.values().map(String::as_bytes);
        let written = headers.chain([response.body.as_slice()]);
        if let Some(name) = written.into_iter().find_map(&secret_in) {
            return Err(RecordingError::Secret(name));
        }
        match &self.home {
            Home::Folder(folder) => {
                let sent = [request.url.clone(), request.body.to_string()];
                let secret = sent.iter().find_map(|text| secret_in(text.as_bytes()));
                match secret {
                    Some(name) => Err(RecordingError::Secret(name)),
                    None => Ok(folder.keep(request, content)?),
                }
            }
            Home::Packs(packs) => {
                let Some(key) = Key::new(&content.request, trial) else { return Ok(()) };
                let at = i64::try_from(at.as_nanosecond()).unwrap_or_default();
                let line = serde_json::to_vec(&content)
                    .map_err(|error| FileError::new("write", &self.root)(error.into()))?;
                Ok(packs.keep(Entry { key, at }, &line)?)
            }
        }
    }

    /// Says that no more will be kept: whatever was is on disk then.
    pub fn finish(&self) -> Result<(), RecordingError> {
        match &self.home {
            Home::Folder(_) => Ok(()),
            Home::Packs(packs) => packs.finish(),
        }
    }

    /// Everything about requests that are not among the `needed`, in order.
    pub fn unneeded(&self, needed: &BTreeSet<Hash>) -> Result<Vec<RecordingFile>, RecordingError> {
        let shown = |path: &Path| {
            let path = path.strip_prefix(&self.root).unwrap_or(path);
            path.to_string_lossy().replace('\\', "/")
        };
        let mut all: Vec<RecordingFile> = match &self.home {
            Home::Folder(folder) => {
                let file = |(path, request): (PathBuf, _)| RecordingFile {
                    path: shown(&path),
                    request,
                    trial: None,
                };
                folder.all()?.into_iter().map(file).collect()
            }
            Home::Packs(packs) => {
                let file = |(path, key): (PathBuf, Key)| RecordingFile {
                    path: format!("{}#{}-{}", shown(&path), key.request(), key.trial),
                    request: key.request(),
                    trial: Some(key.trial),
                };
                packs.all()?.into_iter().map(file).collect()
            }
        };
        all.retain(|file| !needed.contains(&file.request));
        Ok(all)
    }

    pub fn prune(&self, unneeded: &[RecordingFile]) -> Result<(), RecordingError> {
        match &self.home {
            Home::Folder(_) => {
                for file in unneeded {
                    files::remove(&self.root.join(&file.path))?;
                }
                Ok(())
            }
            Home::Packs(packs) => {
                let key = |file: &RecordingFile| Key::new(&file.request, file.trial?);
                packs.remove(&unneeded.iter().filter_map(key).collect())
            }
        }
    }
}

/// One exchange as it is kept.
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
    fn of(exchange: Exchange<'_>, body: Payload) -> Self {
        let response = exchange.response;
        let kept = HEADERS.iter().filter_map(|name| {
            let value = response.header(name)?;
            Some(((*name).to_owned(), value.to_owned()))
        });
        Self {
            request: exchange.hash.clone(),
            trial: exchange.trial,
            recorded_at: exchange.at,
            elapsed_ms: u64::try_from(response.elapsed.as_millis()).unwrap_or(u64::MAX),
            status: response.status,
            headers: kept.collect(),
            body,
        }
    }
}

#[cfg(test)]
mod tests;
