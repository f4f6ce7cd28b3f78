//! What happens in the district: order events to ORDERS as `dispatch` writes them, positions as `caregiver-location`
//! announces them.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use bus::{Bus, FencedWriter, Sequence};
use domain::{
    geo::Wgs84,
    id::{CaregiverId, DistrictId, OrderId},
    time::Timestamp,
};
use runtime::{Clock, SystemClock};
use schemas::{
    envelope::CloudEvent,
    order::OrderEvent,
    position::{Moved, Position},
    subject::{self, StreamKind},
};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::measure::pace::Tick;

/// An offer as dispatch writes it.
const OFFER: &str = include_str!("../../../../schemas/samples/order-event.v1.offered.json");
/// Orders that are open at a time: events of the same order come again and again.
const ORDERS: u64 = 300;
/// People who move.
const PEOPLE: u64 = 300;

/// When which event is due: nobody else writes the stream, so an event's sequence tells.
pub struct Schedule {
    per_second: f64,
    /// The last sequence.
    pub last: u64,
    start: OnceLock<Instant>,
    connected: AtomicU64,
    finished: AtomicU64,
}

impl Schedule {
    /// So many events, not begun yet.
    pub fn new(per_second: f64, count: u64) -> Arc<Self> {
        let (connected, finished) = (AtomicU64::new(0), AtomicU64::new(0));
        Arc::new(Self { per_second, last: count, start: OnceLock::new(), connected, finished })
    }

    /// The first event is due at that instant.
    pub fn begin(&self, start: Instant) {
        let _ = self.start.set(start);
    }

    /// When the event of that sequence is due; `None` before it began.
    pub fn due(&self, sequence: u64) -> Option<Instant> {
        let nth = sequence.saturating_sub(1) as f64;
        Some(*self.start.get()? + Duration::from_secs_f64(nth / self.per_second))
    }

    /// One more has a snapshot.
    pub fn note_connected(&self) {
        self.connected.fetch_add(1, Ordering::Relaxed);
    }

    /// One more has the last event.
    pub fn note_finished(&self) {
        self.finished.fetch_add(1, Ordering::Relaxed);
    }

    /// Waits until all are connected.
    ///
    /// # Errors
    /// If that takes longer than a minute.
    pub async fn all_connected(&self, clients: u64) -> Result<()> {
        let deadline = Instant::now() + Duration::from_mins(1);
        while self.connected.load(Ordering::Relaxed) < clients {
            let so_far = self.connected.load(Ordering::Relaxed);
            ensure!(Instant::now() < deadline, "only {so_far} of {clients} desks got a snapshot");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// Waits until all have the last event.
    pub async fn all_finished(&self, clients: u64) {
        while self.finished.load(Ordering::Relaxed) < clients {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// Writes order events.
pub struct Orders {
    writer: FencedWriter,
    district: DistrictId,
    event: CloudEvent<OrderEvent>,
}

impl Orders {
    /// To an empty stream.
    ///
    /// # Errors
    /// If the sample cannot be read.
    pub fn new(bus: &Bus, district: &DistrictId) -> Result<Self> {
        let mut event: CloudEvent<OrderEvent> = serde_json::from_str(OFFER)?;
        event.district = district.clone();
        event.data.order.district = district.clone();
        let writer = FencedWriter::open(bus, StreamKind::Orders.name(district), Sequence::ZERO);
        Ok(Self { writer, district: district.clone(), event })
    }

    /// One event at each tick.
    ///
    /// # Errors
    /// If one is not stored.
    pub async fn publish(mut self, mut ticks: UnboundedReceiver<Tick>) -> Result<()> {
        let mut last = None;
        while let Some(tick) = ticks.recv().await {
            let order = OrderId::new(format!("o{}", tick.number % ORDERS))?;
            let now = SystemClock.now();
            self.event.id = format!("e{}", tick.number);
            order.as_str().clone_into(&mut self.event.subject);
            self.event.time = now;
            let state = &mut self.event.data.order;
            state.revision = u32::try_from(tick.number / ORDERS)? + 1;
            state.created_at = now;
            state.id = order.clone();
            last = Some(self.writer.publish(subject::order(&self.district, &order), &self.event).await?);
        }
        last.context("no event was due")?.await?;
        Ok(())
    }
}

/// Announces one position at each tick.
///
/// # Errors
/// If the connection is closed.
pub async fn publish_positions(
    bus: Bus,
    district: DistrictId,
    mut ticks: UnboundedReceiver<Tick>,
) -> Result<()> {
    let centre = Wgs84::new(98.29, 39.77)?;
    let to = subject::positions_moved(&district);
    while let Some(tick) = ticks.recv().await {
        let position = Position {
            caregiver: CaregiverId::new(format!("c{}", tick.number % PEOPLE))?,
            at: SystemClock.now().max(Timestamp::from_millis(0)),
            place: centre.offset_m((tick.number % 997) as f64, (tick.number % 991) as f64),
            accuracy: Some(8.5),
            battery: Some(80),
        };
        bus.publish(to.clone(), &Moved { positions: vec![position] }).await?;
    }
    Ok(())
}
