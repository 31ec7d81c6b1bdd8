//! The suite's own file of prices, `.promptmatrix/prices.json`.

use std::path::{Path, PathBuf};

use super::files::{self, FileError};
use crate::cost::price::{PriceTable, TableError};
use crate::domain::StoreSettings;

/// Where a suite keeps prices of its own.
#[derive(Debug, Clone)]
pub struct PriceFile {
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
    pub fn open(root: &Path, settings: &StoreSettings) -> Self {
        Self { root: root.to_owned(), path: settings.prices.clone() }
    }

    /// Where it is.
    pub fn path(&self) -> PathBuf {
        match &self.path {
            Some(path) => self.root.join(path),
            None => self.root.join(files::PRIVATE).join("prices.json"),
        }
    }

    /// What it says; `None` where there is none.
    pub fn read(&self) -> Result<Option<PriceTable>, PriceFileError> {
        let path = self.path();
        let Some(bytes) = files::read(&path)? else { return Ok(None) };
        let table = PriceTable::parse(&String::from_utf8_lossy(&bytes));
        table.map(Some).map_err(|error| PriceFileError::Table { path, error })
    }

    /// Writes it, whole or not at all.
    pub fn write(&self, table: &PriceTable) -> Result<(), PriceFileError> {
        let path = self.path();
        if self.path.is_none() {
            files::private_folder(&self.root)?;
        }
        files::write_whole(&path, table.render().as_bytes())?;
        Ok(())
    }
}
