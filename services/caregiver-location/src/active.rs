//! Of all processes of a district exactly one acts: it takes duty commands and writes PRESENCE and GEOFENCE. The others
//! follow PRESENCE and stay ready.
//!
//! The lease says who acts; the fence of each stream makes sure of it. Whoever loses either, or does not know what is
//! stored, steps down, rebuilds from the streams and, if the lease is still held, acts again.

use std::{sync::Arc, time::Duration};

use bus::{Bus, Call, DeadLetters, Endpoint, Followed, Follower, StartFrom, lease::LeaseState};
use domain::id::DistrictId;
use runtime::{BoxError, Context, health::Part};
use schemas::{
    envelope::CloudEvent,
    position::{DutyCommand, Presence},
    problem::Problem,
    subject::{self, Service, StreamKind},
};
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

use crate::{
    metrics::Metrics,
    outbound::ledger::{Ledger, Ticket},
    recover,
    shared::Shared,
};

/// Duty commands handled at a time.
const CONCURRENCY: usize = 512;
/// Pause before acting again after trouble.
const BREATH: Duration = Duration::from_millis(100);

/// Tells the active process that there is something durable to write.
#[derive(Debug, Clone, Default)]
pub(crate) struct DurableWork(Arc<Notify>);

impl DurableWork {
    pub(crate) fn wake(&self) {
        self.0.notify_one();
    }

    pub(crate) async fn wait(&self) {
        self.0.notified().await;
    }
}

/// Why a term of office ended.
enum Ended {
    /// The process stops.
    Stopped,
    /// The lease went.
    LeaseLost,
}

/// This process as a candidate for acting.
pub(crate) struct Candidate {
    pub(crate) bus: Bus,
    pub(crate) ctx: Context,
    pub(crate) district: DistrictId,
    pub(crate) core: Shared,
    pub(crate) durable: DurableWork,
    pub(crate) dead: DeadLetters,
    pub(crate) metrics: Metrics,
    pub(crate) health: Part,
}

impl Candidate {
    /// Stands by, acts while the lease is held, stands by again, until told to stop.
    pub(crate) async fn run(
        self,
        mut lease: watch::Receiver<LeaseState>,
        stop: CancellationToken,
    ) -> Result<(), BoxError> {
        loop {
            let epoch = tokio::select! {
                epoch = self.stand_by(&mut lease) => epoch?,
                () = stop.cancelled() => return Ok(()),
            };
            let ended = self.act(epoch, lease.clone(), &stop).await;
            self.core.write().step_down();
            self.metrics.active(false);
            match ended {
                Ok(Ended::Stopped) => return Ok(()),
                Ok(Ended::LeaseLost) => tracing::warn!(epoch, "the lease is lost; standing by"),
                Err(error) => {
                    tracing::warn!(epoch, %error, "stepping down to rebuild");
                    self.metrics.stepped_down();
                    tokio::select! {
                        () = tokio::time::sleep(BREATH) => {}
                        () = stop.cancelled() => return Ok(()),
                    }
                }
            }
        }
    }

    /// Follows what the active process writes, until this one holds the lease.
    async fn stand_by(&self, lease: &mut watch::Receiver<LeaseState>) -> Result<u64, BoxError> {
        let mut presences = None;
        loop {
            let state = *lease.borrow_and_update();
            if let LeaseState::Held { epoch } = state {
                return Ok(epoch);
            }
            self.health.ready();
            tokio::select! {
                changed = lease.changed() => changed?,
                followed = next(&self.bus, &self.district, &mut presences) => self.hear(followed).await,
            }
        }
    }

    async fn hear(&self, followed: Followed) {
        let Followed::Message(message) = followed else { return };
        match message.decode::<CloudEvent<Presence>>() {
            Ok(event) => self.core.write().restore_presence(&event.data),
            Err(error) => self.dead.keep_undecodable(&message, &error).await,
        }
    }

    /// One term of office.
    async fn act(
        &self,
        epoch: u64,
        mut lease: watch::Receiver<LeaseState>,
        stop: &CancellationToken,
    ) -> Result<Ended, BoxError> {
        let ledger = tokio::select! {
            ledger = self.open() => ledger?,
            _ = lease.wait_for(|state| *state != LeaseState::Held { epoch }) => return Ok(Ended::LeaseLost),
            () = stop.cancelled() => return Ok(Ended::Stopped),
        };
        let endpoint = Endpoint::new(subject::command(&self.district, Service::CaregiverLocation));
        let server = self.bus.serve(endpoint.concurrency(CONCURRENCY)).await?;
        tracing::info!(epoch, district = %self.district, "acting for the district");
        self.metrics.active(true);
        self.health.ready();

        let (tickets, queue) = mpsc::channel(CONCURRENCY);
        let commands = server.run(self.ctx.tasks.intake_stopped(), move |call: Call<DutyCommand>| {
            self.command(call.body, tickets.clone())
        });
        let write = ledger.run(queue, &self.durable, stop);
        // A command that is being handled needs the ledger to be answered; the ledger ends after the commands.
        let both = async { tokio::try_join!(commands, write) };
        tokio::select! {
            ended = both => ended.map(|_| Ended::Stopped),
            _ = lease.wait_for(|state| *state != LeaseState::Held { epoch }) => Ok(Ended::LeaseLost),
        }
    }

    /// Rebuilds from the streams and opens them for writing.
    async fn open(&self) -> Result<Ledger, BoxError> {
        self.health.not_ready("rebuilding from the streams");
        let (presences, through) = recover::presences(&self.bus, &self.district, &self.dead).await?;
        let positions = recover::positions(&self.bus, &self.district, &self.dead).await?;
        let (crossings, crossed) = recover::crossings(&self.bus, &self.district, &self.dead).await?;
        let now = self.ctx.clock.now();
        let mut core = self.core.write();
        core.restore_presences(&presences);
        for position in &positions {
            core.restore_position(position);
        }
        for crossing in &crossings {
            core.restore_crossing(crossing);
        }
        core.take_over(now);
        drop(core);
        let (bus, district) = (&self.bus, self.district.clone());
        Ok(Ledger::open(bus, district, self.core.clone(), &self.ctx, &self.metrics, (through, crossed)))
    }

    /// Applies a duty command and waits until it is durable.
    async fn command(
        &self,
        command: DutyCommand,
        tickets: mpsc::Sender<Ticket>,
    ) -> Result<Presence, Problem> {
        let unknown = || {
            let detail =
                "it is not known whether the command took effect; repeat it as it is, with the same id";
            Problem::unavailable(detail)
        };
        let person = self.core.write().duty(&command, self.ctx.clock.now())?;
        let (done, stored) = oneshot::channel();
        tickets.send(Ticket { person, done }).await.map_err(|_| unknown())?;
        stored.await.map_err(|_| unknown())
    }
}

/// The next of PRESENCE, followed from its last values on; opened when first asked for.
async fn next(bus: &Bus, district: &DistrictId, follower: &mut Option<Follower>) -> Followed {
    loop {
        if let Some(open) = follower {
            return open.next().await;
        }
        match bus.follow(StreamKind::Presence.name(district), &[], StartFrom::LastPerSubject).await {
            Ok(opened) => *follower = Some(opened),
            Err(error) => {
                tracing::debug!(%error, "cannot follow presences yet");
                tokio::time::sleep(BREATH).await;
            }
        }
    }
}
