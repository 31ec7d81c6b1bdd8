//! How often models of a kind move to a new version, until the ledger of the suite shows it.
//!
//! Source: the release and retirement dates of 156 models, 2023 to November 2026.

use super::interval::Rate;
use crate::domain::BumpPolicy;

/// How often a kind of models moves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Cadence {
    /// Which models, in words.
    pub about: &'static str,
    /// Bumps a year when each newer version of the class is taken; `None` where no figure is known.
    pub track: Option<f64>,
    /// Bumps a year when each version is kept until it is switched off.
    pub ride: f64,
}

/// Part of the vendor's name, words of which one is in the id (none fits any), and the cadence.
type Row = (&'static str, &'static [&'static str], Cadence);

const fn cadence(about: &'static str, track: Option<f64>, ride: f64) -> Cadence {
    Cadence { about, track, ride }
}

/// Median life of a pinned id in days, from release to shutdown.
const OPENAI: f64 = 365.25 / 559.5;
const ANTHROPIC: f64 = 365.25 / 538.0;
/// A hosted open model: how long its host kept it.
const HOSTED: f64 = 365.25 / 497.0;

const ROWS: &[Row] = &[
    ("openai", &["mini", "nano", "luna", "small"], cadence("OpenAI, small", Some(2.53), OPENAI)),
    ("openai", &[], cadence("OpenAI, flagship", Some(4.51), OPENAI)),
    ("anthropic", &["haiku"], cadence("Anthropic Haiku", Some(1.39), ANTHROPIC)),
    ("anthropic", &[], cadence("Anthropic Sonnet", Some(3.34), ANTHROPIC)),
    ("google", &[], cadence("Gemini Flash", Some(4.76), 1.307)),
    ("gemini", &[], cadence("Gemini Flash", Some(4.76), 1.307)),
    ("mistral", &[], cadence("Mistral", None, 1.141)),
    ("", &["llama", "qwen", "gemma", "oss"], cadence("a hosted open model", Some(HOSTED), HOSTED)),
];

/// Weights on a machine of one's own: nobody switches them off, and they are changed all the same.
const OWN: Cadence = cadence("a model of one's own", Some(HOSTED), 0.1);
/// Nothing is known: two bumps a year are believed, and little evidence changes that.
const UNKNOWN: Cadence = cadence("a model of unknown cadence", None, 2.0);

/// The servers that run on one's own machine.
const LOCAL: [&str; 7] =
    ["ollama", "vllm", "llama-cpp", "llama-cpp-python", "sglang", "lm-studio", "command"];

/// The cadence of a model, by who bills it (or the dialect it speaks) and its id.
pub(crate) fn of(vendor: &str, id: &str) -> Cadence {
    if LOCAL.contains(&vendor) {
        return OWN;
    }
    let fits = |(part, words, _): &&Row| {
        vendor.starts_with(part) && (words.is_empty() || words.iter().any(|word| id.contains(word)))
    };
    ROWS.iter().find(fits).map_or(UNKNOWN, |(.., cadence)| *cadence)
}

impl Cadence {
    /// Bumps a year under a policy.
    pub(crate) fn per_year(self, policy: BumpPolicy) -> f64 {
        match policy {
            BumpPolicy::TrackLatest => self.track.unwrap_or(2.0),
            BumpPolicy::RideToRetirement => self.ride,
        }
    }

    /// What is believed before the ledger says more: worth two bumps at this cadence.
    pub(crate) fn belief(self, policy: BumpPolicy) -> Rate {
        Rate::around(self.per_year(policy))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_moves_as_its_kind_does() {
        let track = |vendor, id| of(vendor, id).per_year(BumpPolicy::TrackLatest);
        let ride = |vendor, id| of(vendor, id).per_year(BumpPolicy::RideToRetirement);
        assert!((track("openai", "gpt-4o-2024-08-06") - 4.51).abs() < 1e-9);
        assert!((track("openai-responses", "gpt-5-mini") - 2.53).abs() < 1e-9);
        assert!((track("anthropic", "claude-haiku-5.5") - 1.39).abs() < 1e-9);
        assert!((ride("together", "meta-llama/Llama-3-8b-chat-hf") - 365.25 / 497.0).abs() < 1e-9);
        assert!((ride("ollama", "llama3.1:8b") - 0.1).abs() < 1e-9);
        assert!((track("mistral", "mistral-large-4") - 2.0).abs() < 1e-9);
        assert!((ride("mistral", "mistral-large-4") - 1.141).abs() < 1e-9);
        assert_eq!(of("somebody", "x").about, "a model of unknown cadence");
    }

    #[test]
    fn the_ledger_moves_a_belief() {
        let belief = of("openai", "gpt-4o").belief(BumpPolicy::TrackLatest);
        assert!((belief.mean() - 4.51).abs() < 1e-9);
        assert!(belief.seen(0, 2.0).mean() < 4.51);
        assert!(belief.seen(12, 2.0).mean() > 4.51);
    }
}
