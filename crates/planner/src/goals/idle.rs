//! Standing at a door that does not open yet, or waiting for the partner, is working time lost; a tenth, since a
//! wait may be spent on a rest or a report.

use domain::time::Timestamp;

/// A tenth of a second of response per second.
pub const WEIGHT: i64 = 100;

/// Seconds between arriving and starting.
pub const fn amount(arrive: Timestamp, start: Timestamp) -> i64 {
    start.since(arrive).get()
}
