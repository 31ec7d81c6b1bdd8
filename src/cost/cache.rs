//! Prompt caching as a model: how warm a prefix stays under a rate of requests, and what a call
//! then costs. Measured cache reads always go before it.

/// What a million tokens cost, in USD.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct CachePrices {
    /// Input that is not cached.
    pub input: f64,
    pub output: f64,
    /// Input read from the cache.
    pub read: f64,
    /// Input written to the cache; as `input` where the provider caches by itself.
    pub write: f64,
}

/// Tokens of one call.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct CallTokens {
    /// Shared by all calls of a prompt.
    pub prefix: f64,
    /// The rest of the input.
    pub rest: f64,
    pub output: f64,
}

/// How probable it is that a prefix is warm: requests arrive independently at `rate` a second, and
/// each keeps it warm for `life` seconds.
pub(crate) fn hit_probability(rate: f64, life: f64) -> f64 {
    -(-rate * life).exp_m1()
}

/// What a call costs with caching at this hit probability, in USD.
pub(crate) fn cached_usd(tokens: &CallTokens, prices: &CachePrices, hit: f64) -> f64 {
    let prefix = hit * prices.read + (1.0 - hit) * prices.write;
    let sum = tokens.prefix * prefix + tokens.rest * prices.input + tokens.output * prices.output;
    sum / 1e6
}

/// What a call costs without caching, in USD.
pub(crate) fn uncached_usd(tokens: &CallTokens, prices: &CachePrices) -> f64 {
    ((tokens.prefix + tokens.rest) * prices.input + tokens.output * prices.output) / 1e6
}

/// A model whose prompts share prefixes, under a monthly number of calls.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Cached {
    /// Tokens of a call.
    pub tokens: CallTokens,
    pub prices: CachePrices,
    /// Among how many prefixes the calls are spread.
    pub prefixes: f64,
    /// How long a prefix stays warm, in seconds.
    pub life: f64,
}

/// Seconds of a month.
const SECONDS: f64 = super::upkeep::MONTH * 86_400.0;

impl Cached {
    /// What a call costs at so many calls a month: with or without caching, whichever is less.
    pub(crate) fn usd(&self, calls: f64) -> f64 {
        let rate = calls / self.prefixes.max(1.0) / SECONDS;
        let hit = hit_probability(rate, self.life);
        cached_usd(&self.tokens, &self.prices, hit).min(uncached_usd(&self.tokens, &self.prices))
    }

    /// What routing loses: a call of the thinned traffic costs this much more, in USD.
    pub(crate) fn lost(&self, calls: f64, left: f64) -> f64 {
        self.usd(calls * left) - self.usd(calls)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SONNET: CachePrices = CachePrices { input: 3.0, output: 15.0, read: 0.3, write: 3.75 };

    proptest! {
        #[test]
        fn thinner_traffic_is_never_cheaper_per_call(calls in 1e2_f64..1e8, left in 0.01_f64..1.0) {
            let tokens = CallTokens { prefix: 1500.0, rest: 500.0, output: 300.0 };
            let model = Cached { tokens, prices: SONNET, prefixes: 12.0, life: 300.0 };
            prop_assert!(model.lost(calls, left) >= -1e-15);
        }
    }
}
