//! Loading a suite from disk: what it becomes, and what is told when it is wrong.

mod any_bytes;
#[cfg(test)]
mod fixture;
mod mistakes;
mod resolved;
mod schemas;
