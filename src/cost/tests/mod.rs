//! What the matrix costs, against figures that were worked out elsewhere.

mod decisions;
mod formulas;
mod prices;
mod vectors;
mod world;
