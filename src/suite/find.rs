//! Where the config is, and which folder it speaks for.

use std::path::{Path, PathBuf};

use crate::domain::{Diagnostic, Diagnostics};

/// Where a config may stand, in a folder.
const PLACES: [&str; 2] = ["promptmatrix.toml", ".config/promptmatrix.toml"];

/// The config file: the one that is named, or the first that is found from `start` upward to the
/// root of the git repository.
///
/// # Errors
/// There is none.
pub fn find(start: &Path, explicit: Option<&Path>) -> Result<PathBuf, Diagnostics> {
    if let Some(path) = explicit {
        if path.is_file() {
            return Ok(path.to_owned());
        }
        let title = format!("there is no file `{}`", path.display());
        return Err(Diagnostic::error("config::not-found", title)
            .help("name an existing file with `--config`")
            .into());
    }
    let start = std::path::absolute(start).unwrap_or_else(|_| start.to_owned());
    for folder in start.ancestors() {
        let found = PLACES.iter().map(|place| folder.join(place)).find(|path| path.is_file());
        if let Some(path) = found {
            return Ok(path);
        }
        if folder.join(".git").exists() {
            break;
        }
    }
    Err(Diagnostic::error("config::not-found", "there is no `promptmatrix.toml` here or above")
        .help("`promptmatrix init` writes one; or name yours with `--config`")
        .into())
}

/// The folder of the suite, and the config's path in it.
pub fn root_of(config: &Path) -> (PathBuf, String) {
    let name = config.file_name().map_or_else(String::new, |name| name.to_string_lossy().into());
    let folder = config.parent().unwrap_or(Path::new(""));
    let here = |folder: &Path| {
        if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.to_owned() }
    };
    match folder.file_name() {
        Some(last) if last == ".config" => {
            (here(folder.parent().unwrap_or(Path::new(""))), format!(".config/{name}"))
        }
        _ => (here(folder), name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_config_up_to_the_repository_is_found() {
        let temp = tempfile::tempdir().unwrap();
        let inner = temp.path().join("repo/a/b");
        std::fs::create_dir_all(&inner).unwrap();
        std::fs::create_dir_all(temp.path().join("repo/.git")).unwrap();
        std::fs::write(temp.path().join("promptmatrix.toml"), "").unwrap();
        assert!(find(&inner, None).is_err(), "above the repository is not looked");
        std::fs::create_dir_all(temp.path().join("repo/.config")).unwrap();
        let config = temp.path().join("repo/.config/promptmatrix.toml");
        std::fs::write(&config, "").unwrap();
        assert_eq!(find(&inner, None).unwrap(), config);
        assert!(find(&inner, Some(&inner.join("nope.toml"))).is_err());
    }

    #[test]
    fn a_config_in_its_dot_folder_speaks_for_the_folder_above() {
        let root = |path: &str| {
            let (root, config) = root_of(Path::new(path));
            (root.display().to_string(), config)
        };
        assert_eq!(root("r/promptmatrix.toml"), ("r".into(), "promptmatrix.toml".into()));
        assert_eq!(root("r/.config/p.toml"), ("r".into(), ".config/p.toml".into()));
        assert_eq!(root("p.toml"), (".".into(), "p.toml".into()));
        assert_eq!(root(".config/p.toml"), (".".into(), ".config/p.toml".into()));
    }
}
