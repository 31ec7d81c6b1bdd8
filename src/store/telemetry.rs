//! `.promptmatrix/telemetry`: what earlier runs saw around the answers, in one file.
//!
//! The first line names the format and what is known of slots; then one line for each cell:
//! `["triage/refund@swift","0123456789abcdef",212,{"latency-ms":[820.0,790.0]}]`.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::files::{self, FileError};
use crate::domain::{CellId, CellTelemetry, Hash, Metric, Slot, SlotTelemetry, Telemetry};

/// The file of a suite's telemetry.
#[derive(Debug, Clone)]
pub(crate) struct TelemetryFile {
    path: PathBuf,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    format: u32,
    slots: BTreeMap<Slot, SlotTelemetry>,
}

type Line = (CellId, Hash, Option<u64>, BTreeMap<Metric, Vec<f64>>);

impl TelemetryFile {
    const FORMAT: u32 = 1;

    /// That of the suite in this folder.
    pub(crate) fn open(root: &Path) -> Self {
        Self { path: root.join(files::PRIVATE).join("telemetry") }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// What it holds; nothing where there is no file, and an error where it cannot be read.
    pub(crate) fn read(&self) -> io::Result<Telemetry> {
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Telemetry::default()),
            Err(error) => return Err(self.failed(0, &error)),
        };
        let mut telemetry = Telemetry::default();
        for (at, line) in BufReader::new(file).lines().enumerate() {
            let line = line.map_err(|error| self.failed(at + 1, &error))?;
            let failed = |error: serde_json::Error| self.failed(at + 1, &error);
            if at > 0 {
                let (cell, request, input_tokens, metrics): Line =
                    serde_json::from_str(&line).map_err(failed)?;
                let seen = CellTelemetry { request, input_tokens, metrics };
                telemetry.cells.insert(cell, seen);
                continue;
            }
            let head: Head = serde_json::from_str(&line).map_err(failed)?;
            if head.format != Self::FORMAT {
                let why = format!("format {} is not known to this version", head.format);
                return Err(self.failed(1, &why));
            }
            telemetry.slots = head.slots;
        }
        Ok(telemetry)
    }

    fn failed(&self, line: usize, why: &dyn std::fmt::Display) -> io::Error {
        let path = self.path.display();
        io::Error::other(format!(
            "{path}:{line}: {why}: this run decides as on a fresh machine, and writes the file anew"
        ))
    }

    /// Puts this in its place.
    pub(crate) fn write(&self, telemetry: &Telemetry) -> Result<(), FileError> {
        files::write_whole_with(&self.path, |file| {
            let mut file = BufWriter::new(file);
            let head = Head { format: Self::FORMAT, slots: telemetry.slots.clone() };
            serde_json::to_writer(&mut file, &head)?;
            for (cell, CellTelemetry { request, input_tokens, metrics }) in &telemetry.cells {
                file.write_all(b"\n")?;
                serde_json::to_writer(&mut file, &(cell, request, input_tokens, metrics))?;
            }
            file.write_all(b"\n")?;
            file.flush()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again_and_a_torn_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = TelemetryFile::open(folder.path());
        assert_eq!(file.read().unwrap(), Telemetry::default());
        let mut telemetry = Telemetry::default();
        let slot = SlotTelemetry { fingerprints: vec!["fp".into()], latency: Some(0.5) };
        telemetry.slots.insert(Slot::new("m").unwrap(), slot);
        let seen = CellTelemetry {
            request: Hash::from("0123456789abcdef".to_owned()),
            input_tokens: Some(212),
            metrics: [(Metric::LatencyMs, vec![820.0, 790.5])].into(),
        };
        telemetry.cells.insert("p/c@m".parse().unwrap(), seen);
        file.write(&telemetry).unwrap();
        assert_eq!(file.read().unwrap(), telemetry);
        let text = std::fs::read_to_string(&file.path).unwrap();
        let line = r#"["p/c@m","0123456789abcdef",212,{"latency-ms":[820.0,790.5]}]"#;
        assert_eq!(text.lines().nth(1), Some(line));
        std::fs::write(&file.path, &text[..text.len() - 9]).unwrap();
        assert!(file.read().unwrap_err().to_string().contains("telemetry:2:"));
    }
}
