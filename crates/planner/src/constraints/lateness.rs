//! A visit that could only start after the latest acceptable instant is not promised at all: it waits for somebody
//! nearer, or for a human.

use domain::{decision::Exclusion, time::Timestamp};

/// Whether that start is too late.
pub fn forbids(start: Timestamp, latest: Timestamp) -> Option<Exclusion> {
    if start > latest { Some(Exclusion::TooLate) } else { None }
}
