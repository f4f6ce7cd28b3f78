//! A visit that needs somebody.

use std::collections::BTreeSet;

use domain::{
    decision::{Exclusion, Shortage},
    geo::Wgs84,
    id::{CaregiverId, OrderId},
    order::{Order, Stage},
    priority::Priority,
    service::Requirement,
    time::{Timestamp, Window},
};

use crate::{goals::Goals, travel::PlaceIx};

/// A seat of a team that is taken already while others are sought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptSeat {
    /// By whom. If they are on the board with a commitment of this order, that commitment and what follows it are
    /// checked against a later start.
    pub caregiver: CaregiverId,
    /// When they would start.
    pub start: Timestamp,
}

/// A visit that needs somebody.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// Which order.
    pub order: OrderId,
    /// Where, for travel times.
    pub place: PlaceIx,
    /// Where, for the radius and the shortlist.
    pub coordinates: Wgs84,
    /// When it may start; later is late.
    pub window: Window,
    /// The latest acceptable start; `None` is the end of the window and [`Goals::lateness_limit`].
    pub latest: Option<Timestamp>,
    /// Time at the door, people and qualifications it takes.
    pub requirement: Requirement,
    /// Its rank in the queue.
    pub priority: Priority,
    /// Seats taken already; only the others are filled.
    pub kept: Vec<KeptSeat>,
    /// Who is not to be asked again, and why.
    pub ruled_out: Vec<(CaregiverId, Exclusion)>,
    /// Whom the elder does not want.
    pub blocked: BTreeSet<CaregiverId>,
    /// Whom the elder asks for, or who came before.
    pub preferred: BTreeSet<CaregiverId>,
    /// Why it waits, as was told before: where nobody is found for the same reason again, the decision of a match
    /// says so without naming everyone once more.
    pub told: Option<Shortage>,
}

impl Task {
    /// The open seats of an order: kept are the seats taken or on offer, ruled out is who was before.
    pub fn of(
        order: &Order,
        place: PlaceIx,
        blocked: BTreeSet<CaregiverId>,
        preferred: BTreeSet<CaregiverId>,
    ) -> Self {
        let seats = order.stage.seats().iter();
        Self {
            order: order.id.clone(),
            place,
            coordinates: order.place,
            window: order.window,
            latest: None,
            requirement: order.requirement.clone(),
            priority: order.priority,
            kept: seats.map(|s| KeptSeat { caregiver: s.caregiver.clone(), start: s.start }).collect(),
            ruled_out: order.ruled_out.iter().map(|r| (r.caregiver.clone(), r.reason)).collect(),
            blocked,
            preferred,
            told: match &order.stage {
                Stage::Waiting(waiting) => waiting.shortage,
                _ => None,
            },
        }
    }

    /// How many people are still sought.
    pub fn missing(&self) -> usize {
        usize::from(self.requirement.team_size).saturating_sub(self.kept.len())
    }

    /// Whether one person is sought who shares the visit with nobody.
    pub(crate) fn is_single(&self) -> bool {
        self.kept.is_empty() && self.missing() == 1
    }

    /// The latest acceptable start.
    pub fn latest_start(&self, goals: &Goals) -> Timestamp {
        self.latest.unwrap_or(self.window.latest + goals.lateness_limit)
    }

    /// Not before its window, nor before those who kept their seats are there.
    pub(crate) fn not_before(&self) -> Timestamp {
        self.kept.iter().map(|k| k.start).fold(self.window.earliest, Timestamp::max)
    }
}
