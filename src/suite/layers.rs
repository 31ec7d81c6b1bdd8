//! Which of several settings holds: profile over override over file over default.

use crate::domain::{
    CompareRules, DriftSettings, Gate, KINDS, Level, Levels, Params, Pico, PointerPattern, Retries,
    RunSettings, ServedModelPolicy,
};

use super::grammar::duration;
use super::tree::{Entry, Node};

/// The tables that speak for one cell, or for the suite where there are no overrides.
#[derive(Debug, Clone)]
pub(super) struct Layers<'a> {
    pub(super) file: &'a Node,
    pub(super) profile: Option<&'a Node>,
    /// Those that name the cell, the strongest (last written) first.
    pub(super) overrides: Vec<&'a Node>,
}

impl<'a> Layers<'a> {
    /// A setting of a section: `[gate] strictness`.
    fn section(&self, path: &[&str]) -> Option<&'a Node> {
        let profile = self.profile.and_then(|profile| profile.at(path));
        profile
            .or_else(|| self.overrides.iter().find_map(|table| table.at(path)))
            .or_else(|| self.file.at(path))
            .map(|entry| &entry.node)
    }

    /// A request parameter of a slot, with where it is written.
    pub(super) fn parameter(&self, slot: &str, key: &str) -> Option<&'a Entry> {
        let profile = self.profile.and_then(|profile| profile.at(&["defaults", key]));
        profile
            .or_else(|| self.overrides.iter().find_map(|table| table.entry(key)))
            .or_else(|| self.file.at(&["models", slot, key]))
            .or_else(|| self.file.at(&["defaults", key]))
    }

    /// A setting of a slot that runs share: `timeout`.
    pub(super) fn timeout(&self, slot: &str) -> Option<&'a Node> {
        let path = ["run", "timeout"];
        let profile = self.profile.and_then(|profile| profile.at(&path));
        profile
            .or_else(|| self.file.at(&["models", slot, "timeout"]))
            .or_else(|| self.file.at(&path))
            .map(|entry| &entry.node)
    }

    pub(super) fn params(&self, slot: &str) -> Params {
        let set = |key: &str| self.parameter(slot, key).map(|entry| &entry.node);
        let own = |key: &str| self.file.at(&["models", slot, key]).map(|entry| &entry.node);
        Params {
            temperature: set("temperature").and_then(Node::number),
            top_p: set("top-p").and_then(Node::number),
            max_output_tokens: set("max-output-tokens")
                .and_then(Node::integer)
                .and_then(|tokens| tokens.try_into().ok()),
            seed: set("seed").and_then(Node::integer),
            stop: set("stop")
                .map(|list| list.texts().map(|(text, _)| text.to_owned()).collect())
                .unwrap_or_default(),
            reasoning_effort: set("reasoning-effort").and_then(Node::text).map(str::to_owned),
            api_version: own("api-version").and_then(Node::text).map(str::to_owned),
            extra_body: own("extra-body")
                .and_then(|node| node.to_json().as_object().cloned())
                .unwrap_or_default(),
        }
    }

    pub(super) fn samples(&self) -> u32 {
        let path = ["run", "samples"];
        let profile = self.profile.and_then(|profile| profile.at(&path));
        profile
            .or_else(|| self.overrides.iter().find_map(|table| table.entry("samples")))
            .or_else(|| self.file.at(&path))
            .and_then(|entry| entry.node.integer())
            .and_then(|samples| samples.try_into().ok())
            .unwrap_or(1)
    }

    pub(super) fn compare(&self) -> CompareRules {
        let pointers = |key: &str| {
            let list = self.section(&["compare", key]);
            let texts = list.into_iter().flat_map(Node::texts);
            texts.filter_map(|(text, _)| text.parse().ok()).collect()
        };
        let tolerance = self.section(&["compare", "tolerance"]).map_or(&[][..], Node::entries);
        // Roles of an override stand beside those of the file, and after them: the last one wins.
        let tables = std::iter::once(self.file).chain(self.overrides.iter().rev().copied());
        let roles = tables.filter_map(|table| table.get("roles")).flat_map(Node::entries);
        CompareRules {
            ignore: pointers("ignore"),
            prose: pointers("prose"),
            unordered: pointers("unordered"),
            tolerance: tolerance
                .iter()
                .filter_map(|entry| {
                    Some((entry.key.parse::<PointerPattern>().ok()?, entry.node.number()?))
                })
                .collect(),
            roles: roles
                .filter_map(|entry| {
                    Some((entry.key.parse().ok()?, entry.node.text()?.parse().ok()?))
                })
                .collect(),
        }
    }

    /// Whether a fence is forgiven; `None` leaves it to the structured mode.
    pub(super) fn tolerant(&self) -> Option<bool> {
        self.section(&["compare", "extract"])?.text().map(|word| word == "tolerant")
    }

    pub(super) fn gate(&self) -> Gate {
        let default = Gate::default();
        let word = |key: &str| self.section(&["gate", key]).and_then(Node::text);
        Gate {
            served_model: match word("served-model") {
                Some("pass") => ServedModelPolicy::Pass,
                Some("fail") => ServedModelPolicy::Fail,
                _ => default.served_model,
            },
            strictness: word("strictness").and_then(|w| w.parse().ok()).unwrap_or_default(),
            retirement_days: self
                .section(&["gate", "retirement-days"])
                .and_then(Node::integer)
                .and_then(|days| days.try_into().ok()),
        }
    }

    pub(super) fn levels(&self) -> Levels {
        let set = KINDS.iter().filter_map(|info| {
            let level = self.section(&["levels", info.id])?.text()?.parse::<Level>().ok()?;
            Some((info.kind, level))
        });
        Levels(set.collect())
    }

    pub(super) fn run(&self) -> RunSettings {
        let default = RunSettings::default();
        let retries = Retries::default();
        let whole = |path: &[&str]| self.section(path).and_then(Node::integer);
        let span = |key: &str| self.section(&["run", "retries", key])?.text().and_then(duration);
        RunSettings {
            max_concurrency: whole(&["run", "max-concurrency"])
                .and_then(|calls| calls.try_into().ok())
                .unwrap_or(default.max_concurrency),
            retries: Retries {
                count: whole(&["run", "retries", "count"])
                    .and_then(|count| count.try_into().ok())
                    .unwrap_or(retries.count),
                delay: span("delay").unwrap_or(retries.delay),
                max_delay: span("max-delay").unwrap_or(retries.max_delay),
                jitter: self
                    .section(&["run", "retries", "jitter"])
                    .and_then(Node::flag)
                    .unwrap_or(retries.jitter),
                max_wait: span("max-wait").unwrap_or(retries.max_wait),
            },
            max_response_bytes: default.max_response_bytes,
            max_age: self
                .section(&["run", "max-age"])
                .and_then(|node| node.text().and_then(duration))
                .unwrap_or(default.max_age),
            first_samples: whole(&["run", "first-samples"])
                .and_then(|samples| samples.try_into().ok())
                .unwrap_or(default.first_samples),
            ledger: self.section(&["run", "ledger"]).and_then(Node::flag).unwrap_or(default.ledger),
            drift: self.drift(),
            budget: self
                .section(&["run", "budget-usd"])
                .and_then(Node::number)
                // What is below a micro-dollar makes no difference to anybody.
                .and_then(|usd| Pico::from_usd(&format!("{usd:.6}")).ok()),
        }
    }

    fn drift(&self) -> DriftSettings {
        let default = DriftSettings::default();
        let set = |key: &str| self.section(&["drift", key]);
        let flag = |key: &str| set(key).and_then(Node::flag);
        DriftSettings {
            adaptive: flag("adaptive").unwrap_or(default.adaptive),
            max_extra: set("max-extra").and_then(Node::number).unwrap_or(default.max_extra),
            wave_delay: set("wave-delay")
                .and_then(|node| node.text().and_then(duration))
                .unwrap_or(default.wave_delay),
        }
    }
}
