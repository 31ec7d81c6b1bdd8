//! The whole engine over real sockets, in every wire format: what is asked, what fails, what is
//! kept, and what never leaks. The servers speak through the crate's own pure brain.

#![cfg(all(unix, feature = "cli"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod faults;
mod formats;
mod limits;
#[allow(dead_code, reason = "shared with the tests of the command line")]
#[path = "../cli/project.rs"]
mod project;
mod server;
mod stopping;
mod support;
