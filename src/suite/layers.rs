//! Which of several settings holds: profile over override over file over default.

use crate::domain::{
    CompareRules, DriftSettings, Gate, KINDS, Levels, Params, Pico, PointerPattern, Retries,
    RunSettings, ServedModelPolicy,
};

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
    pub(super) fn section(&self, path: &[&str]) -> Option<&'a Node> {
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
            max_output_tokens: set("max-output-tokens").and_then(Node::whole),
            seed: set("seed").and_then(Node::integer),
            stop: set("stop")
                .map(|list| list.texts().map(|(text, _)| text.to_owned()).collect())
                .unwrap_or_default(),
            reasoning_effort: set("reasoning-effort").and_then(Node::text).map(str::to_owned),
            stream: set("stream").and_then(Node::flag).unwrap_or_default(),
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
            .and_then(|entry| entry.node.whole())
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
                .filter_map(|entry| Some((entry.key.parse().ok()?, entry.node.word()?)))
                .collect(),
        }
    }

    /// Whether a fence is forgiven; `None` leaves it to the structured mode.
    pub(super) fn tolerant(&self) -> Option<bool> {
        self.section(&["compare", "extract"])?.text().map(|word| word == "tolerant")
    }

    pub(super) fn gate(&self) -> Gate {
        let default = Gate::default();
        let setting = |key: &str| self.section(&["gate", key]);
        Gate {
            served_model: match setting("served-model").and_then(Node::text) {
                Some("pass") => ServedModelPolicy::Pass,
                Some("fail") => ServedModelPolicy::Fail,
                _ => default.served_model,
            },
            strictness: setting("strictness").and_then(Node::word).unwrap_or_default(),
            retirement_days: setting("retirement-days").and_then(Node::whole),
        }
    }

    pub(super) fn levels(&self) -> Levels {
        let set = KINDS
            .iter()
            .filter_map(|info| Some((info.kind, self.section(&["levels", info.id])?.word()?)));
        Levels(set.collect())
    }

    pub(super) fn run(&self) -> RunSettings {
        let default = RunSettings::default();
        let retries = Retries::default();
        let set = |key: &str| self.section(&["run", key]);
        let retry = |key: &str| self.section(&["run", "retries", key]);
        RunSettings {
            max_concurrency: set("max-concurrency")
                .and_then(Node::whole)
                .unwrap_or(default.max_concurrency),
            retries: Retries {
                count: retry("count").and_then(Node::whole).unwrap_or(retries.count),
                delay: retry("delay").and_then(Node::duration).unwrap_or(retries.delay),
                max_delay: retry("max-delay").and_then(Node::duration).unwrap_or(retries.max_delay),
                jitter: retry("jitter").and_then(Node::flag).unwrap_or(retries.jitter),
                max_wait: retry("max-wait").and_then(Node::duration).unwrap_or(retries.max_wait),
            },
            max_response_bytes: default.max_response_bytes,
            max_age: set("max-age").and_then(Node::duration).unwrap_or(default.max_age),
            first_samples: set("first-samples")
                .and_then(Node::whole)
                .unwrap_or(default.first_samples),
            ledger: set("ledger").and_then(Node::flag).unwrap_or(default.ledger),
            drift: self.drift(),
            budget: set("budget-usd")
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
            wave_delay: set("wave-delay").and_then(Node::duration).unwrap_or(default.wave_delay),
        }
    }
}
