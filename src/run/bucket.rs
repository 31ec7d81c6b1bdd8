//! How much may be used at a time: levels that fall with each call and rise by themselves.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::kit::real;
use crate::domain::{ModelLimits, Usage};
use crate::provider::{Allowance, Counted};

/// What a call uses.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Use {
    pub(super) requests: f64,
    pub(super) input: f64,
    pub(super) output: f64,
}

impl Use {
    pub(super) fn of(usage: &Usage) -> Self {
        let number = |count: Option<u64>| real(count.unwrap_or_default());
        Self { requests: 1.0, input: number(usage.input), output: number(usage.output) }
    }

    /// With another call beside it.
    pub(super) fn add(&mut self, other: &Self, sign: f64) {
        self.requests += sign * other.requests;
        self.input += sign * other.input;
        self.output += sign * other.output;
    }

    fn of_kind(&self, counted: Counted) -> f64 {
        match counted {
            Counted::Requests => self.requests,
            Counted::Tokens => self.input + self.output,
            Counted::InputTokens => self.input,
            Counted::OutputTokens => self.output,
        }
    }
}

/// One level for each limit. A provider that tells the same limit of two models is taken to count them
/// together.
#[derive(Debug, Default)]
pub(super) struct Buckets(BTreeMap<Limit, Bucket>);

/// What is limited, and to how much.
pub(super) type Limit = (Counted, u64);

#[derive(Debug)]
struct Bucket {
    level: f64,
    /// Most that it holds.
    full: f64,
    per_second: f64,
    at: Instant,
}

impl Bucket {
    fn rise(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        self.level = (self.level + passed * self.per_second).min(self.full);
        self.at = now;
    }
}

impl Buckets {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn counts_tokens(&self) -> bool {
        self.0.keys().any(|(counted, _)| *counted != Counted::Requests)
    }

    /// Limits of the config. What a second brings may be used at once: providers count in short spans.
    pub(super) fn limit(&mut self, limits: &ModelLimits) {
        let all = [
            (Counted::Requests, limits.requests),
            (Counted::InputTokens, limits.input_tokens),
            (Counted::OutputTokens, limits.output_tokens),
        ];
        for (counted, per_minute) in all {
            let Some(per_minute) = per_minute else { continue };
            let per_second = real(per_minute) / 60.0;
            let full = per_second.max(1.0);
            let bucket = Bucket { level: full, full, per_second, at: Instant::now() };
            self.0.insert((counted, per_minute), bucket);
        }
    }

    /// What a response says. Calls that the server had not seen by then are missing in that: `unseen` is
    /// what they use at most, where that is known. The server's count holds then; our own is a guess.
    pub(super) fn tell(&mut self, now: Instant, allowance: &Allowance, unseen: Option<&Use>) {
        let Allowance { counted, limit, left, per_second } = *allowance;
        let first = Bucket { level: left, full: left, per_second, at: now };
        let known = self.0.entry((counted, limit)).or_insert(first);
        known.rise(now);
        known.per_second = per_second;
        known.full = known.full.max(left).max(1.0);
        let least = unseen.map_or(known.level, |unseen| left - unseen.of_kind(counted));
        known.level = known.level.max(least).min(left);
    }

    /// A limit of requests that nobody told, as far as answers show it.
    pub(super) fn find(&mut self, now: Instant, per_second: f64) {
        let bucket = Bucket { level: 0.0, full: 1.0, per_second, at: now };
        self.0.insert((Counted::Requests, 0), bucket);
    }

    /// What was found may be too little.
    pub(super) fn grow(&mut self, share: f64) {
        for bucket in self.0.values_mut() {
            bucket.per_second *= 1.0 + share;
        }
    }

    /// When there is enough for a call that counts here. One that needs more than there ever is goes
    /// when all is full.
    pub(super) fn when(
        &mut self,
        now: Instant,
        expected: &Use,
        counts: impl Fn(&Limit) -> bool,
    ) -> Instant {
        let wait = |(limit, bucket): (&Limit, &mut Bucket)| {
            bucket.rise(now);
            let lacking = expected.of_kind(limit.0).min(bucket.full) - bucket.level;
            Duration::try_from_secs_f64(lacking.max(0.0) / bucket.per_second).unwrap_or_default()
        };
        let counting = self.0.iter_mut().filter(|(limit, _)| counts(limit));
        now + counting.map(wait).max().unwrap_or_default()
    }

    pub(super) fn take(&mut self, now: Instant, used: &Use, counts: impl Fn(&Limit) -> bool) {
        for (limit, bucket) in self.0.iter_mut().filter(|(limit, _)| counts(limit)) {
            bucket.rise(now);
            bucket.level -= used.of_kind(limit.0);
        }
    }

    /// Another amount was used than was expected.
    pub(super) fn correct(&mut self, expected: &Use, used: &Use) {
        for (limit, bucket) in &mut self.0 {
            bucket.level += expected.of_kind(limit.0) - used.of_kind(limit.0);
        }
    }
}
