//! What holds for the rounds of any snapshot, however odd: replayed stop by stop by `replay.rs`, which knows nothing of
//! the search; on small snapshots against every plan there is (`exact.rs`).
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod exact;
mod odd;
mod properties;
mod replay;
mod world;
