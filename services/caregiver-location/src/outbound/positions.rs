//! The cheap writes: who moved, for the live map; the latest position of each, for the next start.
//!
//! Neither is acknowledged. What is lost is replaced by the next one within seconds, and the stream lives in memory.

use std::time::Duration;

use bus::{Bus, PublishError};
use domain::id::{CaregiverId, DistrictId};
use futures::{StreamExt, stream};
use runtime::{BoxError, SharedClock};
use schemas::{
    position::Moved,
    subject::{self, StreamKind},
};
use tokio_util::sync::CancellationToken;

use crate::shared::Shared;

/// Positions in one announcement: some 40 KB.
const CHUNK: usize = 256;
/// Announcements at a time; who moved meanwhile is in the next ones.
const CHUNKS: usize = 64;
/// Positions written down at a time.
const SAVED: usize = 2048;
/// Positions removed at a time.
const REMOVED: usize = 16;

/// Announces and writes down positions while this process acts.
pub(crate) struct Announcer {
    pub(crate) bus: Bus,
    pub(crate) district: DistrictId,
    pub(crate) core: Shared,
    pub(crate) clock: SharedClock,
    pub(crate) every: Duration,
}

impl Announcer {
    /// Goes on until told to stop, and then once more.
    pub(crate) async fn run(self, stop: CancellationToken) -> Result<(), BoxError> {
        let mut turn = tokio::time::interval(self.every);
        turn.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut stopping = false;
        while !stopping {
            tokio::select! {
                _ = turn.tick() => {}
                () = stop.cancelled() => stopping = true,
            }
            if self.core.read().is_active()
                && let Err(error) = self.announce().await
            {
                tracing::warn!(%error, "positions could not be announced");
            }
        }
        Ok(())
    }

    async fn announce(&self) -> Result<(), PublishError> {
        let to = subject::positions_moved(&self.district);
        for _ in 0..CHUNKS {
            let positions = self.core.write().take_moved(CHUNK);
            let last = positions.len() < CHUNK;
            if !positions.is_empty() {
                self.bus.publish(to.clone(), &Moved { positions }).await?;
            }
            if last {
                break;
            }
        }
        let unsaved = self.core.write().take_unsaved(self.clock.now(), SAVED);
        for position in unsaved {
            self.bus
                .publish(subject::latest_position(&self.district, &position.caregiver), &position)
                .await?;
        }
        Ok(())
    }
}

/// Removes the last values of those whose shift ended, until told to stop.
pub(crate) async fn forget(
    bus: Bus,
    district: DistrictId,
    core: Shared,
    every: Duration,
    stop: CancellationToken,
) -> Result<(), BoxError> {
    let name = StreamKind::Positions.name(&district);
    let mut turn = tokio::time::interval(every);
    turn.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = turn.tick() => {}
            () = stop.cancelled() => return Ok(()),
        }
        if !core.read().is_active() {
            continue;
        }
        let gone = core.write().take_forgotten(REMOVED * 8);
        let failed: Vec<CaregiverId> = stream::iter(gone)
            .map(|caregiver| async {
                let subject = subject::latest_position(&district, &caregiver);
                let purged = bus.purge_subject(&name, &subject).await;
                purged.err().map(|error| (caregiver, error))
            })
            .buffer_unordered(REMOVED)
            .filter_map(|failed| async {
                let (caregiver, error) = failed?;
                tracing::warn!(%caregiver, %error, "a position could not be removed; trying again");
                Some(caregiver)
            })
            .collect()
            .await;
        if !failed.is_empty() {
            core.write().still_forgotten(&failed);
        }
    }
}
