//! Loading a suite from disk: what it becomes, and what is told when it is wrong.

#[cfg(test)]
mod cost;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod mistakes;
#[cfg(test)]
mod prices;
#[cfg(test)]
mod resolved;
#[cfg(test)]
mod schemas;
