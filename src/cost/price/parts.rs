//! Prices as far as they are written; what is missing follows from the others.

use crate::domain::{Price, Rates};

/// Prices as far as they are written; what is missing follows from the others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) input: Option<Price>,
    pub(super) output: Option<Price>,
    pub(super) cache_read: Option<Price>,
    pub(super) cache_write_5m: Option<Price>,
    pub(super) cache_write_1h: Option<Price>,
}

impl Parts {
    /// The same, with what `over` says in the place of what was said.
    pub(super) fn under(self, over: Self) -> Self {
        Self {
            input: over.input.or(self.input),
            output: over.output.or(self.output),
            cache_read: over.cache_read.or(self.cache_read),
            cache_write_5m: over.cache_write_5m.or(self.cache_write_5m),
            cache_write_1h: over.cache_write_1h.or(self.cache_write_1h),
        }
    }

    /// All prices: reading or writing a cache costs what input costs where nothing else is said, and
    /// an hour what five minutes cost. `None` where input or output has no price.
    pub(super) fn whole(self) -> Option<Rates> {
        let (input, output) = (self.input?, self.output?);
        let short = self.cache_write_5m.unwrap_or(input);
        Some(Rates {
            input,
            output,
            cache_read: self.cache_read.unwrap_or(input),
            cache_write_5m: short,
            cache_write_1h: self.cache_write_1h.unwrap_or(short),
        })
    }
}
