//! Texts that follow a rule: durations, names, pointers, patterns.

use std::time::Duration;

use crate::domain::{CellPattern, PointerPattern, Slot};

/// One rule for a text.
#[derive(Debug)]
pub(super) struct Grammar {
    /// What is wanted, with an example.
    pub(super) wanted: &'static str,
    /// Says why a text does not follow the rule.
    pub(super) check: fn(&str) -> Result<(), String>,
    /// The rule as a regular expression for editors, where it is one.
    pub(super) pattern: Option<&'static str>,
}

pub(super) static TEXT: Grammar =
    Grammar { wanted: "a text, like `\"…\"`", check: |_| Ok(()), pattern: None };

pub(super) static WORDS: Grammar = Grammar {
    wanted: "a text that is not empty",
    check: |text| if text.trim().is_empty() { Err("the text is empty".to_owned()) } else { Ok(()) },
    pattern: Some(r"\S"),
};

pub(super) static DURATION: Grammar = Grammar {
    wanted: "a duration, like `\"500ms\"`, `\"60s\"`, `\"2m\"`, `\"12h\"` or `\"7d\"`",
    check: |text| match duration(text) {
        Some(span) if span > LONGEST => Err(format!("`{text}` is longer than ten years")),
        Some(_) => Ok(()),
        None => Err(format!("`{text}` is not a duration")),
    },
    pattern: Some("^[0-9]+(ms|s|m|h|d)$"),
};

pub(super) static TIMEOUT: Grammar = Grammar {
    check: |text| match duration(text) {
        Some(Duration::ZERO) => Err(format!("`{text}` leaves no time for an answer")),
        _ => (DURATION.check)(text),
    },
    wanted: DURATION.wanted,
    pattern: DURATION.pattern,
};

const LONGEST: Duration = Duration::from_hours(24 * 3_650);

pub(super) static NAME: Grammar = Grammar {
    wanted: "a name of letters, digits, `-`, `.` and single `_`",
    check: |text| Slot::new(text).map(|_| ()).map_err(|error| error.to_string()),
    pattern: None,
};

pub(super) static TOOL_NAME: Grammar = Grammar {
    wanted: "a name of at most 64 letters, digits, `_` and `-`",
    check: |text| {
        if wire_name(text) == text {
            Ok(())
        } else {
            Err(format!("`{text}` cannot be the name of a tool"))
        }
    },
    pattern: Some("^[A-Za-z0-9_-]{1,64}$"),
};

pub(super) static VARIABLE: Grammar = Grammar {
    wanted: "a name of letters, digits and `_`, as it stands in `{{name}}`",
    check: |text| {
        if is_identifier(text) {
            Ok(())
        } else {
            Err(format!("`{text}` cannot be the name of a variable"))
        }
    },
    pattern: Some("^[A-Za-z_][A-Za-z0-9_]*$"),
};

pub(super) static ENV_NAME: Grammar = Grammar {
    wanted: "the name of an environment variable, like `\"OPENAI_API_KEY\"`",
    // The text may be a secret in the wrong place: it is not repeated.
    check: |text| {
        if is_identifier(text) {
            Ok(())
        } else {
            Err("this is not the name of an environment variable".to_owned())
        }
    },
    pattern: Some("^[A-Za-z_][A-Za-z0-9_]*$"),
};

pub(super) static ENV_NAME_OR_NONE: Grammar = Grammar {
    wanted: "the name of an environment variable, like `\"OPENAI_API_KEY\"`, or `\"\"` for no key",
    check: |text| if text.is_empty() { Ok(()) } else { (ENV_NAME.check)(text) },
    pattern: Some("^([A-Za-z_][A-Za-z0-9_]*)?$"),
};

pub(super) static HEADER_NAME: Grammar = Grammar {
    wanted: "the name of a header, like `X-Team`",
    check: |text| {
        if !text.is_empty() && text.bytes().all(is_token_byte) {
            Ok(())
        } else {
            Err(format!("`{text}` is not the name of a header"))
        }
    },
    pattern: Some("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"),
};

pub(super) static HEADER_VALUE: Grammar = Grammar {
    wanted: "the value of a header in one line",
    check: |text| {
        if text.chars().any(char::is_control) {
            Err("a header cannot hold control characters".to_owned())
        } else {
            Ok(())
        }
    },
    pattern: None,
};

pub(super) static URL: Grammar = Grammar {
    wanted: "an address, like `\"http://127.0.0.1:11434/v1\"`",
    check: |text| {
        if is_url(text) {
            Ok(())
        } else {
            Err(format!("`{text}` is not an address of `http` or `https`"))
        }
    },
    pattern: Some("^https?://"),
};

pub(super) static POINTER: Grammar = Grammar {
    wanted: "steps that each begin with `/`, like `\"/items/*/note\"`",
    check: |text| match text.parse::<PointerPattern>() {
        Ok(_) => Ok(()),
        Err(_) => Err(format!("`{text}` is not a JSON Pointer")),
    },
    pattern: Some("^(/|$)"),
};

pub(super) static CELLS: Grammar = Grammar {
    wanted: "a cell pattern, like `\"triage/*@llama\"`",
    check: |text| match text.parse::<CellPattern>() {
        Ok(_) => Ok(()),
        Err(_) => Err(format!("`{text}` is not a cell pattern")),
    },
    pattern: None,
};

pub(super) static SLOTS: Grammar = Grammar {
    wanted: "a slot, `\"*\"` for all, or `\"!SLOT\"` for all but this",
    check: |text| {
        let slot = text.strip_prefix('!').unwrap_or(text);
        if slot.is_empty() || slot.contains(['/', '@', '!']) {
            Err(format!("`{text}` does not name slots"))
        } else {
            Ok(())
        }
    },
    pattern: Some("^!?[^/@!]+$"),
};

pub(super) static DAY: Grammar = Grammar {
    wanted: "a day, like `\"2026-12-01\"`",
    check: |text| match text.parse::<jiff::civil::Date>() {
        Ok(_) if text.len() == 10 => Ok(()),
        _ => Err(format!("`{text}` is not a day")),
    },
    pattern: Some("^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
};

/// Reads `500ms`, `60s`, `2m`, `12h`, `7d`.
pub(crate) fn duration(text: &str) -> Option<Duration> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = text.get(digits.len()..)?;
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let count: u64 = digits.parse().ok()?;
    let seconds = match unit {
        "ms" => return Some(Duration::from_millis(count)),
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return None,
    };
    count.checked_mul(seconds).map(Duration::from_secs)
}

/// A name as providers take it: `[A-Za-z0-9_-]{1,64}`.
pub(super) fn wire_name(text: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let name: String = text.chars().map(|c| if allowed(c) { c } else { '_' }).take(64).collect();
    if name.is_empty() { "_".to_owned() } else { name }
}

fn is_identifier(text: &str) -> bool {
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    starts && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn is_url(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let clean = !text.contains(|c: char| c.is_whitespace() || c.is_control());
    clean && rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_a_number_and_a_unit() {
        assert_eq!(duration("500ms"), Some(Duration::from_millis(500)));
        assert_eq!(duration("60s"), Some(Duration::from_mins(1)));
        assert_eq!(duration("2m"), Some(Duration::from_mins(2)));
        assert_eq!(duration("12h"), Some(Duration::from_hours(12)));
        assert_eq!(duration("7d"), Some(Duration::from_hours(7 * 24)));
        for bad in [
            "",
            "60",
            "s",
            "1.5s",
            "-1s",
            "1w",
            "999999999999999999d",
            "99999999999999999999s",
            "６0s",
        ] {
            assert_eq!(duration(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_name_on_the_wire_has_only_what_every_provider_takes() {
        assert_eq!(wire_name("triage.v2é"), "triage_v2_");
        assert_eq!(wire_name(&"x".repeat(80)).len(), 64);
    }
}
