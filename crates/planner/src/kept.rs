//! Those of a team who have their seats while others are sought: they wait for the newcomer, and what they have
//! promised afterwards must bear it.

use domain::time::Timestamp;

use crate::{
    board::Slot,
    constraints::qualification,
    goals::{Amounts, idle},
    query::Query,
    round::{Timed, follow},
    timetables::time,
    travel::Travel,
};

/// One seat kept.
struct Seat<'a> {
    start: Timestamp,
    /// Their place on the board, the index of this visit in their round and the timetable of that.
    round: Option<(&'a Slot, usize, Vec<Timed>)>,
}

/// All seats kept.
pub(crate) struct Kept<'a, T> {
    query: &'a Query<'a, T>,
    seats: Vec<Seat<'a>>,
}

impl<'a, T: Travel> Kept<'a, T> {
    pub fn of(query: &'a Query<'a, T>) -> Self {
        let seats = query.task.kept.iter().map(|kept| {
            let slot = query.board.find(&kept.caregiver).and_then(|at| query.board.slot(at));
            let round = slot.and_then(|slot| {
                let stops = &slot.worker.commitments;
                let visit = stops.iter().position(|c| c.order == query.task.order)?;
                let mut timed = Vec::with_capacity(stops.len());
                time(slot, query.travel, query.now, &mut timed);
                Some((slot, visit, timed))
            });
            Seat { start: kept.start, round }
        });
        Self { query, seats: seats.collect() }
    }

    /// What starting then costs them; `None` where it breaks a promise of theirs.
    pub fn amounts(&self, start: Timestamp) -> Option<Amounts> {
        self.seats.iter().try_fold(Amounts::default(), |sum, seat| Some(sum.plus(self.seat(seat, start)?)))
    }

    fn seat(&self, seat: &Seat, start: Timestamp) -> Option<Amounts> {
        let mut amounts = Amounts { idle: idle::amount(seat.start, start), ..Amounts::default() };
        if start == seat.start {
            return Some(amounts);
        }
        let Some((slot, visit, timed)) = &seat.round else { return Some(amounts) };
        let requirement = &self.query.task.requirement;
        let service = self.query.service(start);
        let profile = &slot.worker.profile;
        if slot.calendar.clear(start, requirement.duration) != Some(start)
            || qualification::forbids(profile, &requirement.qualifications, service).is_some()
        {
            return None;
        }
        amounts.displacement =
            follow(slot, timed, visit + 1, service.latest, slot.leg(visit + 1), |_, _| {})?;
        Some(amounts)
    }

    /// When their breaks end and certificates begin: a team may have to wait for that.
    pub fn begins(&self, until: Timestamp) -> impl Iterator<Item = Timestamp> {
        let from = self.query.earliest;
        self.seats.iter().filter_map(|seat| seat.round.as_ref()).flat_map(move |(slot, ..)| {
            let certified = qualification::begins(&slot.worker.profile, from, until);
            slot.calendar.ends(from, until).chain(certified)
        })
    }
}
