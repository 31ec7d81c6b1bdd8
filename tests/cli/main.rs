//! The binary as its users meet it: in a folder of their own, with arguments, in a terminal or a
//! pipe.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod advice;
mod basics;
mod bumps;
mod calibrate;
mod causes;
mod checks;
mod columns;
mod commits;
mod cost;
mod decide;
mod deciding;
mod diff;
mod diff_runs;
mod digits;
mod identity;
mod import;
mod init;
mod junit;
mod ledger;
mod like;
mod matrix;
mod noise;
mod numbers;
mod prices;
mod project;
mod promptfoo;
mod reports;
mod routes;
mod ruled;
mod shards;
mod spending;
mod upgrade;
mod world;
