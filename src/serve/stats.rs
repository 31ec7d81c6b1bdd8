//! What was asked so far: counts, and how often each question came. Holds no body and no header.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::domain::Hash;
use crate::sim::FaultKind;

/// Most names of one kind that are counted one by one: clients choose paths and models.
const MOST_NAMES: usize = 1000;

/// Where the rest is counted.
const REST: &str = "(others)";

/// Counts since the start, or since they were last set to nothing.
#[derive(Debug, Default)]
pub(super) struct Stats {
    requests: u64,
    paths: BTreeMap<String, u64>,
    models: BTreeMap<String, u64>,
    faults: BTreeMap<String, u64>,
    statuses: BTreeMap<String, u64>,
    asked: BTreeMap<Hash, u64>,
}

/// One request, as it is counted.
#[derive(Debug)]
pub(super) struct Counted<'a> {
    /// Without the query, which may hold a key.
    pub(super) path: &'a str,
    pub(super) model: Option<&'a str>,
    pub(super) fault: Option<FaultKind>,
    /// `None` where no status is sent.
    pub(super) status: Option<u16>,
}

impl Stats {
    /// How often this question came before; it has come once more now.
    pub(super) fn draw(&mut self, question: Hash) -> u64 {
        let times = self.asked.entry(question).or_default();
        *times += 1;
        *times - 1
    }

    /// Counts a request.
    pub(super) fn count(&mut self, request: &Counted<'_>) {
        self.requests += 1;
        add(&mut self.paths, request.path);
        if let Some(model) = request.model {
            add(&mut self.models, model);
        }
        if let Some(fault) = request.fault {
            add(&mut self.faults, fault.info().id);
        }
        let status = request.status.map_or("none".to_owned(), |status| status.to_string());
        add(&mut self.statuses, &status);
    }

    /// As `GET /stats` shows them.
    pub(super) fn to_json(&self) -> Value {
        json!({
            "format": 1,
            "requests": self.requests,
            "by_path": self.paths,
            "by_model": self.models,
            "by_fault": self.faults,
            "by_status": self.statuses,
        })
    }
}

fn add(counts: &mut BTreeMap<String, u64>, name: &str) {
    let room = counts.len() < MOST_NAMES || counts.contains_key(name);
    *counts.entry(if room { name } else { REST }.to_owned()).or_default() += 1;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_cannot_fill_the_memory_with_names() {
        let mut stats = Stats::default();
        for i in 0..MOST_NAMES + 5 {
            let path = format!("/{i}");
            stats.count(&Counted { path: &path, model: None, fault: None, status: None });
        }
        let counts = stats.to_json();
        assert_eq!(counts["by_path"][REST], 5);
        assert_eq!(counts["requests"], counts["by_status"]["none"]);
        assert_eq!(counts["by_path"].as_object().unwrap().len(), MOST_NAMES + 1);
    }

    #[test]
    fn each_question_is_numbered_for_itself() {
        let mut stats = Stats::default();
        let (one, other) = (Hash::of_bytes(b"one"), Hash::of_bytes(b"other"));
        assert_eq!([stats.draw(one.clone()), stats.draw(other), stats.draw(one)], [0, 0, 1]);
    }
}
