//! Helping one elder must not quietly make another wait: each second that a promised visit starts later after its
//! window counts as much as the new visit's own lateness.

use domain::time::Timestamp;

/// The same as tardiness.
pub const WEIGHT: i64 = super::tardiness::WEIGHT;

/// Seconds that a visit due at `due` is later than before, as far as they lie after its window.
pub fn amount(due: Timestamp, before: Timestamp, after: Timestamp) -> i64 {
    let late = |start: Timestamp| start.since(due).get().max(0);
    late(after) - late(before)
}
