//! From everyone on the board to the openings of a shortlist: the nearest who pass the cheap rules are examined with
//! real travel times, batch by batch outwards, until the caller is content.

mod examine;

use std::ops::Range;

use domain::{
    decision::{Exclusion, Leg, NAMED_PER_REASON},
    time::Timestamp,
};

use self::examine::Listed;
use crate::{
    board::{Nearest, Pin, Slot},
    constraints::{promises, qualification, radius, wishes},
    goals::{Amounts, idle},
    query::Query,
    report::{
        Moved,
        exclusions::{Exclusions, Phase},
    },
    round::{Timed, follow},
    travel::Travel,
    worker::Commitment,
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

    /// Looks at one person and nobody else.
    pub fn look_at(&mut self, slot: u32) {
        self.exhausted = true;
        if let Some(pin) = self.query.board.pin(slot)
            && self.cheap(&pin) == Ok(true)
        {
            self.seen += 1;
            self.examine(vec![Listed::new(slot, 0)]);
        }
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
