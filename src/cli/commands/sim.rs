//! `promptmatrix sim`: the demo provider on a port of this machine.

use std::path::Path;
use std::sync::Arc;

use serde_json::json;

use crate::cli::args::Sim;
use crate::cli::output;
use crate::cli::session::Session;
use crate::domain::{Diagnostic, Exit, Place};
use crate::project::{Error, Result, SystemClock};
use crate::serve::{Latency, Pace, ServeError, Server, Setup};
use crate::sim::{FaultPlan, World};

/// Runs the command, until the process is told to end.
pub(in crate::cli) fn sim(session: &Session, args: &Sim) -> Result<Exit> {
    let world = args.world.as_deref().map_or_else(|| Ok(World::builtin()), world)?;
    let models = world.models().join(", ");
    let faults = FaultPlan::new(args.seed, &args.faults).map_err(|error| {
        Error::usage("sim::too-many-faults", error.to_string(), "lower a rate of `--fault`")
    })?;
    let latency = if args.no_latency { Latency::None } else { Latency::Simulated };
    let pace = Pace { speed: args.speed, latency };
    let setup = Setup { world, faults, pace, clock: Arc::new(SystemClock) };
    let server = Server::bind(args.listen, setup).map_err(|error| cannot_listen(&error))?;
    let url = format!("http://{}", server.address());
    if session.global.json {
        output::print(&format!("{}\n", json!({"format": 1, "url": url})))?;
    } else {
        output::print(&format!("{url}\n"))?;
    }
    if !session.global.quiet {
        output::eprint(&format!("serves {models}; {url}/stats counts; Ctrl-C ends it\n"))?;
    }
    server.run().map_err(|error| Error::while_doing("the server ended", error))?;
    Ok(Exit::Pass)
}

fn world(file: &Path) -> Result<World> {
    let name = file.display().to_string();
    let text = std::fs::read_to_string(file).map_err(|error| {
        let title = format!("cannot read `{name}`: {error}");
        Error::usage("demo::world", title, "name the file of a world, or leave `--world` out")
    })?;
    World::parse(&text).map_err(|error| {
        let place = Place::new(name, text.into(), error.span);
        let title = "the world of the demo provider cannot be read";
        let problem = Diagnostic::error("demo::world", title).at(place, error.message);
        Error::Suite(problem.help("fix the marked place").into())
    })
}

fn cannot_listen(error: &ServeError) -> Error {
    match error {
        ServeError::NotLoopback(_) => Error::usage(
            "sim::not-loopback",
            error.to_string(),
            "the simulator asks nobody for a key, so it listens on 127.0.0.1 or [::1] only",
        ),
        ServeError::Listen(_, cause) => Error::usage(
            "sim::cannot-listen",
            format!("{error}: {cause}"),
            "choose another port; port 0 takes a free one",
        ),
    }
}
