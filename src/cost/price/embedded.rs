//! The table that is a part of the program.

use std::sync::OnceLock;

use super::table::PriceTable;

/// The table that is a part of the program: offline, and as old as its date says.
#[expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "the text is a part of the program, and read by a test"
)]
pub fn embedded() -> &'static PriceTable {
    static TABLE: OnceLock<PriceTable> = OnceLock::new();
    TABLE.get_or_init(|| {
        PriceTable::parse(include_str!("prices.json")).expect("the embedded table is a table")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_table_is_a_table_and_is_written_as_it_is_read() {
        let table = embedded();
        assert!(table.models.len() > 80);
        assert_eq!(PriceTable::parse(&table.render()).as_ref(), Ok(table));
    }
}
