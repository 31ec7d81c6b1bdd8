//! Folders that cannot be written: said by name before anything is paid.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;

use crate::project::{Done, Project};
use crate::server::Server;
use crate::support::{REFUND, RUN, WORLD, openai};

/// Whoever is not the owner of anything.
const NOBODY: u32 = 65_534;

fn opened(folder: &Path) {
    fs::set_permissions(folder, Permissions::from_mode(0o777)).unwrap();
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            opened(&path);
        } else {
            fs::set_permissions(path, Permissions::from_mode(0o666)).unwrap();
        }
    }
}

/// Runs the binary where only `folder` cannot be written. Root could, so it becomes another.
#[expect(clippy::print_stdout, reason = "what is not tested is said")]
fn run(project: &Project, folder: &str, arguments: &[&str]) -> Option<Done> {
    opened(project.root());
    fs::set_permissions(project.path(folder), Permissions::from_mode(0o555)).unwrap();
    let mut command = project.command(arguments);
    if rustix::process::getuid().is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    match command.output() {
        Ok(output) => Some(Done {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }),
        Err(error) => {
            println!("NOT TESTED: root cannot start the binary as another user: {error}");
            None
        }
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_named_before_anything_is_paid() {
    let server = Server::of_world(WORLD);
    let project =
        openai(&server, &format!("{RUN}[store]\nrecordings = \"recordings\"\n"), &[REFUND]);
    project.run(&["run"]).exits(0);
    project.run(&["accept", "--all"]).exits(0);
    for folder in ["snapshots/triage", ".promptmatrix", ".promptmatrix/runs", "recordings"] {
        let Some(done) = run(&project, folder, &["run"]) else { return };
        done.exits(3).warns(folder).warns("Permission denied");
    }
    assert_eq!(server.count(), 1);
    // Whoever only reads is not kept from it, nor is a replay.
    for arguments in [&["status"][..], &["report"], &["check"], &["list"], &["cost"]] {
        run(&project, ".promptmatrix", arguments).unwrap().exits(0);
    }
    run(&project, "snapshots/triage", &["run", "--offline"]).unwrap().exits(0);
    run(&project, "recordings", &["run", "--offline"]).unwrap().exits(0);
    run(&project, "snapshots", &["run"]).unwrap().exits(0);
    assert_eq!(server.count(), 2);
    run(&project, "snapshots/triage", &["accept", "--all"]).unwrap();
}
