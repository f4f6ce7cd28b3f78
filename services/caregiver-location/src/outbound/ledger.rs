//! The durable writes: presences and crossings, pipelined, each stream under its fence.
//!
//! What is written is always the latest state, read from the core at the moment of writing. So a presence that
//! changed five times while the bus was slow is written once, and never an older one after a newer.

use std::time::Duration;

use bus::{Bus, FenceError, FencedWriter, PendingAck, Sequence};
use domain::id::{CommandId, DistrictId};
use futures::{StreamExt, stream::FuturesOrdered};
use runtime::{BoxError, Context, SharedClock};
use schemas::{
    envelope::{CloudEvent, EventData},
    position::{GeofenceCrossed, Presence},
    subject::{self, Service, StreamKind},
};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::{active::DurableWork, core::Counts, metrics::Metrics, shared::Shared};

/// The most writes on their way; beyond that everything waits in the core, coalesced.
const IN_FLIGHT: usize = 512;
/// Signals age this often.
const TICK: Duration = Duration::from_secs(1);

/// A command to be answered once everything before it is durable.
#[derive(Debug)]
pub(crate) struct Ticket {
    /// Whose presence, by number.
    pub(crate) person: u32,
    /// Gets the presence once it is durable; dropped if that is not known.
    pub(crate) done: oneshot::Sender<Presence>,
}

/// A write on its way, or an answer that waits for those before it.
struct InFlight {
    ack: Option<PendingAck>,
    crossing: Option<GeofenceCrossed>,
    answer: Option<(oneshot::Sender<Presence>, Presence)>,
}

impl InFlight {
    async fn settle(self, core: Shared) -> Result<(), FenceError> {
        if let Some(ack) = self.ack {
            let stored = ack.await;
            // A duplicate is stored, too. What was sent behind it is not, hence the error, but it is not told again.
            if let (Ok(_) | Err(FenceError::Duplicate { .. }), Some(crossing)) = (&stored, self.crossing) {
                core.write().crossing_stored(crossing);
            }
            stored?;
        }
        if let Some((done, presence)) = self.answer {
            // Whoever asked may have given up waiting.
            let _ = done.send(presence);
        }
        Ok(())
    }
}

/// The streams this process writes while it acts.
pub(crate) struct Ledger {
    district: DistrictId,
    core: Shared,
    clock: SharedClock,
    metrics: Metrics,
    presences: FencedWriter,
    crossings: FencedWriter,
    counted: Counts,
}

impl Ledger {
    /// Over streams whose last sequences are these, of PRESENCE and of GEOFENCE.
    pub(crate) fn open(
        bus: &Bus,
        district: DistrictId,
        core: Shared,
        ctx: &Context,
        metrics: &Metrics,
        (presences, crossings): (Sequence, Sequence),
    ) -> Self {
        let writer = |kind: StreamKind, last| FencedWriter::open(bus, kind.name(&district), last);
        let counted = core.read().counts();
        Self {
            presences: writer(StreamKind::Presence, presences),
            crossings: writer(StreamKind::Geofence, crossings),
            counted,
            district,
            core,
            clock: ctx.clock.clone(),
            metrics: metrics.clone(),
        }
    }

    /// Writes until told to stop and all tickets are answered.
    ///
    /// # Errors
    /// [`FenceError`]: somebody else writes, or nobody knows what is stored.
    pub(crate) async fn run(
        mut self,
        mut tickets: mpsc::Receiver<Ticket>,
        work: &DurableWork,
        stop: &CancellationToken,
    ) -> Result<(), BoxError> {
        let mut in_flight = FuturesOrdered::new();
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut commands_ended = false;
        while !(commands_ended && stop.is_cancelled()) {
            let room = IN_FLIGHT.saturating_sub(in_flight.len());
            tokio::select! {
                Some(settled) = in_flight.next(), if !in_flight.is_empty() => settled?,
                ticket = tickets.recv(), if room > 0 && !commands_ended => match ticket {
                    Some(ticket) => in_flight.push_back(self.answer(ticket).await?.settle(self.core.clone())),
                    None => commands_ended = true,
                },
                () = work.wait(), if room > 0 => {}
                _ = tick.tick() => self.tick(),
                () = stop.cancelled(), if commands_ended => {}
            }
            for write in self.write(IN_FLIGHT.saturating_sub(in_flight.len())).await? {
                in_flight.push_back(write.settle(self.core.clone()));
            }
        }
        while let Some(settled) = in_flight.next().await {
            settled?;
        }
        Ok(())
    }

    fn tick(&mut self) {
        let now = self.clock.now();
        let (counts, census) = {
            let mut core = self.core.write();
            core.tick(now);
            (core.counts(), core.census())
        };
        self.metrics.fixes(&counts.since(&self.counted));
        self.counted = counts;
        self.metrics.caregivers(&census);
    }

    async fn answer(&mut self, ticket: Ticket) -> Result<InFlight, FenceError> {
        let (unwritten, presence) = {
            let mut core = self.core.write();
            (core.take_presence(ticket.person), core.presence(ticket.person))
        };
        let ack = match unwritten {
            Some(presence) => Some(self.write_presence(presence).await?),
            None => None,
        };
        Ok(InFlight { ack, crossing: None, answer: presence.map(|presence| (ticket.done, presence)) })
    }

    /// Writes what the core has to write, as long as there is room.
    async fn write(&mut self, room: usize) -> Result<Vec<InFlight>, FenceError> {
        if room == 0 || !self.core.read().has_durable_work() {
            return Ok(Vec::new());
        }
        let (crossings, presences) = {
            let mut core = self.core.write();
            let crossings = core.take_crossings(room);
            let presences = core.take_presences(room - crossings.len());
            (crossings, presences)
        };
        let mut writes = Vec::with_capacity(crossings.len() + presences.len());
        for crossing in crossings {
            let ack = Some(self.write_crossing(&crossing).await?);
            writes.push(InFlight { ack, crossing: Some(crossing), answer: None });
        }
        for presence in presences {
            let ack = Some(self.write_presence(presence).await?);
            writes.push(InFlight { ack, crossing: None, answer: None });
        }
        Ok(writes)
    }

    async fn write_presence(&mut self, presence: Presence) -> Result<PendingAck, FenceError> {
        let subject = subject::presence(&self.district, &presence.caregiver);
        let event = self.event(presence_id(&presence), presence);
        self.presences.publish(subject, &event).await
    }

    async fn write_crossing(&mut self, crossing: &GeofenceCrossed) -> Result<PendingAck, FenceError> {
        let subject = subject::geofence(&self.district, &crossing.caregiver);
        let event = self.event(crossing_id(crossing), crossing.clone());
        self.crossings.publish(subject, &event).await
    }

    fn event<T: EventData>(&self, id: String, data: T) -> CloudEvent<T> {
        let source = Service::CaregiverLocation.source();
        CloudEvent::new(id, source, self.district.clone(), self.clock.now(), data)
    }
}

/// A presence is named after what it says, so that the same one written by two processes is one message.
fn presence_id(presence: &Presence) -> String {
    let Presence { caregiver, duty, duty_since, signal, signal_since, rejected, applied } = presence;
    let last = applied.last().map_or("none", CommandId::as_str);
    let (duty_since, signal_since) = (duty_since.as_millis(), signal_since.as_millis());
    // Without a rejection it is named as before one: it is forgiven only when the server has forgotten that name.
    let rejected = rejected.map_or_else(String::new, |r| format!("-{:?}-{}", r.code, r.at.as_millis()));
    format!("{caregiver}-{duty:?}-{duty_since}-{signal:?}-{signal_since}-{last}{rejected}")
}

/// A crossing is named after who crossed which fence how and when.
fn crossing_id(crossed: &GeofenceCrossed) -> String {
    let GeofenceCrossed { caregiver, fence, crossing, at, .. } = crossed;
    format!("{caregiver}-{fence}-{crossing:?}-{}", at.as_millis())
}
