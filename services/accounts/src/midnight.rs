//! The city's midnight: months that are over are closed, what was not used lapses.

use std::time::Duration;

use bus::LeaseState;
use domain::calendar::Day;
use futures::future::join_all;
use runtime::{BoxError, SharedClock};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::{
    desk::Desk,
    ledger::Work,
    store::{Store, WriteError},
};

/// How often the clock is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// So many purses are closed at once.
const AT_ONCE: u32 = 200;

/// Closes months while this process holds the lease.
#[derive(Debug)]
pub struct Midnight {
    /// Where purses are.
    pub store: Store,
    /// Where work is handed in.
    pub desk: Desk,
    /// The time.
    pub clock: SharedClock,
}

impl Midnight {
    /// Closes what is due, now and whenever midnight has passed, until told to stop.
    ///
    /// # Errors
    /// None: trouble is logged and tried again.
    pub async fn run(
        self,
        lease: watch::Receiver<LeaseState>,
        stop: CancellationToken,
    ) -> Result<(), BoxError> {
        loop {
            let acting = matches!(*lease.borrow(), LeaseState::Held { .. });
            if acting {
                if let Err(trouble) = self.close_due().await {
                    tracing::warn!(%trouble, "months that are over cannot be closed; trying again");
                }
                if let Err(trouble) = self.end_due().await {
                    tracing::warn!(%trouble, "what ends today cannot be ended; trying again");
                }
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = stop.cancelled() => return Ok(()),
            }
        }
    }

    async fn end_due(&self) -> Result<(), WriteError> {
        let today = Day::of(self.clock.now());
        for matter in self.store.ending(today, AT_ONCE).await? {
            if let Err(problem) = self.desk.submit(Work::Ends(matter, today)).await {
                tracing::warn!(%problem, "an approval that ends today cannot be ended yet");
                return Ok(());
            }
        }
        Ok(())
    }

    async fn close_due(&self) -> Result<(), WriteError> {
        let today = Day::of(self.clock.now());
        let mut before = Vec::new();
        loop {
            let due = self.store.due(today, AT_ONCE).await?;
            // A purse that stays although it was closed would be closed for ever.
            if due.is_empty() || due == before {
                return Ok(());
            }
            let works = due.iter().map(|key| self.desk.submit(Work::Midnight(key.clone(), today)));
            for outcome in join_all(works).await {
                if let Err(problem) = outcome {
                    tracing::warn!(%problem, "a month that is over cannot be closed yet");
                    return Ok(());
                }
            }
            before = due;
        }
    }
}
