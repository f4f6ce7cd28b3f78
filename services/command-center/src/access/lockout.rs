//! How long a name is shut out after failed sign-ins. Pure; the counts are kept by the store.

use domain::{time::Timestamp, unit::Seconds};

/// So many failures are forgiven.
const FORGIVEN: u32 = 4;
/// The first lock; each further failure doubles it.
const FIRST: i64 = 30;
/// No lock is longer.
const LONGEST: i64 = 3_600;
/// Failures older than this are forgotten.
const MEMORY: Seconds = Seconds::hours(24);

/// What is remembered of a name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Failures {
    /// Failures in a row.
    pub count: u32,
    /// The last one.
    pub last: Timestamp,
    /// Shut out until then.
    pub locked_until: Timestamp,
}

impl Failures {
    /// The seconds still to wait, at least 1; `None` when the name may try.
    pub fn wait(&self, now: Timestamp) -> Option<u32> {
        let left = self.locked_until.millis_since(now);
        (left > 0).then(|| u32::try_from((left + 999) / 1000).unwrap_or(u32::MAX))
    }

    /// After one more failure.
    #[must_use]
    pub fn and_one_more(self, now: Timestamp) -> Self {
        let forgotten = self.last + MEMORY < now;
        let count = if forgotten { 1 } else { self.count.saturating_add(1) };
        Self { count, last: now, locked_until: now + lock(count) }
    }
}

fn lock(count: u32) -> Seconds {
    match count.checked_sub(FORGIVEN + 1) {
        None => Seconds::ZERO,
        Some(beyond) => Seconds(FIRST.saturating_mul(1_i64 << beyond.min(20)).min(LONGEST)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fifth_failure_locks_and_each_further_one_doubles_it() {
        let now = Timestamp::from_millis(0);
        let mut failures = Failures::default();
        for _ in 0..4 {
            failures = failures.and_one_more(now);
            assert_eq!(failures.wait(now), None);
        }
        failures = failures.and_one_more(now);
        assert_eq!(failures.wait(now), Some(30));
        failures = failures.and_one_more(now);
        assert_eq!(failures.wait(now), Some(60));
        for _ in 0..50 {
            failures = failures.and_one_more(now);
        }
        assert_eq!(failures.wait(now), Some(3_600));
        assert_eq!(failures.wait(now + Seconds(3_600)), None);
    }

    #[test]
    fn failures_of_yesterday_are_forgotten() {
        let mut failures = Failures::default();
        for _ in 0..4 {
            failures = failures.and_one_more(Timestamp::from_millis(0));
        }
        let later = Timestamp::from_millis(0) + Seconds::hours(25);
        assert_eq!(failures.and_one_more(later).count, 1);
    }
}
