//! Small things done to the text of a body, before anybody reads it.

/// Without a byte order mark and the blank lines that some servers send to keep a line open.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_start_matches('\u{feff}').trim()
}
