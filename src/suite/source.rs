//! Files of a suite, read as text. Nothing outside the suite's folder is ever opened.

use std::ops::Range;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::domain::{Diagnostic, Place};

/// One file's text. Line ends are `\n` and there is no byte order mark, so that a suite reads the
/// same on every system.
#[derive(Debug, Clone)]
pub(super) struct Source {
    /// Relative to the suite's folder, with `/`.
    pub(super) file: Arc<str>,
    /// What stands in it.
    pub(super) text: Arc<str>,
    /// Where each line ends, so that a file of many cases is not counted for each of them.
    line_ends: Arc<[usize]>,
}

impl Source {
    pub(super) fn new(file: &str, text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let text: Arc<str> = text.replace("\r\n", "\n").into();
        let line_ends = text.match_indices('\n').map(|(at, _)| at).collect();
        Self { file: file.into(), text, line_ends }
    }

    pub(super) fn place(&self, span: Range<usize>) -> Place {
        let line = self.line_ends.partition_point(|end| *end < span.start) + 1;
        Place { file: self.file.to_string(), line, span, text: Arc::clone(&self.text) }
    }

    /// What stands at a place.
    pub(super) fn at(&self, span: Range<usize>) -> &str {
        self.text.get(span).unwrap_or_default()
    }
}

/// Why a file of the suite cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum FileFault {
    /// The path leads out of the suite's folder.
    #[error("leads out of the suite's folder")]
    Outside,
    /// It is a link to a file that is not there.
    #[error("is a link that leads nowhere")]
    Dangling,
    /// There is no such file.
    #[error("does not exist")]
    Missing,
    /// It is not a text file in UTF-8; what can be read of it, and where the first byte is that cannot.
    #[error("is not a text file in UTF-8")]
    NotText(Arc<str>, usize),
    /// The system refuses.
    #[error("cannot be read: {0}")]
    Refused(String),
}

/// The suite's folder.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    root: PathBuf,
}

impl Folder {
    pub(super) fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Reads a file by its path relative to the folder.
    pub(super) fn read(&self, path: &str) -> Result<Source, FileFault> {
        let file = tidy(path).ok_or(FileFault::Outside)?;
        let full = self.root.join(&file);
        let refused = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::NotFound => FileFault::Missing,
            _ => FileFault::Refused(error.to_string()),
        };
        let real = full.canonicalize().map_err(|error| match refused(error) {
            FileFault::Missing if full.is_symlink() => FileFault::Dangling,
            fault => fault,
        })?;
        let root = self.root.canonicalize().map_err(refused)?;
        if !real.starts_with(root) {
            return Err(FileFault::Outside);
        }
        let bytes = std::fs::read(real).map_err(refused)?;
        match std::str::from_utf8(&bytes) {
            Ok(text) => Ok(Source::new(&file, text)),
            Err(error) => {
                let text = String::from_utf8_lossy(&bytes);
                Err(FileFault::NotText(text.into(), error.valid_up_to()))
            }
        }
    }

    /// The path of a folder that may not be there yet, in one way of writing, if it lies inside.
    pub(super) fn inside(&self, path: &str) -> Result<String, FileFault> {
        let tidy = tidy(path).ok_or(FileFault::Outside)?;
        let refused = |error: std::io::Error| FileFault::Refused(error.to_string());
        let root = self.root.canonicalize().map_err(refused)?;
        let full = self.root.join(&tidy);
        // What is there already may be a link that leads elsewhere.
        let real = full.ancestors().find_map(|part| part.canonicalize().ok());
        if real.is_some_and(|real| real.starts_with(&root)) {
            Ok(tidy)
        } else {
            Err(FileFault::Outside)
        }
    }

    /// Names in a folder of the suite, in order, of folders too.
    pub(super) fn names(&self, folder: &str) -> Result<Vec<String>, FileFault> {
        let entries =
            std::fs::read_dir(self.root.join(folder)).map_err(|error| match error.kind() {
                std::io::ErrorKind::NotFound => FileFault::Missing,
                _ => FileFault::Refused(error.to_string()),
            })?;
        let mut names: Vec<String> =
            entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        Ok(names)
    }

    pub(super) fn is_folder(&self, path: &str) -> bool {
        self.root.join(path).is_dir()
    }
}

/// The path in one way of writing: `/` between parts, no `.`; `None` if it leaves its folder.
pub(super) fn tidy(path: &str) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    let path = path.replace('\\', "/");
    for part in Path::new(&path).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                parts.pop()?;
            }
            Component::Normal(name) => parts.push(name.to_str()?.to_owned()),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

/// A file that cannot be used, told where it is named, or at the byte that cannot be read.
pub(super) fn file_problem(
    area: FileArea,
    path: &str,
    fault: &FileFault,
    named: Place,
) -> Diagnostic {
    let code = match (fault, area) {
        (FileFault::Outside, FileArea::Schema) => "schema::outside-suite",
        (FileFault::Outside, FileArea::Prompt) => "prompt::outside-suite",
        (FileFault::Outside, FileArea::Config) => "config::outside-suite",
        (FileFault::Missing, FileArea::Schema) => "schema::missing",
        (FileFault::Missing, FileArea::Prompt) => "prompt::missing-file",
        (FileFault::Missing, FileArea::Config) => "config::missing-file",
        (_, FileArea::Schema) => "schema::unreadable",
        (_, FileArea::Prompt) => "prompt::unreadable",
        (_, FileArea::Config) => "config::unreadable",
    };
    let help = match fault {
        FileFault::Outside => "copy the file into the suite; paths are relative to its folder",
        FileFault::Missing => "write the path relative to the suite's folder, or create the file",
        FileFault::NotText(..) => "save the file as UTF-8",
        FileFault::Dangling => "let the link lead to a file, or delete it",
        FileFault::Refused(_) => "make the file readable",
    };
    let (place, label) = match fault {
        FileFault::NotText(text, at) => {
            let span = *at..at + char::REPLACEMENT_CHARACTER.len_utf8();
            (Place::new(path, Arc::clone(text), span), "this byte is no UTF-8")
        }
        _ if named.file == path => (named, "this file"),
        _ => (named, "named here"),
    };
    Diagnostic::error(code, format!("`{path}` {fault}")).at(place, label).help(help)
}

/// Who names a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileArea {
    Config,
    Prompt,
    Schema,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_one_way_of_writing_and_stays_inside() {
        assert_eq!(tidy("schemas/./a.json").as_deref(), Some("schemas/a.json"));
        assert_eq!(tidy("schemas/../b.json").as_deref(), Some("b.json"));
        for outside in ["../a", "/etc/passwd", "a/../../b", "", "."] {
            assert_eq!(tidy(outside), None, "{outside}");
        }
    }

    #[test]
    fn line_ends_and_the_byte_order_mark_do_not_show() {
        let source = Source::new("a", "\u{feff}one\r\ntwo");
        assert_eq!(&*source.text, "one\ntwo");
        for at in 0..7 {
            let place = Place::new("a", Arc::clone(&source.text), at..at);
            assert_eq!(source.place(at..at), place);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_leaves_the_folder_is_not_followed() {
        let outside = tempfile::tempdir().unwrap();
        std::fs::write(outside.path().join("secret.txt"), "x").unwrap();
        let inside = tempfile::tempdir().unwrap();
        let link = inside.path().join("link.txt");
        std::os::unix::fs::symlink(outside.path().join("secret.txt"), link).unwrap();
        let fault = Folder::new(inside.path()).read("link.txt").unwrap_err();
        assert_eq!(fault, FileFault::Outside);
    }
}
