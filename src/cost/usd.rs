//! Forecast money in JSON: text with decimals, since it is shown and not added up.

use serde::Serializer;

/// Sums: six decimals.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
pub(super) fn sum<S: Serializer>(usd: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    text(*usd, 6, serializer)
}

/// What one request, call or answer costs: nine decimals.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
pub(super) fn each<S: Serializer>(usd: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    text(*usd, 9, serializer)
}

/// The same where it may be unknown.
#[expect(clippy::ref_option, reason = "as serde calls it")]
pub(super) fn each_known<S: Serializer>(
    usd: &Option<f64>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match usd {
        Some(usd) => text(*usd, 9, serializer),
        None => serializer.serialize_none(),
    }
}

/// Sums that may be unknown.
#[expect(clippy::ref_option, reason = "as serde calls it")]
pub(super) fn sum_known<S: Serializer>(
    usd: &Option<f64>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match usd {
        Some(usd) => text(*usd, 6, serializer),
        None => serializer.serialize_none(),
    }
}

fn text<S: Serializer>(usd: f64, places: usize, serializer: S) -> Result<S::Ok, S::Error> {
    if !usd.is_finite() {
        return serializer.serialize_none();
    }
    // No money is not less than no money.
    let text = format!("{usd:.places$}");
    let is_zero = text.trim_matches(['-', '0', '.']).is_empty();
    serializer.serialize_str(if is_zero { text.trim_start_matches('-') } else { &text })
}
