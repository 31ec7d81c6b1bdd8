//! Objects in a bucket, or in a folder that several machines see: the only file that names their client.

use std::fs::{self, File};
use std::future::Future;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{
    Error, ObjectStore, ObjectStoreExt, ObjectStoreScheme, PutMode, PutOptions, UpdateVersion,
};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;
use url::Url;

/// Requests at once.
const AT_ONCE: usize = 32;

/// The state of an object that was read; that of one that is not there is `None`.
pub(super) type Version = Option<UpdateVersion>;

/// Objects below one address. Blocks until the store answered, but for [`Objects::put_later`].
pub(super) struct Objects {
    store: Arc<dyn ObjectStore>,
    root: Path,
    /// Where the objects are files, for want of conditional writes: what is locked for a change.
    folder: Option<PathBuf>,
    runtime: Runtime,
    later: Mutex<JoinSet<Result<(), Error>>>,
}

impl std::fmt::Debug for Objects {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Objects").field("root", &self.root).finish_non_exhaustive()
    }
}

impl Objects {
    /// Sends nothing yet. `variables` are those of the environment that say who asks, and where.
    pub(super) fn open(address: &str, variables: Vec<(String, String)>) -> Result<Self, Error> {
        let other = |source: Box<dyn std::error::Error + Send + Sync>| Error::Generic {
            store: "address",
            source,
        };
        let url = Url::parse(address).map_err(|error| other(error.into()))?;
        let (scheme, root) = ObjectStoreScheme::parse(&url).map_err(|error| other(error.into()))?;
        let is_local = scheme == ObjectStoreScheme::Local;
        let folder = url.to_file_path().ok().filter(|_| is_local);
        if let Some(folder) = &folder {
            fs::create_dir_all(folder).map_err(|error| other(error.into()))?;
        }
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build();
        Ok(Self {
            store: client(&scheme, address, variables)?,
            root,
            folder,
            runtime: runtime.map_err(|error| other(error.into()))?,
            later: Mutex::default(),
        })
    }

    /// The names of the objects and folders directly below a folder, oldest object first.
    pub(super) fn list(&self, folder: &str) -> Result<Vec<String>, Error> {
        let folder = self.path(folder);
        let listed = self.wait(self.store.list_with_delimiter(Some(&folder)))?;
        let mut objects = listed.objects;
        objects.sort_by(|a, b| (a.last_modified, &a.location).cmp(&(b.last_modified, &b.location)));
        let paths = objects.into_iter().map(|object| object.location).chain(listed.common_prefixes);
        Ok(paths.filter_map(|path| path.filename().map(str::to_owned)).collect())
    }

    /// The content of each object, in the same order; `None` where there is none.
    pub(super) fn get(&self, names: &[String]) -> Result<Vec<Option<Bytes>>, Error> {
        let mut found = Vec::with_capacity(names.len());
        for names in names.chunks(AT_ONCE) {
            let mut asked = JoinSet::new();
            for (at, name) in names.iter().enumerate() {
                let (store, path) = (Arc::clone(&self.store), self.path(name));
                let get = async move { store.get(&path).await?.bytes().await };
                asked.spawn_on(async move { (at, get.await) }, self.runtime.handle());
            }
            let mut answers = self.wait(asked.join_all());
            answers.sort_by_key(|(at, _)| *at);
            for (_, answer) in answers {
                found.push(match answer {
                    Ok(bytes) => Some(bytes),
                    Err(Error::NotFound { .. }) => None,
                    Err(error) => return Err(error),
                });
            }
        }
        Ok(found)
    }

    /// The content of an object, and its state, for [`Objects::replace`].
    pub(super) fn read(&self, name: &str) -> Result<(Option<Bytes>, Version), Error> {
        let path = self.path(name);
        let read = self.wait(async {
            let got = self.store.get(&path).await?;
            let version =
                UpdateVersion { e_tag: got.meta.e_tag.clone(), version: got.meta.version.clone() };
            Ok((Some(got.bytes().await?), Some(version)))
        });
        match read {
            Err(Error::NotFound { .. }) => Ok((None, None)),
            read => read,
        }
    }

    /// Puts an object that nobody else may have changed since it was read. `false`: somebody has.
    pub(super) fn replace(
        &self,
        name: &str,
        content: Vec<u8>,
        read: Version,
    ) -> Result<bool, Error> {
        let lock = self.lock()?;
        let mode = match read {
            None => PutMode::Create,
            Some(version) if lock.is_some() => {
                // A folder has no conditional writes: the lock makes one of two steps.
                if self.read(name)?.1 != Some(version) {
                    return Ok(false);
                }
                PutMode::Overwrite
            }
            Some(version) => PutMode::Update(version),
        };
        let path = self.path(name);
        let options = PutOptions::from(mode);
        match self.wait(self.store.put_opts(&path, content.into(), options)) {
            Ok(_) => Ok(true),
            Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Begins to put an object that has no other content wherever it comes from.
    pub(super) fn put_later(&self, name: &str, content: Vec<u8>) {
        let (store, path) = (Arc::clone(&self.store), self.path(name));
        let put = async move {
            let create = PutOptions::from(PutMode::Create);
            match store.put_opts(&path, content.into(), create).await {
                Ok(_) | Err(Error::AlreadyExists { .. }) => Ok(()),
                Err(error) => Err(error),
            }
        };
        let mut later = self.later.lock().unwrap_or_else(PoisonError::into_inner);
        later.spawn_on(put, self.runtime.handle());
    }

    /// Waits for what was begun; how many objects are not there, and why.
    pub(super) fn finish(&self) -> Result<(), (usize, Error)> {
        let later = std::mem::take(&mut *self.later.lock().unwrap_or_else(PoisonError::into_inner));
        let failed = self.wait(later.join_all()).into_iter().filter_map(Result::err);
        let mut failed: Vec<Error> = failed.collect();
        let count = failed.len();
        failed.pop().map_or(Ok(()), |error| Err((count, error)))
    }

    fn path(&self, name: &str) -> Path {
        name.split('/').fold(self.root.clone(), Path::join)
    }

    fn lock(&self) -> Result<Option<File>, Error> {
        let Some(folder) = &self.folder else { return Ok(None) };
        let locked = File::create(folder.join(".lock")).and_then(|file| {
            file.lock()?;
            Ok(Some(file))
        });
        locked.map_err(|error| Error::Generic { store: "folder", source: error.into() })
    }

    fn wait<T>(&self, asked: impl Future<Output = T>) -> T {
        self.runtime.block_on(asked)
    }
}

/// The client of an address. A store that does not answer is given up within a minute.
fn client(
    scheme: &ObjectStoreScheme,
    address: &str,
    variables: Vec<(String, String)>,
) -> Result<Arc<dyn ObjectStore>, Error> {
    #[cfg(feature = "http")]
    {
        use object_store::RetryConfig;
        use object_store::aws::AmazonS3Builder;
        use object_store::azure::MicrosoftAzureBuilder;
        use object_store::gcp::GoogleCloudStorageBuilder;

        // The second time it says that it is installed already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let patience = RetryConfig {
            max_retries: 3,
            retry_timeout: std::time::Duration::from_mins(1),
            ..RetryConfig::default()
        };
        macro_rules! client {
            ($builder:ident) => {{
                let mut builder = $builder::new().with_url(address).with_retry(patience);
                for (name, value) in variables {
                    if let Ok(key) = name.to_ascii_lowercase().parse() {
                        builder = builder.with_config(key, value);
                    }
                }
                return Ok(Arc::new(builder.build()?));
            }};
        }
        match scheme {
            ObjectStoreScheme::AmazonS3 => client!(AmazonS3Builder),
            ObjectStoreScheme::GoogleCloudStorage => client!(GoogleCloudStorageBuilder),
            ObjectStoreScheme::MicrosoftAzure => client!(MicrosoftAzureBuilder),
            _ => {}
        }
    }
    #[cfg(not(feature = "http"))]
    let _ = (address, variables);
    match scheme {
        ObjectStoreScheme::Local => Ok(Arc::new(LocalFileSystem::new())),
        _ => Err(Error::NotSupported {
            source: "this build reaches no bucket: build it with the feature `http`".into(),
        }),
    }
}
