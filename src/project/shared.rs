//! What other machines share of this suite.

use std::sync::Arc;

use super::{Error, Notice, Project, Result};
use crate::domain::{Diagnostic, RunRecord};
use crate::store::{Recordings, RunError, SharedError, SharedStore};
use crate::suite::env;

impl Project {
    /// The store that machines share; `None` without one, and where nothing may be sent.
    pub(super) fn shared(&self) -> Result<Option<Arc<SharedStore>>> {
        let address = self.suite.store.url.as_ref().filter(|_| !self.options.offline);
        let Some(address) = address else { return Ok(None) };
        if let Some(open) = self.shared.get() {
            return Ok(Some(Arc::clone(open)));
        }
        let open = SharedStore::open(address, env::named(env::SHARED_STORE))?;
        Ok(Some(Arc::clone(self.shared.get_or_init(|| Arc::new(open)))))
    }

    /// The recordings of the suite; new ones are shared.
    pub(super) fn recordings_to_share(&self) -> Result<Recordings> {
        Ok(Recordings::open_shared(&self.suite.root, &self.suite.store, self.shared()?))
    }

    /// Shares a run. It is on this machine in any case, and its verdict stands.
    pub(super) fn share_run(&self, id: &str) -> Result<()> {
        let Some(shared) = self.shared()? else { return Ok(()) };
        if let Err(error) = shared.put_run(&self.suite.root, id) {
            self.notice(&Notice::NotShared(error));
        }
        Ok(())
    }

    /// The run whose id begins like this, of this machine or of another.
    pub fn run_named(&self, prefix: &str) -> Result<RunRecord> {
        match self.runs().load(prefix) {
            Err(RunError::Unknown(_)) => {
                self.take_runs(prefix)?;
                Ok(self.runs().load(prefix)?)
            }
            found => Ok(found?),
        }
    }

    /// Takes the runs of other machines whose ids begin like this. Ids begin with their year.
    pub(super) fn take_runs(&self, prefix: &str) -> Result<()> {
        let is_id = prefix.starts_with(|first: char| first.is_ascii_digit());
        match self.shared()?.filter(|_| is_id) {
            Some(shared) => Ok(shared.take_runs(&self.suite.root, |id| id.starts_with(prefix))?),
            None => Ok(()),
        }
    }
}

impl From<SharedError> for Error {
    fn from(error: SharedError) -> Self {
        match error {
            SharedError::File(error) => error.into(),
            error => Self::Refused(
                Diagnostic::error("store::shared", error.to_string())
                    .help(
                        "see `[store] url` and the variables with its credentials; with --offline \
                         this machine's own recordings are replayed",
                    )
                    .into(),
            ),
        }
    }
}
