//! How long a name is shut out after failed sign-ins. Pure; the counts are kept by the store.
//!
//! A name is shut out from the address its failures came from, so that nobody can shut out a supervisor from elsewhere.
//! Guesses from many addresses together are counted too, far more generously: one address alone, slowed by its own
//! lock, needs more than a day to get there.

use domain::{time::Timestamp, unit::Seconds};

/// So many failures from one address are forgiven.
pub const FORGIVEN: u32 = 4;
/// So many from all addresses together.
pub const FORGIVEN_EVERYWHERE: u32 = 49;
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
    pub fn and_one_more(self, now: Timestamp, forgiven: u32) -> Self {
        let forgotten = self.last + MEMORY < now;
        let count = if forgotten { 1 } else { self.count.saturating_add(1) };
        Self { count, last: now, locked_until: now + lock(count, forgiven) }
    }
}

fn lock(count: u32, forgiven: u32) -> Seconds {
    match count.checked_sub(forgiven.saturating_add(1)) {
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
            failures = failures.and_one_more(now, FORGIVEN);
            assert_eq!(failures.wait(now), None);
        }
        failures = failures.and_one_more(now, FORGIVEN);
        assert_eq!(failures.wait(now), Some(30));
        failures = failures.and_one_more(now, FORGIVEN);
        assert_eq!(failures.wait(now), Some(60));
        for _ in 0..50 {
            failures = failures.and_one_more(now, FORGIVEN);
        }
        assert_eq!(failures.wait(now), Some(3_600));
        assert_eq!(failures.wait(now + Seconds(3_600)), None);
    }

    #[test]
    fn failures_of_yesterday_are_forgotten() {
        let mut failures = Failures::default();
        for _ in 0..4 {
            failures = failures.and_one_more(Timestamp::from_millis(0), FORGIVEN);
        }
        let later = Timestamp::from_millis(0) + Seconds::hours(25);
        assert_eq!(failures.and_one_more(later, FORGIVEN).count, 1);
    }

    #[test]
    fn one_address_alone_cannot_shut_a_name_out_everywhere_within_a_day() {
        let (mut here, mut now, mut failures) = (Failures::default(), Timestamp::from_millis(0), 0);
        while now < Timestamp::from_millis(0) + Seconds::hours(24) {
            if let Some(seconds) = here.wait(now) {
                now = now + Seconds(i64::from(seconds));
            } else {
                here = here.and_one_more(now, FORGIVEN);
                failures += 1;
            }
        }
        assert!(failures <= FORGIVEN_EVERYWHERE, "{failures}");
    }
}
