//! What is to be carried by whom, as the planner is asked it: a snapshot without names of streets or stages.

use domain::{
    caregiver::TravelMode,
    geo::Wgs84,
    id::{CaregiverId, ElderId, KitchenId, MealId, RoundId},
    time::{Timestamp, Window},
    unit::Seconds,
};

use crate::core::Shift;

/// Index into [`Problem::places`].
pub type PlaceIx = usize;

/// A shift's open loads and who can carry them.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// Of which day and meal.
    pub shift: Shift,
    /// Which question this is; an answer to an older one is not taken.
    pub attempt: u64,
    /// As of when: ticks count from here.
    pub now: Timestamp,
    /// Something went wrong on the way: an answer is wanted within a fraction of a second.
    pub urgent: bool,
    /// Where anything happens.
    pub places: Vec<Wgs84>,
    /// Who carries.
    pub carriers: Vec<Carrier>,
    /// What is to be carried.
    pub loads: Vec<Load>,
    /// The rounds people hold, one sequence for each carrier.
    pub held: Vec<Vec<Turn>>,
    /// Loading one box takes so long.
    pub per_box: Seconds,
    /// A second too late costs as much as so many seconds on the road.
    pub lateness: i32,
    /// A meal should not be longer on the way than this, counted from the kitchen's door.
    pub on_the_way: Seconds,
    /// A second more costs as much as so many seconds on the road.
    pub long_way: i32,
}

/// Somebody who can carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carrier {
    /// Who.
    pub courier: CaregiverId,
    /// How they travel.
    pub mode: TravelMode,
    /// Where they are when they are free.
    pub start: PlaceIx,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// How many boxes they carry at once.
    pub boxes: u16,
    /// The round they are on, if what is left of it is planned anew.
    pub under_way: Option<RoundId>,
}

/// Where a load is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// In a kitchen.
    Kitchen(KitchenId),
    /// With a courier who cannot go on.
    Stranded(CaregiverId),
    /// On board of this carrier, with whom it stays.
    OnBoard(usize),
}

/// The boxes of one door from one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Load {
    /// Whose door.
    pub elder: ElderId,
    /// The boxes.
    pub meals: Vec<MealId>,
    /// Where they are.
    pub source: Source,
    /// Where that is.
    pub from: PlaceIx,
    /// When they can be had.
    pub ready: Timestamp,
    /// Where the door is.
    pub door: PlaceIx,
    /// When somebody opens.
    pub window: Window,
    /// When they are too old.
    pub expires: Timestamp,
    /// How long the courier is there.
    pub at_door: Seconds,
}

/// A load is taken, or handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// Index into [`Problem::loads`].
    pub load: usize,
    /// Handed over.
    pub at_door: bool,
}

/// Who carries what in which order.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// What was asked.
    pub problem: Box<Problem>,
    /// One route for each carrier.
    pub routes: Vec<Vec<Turn>>,
    /// Loads nobody can carry, with why.
    pub left_out: Vec<(usize, planner::rounds::Reason)>,
    /// How many steps the search took.
    pub steps: u64,
}
