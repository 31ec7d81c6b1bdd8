//! Recordings in a folder of single files, to be committed and read by people.
//!
//! `AA/HASH-N.json` is the answer to sample N of the request, `AA/HASH.json` the request itself, once
//! for all its samples.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::payload::Payload;
use super::{Content, FORMAT, RecordingError};
use crate::domain::{Hash, HttpRequest, pretty_json};
use crate::store::files::{self, FileError};

/// The files of a folder.
#[derive(Debug)]
pub(super) struct Folder(pub(super) PathBuf);

impl Folder {
    /// The file of a sample, and what stands in it.
    pub(super) fn find(
        &self,
        request: &Hash,
        trial: u32,
    ) -> Result<Option<(PathBuf, Content)>, RecordingError> {
        let file = self.0.join(name(request, &format!("-{trial}")));
        let Some(bytes) = files::read(&file)? else { return Ok(None) };
        let content = read(&file, &bytes)?;
        Ok(Some((file, content)))
    }

    /// Keeps an answer, and its request where that is not there yet.
    pub(super) fn keep(&self, request: &HttpRequest, content: Content) -> Result<(), FileError> {
        let whole = self.0.join(name(&content.request, ""));
        let part = self.0.join(name(&content.request, &format!("-{}", content.trial)));
        let asked = pretty_json(&json!({
            "format": FORMAT,
            "channel": request.channel,
            "url": request.url,
            "headers": request.headers,
            "body": Payload::readable(request.body.to_string().as_bytes()),
        })) + "\n";
        if files::read(&whole)?.is_none_or(|known| known != asked.as_bytes()) {
            files::write_whole(&whole, asked.as_bytes())?;
        }
        files::write_whole(&part, content.written().as_bytes())
    }

    /// Every file, in order, with the request that it is about.
    pub(super) fn all(&self) -> Result<Vec<(PathBuf, Hash)>, FileError> {
        let mut all = Vec::new();
        for folder in files::entries(&self.0)?.into_iter().filter(|path| path.is_dir()) {
            let paths = files::entries(&folder)?.into_iter();
            all.extend(paths.filter_map(|path| request_of(&path).map(|request| (path, request))));
        }
        Ok(all)
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

impl Content {
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
