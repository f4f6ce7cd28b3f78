//! The shortlist against the clock and the road: which positions of each round could do, by the times alone; then the
//! ways there, all in one batch; then, for those still in the race, the ways on and the promises.

use std::{cmp::Ordering, ops::Range};

use domain::{
    caregiver::TravelMode,
    decision::{Exclusion, Leg},
    time::Timestamp,
};

use super::{Candidate, Opening, Search};
use crate::{
    board::NO_WAY,
    calendar::Calendar,
    constraints::{lateness, qualification, shift},
    goals::{Amounts, continuity, detour, rating, staleness, workload},
    report::exclusions::Phase,
    round::{arrive, open_from, span},
    timetables::time,
    travel::{PlaceIx, Travel},
};

const MODES: [TravelMode; 3] = [TravelMode::Walk, TravelMode::EBike, TravelMode::Car];

/// Someone on the shortlist, before the travel times are known.
pub(super) struct Listed {
    slot: u32,
    order: u32,
    head: Leg,
    timed: Range<usize>,
    openings: Range<usize>,
    refused: Option<Exclusion>,
}

impl Listed {
    pub const fn new(slot: u32, order: u32) -> Self {
        Self { slot, order, head: NO_WAY, timed: 0..0, openings: 0..0, refused: None }
    }
}

/// A position worth asking travel times for.
struct Ask {
    listed: usize,
    position: usize,
    free: Timestamp,
    mode: TravelMode,
    from: PlaceIx,
    to: Option<PlaceIx>,
    leg: Leg,
    onward: Option<Leg>,
    arrive: Timestamp,
    ready: Option<Timestamp>,
}

impl<T: Travel, F: Fn(u32, u32) -> Ordering> Search<'_, T, F> {
    /// Examines a batch.
    pub(super) fn examine(&mut self, mut listed: Vec<Listed>) {
        let mut asks = Vec::with_capacity(listed.len() * 2);
        for (i, person) in listed.iter_mut().enumerate() {
            self.ask(i, person, &mut asks);
        }
        self.ways_there(&mut asks);
        for ask in &mut asks {
            if let Some(person) = listed.get_mut(ask.listed)
                && let Err(why) = self.reach(person, ask)
            {
                person.refused.get_or_insert(why);
            }
        }
        asks.retain(|ask| ask.ready.is_some());
        self.ways_on(&mut asks);
        let mut asks = asks.iter().peekable();
        for (i, mut person) in listed.into_iter().enumerate() {
            let first = self.openings.len();
            while let Some(ask) = asks.next_if(|ask| ask.listed == i) {
                if let Some(opening) = self.opening(&person, ask) {
                    self.openings.push(opening);
                } else {
                    person.refused.get_or_insert(Exclusion::Committed);
                }
            }
            person.openings = first..self.openings.len();
            self.settle(person);
        }
    }

    /// Either a candidate or left out.
    fn settle(&mut self, person: Listed) {
        let Some(slot) = self.query.board.slot(person.slot) else { return };
        if person.openings.is_empty() {
            let why = person.refused.unwrap_or(Exclusion::Committed);
            self.exclusions.add(why, person.slot, person.order, Phase::Examined);
            return;
        }
        let (q, worker) = (self.query, &slot.worker);
        let own = Amounts {
            workload: workload::amount(worker.worked_minutes, q.average_worked),
            continuity: continuity::amount(q.task.preferred.contains(&worker.profile.id)),
            rating: rating::amount(worker.profile.rating, q.goals.unrated),
            staleness: staleness::amount(worker.signal),
            ..Amounts::default()
        };
        let Listed { slot, timed, openings, .. } = person;
        self.candidates.push(Candidate { slot, own, openings, timed });
    }

    /// Which positions in the round could do, by the clock alone.
    fn ask(&mut self, i: usize, person: &mut Listed, asks: &mut Vec<Ask>) {
        let q = self.query;
        let Some(slot) = q.board.slot(person.slot) else { return };
        let Some(here) = slot.whereabouts() else { return };
        let mode = slot.worker.profile.mode;
        let stops = &slot.worker.commitments;
        let open = open_from(stops);
        let before = self.timed.len();
        person.head = match q.timetables {
            Some(known) => known.of_round(person.slot, slot, q.travel, q.now, &mut self.timed),
            None => time(slot, q.travel, q.now, &mut self.timed),
        };
        person.timed = before..self.timed.len();
        let timed = self.timed.get(before..).unwrap_or_default();
        let mut first_asked = None;
        for position in open..=stops.len() {
            let previous = position.checked_sub(1);
            let free = previous.and_then(|p| timed.get(p)).map_or(q.now, |t| t.finish);
            if free > q.latest.min(q.free_by) {
                break;
            }
            let next = stops.get(position).zip(timed.get(position));
            let earliest_end = q.service(free.max(q.earliest)).latest;
            if next.is_some_and(|(promise, t)| promise.latest.max(t.start) < earliest_end) {
                continue;
            }
            first_asked.get_or_insert(position);
            asks.push(Ask {
                listed: i,
                position,
                free,
                mode,
                from: previous.and_then(|p| stops.get(p)).map_or(here.place, |stop| stop.place),
                to: next.map(|(promise, _)| promise.place),
                leg: NO_WAY,
                onward: None,
                arrive: free,
                ready: None,
            });
        }
        if first_asked != Some(open) {
            let idle = stops.is_empty();
            person.refused = Some(if idle { Exclusion::TooLate } else { Exclusion::Committed });
        }
    }

    fn ways_there(&self, asks: &mut [Ask]) {
        let (mut from, mut legs) = (Vec::with_capacity(asks.len()), Vec::with_capacity(asks.len()));
        for mode in MODES {
            from.clear();
            legs.clear();
            from.extend(asks.iter().filter(|a| a.mode == mode).map(|a| a.from));
            if !from.is_empty() {
                self.query.travel.legs_to(mode, &from, self.query.task.place, &mut legs);
            }
            for (ask, leg) in asks.iter_mut().filter(|a| a.mode == mode).zip(&legs) {
                ask.leg = *leg;
            }
        }
    }

    fn ways_on(&self, asks: &mut [Ask]) {
        let (mut to, mut legs) = (Vec::new(), Vec::new());
        for mode in MODES {
            to.clear();
            legs.clear();
            to.extend(asks.iter().filter(|a| a.mode == mode).filter_map(|a| a.to));
            if !to.is_empty() {
                self.query.travel.legs_from(mode, self.query.task.place, &to, &mut legs);
            }
            for (ask, leg) in asks.iter_mut().filter(|a| a.mode == mode && a.to.is_some()).zip(&legs) {
                ask.onward = Some(*leg);
            }
        }
    }

    /// When they could start there, now that the way is known.
    fn reach(&self, person: &Listed, ask: &mut Ask) -> Result<(), Exclusion> {
        let q = self.query;
        let Some(slot) = q.board.slot(person.slot) else { return Ok(()) };
        let duration = q.task.requirement.duration;
        let there = arrive(&slot.calendar, ask.free, ask.leg);
        let start = there.and_then(|t| slot.calendar.clear(t.max(q.earliest), duration));
        let Some((there, mut start)) = there.zip(start).filter(|(_, start)| *start <= q.latest) else {
            let raw = ask.free + span(ask.leg);
            return Err(match lateness::forbids(raw.max(q.earliest), q.latest) {
                Some(_) if ask.position > 0 => Exclusion::Committed,
                Some(why) => why,
                None => {
                    let shifts = Calendar::without_breaks(&slot.worker.profile);
                    shift::or_break(&shifts, raw.max(q.earliest), duration, q.latest)
                }
            });
        };
        let (profile, needed) = (&slot.worker.profile, &q.task.requirement.qualifications);
        while let Some(why) = qualification::forbids(profile, needed, q.service(start)) {
            // Perhaps a certificate begins later, and still in time.
            let begin = qualification::begins(profile, start, q.latest).min();
            let next = begin.and_then(|begin| slot.calendar.clear(begin, duration));
            start = next.filter(|next| *next <= q.latest).ok_or(why)?;
        }
        ask.arrive = there;
        ask.ready = Some(start);
        Ok(())
    }

    /// The opening, unless it breaks a promise.
    fn opening(&self, person: &Listed, ask: &Ask) -> Option<Opening> {
        let slot = self.query.board.slot(person.slot)?;
        let spared = ask.to.map(|_| if ask.position == 0 { person.head } else { slot.leg(ask.position) });
        let opening = Opening {
            position: ask.position,
            leg: ask.leg,
            onward: ask.onward,
            arrive: ask.arrive,
            ready: ask.ready?,
            detour: detour::amount(ask.leg, ask.onward, spared),
        };
        let timed = self.timed.get(person.timed.clone()).unwrap_or_default();
        self.displacement(slot, timed, &opening, opening.ready)?;
        Some(opening)
    }
}
