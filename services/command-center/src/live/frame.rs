//! Events as the bytes of a Server-Sent Events stream, made once and shared by all who receive them.

use std::sync::Arc;

use bytes::{BufMut, Bytes, BytesMut};
use domain::{
    calendar::Day, caregiver::CaregiverProfile, incident::Incident, meal::Slot, order::Order, time::Timestamp,
};
use schemas::{
    live::{Kpi, Letter, Ringing, ServiceStatus},
    position::{Position, Presence},
};
use serde::Serialize;

/// The same on the wire as [`schemas::live::LiveEvent`], but borrowing what it shows.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(super) enum Event<'a> {
    Snapshot(&'a Parts),
    Order { sequence: u64, kind: &'a str, at: Timestamp, order: &'a Order },
    Incident { kind: &'a str, at: Timestamp, incident: &'a Incident },
    Presence { presence: &'a Presence },
    Caregiver { caregiver: &'a CaregiverProfile },
    Kpi { kpi: Kpi },
    DeadLetter { letter: &'a Letter },
    Ringing { ringing: &'a Ringing },
    Service { service: &'a ServiceStatus },
    Meals { day: Day, slot: Slot },
    Reset { reason: &'a str },
}

/// The same on the wire as [`schemas::live::Snapshot`].
#[derive(Debug, Clone, Default, Serialize)]
pub struct Parts {
    /// The ORDERS sequence up to which it holds.
    pub sequence: u64,
    /// Now, by the district's clock.
    pub at: Timestamp,
    /// Orders.
    pub orders: Vec<Arc<Order>>,
    /// Caregivers.
    pub caregivers: Vec<Arc<CaregiverProfile>>,
    /// Presence of each.
    pub presences: Vec<Arc<Presence>>,
    /// Where they are.
    pub positions: Vec<Arc<Position>>,
    /// The figures.
    pub kpi: Kpi,
    /// How the neighbours are.
    pub services: Vec<ServiceStatus>,
    /// Dead letters.
    pub dead_letters: Vec<Arc<Letter>>,
    /// Emergencies.
    pub incidents: Vec<Arc<Incident>>,
}

impl Event<'_> {
    const fn name(&self) -> &'static str {
        match self {
            Self::Snapshot(_) => "snapshot",
            Self::Order { .. } => "order",
            Self::Incident { .. } => "incident",
            Self::Presence { .. } => "presence",
            Self::Caregiver { .. } => "caregiver",
            Self::Kpi { .. } => "kpi",
            Self::DeadLetter { .. } => "dead_letter",
            Self::Ringing { .. } => "ringing",
            Self::Service { .. } => "service",
            Self::Meals { .. } => "meals",
            Self::Reset { .. } => "reset",
        }
    }

    fn id(&self) -> Option<u64> {
        match self {
            Self::Snapshot(parts) => Some(parts.sequence),
            Self::Order { sequence, .. } => Some(*sequence),
            _ => None,
        }
    }

    /// The bytes. JSON has no raw line breaks, so one `data` line holds it.
    pub(super) fn frame(&self) -> Bytes {
        let mut frame = BytesMut::with_capacity(1024);
        frame.put_slice(b"event: ");
        frame.put_slice(self.name().as_bytes());
        if let Some(id) = self.id() {
            frame.put_slice(b"\nid: ");
            frame.put_slice(id.to_string().as_bytes());
        }
        frame.put_slice(b"\ndata: ");
        let mut writer = frame.writer();
        // Maps with keys that are no text would fail; the contract has none.
        if let Err(error) = serde_json::to_writer(&mut writer, self) {
            tracing::error!(%error, event = self.name(), "a live event has no form in JSON");
            return Bytes::new();
        }
        let mut frame = writer.into_inner();
        frame.put_slice(b"\n\n");
        frame.freeze()
    }
}

/// One position in JSON, to be joined into batches.
pub(super) fn position(position: &Position) -> Bytes {
    serde_json::to_vec(position).unwrap_or_default().into()
}

/// A batch of positions already in JSON.
pub(super) fn positions<'a>(each: impl Iterator<Item = &'a Bytes>) -> Option<Bytes> {
    let mut frame = BytesMut::from(&b"event: positions\ndata: {\"event\":\"positions\",\"positions\":["[..]);
    let mut first = true;
    for position in each.filter(|bytes| !bytes.is_empty()) {
        if !std::mem::take(&mut first) {
            frame.put_u8(b',');
        }
        frame.put_slice(position);
    }
    frame.put_slice(b"]}\n\n");
    (!first).then(|| frame.freeze())
}

/// Keeps the connection open and tells both ends that the other is there.
pub(super) const PING: Bytes = Bytes::from_static(b": ping\n\n");

/// Sent first: how long a browser waits before it connects again.
pub(super) const RETRY: Bytes = Bytes::from_static(b"retry: 1000\n\n");

#[cfg(test)]
mod tests {
    use domain::{geo::Wgs84, id::CaregiverId};
    use schemas::live::LiveEvent;

    use super::*;

    fn data(frame: &[u8]) -> LiveEvent {
        let text = std::str::from_utf8(frame).unwrap();
        let line = text.lines().find_map(|l| l.strip_prefix("data: ")).unwrap();
        serde_json::from_str(line).unwrap()
    }

    #[test]
    fn frames_are_what_the_contract_says() {
        let parts = Parts { sequence: 7, ..Parts::default() };
        let frame = Event::Snapshot(&parts).frame();
        assert!(frame.starts_with(b"event: snapshot\nid: 7\ndata: {"));
        assert!(frame.ends_with(b"}\n\n"));
        assert!(matches!(data(&frame), LiveEvent::Snapshot(s) if s.sequence == 7));
        let reset = Event::Reset { reason: "too_slow" }.frame();
        assert_eq!(data(&reset), LiveEvent::Reset { reason: "too_slow".into() });
    }

    #[test]
    fn batches_of_positions_are_joined_from_their_parts() {
        let one = Position {
            caregiver: CaregiverId::new("c1").unwrap(),
            at: Timestamp::from_millis(1),
            place: Wgs84::new(98.0, 39.0).unwrap(),
            accuracy: None,
            battery: None,
        };
        let two = Position { caregiver: CaregiverId::new("c2").unwrap(), ..one.clone() };
        let parts = [position(&one), position(&two)];
        let frame = positions(parts.iter()).unwrap();
        assert_eq!(data(&frame), LiveEvent::Positions { positions: vec![one, two] });
        assert_eq!(positions(std::iter::empty()), None);
    }
}
