//! Numbers and texts that several modules need.

use std::fmt::Display;

use serde_json::Value;

/// A count as a number to calculate with.
#[expect(clippy::cast_precision_loss, reason = "counts of calls and cases are far below 2^53")]
pub fn real(count: u64) -> f64 {
    count as f64
}

/// The same for the length of a list.
pub fn length(of: usize) -> f64 {
    real(of as u64)
}

/// A count as a `u32`, which it always fits.
pub fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The median; `None` of nothing. Of an even number the mean of the two in the middle.
pub fn median(numbers: &[f64]) -> Option<f64> {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let upper = *sorted.get(middle)?;
    if sorted.len() % 2 == 1 {
        return Some(upper);
    }
    sorted.get(middle.checked_sub(1)?).map(|lower| f64::midpoint(*lower, upper))
}

/// The first characters of a text, with `…` where something is left out.
pub fn shortened(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// Words in code style: `` `a`, `b` ``.
pub fn quoted<T: Display>(words: impl IntoIterator<Item = T>) -> String {
    words.into_iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// The JSON Schema name of a value's type.
pub fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_is_found_and_what_lies_far_out_does_not_move_it() {
        assert_eq!(median(&[3.0, 1.0, 1000.0]), Some(3.0));
        assert_eq!(median(&[1.0, 2.0]), Some(1.5));
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(shortened("añb", 2), "añ…");
        assert_eq!(shortened("añb", 3), "añb");
    }
}
