//! promptmatrix: every prompt on every model, checked and compared.

pub mod domain;

pub mod diff;
pub mod extract;
pub mod normalise;
pub mod plan;
pub mod provider;
pub mod sim;
pub mod template;
pub mod validate;
pub mod verdict;

pub mod report;

pub mod store;
pub mod suite;
pub mod transport;

pub mod run;

#[cfg(feature = "cli")]
pub mod cli;
