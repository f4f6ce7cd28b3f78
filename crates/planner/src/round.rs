//! The timetable of one round, and what putting a visit into it does to what was promised.
//!
//! People set off as soon as they are free. Neither a way nor a visit lies in a break or outside the shifts; work
//! moves behind them ([`Calendar::clear`]). A promise that cannot be kept that way any more is kept as soon as
//! possible all the same: it is *forced*.

use domain::{decision::Leg, time::Timestamp, unit::Seconds};

use crate::{
    board::Slot,
    calendar::Calendar,
    goals::displacement,
    worker::{Commitment, Progress},
};

/// When a promised visit will be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Timed {
    pub start: Timestamp,
    pub finish: Timestamp,
    /// Not without working in a break or after the shift.
    pub forced: bool,
}

/// No way takes less than nothing.
pub(crate) fn span(leg: Leg) -> Seconds {
    leg.seconds.max(Seconds::ZERO)
}

/// When someone who is free at `free` is there.
pub(crate) fn arrive(calendar: &Calendar, free: Timestamp, leg: Leg) -> Option<Timestamp> {
    calendar.clear(free, span(leg)).map(|depart| depart + span(leg))
}

/// When a commitment starts for someone free at `free`, and whether that is forced.
fn start_of(calendar: &Calendar, promise: &Commitment, free: Timestamp, leg: Leg) -> (Timestamp, bool) {
    arrive(calendar, free, leg)
        .and_then(|there| calendar.clear(there.max(promise.earliest), promise.duration))
        .filter(|start| *start <= promise.latest)
        .map_or_else(|| ((free + span(leg)).max(promise.earliest), true), |start| (start, false))
}

/// The index of the first commitment that something may come before.
pub(crate) fn open_from(commitments: &[Commitment]) -> usize {
    commitments.iter().rposition(|c| c.progress != Progress::Planned).map_or(0, |last| last + 1)
}

/// Appends the timetable of the round as promised. `head` is the way to the first commitment.
pub(crate) fn timetable(slot: &Slot, head: Leg, now: Timestamp, out: &mut Vec<Timed>) {
    let mut free = now;
    for (i, promise) in slot.worker.commitments.iter().enumerate() {
        let leg = if i == 0 { head } else { slot.leg(i) };
        let timed = match promise.progress {
            Progress::InService { since } => {
                Timed { start: since, finish: now.max(since + promise.duration), forced: false }
            }
            Progress::Planned | Progress::UnderWay => {
                let (start, forced) = start_of(&slot.calendar, promise, free, leg);
                Timed { start, finish: start + promise.duration, forced }
            }
        };
        out.push(timed);
        free = timed.finish;
    }
}

/// Follows the round from commitment `next` on for someone free at `free`, `leg` away from it, and tells every start
/// that changes. The seconds by which promises are displaced, or `None` where one would be broken.
pub(crate) fn follow(
    slot: &Slot,
    timed: &[Timed],
    next: usize,
    free: Timestamp,
    leg: Leg,
    mut moved: impl FnMut(&Commitment, Timestamp),
) -> Option<i64> {
    let (mut free, mut leg, mut displaced) = (free, leg, 0);
    let promises = slot.worker.commitments.iter().zip(timed).enumerate().skip(next);
    for (i, (promise, before)) in promises {
        let (start, forced) = start_of(&slot.calendar, promise, free, leg);
        if forced && !(before.forced && start <= before.start) {
            return None;
        }
        if start != before.start {
            moved(promise, start);
        }
        displaced += displacement::amount(promise.due, before.start, start);
        free = start + promise.duration;
        if free == before.finish {
            break;
        }
        leg = slot.leg(i + 1);
    }
    Some(displaced.max(0))
}
