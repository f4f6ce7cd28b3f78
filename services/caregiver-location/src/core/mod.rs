//! The service without the world: what happens goes in with the time, what is to be done comes out. No clock, no
//! randomness, no I/O, so that a day can be simulated and a test replayed.
//!
//! | in | out |
//! | --- | --- |
//! | [`Core::report`]: fixes of one caregiver | [`outbox`]: who moved, whose position to write down |
//! | [`Core::duty`]: a duty command | whose presence to write, whose position to forget |
//! | [`Core::visit`]: an order's door and team | who crossed a geofence |
//! | [`Core::tick`]: time passes | whose signal went stale or lost |
//! | [`Core::profile`], [`Core::restore_presence`], [`Core::restore_position`], [`Core::restore_crossing`]: what streams remember | |
//! | [`Core::nearest`]: who is nearest | the answer |
//!
//! What is to be done is kept by person, the latest state winning, so it is bounded by their number however long the
//! bus is away. Only the active process of a district does it; the others know the same and stay ready.

mod caregiver;
mod counts;
mod dirty;
mod fence;
mod globe;
mod grid;
pub mod nearest;
pub mod outbox;
mod presence;
pub mod rules;
mod track;

use std::collections::HashMap;

use domain::{
    caregiver::{CaregiverProfile, Duty, Signal},
    geo::Reported,
    id::{CaregiverId, OrderId},
    order::{Order, Stage},
    time::Timestamp,
};
use schemas::{
    position::{DutyCommand, Fix, FixRejection, GeofenceCrossed, Position, Presence},
    problem::Problem,
};

use self::{
    caregiver::Caregiver,
    fence::Fence,
    globe::Xyz,
    grid::Grid,
    outbox::Outbox,
    presence::{Applied, State},
    track::Point,
};
pub use self::{
    counts::{Counts, REJECTIONS, code},
    fence::{Door, Expected},
    grid::Bounds,
    rules::Rules,
};

/// Everything known about where the district's caregivers are.
#[derive(Debug)]
pub struct Core {
    rules: Rules,
    bounds: Bounds,
    numbers: HashMap<CaregiverId, u32>,
    people: Vec<Caregiver>,
    grid: Grid,
    /// Who is expected at each watched door.
    doors: HashMap<OrderId, Vec<u32>>,
    outbox: Outbox,
    active: bool,
    counts: Counts,
}

impl Core {
    /// Knows nobody yet, and only watches.
    pub fn new(rules: Rules, bounds: Bounds) -> Self {
        Self {
            rules,
            bounds,
            numbers: HashMap::new(),
            people: Vec::new(),
            grid: Grid::new(bounds),
            doors: HashMap::new(),
            outbox: Outbox::default(),
            active: false,
            counts: Counts::default(),
        }
    }

    /// Judges fixes of one caregiver, oldest first or not, and moves them there.
    pub fn report(&mut self, caregiver: &str, fixes: &mut [Fix], now: Timestamp) {
        let Some(&slot) = self.numbers.get(caregiver) else {
            self.counts.reject(FixRejection::UnknownCaregiver, fixes.len() as u64);
            return;
        };
        if fixes.len() > 1 {
            fixes.sort_by_key(|fix| fix.at);
        }
        let mut newest = Ok(());
        for fix in fixes {
            newest = self.judge(slot, fix, now);
            match newest {
                Ok(()) => self.counts.accepted += 1,
                Err(why) => self.counts.reject(why, 1),
            }
        }
        self.tell_sender(slot, newest, now);
    }

    /// Lets the sender and the desk know why fixes are not taken, or no longer so. The older fixes of a report do not
    /// matter: a phone that was out of reach brings old ones along.
    fn tell_sender(&mut self, slot: u32, newest: Result<(), FixRejection>, now: Timestamp) {
        let Some(person) = self.people.get_mut(slot as usize) else { return };
        match newest {
            Ok(()) => person.presence.take(),
            Err(why) if person.presence.reject(why, now) && self.active => self.outbox.presence(slot),
            Err(_) => {}
        }
    }

    fn judge(&mut self, slot: u32, fix: &Fix, now: Timestamp) -> Result<(), FixRejection> {
        let person = self.people.get_mut(slot as usize).ok_or(FixRejection::UnknownCaregiver)?;
        if !person.is_known() {
            return Err(FixRejection::UnknownCaregiver);
        }
        if person.presence.duty == Duty::Off || fix.at < person.presence.shift_since {
            return Err(FixRejection::OffDuty);
        }
        let datum = fix.datum.ok_or(FixRejection::MissingDatum)?;
        let place = Reported { lon: fix.lon, lat: fix.lat, datum }
            .to_wgs84()
            .map_err(|_| FixRejection::OutsideTheWorld)?;
        if !self.bounds.contain(place) {
            return Err(FixRejection::OutsideTheDistrict);
        }
        let rules = &self.rules;
        let ahead = fix.at.millis_since(now);
        if ahead > rules.fixes.future_seconds.saturating_mul(1000) {
            return Err(FixRejection::FutureClock);
        }
        if ahead.saturating_neg() > rules.fixes.max_age_seconds.saturating_mul(1000) {
            return Err(FixRejection::TooOld);
        }
        let point =
            Point { at: fix.at, place, xyz: Xyz::of(place), accuracy: fix.accuracy, battery: fix.battery };
        person.track.offer(point, &rules.fixes)?;
        self.grid.put(slot, place, point.xyz);
        self.outbox.moved(slot);
        if self.active
            && person.presence.signal != Signal::Fresh
            && person.presence.listen(Some(point.at), now, &rules.signal)
        {
            self.outbox.presence(slot);
        }
        for watch in &mut person.watches {
            if let Some(crossing) = watch.observe(&point, rules)
                && self.active
            {
                self.outbox.crossed(&person.id, &watch.fence, crossing, &point);
            }
        }
        Ok(())
    }

    /// Counts a report nobody can read.
    pub fn malformed(&mut self) {
        self.counts.reject(FixRejection::Malformed, 1);
    }

    /// Applies a duty command. The presence it leads to is in the outbox, unless the command was applied before.
    ///
    /// # Errors
    /// `unknown_caregiver`, `not_allowed`, `future_clock`.
    pub fn duty(&mut self, command: &DutyCommand, now: Timestamp) -> Result<u32, Problem> {
        let unknown = || {
            let detail =
                format!("the registry knows no caregiver {}; put their profile first", command.caregiver);
            Problem::new(404, "unknown_caregiver", detail).at("/caregiver")
        };
        let slot = *self.numbers.get(&command.caregiver).ok_or_else(unknown)?;
        let person = self.people.get_mut(slot as usize).filter(|p| p.is_known()).ok_or_else(unknown)?;
        let ahead_ms = self.rules.fixes.future_seconds.saturating_mul(1000);
        if person.presence.apply(command, now, ahead_ms)? == Applied::Now {
            self.outbox.presence(slot);
        }
        if person.presence.duty == Duty::Off {
            self.vanish(slot);
        }
        Ok(slot)
    }

    /// Watches the door of an order for its team, or no longer (`None`).
    pub fn visit(&mut self, order: &OrderId, door: Option<&Door>, now: Timestamp) {
        let team = door.map(|d| d.team.as_slice()).unwrap_or_default();
        let fence = door.and_then(Fence::of);
        let numbers: Vec<u32> = team.iter().map(|e| self.number(&e.caregiver)).collect();
        for gone in self.doors.remove(order).unwrap_or_default() {
            if !numbers.contains(&gone)
                && let Some(person) = self.people.get_mut(gone as usize)
            {
                person.watches.retain(|w| w.fence.order != *order);
            }
        }
        let Some(fence) = fence else { return };
        for (slot, expected) in numbers.iter().zip(team) {
            let Some(person) = self.people.get_mut(*slot as usize) else { continue };
            match person.watches.iter_mut().find(|w| w.fence.order == *order) {
                Some(watch) if watch.fence.is_at(&fence) => {
                    watch.fence = fence.clone();
                    watch.arrived = expected.arrived_at.is_some();
                }
                _ => person.watch(fence.clone(), expected, now, &self.rules),
            }
        }
        self.doors.insert(order.clone(), numbers);
    }

    /// Sets what the registry says of a caregiver.
    pub fn profile(&mut self, profile: CaregiverProfile) {
        let slot = self.number(&profile.id);
        if let Some(person) = self.people.get_mut(slot as usize) {
            person.know(profile);
        }
    }

    /// Takes over all presences as their stream has them; whoever is not among them has none. What this process
    /// believed and never stored is gone.
    pub fn restore_presences(&mut self, presences: &[Presence]) {
        let mut left: Vec<bool> = vec![true; self.people.len()];
        for presence in presences {
            let slot = self.number(&presence.caregiver);
            if let Some(left) = left.get_mut(slot as usize) {
                *left = false;
            }
            self.restore_presence(presence);
        }
        for (slot, _) in (0..).zip(left).filter(|(_, left)| *left) {
            if let Some(person) = self.people.get_mut(slot as usize) {
                person.presence = State::default();
            }
            self.vanish(slot);
        }
    }

    /// Takes over a presence as its stream has it.
    pub fn restore_presence(&mut self, presence: &Presence) {
        let slot = self.number(&presence.caregiver);
        let Some(person) = self.people.get_mut(slot as usize) else { return };
        let before = std::mem::replace(&mut person.presence, State::of(presence));
        if before.duty != Duty::Off && presence.duty != Duty::Off {
            person.presence.shift_since = before.shift_since.min(presence.duty_since);
        }
        if presence.duty == Duty::Off {
            self.vanish(slot);
        }
    }

    /// Takes over a position that was written down, unless a newer one is known. One of somebody off duty is to be
    /// forgotten.
    pub fn restore_position(&mut self, position: &Position) {
        let slot = self.number(&position.caregiver);
        let Some(person) = self.people.get_mut(slot as usize) else { return };
        if person.presence.duty == Duty::Off || position.at < person.presence.shift_since {
            self.outbox.forget(slot);
            return;
        }
        if !self.bounds.contain(position.place) || person.track.last().is_some_and(|p| p.at >= position.at) {
            return;
        }
        let Position { at, place, accuracy, battery, .. } = *position;
        let point = Point { at, place, xyz: Xyz::of(place), accuracy, battery };
        person.track.restore(point);
        self.grid.put(slot, place, point.xyz);
    }

    /// Takes over someone's last crossing as the stream has it, so that it is not told again.
    pub fn restore_crossing(&mut self, crossed: &GeofenceCrossed) {
        let slot = self.number(&crossed.caregiver);
        if let Some(person) = self.people.get_mut(slot as usize) {
            person.restore_crossing(crossed);
        }
    }

    /// A crossing told here is in the stream by now.
    pub fn crossing_stored(&mut self, crossed: GeofenceCrossed) {
        let slot = self.number(&crossed.caregiver);
        if let Some(person) = self.people.get_mut(slot as usize) {
            person.crossing_stored(crossed);
        }
    }

    /// Time passes: signals age. To be called about once a second by the active process.
    pub fn tick(&mut self, now: Timestamp) {
        if !self.active {
            return;
        }
        for (person, slot) in self.people.iter_mut().zip(0..) {
            let last = person.track.last().map(|p| p.at);
            let (changed, forgiven) =
                (person.presence.listen(last, now, &self.rules.signal), person.presence.forgive(now));
            if changed || forgiven {
                self.outbox.presence(slot);
            }
        }
    }

    /// From now on this process is the active one. What the one before may not have got done is done again.
    pub fn take_over(&mut self, now: Timestamp) {
        self.active = true;
        for (person, slot) in self.people.iter_mut().zip(0..) {
            let Some(last) = person.track.last().copied() else { continue };
            self.outbox.moved(slot);
            for watch in person.watches.iter().filter(|w| w.is_news()) {
                self.outbox.crossed(&person.id, &watch.fence, schemas::position::Crossing::Enter, &last);
            }
        }
        self.tick(now);
    }

    /// From now on another process is the active one, or none. What was not done is not done any more.
    pub fn step_down(&mut self) {
        self.active = false;
        self.outbox = Outbox::default();
    }

    /// What became of all fixes so far.
    pub const fn counts(&self) -> Counts {
        self.counts
    }

    /// How many are in each state of duty and signal; off duty there is but one.
    pub fn census(&self) -> Vec<(Duty, Signal, u64)> {
        let states = [
            (Duty::Off, Signal::None),
            (Duty::On, Signal::None),
            (Duty::On, Signal::Fresh),
            (Duty::On, Signal::Stale),
            (Duty::On, Signal::Lost),
            (Duty::Break, Signal::None),
            (Duty::Break, Signal::Fresh),
            (Duty::Break, Signal::Stale),
            (Duty::Break, Signal::Lost),
        ];
        let mut census = states.map(|(duty, signal)| (duty, signal, 0));
        for person in self.people.iter().filter(|p| p.is_known()) {
            let is = (person.presence.duty, person.presence.signal);
            let mut same = census.iter_mut().filter(|(duty, signal, _)| (*duty, *signal) == is);
            if let Some((_, _, count)) = same.next() {
                *count += 1;
            }
        }
        census.to_vec()
    }

    /// Whether this process is the active one.
    pub const fn is_active(&self) -> bool {
        self.active
    }

    /// Nobody is tracked off duty: the position goes, here and everywhere.
    fn vanish(&mut self, slot: u32) {
        if let Some(person) = self.people.get_mut(slot as usize)
            && person.track.last().is_some()
        {
            person.forget_position();
            self.outbox.forget(slot);
        }
        self.grid.remove(slot);
    }

    fn number(&mut self, caregiver: &CaregiverId) -> u32 {
        if let Some(slot) = self.numbers.get(caregiver) {
            return *slot;
        }
        let slot = self.people.len() as u32;
        self.people.push(Caregiver::new(caregiver.clone()));
        self.numbers.insert(caregiver.clone(), slot);
        slot
    }
}

impl Door {
    /// The door to watch for an order, while its team is on the way, there or at work.
    pub fn of(order: &Order) -> Option<Self> {
        let visit = match &order.stage {
            Stage::Accepted(visit) | Stage::EnRoute(visit) | Stage::Arrived(visit) => visit,
            Stage::InService(service) => &service.visit,
            _ => return None,
        };
        let expected = visit.team.iter().map(|member| Expected {
            caregiver: member.caregiver.clone(),
            arrived_at: member.arrived_at,
            by_exception: member.exception.is_some(),
        });
        let team = expected.collect();
        let under_way = !matches!(order.stage, Stage::Accepted(_));
        Some(Self {
            order: order.id.clone(),
            place: order.place,
            radius: order.arrival_radius,
            binds: under_way.then_some(order.priority),
            team,
        })
    }
}
