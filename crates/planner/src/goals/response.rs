//! The sooner someone is there, the better: the unit that all other wishes are weighed in.

use domain::time::Timestamp;

/// A second is a second.
pub const WEIGHT: i64 = 1000;

/// Seconds from now until the visit starts.
pub const fn amount(now: Timestamp, start: Timestamp) -> i64 {
    start.since(now).get()
}
