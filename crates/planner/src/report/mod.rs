//! What the planner answers: the decision as it is stored, and what it does to the rounds.

pub(crate) mod exclusions;

use domain::{
    decision::{Decision, Leg},
    id::{CaregiverId, OrderId},
    time::Timestamp,
};

/// A promised visit whose start moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Which order.
    pub order: OrderId,
    /// Its new start.
    pub start: Timestamp,
}

/// One visit put into one round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// Which order.
    pub order: OrderId,
    /// Into whose round.
    pub caregiver: CaregiverId,
    /// Before which of their commitments; their number to come last.
    pub position: usize,
    /// When the visit starts; the same for a whole team.
    pub start: Timestamp,
    /// The way there from the stop before.
    pub leg: Leg,
    /// Later visits of the round that start at another time because of it.
    pub moved: Vec<Moved>,
}

/// A decision and what it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The decision with its reasons.
    pub decision: Decision,
    /// One per person of [`Decision::chosen`], in that order; empty when nobody could be found.
    pub placements: Vec<Placement>,
}
