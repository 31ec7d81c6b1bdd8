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
mod past;
mod prices;
mod profiles;
mod recordings;
mod review_log;
mod revision;
mod run_error;
mod run_lock;
mod runs;
mod snap_file;
mod snapshots;
mod telemetry;
mod yaml;

pub use commit::{Commit, Recovered, recover};
pub use commit_error::CommitError;
pub use files::{FileError, add_lines, create};
pub use headers::{HeaderMove, header_moves};
pub use history::{CommitHistory, head};
pub use identities::{IdentityFile, LockError};
pub use journal::{Journal, Reopened, StoredJournal};
pub use ledger::{Ledger, LedgerError, LedgerRead};
pub use lock::Holder;
pub use past::HistoryFile;
pub use prices::{PriceFile, PriceFileError};
pub use profiles::{ProfileError, Profiles};
pub use recordings::{Exchange, RecordingError, RecordingFile, Recordings};
pub use review_log::ReviewLog;
pub use revision::{Revision, RevisionError};
pub use run_error::RunError;
pub use run_lock::RunLock;
pub use runs::{RunEnd, Runs, read_record};
pub use snapshots::{Listing, SnapshotError, Snapshots, Stored, StoredProfile};
pub use telemetry::TelemetryFile;
