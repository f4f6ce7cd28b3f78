//! The timetables of everyone's round at one instant, worked out once for many questions asked in one breath.

use std::cell::{OnceCell, RefCell};
use std::ops::Range;

use domain::{decision::Leg, time::Timestamp};

use crate::{
    board::{Board, NO_WAY, Slot},
    round::{Timed, timetable},
    travel::Travel,
    worker::Progress,
};

/// Timetables by slot, worked out when first asked for. They hold for one board at one instant.
pub(crate) struct Timetables {
    known: Vec<OnceCell<(Leg, Range<usize>)>>,
    timed: RefCell<Vec<Timed>>,
}

impl Timetables {
    /// None known yet.
    pub fn of(board: &Board) -> Self {
        Self { known: vec![OnceCell::new(); board.capacity()], timed: RefCell::default() }
    }

    /// Appends the timetable of a round and gives the way to its first commitment.
    pub fn of_round<T: Travel>(
        &self,
        at: u32,
        slot: &Slot,
        travel: &T,
        now: Timestamp,
        out: &mut Vec<Timed>,
    ) -> Leg {
        let Some(known) = self.known.get(at as usize) else { return time(slot, travel, now, out) };
        let (head, range) = known.get_or_init(|| {
            let mut timed = self.timed.borrow_mut();
            let before = timed.len();
            let head = time(slot, travel, now, &mut timed);
            (head, before..timed.len())
        });
        out.extend_from_slice(self.timed.borrow().get(range.clone()).unwrap_or_default());
        *head
    }
}

/// Appends the timetable of a round as promised and gives the way to its first commitment.
pub(crate) fn time<T: Travel>(slot: &Slot, travel: &T, now: Timestamp, out: &mut Vec<Timed>) -> Leg {
    let head = match (slot.worker.commitments.first(), slot.whereabouts()) {
        (Some(first), Some(here)) if !matches!(first.progress, Progress::InService { .. }) => {
            travel.leg(slot.worker.profile.mode, here.place, first.place)
        }
        _ => NO_WAY,
    };
    timetable(slot, head, now, out);
    head
}
