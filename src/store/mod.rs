//! What is kept on disk: accepted and pending snapshots, journals and records of runs,
//! recordings of exchanges.
//!
//! Never asks a model, never decides a verdict, never prints.

mod calls;
mod commit;
mod commit_error;
mod files;
mod headers;
mod history;
mod identities;
mod journal;
mod ledger;
mod lock;
mod objects;
mod past;
mod prices;
mod profiles;
mod recordings;
mod review_log;
mod revision;
mod run_error;
mod run_lock;
mod runs;
mod shared;
mod snap_file;
mod snapshots;
mod telemetry;
mod yaml;

pub use commit::Commit;
pub(crate) use commit::{Recovered, recover};
pub(crate) use commit_error::CommitError;
pub(crate) use files::{FileError, add_lines, create};
pub(crate) use headers::{HeaderMove, header_moves};
pub(crate) use history::{CommitHistory, head};
pub(crate) use identities::{IdentityFile, LockError};
pub(crate) use journal::{Journal, Reopened, StoredJournal};
pub(crate) use ledger::{Ledger, LedgerError, LedgerRead};
pub(crate) use lock::Holder;
pub(crate) use past::HistoryFile;
pub(crate) use prices::{PriceFile, PriceFileError};
pub(crate) use profiles::ProfileError;
pub use profiles::Profiles;
pub use recordings::{Exchange, Recordings};
pub(crate) use recordings::{RecordingError, RecordingFile};
pub(crate) use review_log::ReviewLog;
pub(crate) use revision::{Revision, RevisionError};
pub(crate) use run_error::RunError;
pub(crate) use run_lock::RunLock;
pub use runs::Runs;
pub(crate) use runs::{RunEnd, read_record};
pub use shared::{SharedError, SharedStore};
pub use snapshots::Snapshots;
pub(crate) use snapshots::{Listing, SnapshotError};
pub(crate) use telemetry::TelemetryFile;
