//! `promptmatrix check`: config, prompts, schemas and snapshots, without the network.

use std::collections::BTreeSet;

use serde_json::json;

use crate::cli::args::Check;
use crate::cli::session::Session;
use crate::domain::{Exit, Suite};
use crate::project::{Checked, Result, RewrittenSchema};
use crate::report::{diagnostic, paint};

/// Runs the command.
pub(in crate::cli) fn check(session: &Session, args: &Check) -> Result<Exit> {
    let mut project = session.project()?;
    let rewritten = if args.fix { project.fix_schemas()? } else { Vec::new() };
    let checked = project.check()?;
    let summary = summary(project.suite(), &checked);
    let (warnings, lints) = (&checked.warnings, &checked.lints);
    let look = session.look();
    session.print(
        || {
            let (warnings, lints) = (diagnostic::data(warnings), diagnostic::data(lints));
            json!({
                "format": 1,
                "summary": summary,
                "rewritten": rewritten,
                "warnings": warnings,
                "lints": lints,
            })
        },
        || {
            let problems = diagnostic::render(warnings, look);
            let notes = match lints.len() {
                many if many > 0 && !look.verbose => format!(
                    "{} of schemas not enforced by every server, and sent in words: -v shows each\n",
                    paint::count(many, "keyword")
                ),
                _ => diagnostic::render(lints, look),
            };
            format!("{}{summary}\n{problems}{notes}", rewrites(&rewritten, args.fix))
        },
    )?;
    Ok(checked.exit(args.strict))
}

fn rewrites(rewritten: &[RewrittenSchema], is_asked: bool) -> String {
    if rewritten.is_empty() && is_asked {
        return "Nothing to rewrite with the same meaning\n".to_owned();
    }
    let line = |one: &RewrittenSchema| {
        format!("Rewrote  {} in {}\n", paint::count(one.keywords, "keyword"), one.file)
    };
    rewritten.iter().map(line).collect()
}

pub(super) fn summary(suite: &Suite, checked: &Checked) -> String {
    let Checked { upkeep, violations, .. } = checked;
    let schemas: BTreeSet<_> =
        suite.prompts.values().filter_map(|prompt| prompt.schema_file.as_ref()).collect();
    let free = match suite.without_schema().len() {
        0 => String::new(),
        free => format!(" ({free} without a schema)"),
    };
    let accepted = suite.cells.len() - upkeep.missing.len();
    format!(
        "prompts {} ok{free}   schemas {} ok   models {}   cells {}   snapshots {accepted}: {} fit today's schemas, {} stale, {} missing",
        suite.prompts.len(),
        schemas.len(),
        suite.models.len(),
        paint::grouped(suite.cells.len()),
        accepted - violations,
        upkeep.stale.len(),
        upkeep.missing.len(),
    )
}
