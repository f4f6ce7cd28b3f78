//! Carries the outbox to the stream PROFILES: one process at a time (lease), alone on the stream (fence), in order.
//!
//! Each time it takes up the work it first compares the stream with the database and puts back into the outbox what
//! the stream has lost or never had. An event that is published twice is stored once, or changes nothing.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use bus::{Bus, FenceError, FencedWriter, Followed, LeaseState, StartFrom, StreamError};
use runtime::{BoxError, health::Part};
use schemas::{envelope::CloudEvent, subject::StreamKind};
use serde::de::IgnoredAny;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use crate::{
    metrics::Metrics,
    store::{PutError, Store, Waiting},
};

/// So many events are on their way at once.
const BATCH: u32 = 512;
/// The outbox is looked into this often even when nobody in this process has changed anything: an import may have.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// The pause after something failed.
const PAUSE: Duration = Duration::from_millis(500);

/// Publishes while this process holds the lease.
#[derive(Debug, Clone)]
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

/// Why publishing stopped for now.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error(transparent)]
    Stream(#[from] StreamError),
    #[error(transparent)]
    Fence(#[from] FenceError),
    #[error(transparent)]
    Put(#[from] PutError),
    #[error("the registry's database: {0}")]
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
        loop {
            let state = *lease.borrow_and_update();
            match state {
                LeaseState::Standby => {
                    self.health.ready();
                    tokio::select! {
                        _ = lease.changed() => {}
                        () = stop.cancelled() => return Ok(()),
                    }
                }
                LeaseState::Held { .. } => {
                    let Err(trouble) = self.publish(&mut lease, &stop).await else {
                        if stop.is_cancelled() {
                            return Ok(());
                        }
                        continue;
                    };
                    tracing::warn!(%trouble, "publishing profiles is interrupted; trying again");
                    self.health.not_ready(format!("profiles are not being published: {trouble}"));
                    tokio::select! {
                        () = tokio::time::sleep(PAUSE) => {}
                        () = stop.cancelled() => return Ok(()),
                    }
                }
            }
        }
    }

    /// Until the lease changes or the process stops.
    async fn publish(
        &self,
        lease: &mut watch::Receiver<LeaseState>,
        stop: &CancellationToken,
    ) -> Result<(), Trouble> {
        let mut writer = self.take_up().await?;
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

    /// Reads what the stream has, puts back what it lacks, and opens the fence there.
    async fn take_up(&self) -> Result<FencedWriter, Trouble> {
        let stream = StreamKind::Profiles.name(self.store.district());
        let mut follower = self.bus.follow(&stream, &[], StartFrom::LastPerSubject).await?;
        let mut published = BTreeMap::new();
        let through = loop {
            match follower.next().await {
                // What cannot be read is written anew.
                Followed::Message(message) => match message.decode::<CloudEvent<IgnoredAny>>() {
                    Ok(event) => drop(published.insert(message.subject.to_string(), event.id)),
                    Err(_) => drop(published.remove(message.subject.as_str())),
                },
                Followed::CaughtUp { through } => break through,
                Followed::Reset => published.clear(),
            }
        };
        let missing = self.store.agree(&published).await?;
        if missing > 0 {
            tracing::info!(missing, stream, "the stream lacks profiles; they are published again");
        }
        Ok(FencedWriter::open(&self.bus, stream, through))
    }

    /// Publishes the oldest waiting events; `false` when there are none.
    async fn next_batch(&self, writer: &mut FencedWriter) -> Result<bool, Trouble> {
        self.metrics.waiting(self.store.waiting_count().await?);
        let waiting = self.store.waiting(BATCH).await?;
        let mut on_their_way = Vec::with_capacity(waiting.len());
        let erased = self.store.erased().await?;
        for Waiting { place, event_id, subject, event } in waiting {
            if erased.contains(&subject) {
                // What was said of them before goes; the last word, which is empty of them, stays.
                let stream = StreamKind::Profiles.name(self.store.district());
                self.bus.purge_subject(&stream, &subject).await?;
            }
            on_their_way.push((place, writer.publish_bytes(subject, &event_id, event.into()).await?));
        }
        let mut outcome = Ok(!on_their_way.is_empty());
        let mut stored = None;
        for (count, (place, ack)) in (1..).zip(on_their_way) {
            match ack.await {
                Ok(_) => stored = Some((place, count)),
                Err(error) => {
                    // It is there, from before a restart; everything behind it is sent again.
                    if matches!(error, FenceError::Duplicate { .. }) {
                        stored = Some((place, count));
                    }
                    outcome = Err(error.into());
                    break;
                }
            }
        }
        if let Some((place, count)) = stored {
            self.store.published(place).await?;
            self.metrics.published(count);
        }
        outcome
    }
}
