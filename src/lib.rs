//! promptmatrix asks every configured model every case of every system prompt, checks each
//! structured answer against its JSON Schema, and compares it with what people accepted.
//!
//! [`project::Project`] has the use cases, each from options to data:
//!
//! ```no_run
//! use promptmatrix::project::{Options, Project, RunOptions};
//!
//! # fn main() -> Result<(), promptmatrix::project::Error> {
//! let project = Project::open(Options { folder: ".".into(), ..Options::default() }, ())?;
//! if let Some(ran) = project.run(&RunOptions::default())? {
//!     println!("{}: {}", ran.record.id, ran.record.exit());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! [`harness`] makes each cell a test of `cargo test`. The command line in `cli` turns flags into
//! options, and results into screens.
//!
//! # The story of one cell
//!
//! A cell is one prompt, one case, one slot: `triage/refund@swift`. It goes through the modules of
//! this crate in this order:
//!
//! 1. [`suite`] reads `promptmatrix.toml`, prompts, cases and schemas, or says of every mistake
//!    where it is and how to fix it. What comes out is a [`domain::Suite`]: valid by construction.
//!    The words of a prompt are filled in by [`template`].
//! 2. [`plan`] picks the cells that a use case is about.
//! 3. [`provider`] *encodes* the question into the provider's own dialect, with the schema lowered
//!    to what that provider's structured mode can enforce.
//! 4. [`transport`] *sends* it: over HTTP, to a local program, or to the scripted world in [`sim`].
//! 5. [`provider`] *decodes* the response into a completion, or into an error of a known class.
//! 6. [`extract`] finds the value in the completion, and says how; or says why there is none.
//! 7. [`validate`] checks the value against the author's whole schema.
//! 8. [`normalise`] leaves out what the suite ignores, and writes the rest in one way.
//! 9. [`diff`] finds what is different from the accepted answer, and of which kind.
//! 10. [`drift`] knows how much the accepted answers varied, tells a change from that noise, and
//!     says which cells to ask once more where that helps.
//! 11. [`verdict`] weighs the differences: same, varies, suspect, changed, broken, new.
//! 12. [`cost`] bills the answer, and knows what the whole matrix costs in money and minutes.
//! 13. [`report`] renders the run; [`review`] decides which answers wait for a person, and
//!     [`store`] keeps them as snapshots in insta's format.
//!
//! [`run`] drives steps 3 to 12, many cells at a time.
//!
//! Beside the story stands `serve`: a server on this machine that answers by [`sim`], for whoever
//! wants to rehearse against real sockets.
//!
//! # Layers
//!
//! A module uses only modules of lower layers; a test holds the crate to that.
//!
//! ```text
//! 6 entry points  cli  harness  fuzz
//! 5 use cases     project
//! 4 engine        run
//! 3 input/output  suite  store  transport  serve
//! 2 output text   report  review
//! 1 rules         plan  template  provider  extract  validate  normalise  diff  drift  verdict  cost  model_facts  sim
//! 0 data          domain
//! ```

#![cfg_attr(
    not(feature = "cli"),
    allow(dead_code, unused_imports, reason = "only the command line uses it")
)]

pub mod harness;
pub mod project;

#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
#[cfg(feature = "cli")]
mod serve;
mod template;

// What the tests, benches and document generators of this repository see of the inside. It changes
// without notice.
#[doc(hidden)]
pub mod cost;
#[doc(hidden)]
pub mod diff;
#[doc(hidden)]
pub mod domain;
#[doc(hidden)]
pub mod drift;
#[doc(hidden)]
pub mod extract;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzz;
mod model_facts;
#[doc(hidden)]
pub mod normalise;
#[doc(hidden)]
pub mod plan;
#[doc(hidden)]
pub mod provider;
#[doc(hidden)]
pub mod report;
#[doc(hidden)]
pub mod review;
#[doc(hidden)]
pub mod run;
#[doc(hidden)]
pub mod sim;
#[doc(hidden)]
pub mod store;
#[doc(hidden)]
pub mod suite;
#[doc(hidden)]
pub mod transport;
#[doc(hidden)]
pub mod validate;
#[doc(hidden)]
pub mod verdict;
