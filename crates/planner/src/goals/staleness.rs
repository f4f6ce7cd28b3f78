//! A position that is some minutes old may be wrong by as much travel; it is believed less.

use domain::caregiver::Signal;

/// A little more than a minute of way and the wait it causes.
pub const WEIGHT: i64 = 200_000;

/// 1 when the last position is stale.
pub const fn amount(signal: Signal) -> i64 {
    matches!(signal, Signal::Stale) as i64
}
