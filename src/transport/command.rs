//! The channel to a local program: the request on its standard input, the answer on its standard
//! output.
//!
//! No shell reads anything. The program never sees a key: it starts with an almost empty
//! environment.

use std::ffi::OsString;
use std::path::{self, Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{self, Child};
use tokio::time;

use super::{Sending, Transport};
use crate::domain::{Channel, HttpRequest, HttpResponse, Source, TransportError, TransportFault};

/// The variables that a program is started with, where they are set.
pub(crate) const COMMAND_ENVIRONMENT: &[&str] = &[
    "PATH",
    "HOME",
    "USER",
    "LANG",
    "LC_ALL",
    "TZ",
    "TMPDIR",
    "TEMP",
    "TMP",
    "SystemRoot",
    "SystemDrive",
    "PATHEXT",
    "COMSPEC",
    "USERPROFILE",
    "APPDATA",
    "LOCALAPPDATA",
];

/// Most characters of a program's complaint that are shown; the end says the most.
const COMPLAINT: usize = 2000;

/// Runs programs.
#[derive(Debug)]
pub(super) struct Command {
    root: PathBuf,
    environment: Vec<(String, String)>,
    limit: usize,
}

impl Command {
    /// Programs run in the folder `root`. Of `environment` only [`COMMAND_ENVIRONMENT`] is passed
    /// on. An answer has at most `limit` bytes.
    pub(super) fn new(root: &Path, environment: Vec<(String, String)>, limit: usize) -> Self {
        let mut environment = environment;
        environment.retain(|(name, _)| COMMAND_ENVIRONMENT.contains(&name.as_str()));
        let root = path::absolute(root).unwrap_or_else(|_| root.to_owned());
        Self { root, environment, limit }
    }

    async fn run(&self, argv: &[String], input: Vec<u8>) -> Result<HttpResponse, TransportError> {
        let started = Instant::now();
        let mut child = self.start(argv)?;
        let group = Group::of(&child);
        let (stdin, stdout, stderr) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let feed = async move {
            if let Some(mut stdin) = stdin {
                // A program may answer without reading everything; that is no fault of its answer.
                let _ = stdin.write_all(&input).await;
                let _ = stdin.shutdown().await;
            }
            Ok(())
        };
        let name = program(argv);
        let failed = |error: std::io::Error| {
            TransportError::new(TransportFault::Interrupted, format!("lost `{name}`: {error}"))
        };
        let ((), answer, complaint) =
            tokio::try_join!(feed, self.answer(name, stdout), async { Ok(tail(stderr).await) })?;
        let exit = child.wait().await.map_err(failed)?;
        group.forget();
        let mut headers = Vec::new();
        let (status, body) = if exit.success() {
            (200, answer)
        } else {
            // A local program that fails will fail again; waiting remedies a server, not a script.
            headers.push(("x-should-retry".to_owned(), "false".to_owned()));
            let message = format!("`{name}` failed ({exit}): {}", complaint.trim());
            (500, message.trim_end_matches(": ").to_owned().into_bytes())
        };
        Ok(HttpResponse {
            status,
            headers,
            body,
            elapsed: started.elapsed(),
            source: Source::Fresh,
        })
    }

    fn start(&self, argv: &[String]) -> Result<Child, TransportError> {
        let spawn = |message: String| TransportError::new(TransportFault::Spawn, message);
        let Some((program, arguments)) = argv.split_first() else {
            return Err(spawn("`command` is empty: name a program".to_owned()));
        };
        let mut command = process::Command::new(self.located(program));
        command.args(arguments).current_dir(&self.root).env_clear().kill_on_drop(true);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        #[cfg(unix)]
        command.process_group(0);
        command.spawn().map_err(|error| {
            spawn(format!(
                "cannot start `{program}`: {error}; a program with `/` in its name is looked for \
                 in the suite's folder, any other on PATH"
            ))
        })
    }

    /// A path is meant from the suite's folder; a bare name is looked up on PATH.
    fn located(&self, program: &str) -> OsString {
        if Path::new(program).components().count() > 1 {
            self.root.join(program).into_os_string()
        } else {
            program.into()
        }
    }

    async fn answer(
        &self,
        program: &str,
        stdout: Option<impl AsyncRead + Unpin>,
    ) -> Result<Vec<u8>, TransportError> {
        let mut answer = Vec::new();
        let Some(stdout) = stdout else { return Ok(answer) };
        let most = u64::try_from(self.limit).unwrap_or(u64::MAX).saturating_add(1);
        let read = stdout.take(most).read_to_end(&mut answer).await;
        read.map_err(|error| {
            TransportError::new(TransportFault::Interrupted, format!("lost `{program}`: {error}"))
        })?;
        if answer.len() > self.limit {
            let message = format!("`{program}` wrote more than {} bytes", self.limit);
            return Err(TransportError::new(TransportFault::TooLarge, message));
        }
        Ok(answer)
    }
}

impl Transport for Command {
    fn send<'a>(&'a self, request: &'a HttpRequest, _: u64, timeout: Duration) -> Sending<'a> {
        Box::pin(async move {
            let argv: &[String] = match &request.channel {
                Channel::Command { argv } => argv,
                Channel::Http | Channel::Demo => &[],
            };
            let mut input = request.body.to_string().into_bytes();
            input.push(b'\n');
            // Dropping the future on time-out kills the program and all that it started.
            time::timeout(timeout, self.run(argv, input)).await.unwrap_or_else(|_| {
                let message = format!("`{}` was not done within {timeout:?}", program(argv));
                Err(TransportError::new(TransportFault::Timeout, message))
            })
        })
    }
}

fn program(argv: &[String]) -> &str {
    argv.first().map_or("", String::as_str)
}

/// The end of what a program complains about, fit for one line of a terminal.
async fn tail(stderr: Option<impl AsyncRead + Unpin>) -> String {
    let Some(mut stderr) = stderr else { return String::new() };
    let mut kept = Vec::new();
    let mut chunk = [0; 4096];
    while let Ok(count @ 1..) = stderr.read(&mut chunk).await {
        kept.extend_from_slice(chunk.get(..count).unwrap_or_default());
        let surplus = kept.len().saturating_sub(COMPLAINT);
        kept.drain(..surplus);
    }
    let text = String::from_utf8_lossy(&kept).replace(char::is_control, " ");
    text.trim().to_owned()
}

/// A program and all that it started: killed together on drop, unless it is over.
struct Group {
    leader: Option<u32>,
}

impl Group {
    fn of(child: &Child) -> Self {
        Self { leader: child.id() }
    }

    /// The leader was waited for; its number may belong to somebody else from now on.
    fn forget(mut self) {
        self.leader = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        #[cfg(unix)]
        {
            use rustix::process::{Pid, Signal, kill_process_group};
            let leader = self.leader.and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
            if let Some(leader) = leader {
                let _ = kill_process_group(leader, Signal::KILL);
            }
        }
    }
}
