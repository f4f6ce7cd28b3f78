//! The long-lived snapshot: every caregiver of the district with their round, kept up to date change by change, so
//! that an order costs by the people near it and not by the size of the district.

mod absent;
mod grid;
mod slot;

use std::{cmp::Ordering, collections::HashMap, sync::Arc};

use domain::{
    caregiver::{CaregiverProfile, Duty, Signal},
    decision::Exclusion,
    geo::Wgs84,
    id::CaregiverId,
    unit::Metres,
};

use self::{absent::Absent, grid::Grid, slot::Presence};
pub(crate) use self::{
    grid::{Nearest, Pin},
    slot::{NO_WAY, Slot},
};
use crate::{
    travel::Travel,
    worker::{Commitment, Whereabouts, Worker},
};

/// A change for someone the board does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("caregiver {0} is not on the board; upsert them first")]
pub struct UnknownCaregiver(pub CaregiverId);

/// Every caregiver of a district with their round.
///
/// What the planner answers depends only on who is on the board and how, never on the order in which that came
/// about. One change costs about a microsecond, and the travel times of a changed round.
#[derive(Debug, Clone, Default)]
pub struct Board {
    slots: Vec<Option<Slot>>,
    free: Vec<u32>,
    index: HashMap<CaregiverId, u32>,
    grid: Grid,
    absent: Absent,
    /// Sum of the worked minutes of those on the grid.
    worked: i64,
    /// At least the largest radius anyone here ever had.
    reach: Metres,
}

impl Board {
    /// Nobody yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many caregivers there are in all.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// How many are on shift with a known place.
    pub fn present(&self) -> usize {
        self.grid.len()
    }

    /// Someone, if they are here.
    pub fn worker(&self, id: &CaregiverId) -> Option<&Worker> {
        self.slot(self.find(id)?).map(|s| &s.worker)
    }

    /// Everyone, in no order.
    pub fn workers(&self) -> impl Iterator<Item = &Worker> {
        self.slots.iter().flatten().map(|s| &s.worker)
    }

    /// Puts someone on the board, or replaces all that is known of them.
    pub fn upsert(&mut self, worker: Worker, travel: &impl Travel) {
        let id = worker.profile.id.clone();
        self.remove(&id);
        let at = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            (self.slots.len() - 1) as u32
        });
        self.index.insert(id, at);
        self.place(at, Slot::new(worker, travel));
    }

    /// Takes someone off the board.
    pub fn remove(&mut self, id: &CaregiverId) -> Option<Worker> {
        let at = self.index.remove(id)?;
        let slot = self.lift(at)?;
        self.free.push(at);
        Some(slot.worker)
    }

    /// A new position.
    ///
    /// # Errors
    /// [`UnknownCaregiver`].
    pub fn move_worker(
        &mut self,
        id: &CaregiverId,
        whereabouts: Whereabouts,
        signal: Signal,
    ) -> Result<(), UnknownCaregiver> {
        self.change(id, |w| {
            w.whereabouts = Some(whereabouts);
            w.signal = signal;
        })
    }

    /// The position grew old, or was lost.
    ///
    /// # Errors
    /// [`UnknownCaregiver`].
    pub fn set_signal(&mut self, id: &CaregiverId, signal: Signal) -> Result<(), UnknownCaregiver> {
        self.change(id, |w| w.signal = signal)
    }

    /// On shift, on a break, off.
    ///
    /// # Errors
    /// [`UnknownCaregiver`].
    pub fn set_duty(&mut self, id: &CaregiverId, duty: Duty) -> Result<(), UnknownCaregiver> {
        self.change(id, |w| w.duty = duty)
    }

    /// Considering an offer, or not any more.
    ///
    /// # Errors
    /// [`UnknownCaregiver`].
    pub fn set_holds_offer(&mut self, id: &CaregiverId, holds: bool) -> Result<(), UnknownCaregiver> {
        self.change(id, |w| w.holds_offer = holds)
    }

    /// Minutes worked and promised today.
    ///
    /// # Errors
    /// [`UnknownCaregiver`].
    pub fn set_worked_minutes(&mut self, id: &CaregiverId, minutes: i64) -> Result<(), UnknownCaregiver> {
        self.change(id, |w| w.worked_minutes = minutes)
    }

    /// New certificates, shifts, ratings. A changed way of travelling takes effect on the ways between stops, too.
    ///
    /// # Errors
    /// [`UnknownCaregiver`]; also when the profile is another person's.
    pub fn set_profile(
        &mut self,
        profile: Arc<CaregiverProfile>,
        travel: &impl Travel,
    ) -> Result<(), UnknownCaregiver> {
        let id = profile.id.clone();
        let worker = self.remove(&id).ok_or(UnknownCaregiver(id))?;
        self.upsert(Worker { profile, ..worker }, travel);
        Ok(())
    }

    /// A new round, in the order it will be done.
    ///
    /// # Errors
    /// [`UnknownCaregiver`].
    pub fn set_commitments(
        &mut self,
        id: &CaregiverId,
        commitments: Vec<Commitment>,
        travel: &impl Travel,
    ) -> Result<(), UnknownCaregiver> {
        let at = self.find(id).ok_or_else(|| UnknownCaregiver(id.clone()))?;
        if let Some(slot) = self.slots.get_mut(at as usize).and_then(Option::as_mut) {
            slot.set_commitments(commitments, travel);
        }
        Ok(())
    }

    /// The average of the minutes worked by those on shift, rounded down; 0 without anyone.
    pub fn average_worked(&self) -> i64 {
        let people = i64::try_from(self.grid.len()).unwrap_or(i64::MAX);
        if people == 0 { 0 } else { self.worked.div_euclid(people) }
    }

    pub(crate) fn find(&self, id: &CaregiverId) -> Option<u32> {
        self.index.get(id).copied()
    }

    pub(crate) fn slot(&self, at: u32) -> Option<&Slot> {
        self.slots.get(at as usize).and_then(Option::as_ref)
    }

    /// One more than the highest slot.
    pub(crate) const fn capacity(&self) -> usize {
        self.slots.len()
    }

    pub(crate) fn slots(&self) -> impl Iterator<Item = (u32, &Slot)> {
        (0..).zip(&self.slots).filter_map(|(at, slot)| Some((at, slot.as_ref()?)))
    }

    /// Everyone present, nearest first, people at one place by their id.
    pub(crate) fn nearest(&self, from: Wgs84) -> Nearest<'_, impl Fn(u32, u32) -> Ordering> {
        self.grid.nearest(from, |a, b| self.by_id(a, b))
    }

    pub(crate) fn by_id(&self, a: u32, b: u32) -> Ordering {
        self.id(a).cmp(&self.id(b))
    }

    pub(crate) fn id(&self, at: u32) -> Option<&CaregiverId> {
        self.slot(at).map(|s| &s.worker.profile.id)
    }

    /// What is asked first of someone who is on the map of candidates.
    pub(crate) fn pin(&self, at: u32) -> Option<Pin> {
        match self.slot(at)?.presence {
            Presence::Present(pin) => Some(pin),
            Presence::Absent(_) => None,
        }
    }

    /// Whether someone is on the map of candidates.
    pub(crate) fn is_present(&self, at: u32) -> bool {
        self.pin(at).is_some()
    }

    /// No radius is larger.
    pub(crate) const fn reach(&self) -> Metres {
        self.reach
    }

    /// Who is no candidate for any order.
    pub(crate) const fn absent(&self) -> &Absent {
        &self.absent
    }

    /// Changes something that no travel time hangs on.
    fn change(&mut self, id: &CaregiverId, how: impl FnOnce(&mut Worker)) -> Result<(), UnknownCaregiver> {
        let at = self.find(id).ok_or_else(|| UnknownCaregiver(id.clone()))?;
        let Some(slot) = self.slots.get_mut(at as usize).and_then(Option::as_mut) else { return Ok(()) };
        let before = slot.presence.clone();
        let worked = slot.worker.worked_minutes;
        how(&mut slot.worker);
        slot.presence = slot::presence(&slot.worker, slot.skills, at);
        match (before, &slot.presence) {
            (Presence::Present(old), Presence::Present(new)) => {
                self.worked += slot.worker.worked_minutes - worked;
                if old != *new {
                    self.grid.replace(old.at, *new);
                }
            }
            (Presence::Absent(old), Presence::Absent(new)) if old == *new => {}
            (before, _) => {
                slot.presence = before;
                let minutes = std::mem::replace(&mut slot.worker.worked_minutes, worked);
                if let Some(mut slot) = self.lift(at) {
                    slot.worker.worked_minutes = minutes;
                    self.place(at, slot);
                }
            }
        }
        Ok(())
    }

    /// Puts a slot into its place and onto the grid or among the absent.
    fn place(&mut self, at: u32, mut slot: Slot) {
        slot.presence = slot::presence(&slot.worker, slot.skills, at);
        match &slot.presence {
            Presence::Present(pin) => {
                self.grid.insert(*pin);
                self.worked += slot.worker.worked_minutes;
            }
            Presence::Absent(why) => self.absent.insert(*why, slot.worker.profile.id.clone()),
        }
        self.reach = self.reach.max(slot.worker.profile.max_radius);
        if let Some(place) = self.slots.get_mut(at as usize) {
            *place = Some(slot);
        }
    }

    /// The reverse of `place`.
    fn lift(&mut self, at: u32) -> Option<Slot> {
        let slot = self.slots.get_mut(at as usize)?.take()?;
        match &slot.presence {
            Presence::Present(pin) => {
                self.grid.remove(at, pin.at);
                self.worked -= slot.worker.worked_minutes;
            }
            Presence::Absent(why) => self.absent.remove(*why, &slot.worker.profile.id),
        }
        Some(slot)
    }
}

/// What keeps someone from every order, before any order is looked at.
fn absence(worker: &Worker) -> Option<Exclusion> {
    use crate::constraints::{duty, signal, standing};
    standing::forbids(&worker.profile).or(duty::forbids(worker.duty)).or(signal::forbids(worker.signal))
}
