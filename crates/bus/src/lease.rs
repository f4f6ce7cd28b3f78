//! Which of several processes is the active one.
//!
//! A lease is one entry of the bucket `LEASES`. Its holder renews it every third of the time to live; a standby takes
//! it over when it has seen the entry unchanged for a whole time to live *on its own monotonic clock*. No clocks are
//! compared and the server expires nothing. A holder that could not renew in time steps down by itself, a little
//! before a standby may take over.
//!
//! A lease is a courtesy that keeps two processes from working against each other. What makes two at once harmless,
//! when a process was frozen and does not know it yet, is the [fence](crate::fence).

mod campaign;
mod entry;
pub mod office;

use std::time::Duration;

use runtime::{BoxError, Entropy};
use tokio::{sync::watch, time::Instant};
use tokio_util::sync::CancellationToken;

use self::{campaign::Campaign, entry::Bucket};
use crate::{Bus, StreamError};

/// How a lease is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeaseConfig {
    /// How long a holder may be silent before a standby takes over.
    pub ttl: Duration,
    /// Copies of the bucket in a cluster.
    pub replicas: usize,
}

impl Default for LeaseConfig {
    fn default() -> Self {
        Self { ttl: Duration::from_secs(3), replicas: 1 }
    }
}

/// Who is the active one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeaseState {
    /// Somebody else, or nobody yet.
    Standby,
    /// This process.
    Held {
        /// Larger than that of every holder before.
        epoch: u64,
    },
}

/// A candidacy for a lease.
#[derive(Debug)]
pub struct Lease {
    campaign: Campaign,
    state: watch::Receiver<LeaseState>,
    sure: watch::Receiver<Option<Instant>>,
}

/// Tells whether the lease is held at this very instant, even to a process that was frozen and has not been told yet
/// that it lost it.
#[derive(Debug, Clone)]
pub struct Tenancy(watch::Receiver<Option<Instant>>);

impl Tenancy {
    /// Whether no standby can have taken over yet.
    pub fn is_sure(&self) -> bool {
        self.0.borrow().is_some_and(|until| Instant::now() < until)
    }
}

impl Lease {
    /// Prepares to run for the lease `name` (letters, digits, `-`, `_`, `.`); `holder` is shown to operators. The
    /// first state is [`LeaseState::Standby`]; [`Lease::run`] does the running.
    ///
    /// # Errors
    /// [`StreamError`] if the bucket cannot be made or opened.
    pub async fn new(
        bus: &Bus,
        name: &str,
        holder: &str,
        config: LeaseConfig,
        entropy: &Entropy,
    ) -> Result<Self, StreamError> {
        let bucket = Bucket::open(bus, name, config.replicas).await?;
        let (report, state) = watch::channel(LeaseState::Standby);
        let (sure_report, sure) = watch::channel(None);
        let holder = holder.to_owned();
        let campaign = Campaign::new(bucket, holder, entropy.text_id(), config.ttl, report, sure_report);
        Ok(Self { campaign, state, sure })
    }

    /// The state and its changes. A change from one epoch to another without `Standby` in between is possible for a
    /// slow watcher: compare epochs.
    pub fn state(&self) -> watch::Receiver<LeaseState> {
        self.state.clone()
    }

    /// For asking at any instant whether the lease is still surely held.
    pub fn tenancy(&self) -> Tenancy {
        Tenancy(self.sure.clone())
    }

    /// Runs for the lease, keeps it, runs again after losing it, until told to stop; then gives it back so that a
    /// standby takes over at once.
    ///
    /// Stop this after the work under the lease has stopped: among the [writers](runtime::TaskKind::Writer).
    ///
    /// # Errors
    /// None at present; trouble with the server is logged and tried again.
    pub async fn run(mut self, stop: CancellationToken) -> Result<(), BoxError> {
        tokio::select! {
            () = self.campaign.run() => {}
            () = stop.cancelled() => {}
        }
        self.campaign.release().await;
        Ok(())
    }
}
