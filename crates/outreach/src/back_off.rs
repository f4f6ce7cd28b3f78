//! How long to wait before the next try: longer each time, never longer than a limit, and spread, so that a
//! thousand phones that lost the same mast do not come back in the same second.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Exponential back-off with a limit. The wait before try *n* + 1 is `first × 2ⁿ⁻¹`, at most `most`, of which the
/// last quarter is random.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct BackOff {
    /// The wait after the first failure, in milliseconds.
    pub first_ms: u64,
    /// The longest wait, in milliseconds.
    pub most_ms: u64,
}

impl Default for BackOff {
    fn default() -> Self {
        Self { first_ms: 1_000, most_ms: 30_000 }
    }
}

impl BackOff {
    /// The wait after `failures` failures in a row (at least 1); `random` is any number, the same gives the same.
    pub fn wait(&self, failures: u16, random: u64) -> Duration {
        let doublings = u32::from(failures.saturating_sub(1)).min(32);
        let full = self.first_ms.saturating_mul(1 << doublings).min(self.most_ms);
        let spread = full / 4;
        let random = if spread == 0 { 0 } else { random % (spread + 1) };
        Duration::from_millis(full - spread + random)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn waits_grow_within_their_limits(failures in 1_u16.., random: u64, first in 0_u64..10_000, most in 0_u64..100_000) {
            let wait = BackOff { first_ms: first, most_ms: most }.wait(failures, random);
            prop_assert!(wait <= Duration::from_millis(most));
            prop_assert!(wait >= Duration::from_millis(first.min(most) * 3 / 4));
        }
    }
}
