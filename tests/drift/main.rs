//! Whole runs of a simulated suite: a fast slice of `cargo bench --bench drift`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::too_many_lines,
    reason = "a test"
)]

#[path = "../../benches/drift/dice.rs"]
mod dice;
#[path = "../../benches/drift/faults.rs"]
mod faults;
#[path = "../../benches/drift/fields.rs"]
mod fields;
mod lasting;
#[expect(dead_code, reason = "the benchmark uses all of it")]
#[path = "../../benches/drift/product.rs"]
mod product;
#[expect(dead_code, reason = "the benchmark uses all of it")]
#[path = "../../benches/drift/rows.rs"]
mod rows;
mod slice;
#[path = "../../benches/drift/world.rs"]
mod world;
