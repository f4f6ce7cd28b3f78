//! A visit should start inside its window; a second late counts three times a second of waiting, on top of it,
//! because an elder arranges the day around the window.

use domain::time::Timestamp;

/// Three seconds of response per second late.
pub const WEIGHT: i64 = 3000;

/// Seconds the start lies after the end of the window.
pub fn amount(due: Timestamp, start: Timestamp) -> i64 {
    start.since(due).get().max(0)
}
