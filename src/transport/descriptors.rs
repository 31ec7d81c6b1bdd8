//! How many connections this process can hold open at once.

/// Files that are open beside connections: streams, locks, the journal, recordings, name servers.
const BESIDE: u64 = 48;

/// With fewer, nothing can be asked and kept.
const LEAST: u64 = 20;

/// The system lets this process open too few files.
#[derive(Debug, thiserror::Error)]
#[error("no more than {0} files may be open at once, and {LEAST} are needed")]
pub(crate) struct TooFewFiles(u64);

/// How many connections the system leaves room for, after its soft limit of open files is raised to the
/// hard one; `None` where there is no limit.
#[cfg(unix)]
pub(crate) fn most_connections() -> Result<Option<usize>, TooFewFiles> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    let limit = if raised.is_ok() { maximum } else { current };
    let Some(files) = limit else { return Ok(None) };
    if files < LEAST {
        return Err(TooFewFiles(files));
    }
    Ok(usize::try_from(files.saturating_sub(BESIDE).max(1)).ok())
}

/// No such limit is known here.
#[cfg(not(unix))]
pub fn most_connections() -> Result<Option<usize>, TooFewFiles> {
    Ok(None)
}
