//! The suite's own file of prices, `.promptmatrix/prices.json`, as `prices update` writes it.

use std::path::{Path, PathBuf};

use super::commit::Commit;
use super::files::{self, FileError};
use crate::cost::price::{PriceTable, TableError};
use crate::domain::StoreSettings;

const NAME: &str = "prices.json";

/// Where a suite keeps prices of its own.
#[derive(Debug, Clone)]
pub(crate) struct PriceFile {
    root: PathBuf,
    /// Relative to the suite's folder, where it is one that can be committed.
    path: Option<String>,
}

/// Why the file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PriceFileError {
    /// It cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// It is not a price table.
    #[error("{}: {error}", path.display())]
    Table {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: TableError,
    },
}

impl PriceFile {
    /// The file of the suite in this folder. Touches nothing yet.
    pub(crate) fn open(root: &Path, settings: &StoreSettings) -> Self {
        Self { root: root.to_owned(), path: settings.prices.clone() }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.root.join(self.name())
    }

    /// What it says; `None` where there is none.
    pub(crate) fn read(&self) -> Result<Option<PriceTable>, PriceFileError> {
        let path = self.path();
        let Some(bytes) = files::read(&path)? else { return Ok(None) };
        let table = PriceTable::parse(&String::from_utf8_lossy(&bytes));
        table.map(Some).map_err(|error| PriceFileError::Table { path, error })
    }

    /// Where it is, as people name it: relative to the suite's folder.
    pub(crate) fn name(&self) -> String {
        self.path.clone().unwrap_or_else(|| format!("{}/{NAME}", files::PRIVATE))
    }

    pub(crate) fn write(&self, commit: &mut Commit, table: &PriceTable) {
        commit.write(self.name(), table.render());
    }
}
