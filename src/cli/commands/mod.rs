//! One file per command. Each is glue: it reads, calls a rule, prints.

pub(super) mod bumps;
pub(super) mod calibrate;
pub(super) mod check;
pub(super) mod cost;
pub(super) mod decide;
pub(super) mod diff;
pub(super) mod explain;
pub(super) mod import;
pub(super) mod init;
pub(super) mod list;
pub(super) mod merge;
pub(super) mod prices;
pub(super) mod prune;
pub(super) mod report;
pub(super) mod run;
pub(super) mod show;
pub(super) mod sim;
pub(super) mod status;
pub(super) mod upgrade;
