//! Running for a lease and keeping it.

use std::time::Duration;

use tokio::{
    sync::watch,
    time::{Instant, sleep, sleep_until, timeout, timeout_at},
};

use super::{
    LeaseState,
    entry::{Bucket, Claim, Standing, WriteError},
};

#[derive(Debug)]
pub(super) struct Campaign {
    bucket: Bucket,
    claim: Claim,
    ttl: Duration,
    report: watch::Sender<LeaseState>,
    /// Until when the lease surely is this process's.
    sure: watch::Sender<Option<Instant>>,
    /// The revision this process wrote last, while it holds the lease.
    held: Option<u64>,
}

impl Campaign {
    pub(super) fn new(
        bucket: Bucket,
        holder: String,
        instance: String,
        ttl: Duration,
        report: watch::Sender<LeaseState>,
        sure: watch::Sender<Option<Instant>>,
    ) -> Self {
        Self { bucket, claim: Claim { holder, instance, released: false }, ttl, report, sure, held: None }
    }

    pub(super) async fn run(&mut self) {
        loop {
            let (revision, since) = self.acquire().await;
            self.held = Some(revision);
            self.sure.send_replace(Some(self.until(since)));
            self.report.send_replace(LeaseState::Held { epoch: revision });
            tracing::info!(holder = self.claim.holder, epoch = revision, "lease held");
            self.keep(since).await;
            self.held = None;
            self.sure.send_replace(None);
            self.report.send_replace(LeaseState::Standby);
            tracing::warn!(holder = self.claim.holder, epoch = revision, "lease lost");
        }
    }

    /// A tenth of the time to live before any standby may take over what was written then.
    fn until(&self, written: Instant) -> Instant {
        written + self.ttl.mul_f64(0.9)
    }

    /// A third of the time to live: three chances to renew.
    fn beat(&self) -> Duration {
        self.ttl / 3
    }

    /// Waits for the lease to be free and takes it. Returns its revision and an instant before it was written.
    async fn acquire(&self) -> (u64, Instant) {
        let mut observed: Option<(u64, Instant)> = None;
        let mut watcher = self.bucket.watch();
        loop {
            let before = Instant::now();
            let attempt = match self.read().await {
                Ok(None) => Some(self.bucket.create(&self.claim).await),
                Ok(Some(standing)) => {
                    // Counted from after the read: the entry may have been written while the answer travelled.
                    let since = match observed {
                        Some((revision, since)) if revision == standing.revision => since,
                        _ => Instant::now(),
                    };
                    observed = Some((standing.revision, since));
                    if standing.claim.released || self.is_mine(&standing) || since.elapsed() >= self.ttl {
                        Some(self.bucket.replace(&self.claim, standing.revision).await)
                    } else {
                        None
                    }
                }
                Err(error) => {
                    tracing::debug!(error, "the lease cannot be read; trying again");
                    sleep(self.beat()).await;
                    continue;
                }
            };
            match attempt {
                Some(Ok(revision)) => return (revision, before),
                // Somebody was quicker, or the outcome is unknown: look again.
                Some(Err(WriteError::Changed)) => {}
                Some(Err(WriteError::Unknown(error))) => {
                    tracing::debug!(error, "the lease cannot be taken; trying again");
                    sleep(self.beat()).await;
                }
                None => {
                    let due =
                        observed.map_or(self.ttl, |(_, since)| self.ttl.saturating_sub(since.elapsed()));
                    watcher.changed(due.min(self.beat())).await;
                }
            }
        }
    }

    /// Renews until that fails for too long. `written` is an instant before the last successful write.
    async fn keep(&mut self, mut written: Instant) {
        loop {
            let deadline = self.until(written);
            self.sure.send_replace(Some(deadline));
            sleep_until(written + self.beat()).await;
            // A process that was frozen wakes up here and must not renew what may be somebody else's.
            if Instant::now() >= deadline {
                return;
            }
            match timeout_at(deadline, self.renew()).await {
                Ok(Some(renewed)) => written = renewed,
                Ok(None) | Err(_) => return,
            }
        }
    }

    /// Returns an instant before the successful write, or nothing if the lease is somebody else's.
    async fn renew(&mut self) -> Option<Instant> {
        loop {
            let before = Instant::now();
            let revision = self.held?;
            // A third of the time to live each, since the answer to a request lost with its connection never comes.
            let replaced = timeout(self.beat(), self.bucket.replace(&self.claim, revision)).await;
            match replaced.unwrap_or_else(|_| Err(WriteError::Unknown("no answer in time".to_owned()))) {
                Ok(revision) => {
                    self.held = Some(revision);
                    return Some(before);
                }
                Err(WriteError::Changed) => {
                    // Perhaps by an own write whose confirmation was lost.
                    match self.read().await {
                        Ok(Some(standing)) if self.is_mine(&standing) => self.held = Some(standing.revision),
                        Ok(_) => return None,
                        Err(error) => tracing::debug!(error, "the lease cannot be read; trying again"),
                    }
                }
                Err(WriteError::Unknown(error)) => {
                    tracing::debug!(error, "the lease could not be renewed; trying again");
                }
            }
            sleep(self.beat() / 10).await;
        }
    }

    async fn read(&self) -> Result<Option<Standing>, String> {
        timeout(self.beat(), self.bucket.read()).await.unwrap_or_else(|_| Err("no answer in time".to_owned()))
    }

    fn is_mine(&self, standing: &Standing) -> bool {
        standing.claim.instance == self.claim.instance
    }

    /// Gives the lease back, if held.
    pub(super) async fn release(&mut self) {
        let Some(revision) = self.held.take() else { return };
        self.sure.send_replace(None);
        self.report.send_replace(LeaseState::Standby);
        let released = Claim { released: true, ..self.claim.clone() };
        let given_back = match self.bucket.replace(&released, revision).await {
            // A renewal may have been under way; if the entry is still this process's, its new revision counts.
            Err(WriteError::Changed) => match self.bucket.read().await {
                Ok(Some(standing)) if self.is_mine(&standing) => {
                    self.bucket.replace(&released, standing.revision).await
                }
                _ => Err(WriteError::Changed),
            },
            other => other,
        };
        match given_back {
            Ok(_) => tracing::info!(holder = self.claim.holder, "lease given back"),
            Err(error) => tracing::info!(%error, "lease not given back; it runs out by itself"),
        }
    }
}
