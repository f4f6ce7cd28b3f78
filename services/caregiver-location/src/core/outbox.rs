//! What is to be done, coalesced. Everything is kept by person and handed out in bounded portions.

use std::collections::{BTreeSet, VecDeque};

use domain::{id::CaregiverId, time::Timestamp};
use schemas::position::{Crossing, GeofenceCrossed, Position, Presence};

use super::{Core, caregiver::Caregiver, dirty::Dirty, fence::Fence, track::Point};

/// Crossings wait here while the bus is away; beyond so many the oldest go, and the arrival is entered by hand.
const MOST_CROSSINGS: usize = 100_000;

/// What is to be done.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    moved: Dirty,
    unsaved: Dirty,
    unmirrored: Dirty,
    presences: Dirty,
    crossings: VecDeque<GeofenceCrossed>,
    forgotten: BTreeSet<u32>,
    unmirrored_gone: BTreeSet<u32>,
    refreshed: Timestamp,
}

impl Outbox {
    pub(crate) fn moved(&mut self, slot: u32) {
        self.moved.mark(slot);
        self.unsaved.mark(slot);
        self.unmirrored.mark(slot);
    }

    pub(crate) fn presence(&mut self, slot: u32) {
        self.presences.mark(slot);
    }

    pub(crate) fn crossed(&mut self, who: &CaregiverId, fence: &Fence, crossing: Crossing, point: &Point) {
        if self.crossings.len() >= MOST_CROSSINGS {
            self.crossings.pop_front();
        }
        self.crossings.push_back(GeofenceCrossed {
            caregiver: who.clone(),
            fence: fence.id.clone(),
            order: Some(fence.order.clone()),
            crossing,
            at: point.at,
            place: point.place,
        });
    }

    pub(crate) fn forget(&mut self, slot: u32) {
        self.moved.clear(slot);
        self.unsaved.clear(slot);
        self.unmirrored.clear(slot);
        self.forgotten.insert(slot);
        self.unmirrored_gone.insert(slot);
    }
}

impl Core {
    /// Positions to announce, at most so many.
    pub fn take_moved(&mut self, most: usize) -> Vec<Position> {
        let slots = self.outbox.moved.take(most, |_| true);
        slots.into_iter().filter_map(|slot| self.people.get(slot as usize)?.to_position()).collect()
    }

    /// Positions to write down now, at most so many: those not written down for a while, or moved far since.
    pub fn take_unsaved(&mut self, now: Timestamp, most: usize) -> Vec<Position> {
        let (people, rules) = (&mut self.people, &self.rules.saving);
        if now.millis_since(self.outbox.refreshed) >= rules.refresh_seconds.saturating_mul(1000) {
            self.outbox.refreshed = now;
            for (_, slot) in people.iter().zip(0..).filter(|(person, _)| person.track.last().is_some()) {
                self.outbox.unsaved.mark(slot);
            }
        }
        let slots = self
            .outbox
            .unsaved
            .take(most, |slot| people.get(slot as usize).is_some_and(|person| person.is_due(now, rules)));
        let save = |slot: u32| {
            let person = people.get_mut(slot as usize)?;
            person.save(now);
            person.to_position()
        };
        slots.into_iter().filter_map(save).collect()
    }

    /// Positions to mirror, at most so many.
    pub fn take_unmirrored(&mut self, most: usize) -> Vec<Position> {
        let slots = self.outbox.unmirrored.take(most, |_| true);
        slots.into_iter().filter_map(|slot| self.people.get(slot as usize)?.to_position()).collect()
    }

    /// Everyone's position is to be mirrored (again).
    pub fn mirror_all(&mut self) {
        for (person, slot) in self.people.iter().zip(0..) {
            if person.track.last().is_some() {
                self.outbox.unmirrored.mark(slot);
            }
        }
    }

    /// Everyone whose position is known.
    pub fn located(&self) -> impl Iterator<Item = &CaregiverId> {
        self.people.iter().filter(|p| p.track.last().is_some()).map(|p| &p.id)
    }

    /// Presences to write, at most so many.
    pub fn take_presences(&mut self, most: usize) -> Vec<Presence> {
        let slots = self.outbox.presences.take(most, |_| true);
        slots.into_iter().filter_map(|slot| Some(self.people.get(slot as usize)?.to_presence())).collect()
    }

    /// This one's presence, if it is still to be written.
    pub fn take_presence(&mut self, number: u32) -> Option<Presence> {
        let unwritten = self.outbox.presences.clear(number);
        unwritten.then(|| self.presence(number)).flatten()
    }

    /// This one's presence as it is; `number` as [`Core::duty`] gave it.
    pub fn presence(&self, number: u32) -> Option<Presence> {
        Some(self.people.get(number as usize)?.to_presence())
    }

    /// Geofence crossings to write, oldest first.
    pub fn take_crossings(&mut self, most: usize) -> Vec<GeofenceCrossed> {
        let count = self.outbox.crossings.len().min(most);
        self.outbox.crossings.drain(..count).collect()
    }

    /// Whose positions are no longer to be written down anywhere.
    pub fn take_forgotten(&mut self, most: usize) -> Vec<CaregiverId> {
        gone(&mut self.outbox.forgotten, &self.people, most)
    }

    /// Whose positions are no longer to be mirrored.
    pub fn take_unmirrored_gone(&mut self, most: usize) -> Vec<CaregiverId> {
        gone(&mut self.outbox.unmirrored_gone, &self.people, most)
    }

    /// These positions could not be removed; they still are to be.
    pub fn still_forgotten(&mut self, people: &[CaregiverId]) {
        let slots = people.iter().filter_map(|id| self.numbers.get(id));
        self.outbox.forgotten.extend(slots);
    }

    /// Whether a presence or crossing waits to be written.
    pub fn has_durable_work(&self) -> bool {
        !self.outbox.presences.is_empty() || !self.outbox.crossings.is_empty()
    }
}

/// Takes out those who are still without a position: someone who came back on shift meanwhile keeps the new one.
fn gone(slots: &mut BTreeSet<u32>, people: &[Caregiver], most: usize) -> Vec<CaregiverId> {
    let mut gone = Vec::new();
    while gone.len() < most
        && let Some(slot) = slots.pop_first()
    {
        let person = people.get(slot as usize).filter(|p| p.track.last().is_none());
        gone.extend(person.map(|p| p.id.clone()));
    }
    gone
}
