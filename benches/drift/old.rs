//! The same figures of the engine before this one (commit 1a0bc0b), as this benchmark printed them.

use crate::product::Mode;

/// With which seeds and how many suites a row.
pub(crate) const SEEDS: &str = "";

/// By row, accepted answers and world.
const FIGURES: &[(&str, u32, Mode, &str)] = &[];

pub(crate) fn figure(row: &str, n: u32, mode: Mode) -> &'static str {
    let found = FIGURES.iter().find(|known| (known.0, known.1, known.2) == (row, n, mode));
    found.map_or("", |known| known.3)
}
