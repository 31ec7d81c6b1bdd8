//! What a run tells GitHub, when it runs there: annotations in the log, and the job summary.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use super::output;
use super::session::Session;
use crate::domain::RunRecord;
use crate::report::{github, markdown, paint};

/// Tells GitHub. A summary that cannot be written is said, and does not change the exit code.
pub(crate) fn annotate(session: &Session, root: &Path, record: &RunRecord) -> std::io::Result<()> {
    let environment = &session.environment;
    let folder = folder(root, environment.github_workspace.as_deref());
    output::command(&github::annotations(record, &folder))?;
    let Some(file) = &environment.github_summary else { return Ok(()) };
    let summary = markdown::render(record, markdown::SUMMARY);
    let opened = OpenOptions::new().append(true).create(true).open(file);
    match opened.and_then(|mut file| file.write_all(summary.as_bytes())) {
        Ok(()) => Ok(()),
        Err(error) => output::eprint(&format!(
            "{}: the job summary cannot be written to {}: {error}\n",
            paint::paint(paint::REVIEW, "warning"),
            file.display()
        )),
    }
}

/// The way from the root of the repository to the suite: empty, or with a `/` at its end.
fn folder(root: &Path, workspace: Option<&Path>) -> String {
    let relative = || {
        let (root, workspace) = (root.canonicalize().ok()?, workspace?.canonicalize().ok()?);
        root.strip_prefix(workspace).ok().map(Path::to_path_buf)
    };
    let steps = relative().unwrap_or_default();
    steps.iter().flat_map(|step| [step.to_string_lossy(), "/".into()]).collect()
}
