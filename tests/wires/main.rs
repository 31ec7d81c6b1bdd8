//! The whole engine over real sockets, in every wire format: what is asked, what fails, what is
//! kept, and what never leaks. The servers speak through the crate's own pure simulator.

#![cfg(all(unix, feature = "cli"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]
#![allow(clippy::format_push_string, clippy::unnecessary_wraps, reason = "a test may be short")]

mod batches;
mod clouds;
mod day;
mod engine;
mod faults;
mod formats;
mod journal;
mod limits;
mod lists;
mod probe;
mod programs;
#[allow(dead_code, clippy::disallowed_methods, reason = "shared with the tests of the binary")]
#[path = "../cli/project.rs"]
mod project;
mod replay;
mod secrets;
mod server;
mod shared;
mod simulator;
mod spending;
mod stopping;
mod streams;
mod support;
mod unwritable;
