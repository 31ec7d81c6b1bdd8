//! `promptmatrix import`: recorded answers become a run, a run of elsewhere is taken in, and the config
//! of another tool becomes a suite.

use std::fmt::Write;

use super::check;
use crate::cli::args::{Import, ImportPromptfoo, ImportRun, ImportWhat};
use crate::cli::github;
use crate::cli::output;
use crate::cli::outputs::Targets;
use crate::cli::screens::{imported, pending};
use crate::cli::session::Session;
use crate::domain::Exit;
use crate::project::{ImportedRun, Result, import_promptfoo};
use crate::report::{diagnostic, paint};

/// Runs the command.
pub(in crate::cli) fn import(session: &Session, args: &Import) -> Result<Exit> {
    match &args.what {
        ImportWhat::Answers(args) => answers(session, args),
        ImportWhat::Run(args) => run(session, args),
        ImportWhat::Promptfoo(args) => promptfoo(session, args),
    }
}

fn promptfoo(session: &Session, args: &ImportPromptfoo) -> Result<Exit> {
    let made = import_promptfoo(&args.file, &args.into)?;
    session.print(|| imported::data(&made), || imported::render(&made, session.global.verbose))?;
    // What keeps the suite from being loaded is told as of any suite.
    let project = session.project_in(&args.into)?;
    let checked = project.check()?;
    if !session.global.json {
        let problems = diagnostic::render(&checked.warnings, session.look());
        output::print(&format!("\n{}\n{problems}", check::summary(project.suite(), &checked)))?;
    }
    Ok(checked.exit(false))
}

fn answers(session: &Session, args: &ImportRun) -> Result<Exit> {
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

fn run(session: &Session, args: &ImportRun) -> Result<Exit> {
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
