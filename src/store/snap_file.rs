//! One snapshot file: insta's format around a canonical JSON value.
//!
//! The bytes are those that insta itself would write, so `cargo insta` changes nothing it does not
//! mean to. Knows no folder.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::yaml;
use crate::domain::{Accepted, CellId, Diagnostic, Place, SnapshotMeta, pretty_json};

/// The bytes of a snapshot. Equal input gives equal bytes.
pub(super) fn write(cell: &CellId, accepted: &Accepted, prompt_file: &str) -> String {
    let mut file = String::from("---\n");
    let mut line = |indent: &str, key: &str, value: &str| {
        file.extend([indent, key, ":", if value.is_empty() { "" } else { " " }, value, "\n"]);
    };
    // `cargo insta test --unreferenced` looks only at files whose first key is `source`.
    line("", "source", &yaml::text(prompt_file));
    line("", "description", &yaml::text(&cell.to_string()));
    line("", "info", "");
    for (key, value) in info(&accepted.meta) {
        match value {
            Value::String(value) => line("  ", &key, &yaml::text(&value)),
            other => line("  ", &key, &other.to_string()),
        }
    }
    line("", "input_file", &yaml::text(prompt_file));
    file.extend(["---\n", &pretty_json(&accepted.value), "\n"]);
    file
}

/// Reads a snapshot; `shown` is its path as people know it.
pub(super) fn read(
    path: &Path,
    (cell, shown): (&CellId, &str),
    text: &str,
) -> Result<Accepted, Box<Diagnostic>> {
    let source = Source { shown, text: text.into() };
    if let Some(line) = source.line_starting(&["<<<<<<<", "=======", ">>>>>>>", "|||||||"]) {
        return Err(source.problem(
            "snapshot::conflict",
            line,
            "the snapshot has unresolved merge conflicts",
            "keep one side and remove the marker lines; or keep either side and run the cell again",
        ));
    }
    let header = source.header()?;
    if let Some(accepted) = source.as_written(cell, &header) {
        return Ok(accepted);
    }
    // insta is asked so that whatever it would refuse is refused here too.
    let snapshot = insta::Snapshot::from_file(path)
        .map_err(|_| source.bad_header(0..3, "the header of the snapshot is not valid YAML"))?;
    let meta = source.meta(header.clone())?;
    let Some(body) = snapshot.as_text().map(ToString::to_string) else {
        return Err(source.bad_header(0..3, "the snapshot is a binary one"));
    };
    let value = serde_json::from_str(&body).map_err(|error| source.bad_body(&header, &error))?;
    Ok(Accepted { value, meta })
}

/// The header's `info`, flat: text, numbers.
fn info(meta: &SnapshotMeta) -> Map<String, Value> {
    match serde_json::to_value(meta) {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    }
}

/// The value in no more room than it takes: a hundred thousand of them stay for a whole run.
fn tight(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut all = Map::with_capacity(members.len());
            all.extend(members.into_iter().map(|(name, value)| (name, tight(value))));
            Value::Object(all)
        }
        Value::Array(items) => {
            Value::Array(items.into_iter().map(tight).collect::<Box<[_]>>().into_vec())
        }
        other => other,
    }
}

struct Source<'a> {
    shown: &'a str,
    text: Arc<str>,
}

impl Source<'_> {
    /// The lines with their byte ranges, line ends left out.
    fn lines(&self) -> impl Iterator<Item = (Range<usize>, &str)> {
        self.text.split_inclusive('\n').scan(0, |at, whole| {
            let start = *at;
            *at += whole.len();
            let line = whole.trim_end_matches(['\r', '\n']);
            Some((start..start + line.len(), line))
        })
    }

    /// The snapshot, where its bytes are those that are written here: then insta reads it, too.
    fn as_written(&self, cell: &CellId, header: &Range<usize>) -> Option<Accepted> {
        let meta = self.meta(header.clone()).ok()?;
        let mut lines = self.lines().map(|(_, line)| line);
        let prompt_file = lines.find_map(|line| line.strip_prefix("source:"))?;
        let prompt_file = yaml::scalar(prompt_file)?.as_str()?.to_owned();
        let body = self.text.get(header.end..)?.strip_prefix("---\n")?;
        let value = tight(serde_json::from_str(body).ok()?);
        let accepted = Accepted { value: value.into(), meta };
        let is_so = write(cell, &accepted, &prompt_file) == *self.text;
        is_so.then_some(accepted)
    }

    fn line_starting(&self, marks: &[&str]) -> Option<Range<usize>> {
        self.lines()
            .find(|(_, line)| marks.iter().any(|mark| line.starts_with(mark)))
            .map(|(range, _)| range)
    }

    /// The bytes between the two `---` lines.
    fn header(&self) -> Result<Range<usize>, Box<Diagnostic>> {
        let mut fences =
            self.lines().filter(|(_, line)| line.trim_end() == "---").map(|(range, _)| range);
        match (fences.next(), fences.next()) {
            (Some(first), Some(second)) if first.start == 0 => Ok(first.end..second.start),
            (Some(first), None) if first.start == 0 => {
                Err(self.bad_header(first, "the header of the snapshot has no closing `---`"))
            }
            _ => Err(self.bad_header(0..0, "the snapshot does not begin with a `---` line")),
        }
    }

    fn meta(&self, header: Range<usize>) -> Result<SnapshotMeta, Box<Diagnostic>> {
        let mut lines = self
            .lines()
            .skip_while(|(range, _)| range.start < header.start)
            .take_while(|(range, _)| range.end <= header.end);
        let Some((place, line)) = lines.find(|(_, line)| line.starts_with("info:")) else {
            return Err(self.bad_header(0..3, "the header of the snapshot has no `info`"));
        };
        let flow = line.trim_start_matches("info:").trim();
        let members = if flow.is_empty() {
            let mut members = Map::new();
            for (range, line) in lines.take_while(|(_, line)| line.starts_with(' ')) {
                let read = line.split_once(':').and_then(|(key, value)| {
                    Some((key.trim().trim_matches(['"', '\'']).to_owned(), yaml::scalar(value)?))
                });
                let Some((key, value)) = read else {
                    return Err(self.bad_header(range, "the header's `info` cannot be read here"));
                };
                members.insert(key, value);
            }
            Value::Object(members)
        } else {
            serde_json::from_str(flow).unwrap_or(Value::Null)
        };
        serde_json::from_value(members).map_err(|error| {
            self.bad_header(place, &format!("the header's `info` cannot be read: {error}"))
        })
    }

    fn bad_header(&self, at: Range<usize>, title: &str) -> Box<Diagnostic> {
        self.problem(
            "snapshot::header",
            at,
            title,
            "restore the file from version control, or delete it, run the cell and accept it anew",
        )
    }

    fn bad_body(&self, header: &Range<usize>, error: &serde_json::Error) -> Box<Diagnostic> {
        let at = self
            .lines()
            .skip_while(|(range, _)| range.start <= header.end)
            .nth(error.line().saturating_sub(1))
            .map_or(header.end..header.end, |(range, _)| range);
        let title = format!("the snapshot's answer is not JSON: {error}");
        self.problem(
            "snapshot::body",
            at,
            &title,
            "fix the JSON, or delete the file, run the cell and accept it anew",
        )
    }

    fn problem(
        &self,
        code: &'static str,
        at: Range<usize>,
        title: &str,
        help: &str,
    ) -> Box<Diagnostic> {
        let place = Place::new(self.shown, Arc::clone(&self.text), at);
        Box::new(Diagnostic::error(code, title).at(place, "here").help(help))
    }
}

#[cfg(test)]
mod tests;
