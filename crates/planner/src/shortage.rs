//! Why nobody could be offered a visit: from the whole district down to those nearby. Asked only when nobody was
//! found, so it may look at everyone.

use domain::{caregiver::Duty, decision::Shortage};

use crate::{
    board::Slot,
    constraints::{qualification, radius, wishes},
    query::Query,
};

/// How far someone gets on the way to being a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Closeness {
    NotQualified,
    OffShift,
    TooFar,
    AskedBefore,
    Busy,
}

impl<T> Query<'_, T> {
    /// The reason, where `found` people could have come one by one.
    pub fn shortage(&self, found: usize) -> Shortage {
        if found + self.task.kept.len() > 0 && self.task.requirement.team_size > 1 {
            return Shortage::TeamIncomplete;
        }
        match self.board.slots().map(|(_, slot)| self.closeness(slot)).max() {
            None | Some(Closeness::NotQualified) => Shortage::NobodyQualified,
            Some(Closeness::OffShift) => Shortage::NobodyOnShift,
            Some(Closeness::TooFar) => Shortage::OutsideRadius,
            Some(Closeness::AskedBefore) => Shortage::AllDeclined,
            Some(Closeness::Busy) => Shortage::AllBusy,
        }
    }

    fn closeness(&self, slot: &Slot) -> Closeness {
        let (task, worker) = (self.task, &slot.worker);
        let at = self.now.max(self.earliest);
        let needed = &task.requirement.qualifications;
        if !slot.skills.cover(self.skills) || qualification::forbids_at(&worker.profile, needed, at).is_some()
        {
            return Closeness::NotQualified;
        }
        let Some(here) = worker.whereabouts.filter(|_| worker.duty != Duty::Off) else {
            return Closeness::OffShift;
        };
        if radius::forbids(here.coordinates, task.coordinates, worker.profile.max_radius).is_some() {
            return Closeness::TooFar;
        }
        let id = &worker.profile.id;
        if wishes::named(task).any(|(who, _)| who == id) { Closeness::AskedBefore } else { Closeness::Busy }
    }
}
