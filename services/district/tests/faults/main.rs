//! Real processes that are killed, paused, cut off and fed nonsense: a nats-server that syncs every write, the
//! services' own programs, and people who work through HTTP as phones and desks do.
//!
//! When which process died is printed, together with the seed; `CARE_FAULT_SEED` repeats a run's choices:
//!
//!     CARE_FAULT_SEED=7 cargo nextest run -p district --test faults --no-capture

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod account;
mod audit;
mod chance;
mod kills;
mod live;
mod pairs;
mod people;
mod programs;
mod proxy;
mod refusals;
mod town;

use std::{future::Future, time::Duration};

use tokio::time::Instant;

/// How long anything may take: everything is a debug build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);

/// Polls until it holds.
async fn eventually<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    let deadline = Instant::now() + PATIENCE;
    while !holds().await {
        assert!(Instant::now() < deadline, "not within {PATIENCE:?}: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
