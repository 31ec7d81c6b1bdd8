//! What servers and models are known to do with what a suite asks, before a token is spent.

mod fix;
mod models;
mod schemas;

pub use fix::RewrittenSchema;

use crate::domain::Diagnostic;
use crate::run::Prepared;

use super::Project;

impl Project {
    /// What these cells ask and their servers or models do not take, or do not go by.
    pub(super) fn lint(&self, prepared: &[Prepared]) -> Vec<Diagnostic> {
        let mut lints = schemas::exceeded_limits(prepared);
        lints.extend(schemas::lints(&self.suite.root, prepared));
        lints.extend(models::lints(prepared));
        lints
    }

    /// What of this the cells of a slot would meet with another id, and do not meet today.
    pub(super) fn lint_of_move(&self, before: &[Prepared], after: &[Prepared]) -> Vec<Diagnostic> {
        let known = self.lint(before);
        let is_known = |new: &Diagnostic, old: &Diagnostic| {
            // What is said of a model names its id.
            new.code == old.code && (new.title == old.title || new.code.starts_with("model::"))
        };
        let mut lints = self.lint(after);
        lints.retain(|new| !known.iter().any(|old| is_known(new, old)));
        lints
    }
}
