//! A caregiver as the planner sees them: who they are, where they are, and what they have promised.

use std::sync::Arc;

use domain::{
    caregiver::{CaregiverProfile, Duty, Signal},
    geo::Wgs84,
    id::OrderId,
    time::Timestamp,
    unit::Seconds,
};

use crate::travel::PlaceIx;

/// Where someone is: the same place for the travel times and on the globe.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Whereabouts {
    /// For travel times.
    pub place: PlaceIx,
    /// For the radius and the shortlist.
    pub coordinates: Wgs84,
}

/// How far a promised visit has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Not begun; something may come before it.
    Planned,
    /// On the way or at the door; nothing comes before it any more.
    UnderWay,
    /// Being served since then.
    InService {
        /// Since when.
        since: Timestamp,
    },
}

/// A visit someone has promised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commitment {
    /// Which order.
    pub order: OrderId,
    /// Where.
    pub place: PlaceIx,
    /// It does not start before.
    pub earliest: Timestamp,
    /// End of its window; a later start is allowed, and counted as displacement.
    pub due: Timestamp,
    /// Nothing the planner does makes it start later than this (nor later than it will anyhow).
    pub latest: Timestamp,
    /// Time at the door.
    pub duration: Seconds,
    /// How far it has come.
    pub progress: Progress,
}

impl Commitment {
    /// A visit that others share: its start is agreed and may not move.
    pub const fn appointed(order: OrderId, place: PlaceIx, start: Timestamp, duration: Seconds) -> Self {
        let progress = Progress::Planned;
        Self { order, place, earliest: start, due: start, latest: start, duration, progress }
    }
}

/// A caregiver with their round.
#[derive(Debug, Clone, PartialEq)]
pub struct Worker {
    /// What they may do, when, how they travel.
    pub profile: Arc<CaregiverProfile>,
    /// Whether they work right now. Nobody is asked while off duty or on a break.
    pub duty: Duty,
    /// How fresh the position is.
    pub signal: Signal,
    /// Where they are; `None` while no position is known.
    pub whereabouts: Option<Whereabouts>,
    /// Considering an offer right now.
    pub holds_offer: bool,
    /// Minutes worked and promised today, for fairness.
    pub worked_minutes: i64,
    /// What they have promised, in the order they will do it; what is under way comes first.
    pub commitments: Vec<Commitment>,
}
