//! One caregiver on the board, with what is derived from their profile and round once instead of per order.

use domain::decision::{Exclusion, Leg, TravelSource};
use domain::unit::{Metres, Seconds};

use super::{absence, grid::Pin};
use crate::{
    calendar::Calendar,
    constraints::{breaks, offer, qualification::Skills},
    travel::Travel,
    worker::{Commitment, Whereabouts, Worker},
};

/// Whether someone is on the map of candidates.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Presence {
    Present(Pin),
    Absent(Exclusion),
}

/// One caregiver.
#[derive(Debug, Clone)]
pub(crate) struct Slot {
    pub worker: Worker,
    pub presence: Presence,
    pub skills: Skills,
    pub calendar: Calendar,
    /// The way to each commitment from the one before; that to the first depends on where they are and is nothing
    /// here.
    legs: Vec<Leg>,
}

/// Staying where one is.
pub(crate) const NO_WAY: Leg =
    Leg { seconds: Seconds::ZERO, metres: Metres::ZERO, source: TravelSource::Network };

impl Slot {
    pub fn new(worker: Worker, travel: &impl Travel) -> Self {
        let mut slot = Self {
            presence: Presence::Absent(Exclusion::OffDuty),
            skills: Skills::held(&worker.profile),
            calendar: Calendar::of(&worker.profile),
            legs: Vec::new(),
            worker,
        };
        slot.travel(travel);
        slot
    }

    pub fn set_commitments(&mut self, commitments: Vec<Commitment>, travel: &impl Travel) {
        self.worker.commitments = commitments;
        self.travel(travel);
    }

    fn travel(&mut self, travel: &impl Travel) {
        let mode = self.worker.profile.mode;
        let stops = &self.worker.commitments;
        let between = stops.iter().zip(stops.iter().skip(1));
        self.legs.clear();
        self.legs.extend(stops.first().map(|_| NO_WAY));
        self.legs.extend(between.map(|(a, b)| travel.leg(mode, a.place, b.place)));
    }

    /// The way to a commitment from the one before it.
    pub fn leg(&self, commitment: usize) -> Leg {
        self.legs.get(commitment).copied().unwrap_or(NO_WAY)
    }

    pub fn whereabouts(&self) -> Option<Whereabouts> {
        self.worker.whereabouts
    }
}

/// Derives the presence of a worker in the slot of that number.
pub(super) fn presence(worker: &Worker, skills: Skills, at: u32) -> Presence {
    match (absence(worker), worker.whereabouts) {
        (Some(why), _) => Presence::Absent(why),
        (None, None) => Presence::Absent(Exclusion::PositionLost),
        (None, Some(here)) => Presence::Present(Pin {
            slot: at,
            at: here.coordinates,
            skills,
            on_break: breaks::forbids(worker.duty).is_some(),
            holds_offer: offer::forbids(worker.holds_offer).is_some(),
        }),
    }
}
