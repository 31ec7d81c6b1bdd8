//! `promptmatrix cost log`: minutes of people that nothing else measures.

use crate::cli::args::CostLog;
use crate::cli::clock::SystemClock;
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::cli::session::Session;
use crate::domain::{Clock, Exit, LedgerEvent, LedgerLine, NoteEvent, Slot};
use crate::store::Ledger;

/// Appends a note to the ledger.
pub(super) fn log(session: &Session, args: &CostLog) -> Result<Exit, Failure> {
    let (suite, mut commit) = session.change()?;
    let ledger = Ledger::open(&suite.root);
    let known = ledger.read()?.lines;
    let bump = match &args.bump {
        None => None,
        Some(prefix) => Some(bump_of(&known, prefix)?),
    };
    let model = match &args.model {
        None => None,
        Some(name) => {
            let slots: Vec<&str> = suite.models.keys().map(Slot::as_str).collect();
            let found = suite.models.keys().find(|slot| slot.as_str() == name);
            let help = format!("models are: {}", slots.join(", "));
            let none = || {
                Failure::usage("cost::unknown-slot", format!("there is no model `{name}`"), help)
            };
            Some(found.cloned().ok_or_else(none)?)
        }
    };
    let note =
        NoteEvent { bump: bump.clone(), model, minutes: args.minutes, why: args.why.clone() };
    let line = LedgerLine::new(SystemClock.now(), LedgerEvent::Note(note));
    ledger.append(&mut commit, std::slice::from_ref(&line))?;
    commit.finish()?;
    if session.global.json {
        output::print_data(&format!("{}\n", line.text().map_err(anyhow::Error::from)?))?;
    } else {
        let bump = bump.map_or(String::new(), |bump| format!(" for bump {bump}"));
        output::print(&format!("noted {} min{bump} in {}\n", args.minutes, Ledger::FILE))?;
    }
    Ok(Exit::Pass)
}

/// The id of the one bump that begins like this.
fn bump_of(lines: &[LedgerLine], prefix: &str) -> Result<String, Failure> {
    let bumps: Vec<&LedgerLine> =
        lines.iter().filter(|line| matches!(line.event, LedgerEvent::Bump(_))).collect();
    let mut fitting = bumps.iter().filter(|line| !prefix.is_empty() && line.id.starts_with(prefix));
    match (fitting.next(), fitting.next()) {
        (Some(one), None) => Ok(one.id.clone()),
        (found, _) => {
            let title = match found {
                Some(_) => format!("several bumps begin with `{prefix}`"),
                None => format!("the ledger has no bump `{prefix}`"),
            };
            let last: Vec<&str> =
                bumps.iter().rev().take(5).filter_map(|line| line.id.get(..8)).collect();
            let help = match last.as_slice() {
                [] => "leave `--bump` out; no bump is known yet".to_owned(),
                last => format!("the last bumps are: {}", last.join(", ")),
            };
            Err(Failure::usage("cost::unknown-bump", title, help))
        }
    }
}
