//! How many connections this process can hold open at once.

/// Files that are open beside connections: streams, locks, the journal, recordings, name servers.
const BESIDE: u64 = 48;

/// How many connections the system leaves room for, after its soft limit of open files is raised to the
/// hard one; `None` where there is no limit.
#[cfg(unix)]
pub fn most_connections() -> Option<usize> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    let limit = if raised.is_ok() { maximum } else { current };
    limit.map(|files| usize::try_from(files.saturating_sub(BESIDE).max(1)).unwrap_or(usize::MAX))
}

/// No such limit is known here.
#[cfg(not(unix))]
pub fn most_connections() -> Option<usize> {
    None
}
