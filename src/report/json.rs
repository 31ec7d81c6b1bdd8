//! The run record as JSON, and the JSON Schema that describes it.

use serde_json::Value;

use super::escape;
use crate::cost::bump_book::BumpBook;
use crate::cost::forecast::Forecast;
use crate::cost::price::PriceTable;
use crate::cost::price_book::{PriceCheck, PriceList, PricePage, PriceUpdate};
use crate::cost::statement::Statement;
use crate::domain::{Calibration, LedgerLine, RunRecord, SnapshotMeta};

/// Names of the schemas that `promptmatrix schema` prints from here.
pub const SCHEMAS: [&str; 12] = [
    "bumps",
    "calibrate",
    "cost",
    "forecast",
    "ledger",
    "prices",
    "prices-check",
    "prices-list",
    "prices-show",
    "prices-update",
    "run",
    "snapshot",
];

/// The record, pretty, with a final line feed.
pub fn render(record: &RunRecord) -> Result<String, serde_json::Error> {
    Ok(escape::json(&(serde_json::to_string_pretty(record)? + "\n")))
}

/// The JSON Schema (draft 2020-12) of one of our own formats.
pub fn schema(name: &str) -> Option<Value> {
    let schema = match name {
        "bumps" => schemars::schema_for!(BumpBook),
        "calibrate" => schemars::schema_for!(Calibration),
        "cost" => schemars::schema_for!(Statement),
        "forecast" => schemars::schema_for!(Forecast),
        "ledger" => schemars::schema_for!(LedgerLine),
        "prices" => schemars::schema_for!(PriceTable),
        "prices-check" => schemars::schema_for!(PriceCheck),
        "prices-list" => schemars::schema_for!(PriceList),
        "prices-show" => schemars::schema_for!(PricePage),
        "prices-update" => schemars::schema_for!(PriceUpdate),
        "run" => schemars::schema_for!(RunRecord),
        "snapshot" => schemars::schema_for!(SnapshotMeta),
        _ => return None,
    };
    Some(schema.to_value())
}
