//! What every format makes of a run with all statuses, and of replies that mean harm.

mod fixture;
mod github;
mod hostile;
mod junit;
mod markdown;
mod terminal;
