//! A promptfoo config becomes a suite in a folder. Nothing is overwritten, and nothing is run.

use std::path::Path;

use super::{Error, Result};
use crate::store;
use crate::suite::{self, ImportedSuite};

/// What git should leave alone.
const IGNORED: [&str; 2] = [".promptmatrix/", "*.snap.new"];

/// Writes the suite that a promptfoo config is here into a folder.
pub fn import_promptfoo(config: &Path, into: &Path) -> Result<ImportedSuite> {
    let imported = suite::promptfoo(config).map_err(|why| {
        let title = format!("{} is not imported: {why}", config.display());
        Error::usage("import::promptfoo", title, "name a config of promptfoo, in YAML or JSON")
    })?;
    let exists = imported.files.iter().find(|(path, _)| into.join(path).exists());
    if let Some((path, _)) = exists {
        let title = format!("{} is there already", into.join(path).display());
        let help = "nothing is overwritten: name another folder with `--into DIR`";
        return Err(Error::usage("import::exists", title, help));
    }
    for (path, text) in &imported.files {
        store::create(&into.join(path), text)?;
    }
    store::add_lines(&into.join(".gitignore"), &IGNORED)?;
    Ok(imported)
}
