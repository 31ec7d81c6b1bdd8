//! How text looks: colours by meaning, glyphs or words, width.

use anstyle::{AnsiColor, Style};

use crate::domain::{Level, Status};

/// How a report looks on this terminal.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// Columns of the terminal.
    pub width: usize,
    /// Words only: no glyphs, no lines.
    pub ascii: bool,
    /// Show more: cases in the matrix, changes of level info.
    pub verbose: bool,
}

impl Default for Look {
    fn default() -> Self {
        Self { width: 100, ascii: false, verbose: false }
    }
}

impl Look {
    /// The sign of a status: its glyph, or nothing where glyphs are not wanted.
    pub fn glyph(&self, status: Status) -> String {
        if self.ascii { String::new() } else { format!("{} ", status.info().glyph) }
    }
}

/// What has weight, what is fine, what is a hint.
pub(crate) const BOLD: Style = Style::new().bold();
/// Text that may be skipped.
pub(crate) const DIM: Style = Style::new().dimmed();
/// Paths and hints.
pub(crate) const HINT: Style = AnsiColor::Cyan.on_default();
/// Good news.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// Somebody should look.
pub(crate) const REVIEW: Style = AnsiColor::Yellow.on_default();
/// Callers fail.
pub(crate) const BAD: Style = AnsiColor::Red.on_default();

/// The colour of a status. Its word or glyph always stands beside it.
pub(crate) fn status(status: Status) -> Style {
    match status {
        Status::Same => GOOD,
        Status::Varies | Status::Skipped => DIM,
        Status::Changed => REVIEW,
        Status::Broken | Status::Error => BAD,
        Status::Suspect => AnsiColor::Magenta.on_default(),
        Status::New => HINT,
    }
}

/// The colour of a level.
pub(crate) fn level(level: Level) -> Style {
    match level {
        Level::Breaking => BAD,
        Level::Review => REVIEW,
        Level::Info => DIM,
    }
}

/// The text in this style, with the style ended after it.
pub(crate) fn paint(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}

/// `1 cell`, `2 cells`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(number))
}

/// `12,345`.
pub(crate) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `0.3s`, `6.8s`, `2m 05s`.
pub(crate) fn seconds(milliseconds: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
    let seconds = milliseconds as f64 / 1000.0;
    if seconds < 60.0 {
        return format!("{seconds:.1}s");
    }
    let whole = milliseconds / 1000;
    format!("{}m {:02}s", whole / 60, whole % 60)
}

/// How old something is: `40 s`, `5 min`, `3 h`, `12 d`.
pub(crate) fn age(since: jiff::SignedDuration) -> String {
    match since.as_secs().max(0) {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds @ 60..3600 => format!("{} min", seconds / 60),
        seconds @ 3600..86_400 => format!("{} h", seconds / 3600),
        seconds => format!("{} d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(grouped(12), "12");
        assert_eq!(count(1, "cell"), "1 cell");
        assert_eq!(count(1200, "call"), "1,200 calls");
        assert_eq!(seconds(6840), "6.8s");
        assert_eq!(seconds(125_000), "2m 05s");
        let aged = |seconds| age(jiff::SignedDuration::from_secs(seconds));
        assert_eq!([-5, 59, 60, 7200, 259_200].map(aged), ["0 s", "59 s", "1 min", "2 h", "3 d"]);
    }
}
