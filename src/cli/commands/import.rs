//! `promptmatrix import`: recorded answers become a run, and a run of elsewhere is taken in.

use std::fmt::Write;

use crate::cli::args::{Import, ImportKind};
use crate::cli::github;
use crate::cli::output;
use crate::cli::outputs::Targets;
use crate::cli::screens::pending;
use crate::cli::session::Session;
use crate::domain::Exit;
use crate::project::{ImportedRun, Result};
use crate::report::paint;

/// Runs the command.
pub(in crate::cli) fn import(session: &Session, args: &Import) -> Result<Exit> {
    match args.what {
        ImportKind::Answers => answers(session, args),
        ImportKind::Run => run(session, args),
    }
}

fn answers(session: &Session, args: &Import) -> Result<Exit> {
    let targets = Targets::new(&args.outputs.output, args.outputs.format, session)?.or_text();
    let project = session.project()?;
    let ran = project.import_answers(&args.file)?;
    ran.stage_pending?;
    targets.write(&ran.record, session)?;
    if session.environment.github {
        github::annotate(session, &project.suite().root, &ran.record)?;
    }
    Ok(ran.record.exit())
}

fn run(session: &Session, args: &Import) -> Result<Exit> {
    let targets = Targets::new(&args.outputs.output, args.outputs.format, session)?;
    let project = session.project()?;
    let imported = project.import_run(&args.file)?;
    targets.write(&imported.record, session)?;
    if !targets.has_stdout() {
        let mut text = text(&imported);
        if imported.record.upgrade.is_none() {
            text.push_str(&pending::render(&project.pending()?, session.look()));
        }
        output::print(&text)?;
    }
    Ok(Exit::Pass)
}

fn text(imported: &ImportedRun) -> String {
    let ImportedRun { record, here, fitting } = imported;
    let mut text = format!("imported run {}: {}\n", record.id, paint::count(*here, "cell"));
    for (left, why) in [
        (record.cells.len() - here, "not in this suite"),
        (here - fitting, "compared with other accepted answers than there are here"),
    ] {
        if left > 0 {
            let _ = writeln!(text, "{} of it left out: {why}", paint::count(left, "cell"));
        }
    }
    if record.upgrade.is_some() {
        let _ = writeln!(text, "Next    promptmatrix upgrade --apply {}", record.id);
    }
    text
}
