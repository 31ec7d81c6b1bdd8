//! What the user wrote, loaded: `promptmatrix.toml`, prompts, cases, schemas.
//!
//! Either everything is valid and becomes a [`crate::domain::Suite`], or all problems are told in
//! one go, each with its place and its fix. Files are read, never written, and only inside the
//! suite's folder. The environment is read in [`env`] alone; nothing here uses the network.
//!
//! Texts that stand in the suite are templates: the prompt's text, `input`, the `text` of
//! messages. An `input-file` is data and is taken as it is. The system text is what stands below
//! the front matter, without blank lines before it and white space after it. Line ends are `\n`
//! everywhere.
//!
//! The way of a file: `source` (text) → `tree` (values with places) → `shape` over `keys` (what
//! may stand where) → `layers`, `model`, `prompt`, `case`, `schema` (meaning) → `matrix` (cells).

mod answers;
mod bundle;
mod case;
mod case_name;
mod cost;
mod csv_cases;
pub(crate) mod env;
mod expect;
mod grammar;
mod json;
mod keys;
mod layers;
mod load;
mod matrix;
mod model;
mod page;
mod places;
mod price;
mod prompt;
mod promptfoo;
pub mod reference;
mod rewrite;
mod route;
pub(crate) mod scheduler;
mod schema;
mod schema_file;
mod schema_text;
mod secret;
mod shape;
mod source;
mod store;
mod support;
mod tree;
mod unfilled;
mod variants;
mod wording;
mod yaml;

pub(crate) use answers::answers;
pub(crate) use grammar::duration;
pub use load::{Loaded, load};
pub(crate) use load::{find, root_of};
pub(crate) use model::with_model_id;
pub(crate) use promptfoo::promptfoo;
pub use promptfoo::{Fate, ImportNote, ImportedSuite, Place as ImportPlace};
pub(crate) use rewrite::Edit;
pub(crate) use schema::config_schema;
pub(crate) use schema_text::SchemaText;
pub(crate) use shape::nearest;
pub(crate) use variants::wordings;
