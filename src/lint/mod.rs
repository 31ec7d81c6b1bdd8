//! What is known of models by their ids: how much they take, and what they go by. The table is data.

mod models;

pub(crate) use models::{facts, ignores_sampling, tokens};
