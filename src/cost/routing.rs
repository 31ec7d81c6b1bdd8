//! What one request costs, how sure it is to be valid, and what routing makes of both: formulas for
//! pairs of models that never saw the same cases. Where they did, [`super::replay`] is better.

/// A model as a formula sees it: what a call costs, and what share of its answers is valid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Priced {
    /// One call, in USD.
    pub usd: f64,
    /// From 0 to 1.
    pub valid: f64,
}

/// What a request comes to, all attempts together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Served {
    /// In USD.
    pub usd: f64,
    /// How sure there is a valid answer at the end.
    pub valid: f64,
    /// How sure a second model is called.
    pub second_call: f64,
}

/// How often a call is made when each fails with this probability and is made again at most so
/// many times.
pub(crate) fn expected_attempts(failure: f64, retries: f64) -> f64 {
    if failure >= 1.0 {
        return retries + 1.0;
    }
    (1.0 - failure.powf(retries + 1.0)) / (1.0 - failure)
}

/// What a valid answer costs; `None` where none is valid. The same for any number of retries.
pub(crate) fn per_valid(usd: f64, valid: f64) -> Option<f64> {
    (valid > 0.0).then(|| usd / valid)
}

/// One model does it all, and is asked again after an invalid answer.
pub(crate) fn monolith(model: Priced, retries: f64) -> Served {
    let failure = 1.0 - model.valid;
    Served {
        usd: model.usd * expected_attempts(failure, retries),
        valid: 1.0 - failure.powf(retries + 1.0),
        second_call: 0.0,
    }
}

/// A decision before the call, and a fallback to the large model after it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Routed {
    /// The model that is tried first for a share of the requests.
    pub small: Priced,
    /// The model for the rest and for what the small one gets wrong; its price may differ from the
    /// monolith's, where less traffic keeps a cache less warm.
    pub large: Priced,
    /// What the decision costs, in USD per request.
    pub router_usd: f64,
    /// Share of the requests that go to the small model first. 1 is a cascade.
    pub share: f64,
    /// How often the large model is asked again.
    pub retries: f64,
}

impl Routed {
    /// Share of the requests that reach the large model in the end.
    pub(crate) fn to_large(self) -> f64 {
        self.share * (1.0 - self.small.valid) + 1.0 - self.share
    }

    /// What a request comes to.
    pub(crate) fn served(self) -> Served {
        let large = monolith(self.large, self.retries);
        Served {
            usd: self.router_usd + self.share * self.small.usd + self.to_large() * large.usd,
            valid: self.share * self.small.valid + self.to_large() * large.valid,
            second_call: self.share * (1.0 - self.small.valid),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn close(one: f64, two: f64) -> bool {
        (one - two).abs() <= 1e-9 * one.abs().max(two.abs()).max(1.0)
    }

    proptest! {
        #[test]
        fn a_valid_answer_costs_the_same_however_often_one_asks_again(
            usd in 1e-6_f64..1.0, valid in 0.01_f64..1.0, retries in 0_u32..9,
        ) {
            let served = monolith(Priced { usd, valid }, f64::from(retries));
            prop_assert!(close(served.usd / served.valid, usd / valid));
        }

        #[test]
        fn routing_nothing_for_nothing_is_the_monolith(
            usd in 0.0_f64..1.0, valid in 0.0_f64..1.0, small_usd in 0.0_f64..1.0, retries in 0_u32..4,
        ) {
            let (large, retries) = (Priced { usd, valid }, f64::from(retries));
            let small = Priced { usd: small_usd, valid: 0.5 };
            let routed = Routed { small, large, router_usd: 0.0, share: 0.0, retries }.served();
            let whole = monolith(large, retries);
            prop_assert!(close(routed.usd, whole.usd) && close(routed.valid, whole.valid));
            prop_assert!(routed.second_call.abs() < 1e-12);
        }
    }

    #[test]
    fn what_never_succeeds_has_no_price_per_valid_answer() {
        assert_eq!(per_valid(1.0, 0.0), None);
        assert!((expected_attempts(1.0, 2.0) - 3.0).abs() < 1e-12);
    }
}
