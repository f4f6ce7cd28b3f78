//! From everyone on the board to the openings of a shortlist: the nearest who pass the cheap rules are examined with
//! real travel times, batch by batch outwards, until the caller is content.

use std::ops::Range;

use domain::{
    caregiver::TravelMode,
    decision::{Exclusion, Leg, NAMED_PER_REASON},
    time::Timestamp,
};

use crate::{
    board::{NO_WAY, Nearest, Pin, Slot},
    calendar::Calendar,
    constraints::{lateness, promises, qualification, radius, shift, wishes},
    goals::{Amounts, continuity, detour, idle, rating, staleness, workload},
    query::Query,
    report::{
        Moved,
        exclusions::{Exclusions, Phase},
    },
    round::{Timed, arrive, follow, open_from, span, timetable},
    travel::{PlaceIx, Travel},
    worker::{Commitment, Progress},
};

/// A position in someone's round at which the visit fits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Opening {
    /// Before which commitment.
    pub position: usize,
    /// The way there.
    pub leg: Leg,
    /// The way on, unless it would be last.
    pub onward: Option<Leg>,
    /// When they are there.
    pub arrive: Timestamp,
    /// The first instant they can start.
    pub ready: Timestamp,
    /// Extra seconds of travel.
    pub detour: i64,
}

/// Someone with at least one opening.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub slot: u32,
    /// What they bring whatever the opening.
    pub own: Amounts,
    openings: Range<usize>,
    timed: Range<usize>,
}

/// Someone on the shortlist, before the travel times are known.
struct Listed {
    slot: u32,
    order: u32,
    head: Leg,
    timed: Range<usize>,
    openings: Range<usize>,
    refused: Option<Exclusion>,
}

impl Listed {
    const fn new(slot: u32, order: u32) -> Self {
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

/// Someone the task names.
#[derive(Debug, Clone, Copy)]
struct Named {
    slot: u32,
    /// Why they are left out; `None` where they kept a seat.
    why: Option<Exclusion>,
    /// Whether they were met on the walk.
    met: bool,
}

/// A search under way.
pub(crate) struct Search<'a, T, F> {
    pub query: &'a Query<'a, T>,
    walk: Nearest<'a, F>,
    /// People the task names, by slot.
    named: Vec<Named>,
    candidates: Vec<Candidate>,
    openings: Vec<Opening>,
    timed: Vec<Timed>,
    exclusions: Exclusions,
    /// How many present people were handled one by one.
    seen: u32,
    exhausted: bool,
}

impl<'a, T: Travel> Query<'a, T> {
    /// Starts at the door and looks at nobody yet.
    pub fn search(&'a self) -> Search<'a, T, impl Fn(u32, u32) -> std::cmp::Ordering> {
        let kept = self.task.kept.iter().map(|k| (&k.caregiver, None));
        let ruled_out = wishes::named(self.task).map(|(who, why)| (who, Some(why)));
        let mut named: Vec<_> = kept
            .chain(ruled_out)
            .filter_map(|(who, why)| Some(Named { slot: self.board.find(who)?, why, met: false }))
            .collect();
        named.sort_by_key(|n| n.slot);
        named.dedup_by_key(|n| n.slot);
        Search {
            query: self,
            walk: self.board.nearest(self.task.coordinates),
            named,
            candidates: Vec::new(),
            openings: Vec::new(),
            timed: Vec::new(),
            exclusions: Exclusions::default(),
            seen: 0,
            exhausted: false,
        }
    }
}

impl<T: Travel, F: Fn(u32, u32) -> std::cmp::Ordering> Search<'_, T, F> {
    /// Everyone found so far, nearest first within a batch.
    pub fn candidates(&self) -> &[Candidate] {
        &self.candidates
    }

    /// Whether nobody is left to look at.
    pub const fn exhausted(&self) -> bool {
        self.exhausted
    }

    pub fn openings(&self, candidate: &Candidate) -> &[Opening] {
        self.openings.get(candidate.openings.clone()).unwrap_or_default()
    }

    pub fn timed(&self, candidate: &Candidate) -> &[Timed] {
        self.timed.get(candidate.timed.clone()).unwrap_or_default()
    }

    /// What it costs to start exactly then at that opening; `None` where that breaks a promise, a break or the
    /// shift, or a certificate is not valid then.
    pub fn amounts(&self, candidate: &Candidate, opening: &Opening, start: Timestamp) -> Option<Amounts> {
        let slot = self.query.board.slot(candidate.slot)?;
        if start != opening.ready && !self.may_start(slot, start) {
            return None;
        }
        let displacement = self.displacement(slot, self.timed(candidate), opening, start)?;
        Some(Amounts {
            detour: opening.detour,
            idle: idle::amount(opening.arrive, start),
            displacement,
            ..candidate.own
        })
    }

    fn may_start(&self, slot: &Slot, start: Timestamp) -> bool {
        let task = self.query.task;
        let worker = &slot.worker;
        slot.calendar.clear(start, task.requirement.duration) == Some(start)
            && qualification::forbids(
                &worker.profile,
                &task.requirement.qualifications,
                self.query.service(start),
            )
            .is_none()
    }

    fn displacement(&self, slot: &Slot, timed: &[Timed], opening: &Opening, start: Timestamp) -> Option<i64> {
        let Some(onward) = opening.onward else { return Some(0) };
        let free = self.query.service(start).latest;
        follow(slot, timed, opening.position, free, onward, |_, _| {})
    }

    /// Looks at the next batch of the nearest.
    pub fn widen(&mut self, batch: usize) {
        let mut listed = Vec::with_capacity(batch.min(self.query.board.present()));
        while listed.len() < batch {
            if self.walk.all_left_beyond(self.query.board.reach()) {
                self.exhausted = true;
                break;
            }
            let Some(pin) = self.walk.next() else {
                self.exhausted = true;
                break;
            };
            let order = self.seen;
            self.seen += 1;
            match self.cheap(&pin) {
                Ok(true) => listed.push(Listed::new(pin.slot, order)),
                Ok(false) => {}
                Err(why) => self.exclusions.add(why, pin.slot, order, Phase::Walk),
            }
        }
        self.examine(listed);
    }

    /// The rules that need no travel time. `false` is someone who has a seat of this very visit.
    fn cheap(&mut self, pin: &Pin) -> Result<bool, Exclusion> {
        let q = self.query;
        if let Some(named) = self.named(pin.slot) {
            named.met = true;
            return named.why.map_or(Ok(false), Err);
        }
        if !pin.skills.cover(q.skills) {
            return Err(Exclusion::Unqualified);
        }
        if pin.on_break {
            return Err(Exclusion::OnBreak);
        }
        if pin.holds_offer || q.taken.binary_search(&pin.slot).is_ok() {
            return Err(Exclusion::HoldsOffer);
        }
        let Some(slot) = q.board.slot(pin.slot) else { return Ok(false) };
        let profile = &slot.worker.profile;
        let far = radius::forbids(pin.at, q.task.coordinates, profile.max_radius);
        let full = || promises::forbids_another(&slot.worker.commitments, q.goals.max_commitments);
        match far.or_else(full) {
            Some(why) => Err(why),
            None => Ok(true),
        }
    }

    fn named(&mut self, slot: u32) -> Option<&mut Named> {
        let at = self.named.binary_search_by_key(&slot, |n| n.slot).ok()?;
        self.named.get_mut(at)
    }

    fn examine(&mut self, mut listed: Vec<Listed>) {
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
        if let Some(first) = stops.first()
            && !matches!(first.progress, Progress::InService { .. })
        {
            person.head = q.travel.leg(mode, here.place, first.place);
        }
        let before = self.timed.len();
        timetable(slot, person.head, q.now, &mut self.timed);
        person.timed = before..self.timed.len();
        let timed = self.timed.get(before..).unwrap_or_default();
        let mut first_asked = None;
        for position in open..=stops.len() {
            let previous = position.checked_sub(1);
            let free = previous.and_then(|p| timed.get(p)).map_or(q.now, |t| t.finish);
            if free > q.latest {
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

    /// What starting then at that opening does to the rest of their round.
    pub fn moves(&self, candidate: &Candidate, opening: &Opening, start: Timestamp) -> Vec<Moved> {
        let mut moved = Vec::new();
        if let Some(slot) = self.query.board.slot(candidate.slot)
            && let Some(onward) = opening.onward
        {
            let free = self.query.service(start).latest;
            let note =
                |promise: &Commitment, start| moved.push(Moved { order: promise.order.clone(), start });
            follow(slot, self.timed(candidate), opening.position, free, onward, note);
        }
        moved
    }

    /// Closes the books: everyone who was not met on the walk is counted with a reason.
    pub fn into_exclusions(mut self) -> Exclusions {
        let board = self.query.board;
        if self.exhausted && self.candidates.is_empty() {
            self.name_the_far();
        }
        let mut left = board.present() - self.seen as usize;
        for named in self.named.iter().filter(|n| !n.met) {
            left -= usize::from(board.is_present(named.slot));
            if let Some(why) = named.why {
                self.exclusions.add(why, named.slot, u32::MAX, Phase::Examined);
            }
        }
        for (why, people) in board.absent().by_reason() {
            let is_named = |at: &u32| self.named.binary_search_by_key(at, |n| n.slot).is_ok();
            let named = self.named.iter().filter_map(|n| board.id(n.slot)).filter(|id| people.contains(*id));
            let count = people.len() - named.count();
            let others = people.iter().filter_map(|id| board.find(id)).filter(|at| !is_named(at));
            self.exclusions.add_absent(why, count, others);
        }
        let why = if self.exhausted { Exclusion::OutsideRadius } else { Exclusion::BeyondShortlist };
        self.exclusions.add_uncounted(why, left);
        self.exclusions
    }

    /// Nobody was found: the nearest of those beyond everyone's radius are named, too.
    fn name_the_far(&mut self) {
        for _ in 0..NAMED_PER_REASON {
            let Some(pin) = self.walk.next() else { return };
            let why = match self.named(pin.slot) {
                Some(named) => {
                    named.met = true;
                    named.why
                }
                None => Some(Exclusion::OutsideRadius),
            };
            if let Some(why) = why {
                self.exclusions.add(why, pin.slot, self.seen, Phase::Walk);
            }
            self.seen += 1;
        }
    }
}

const MODES: [TravelMode; 3] = [TravelMode::Walk, TravelMode::EBike, TravelMode::Car];
