//! Carries the outbox to the stream FUNDING: one process at a time (lease), alone on the stream (fence), in order. An
//! event that is published twice is stored once.

use std::{sync::Arc, time::Duration};

use bus::{Bus, FenceError, FencedWriter, LeaseState, StreamError};
use runtime::{BoxError, health::Part};
use schemas::subject::StreamKind;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use crate::{
    metrics::Metrics,
    store::{Store, Waiting},
};

/// So many events are on their way at once.
const BATCH: u32 = 512;
/// The outbox is looked into this often even when nobody in this process has changed anything.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// The pause after something failed.
const PAUSE: Duration = Duration::from_millis(500);

/// Publishes while this process holds the lease.
#[derive(Debug)]
pub struct Publisher {
    /// Where events wait.
    pub store: Store,
    /// Where they go.
    pub bus: Bus,
    /// Rung after each change.
    pub changed: Arc<Notify>,
    /// Ready when everything decided is published, or somebody else sees to it.
    pub health: Part,
    pub(crate) metrics: Metrics,
}

#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error(transparent)]
    Stream(#[from] StreamError),
    #[error(transparent)]
    Fence(#[from] FenceError),
    #[error("the accounts' database: {0}")]
    Database(#[from] sqlx::Error),
}

impl Publisher {
    /// Publishes whenever the lease is held, until told to stop; then what is on its way is waited for.
    ///
    /// # Errors
    /// None: trouble is logged, shown by the health part, and tried again.
    pub async fn run(
        self,
        mut lease: watch::Receiver<LeaseState>,
        stop: CancellationToken,
    ) -> Result<(), BoxError> {
        while !stop.is_cancelled() {
            let state = *lease.borrow_and_update();
            if matches!(state, LeaseState::Standby) {
                self.health.ready();
                tokio::select! {
                    _ = lease.changed() => {}
                    () = stop.cancelled() => {}
                }
            } else if let Err(trouble) = self.publish(&mut lease, &stop).await {
                tracing::warn!(%trouble, "publishing is interrupted; trying again");
                self.health.not_ready(format!("funding is not being published: {trouble}"));
                tokio::select! {
                    () = tokio::time::sleep(PAUSE) => {}
                    () = stop.cancelled() => {}
                }
            }
        }
        Ok(())
    }

    async fn publish(
        &self,
        lease: &mut watch::Receiver<LeaseState>,
        stop: &CancellationToken,
    ) -> Result<(), Trouble> {
        let stream = StreamKind::Funding.name(self.store.district());
        let through = self.bus.last_sequence(&stream).await?;
        let mut writer = FencedWriter::open(&self.bus, stream, through);
        loop {
            while self.next_batch(&mut writer).await? {}
            self.health.ready();
            tokio::select! {
                () = self.changed.notified() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
                _ = lease.changed() => return Ok(()),
                () = stop.cancelled() => return Ok(()),
            }
        }
    }

    /// Publishes the oldest waiting events; `false` when there are none.
    async fn next_batch(&self, writer: &mut FencedWriter) -> Result<bool, Trouble> {
        let waiting = self.store.waiting(BATCH).await?;
        let mut on_their_way = Vec::with_capacity(waiting.len());
        for Waiting { seq, event_id, subject, event } in waiting {
            on_their_way.push((seq, writer.publish_bytes(subject, &event_id, event.into()).await?));
        }
        let (mut outcome, mut stored, mut failed) = (Ok(!on_their_way.is_empty()), None, None);
        let count = on_their_way.len();
        for (seq, ack) in on_their_way {
            match ack.await {
                Ok(_) => stored = Some(seq),
                Err(error) => {
                    // It is there, from before a restart; everything behind it is sent again.
                    if matches!(error, FenceError::Duplicate { .. }) {
                        stored = Some(seq);
                    } else {
                        failed = Some(seq);
                    }
                    outcome = Err(error.into());
                    break;
                }
            }
        }
        // An entry's events count as published together: one of which a part failed is sent again as a whole.
        let through = match (stored, failed) {
            (Some(stored), Some(failed)) if stored == failed => Some(stored - 1),
            (stored, _) => stored,
        };
        if let Some(through) = through {
            self.store.published(through).await?;
            self.metrics.published(count);
        }
        outcome
    }
}
