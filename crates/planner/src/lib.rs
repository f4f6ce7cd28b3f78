//! Who serves which visit: a snapshot of the district in, a decision with its reasons out.
//!
//! Pure and deterministic: no clock, no randomness, no I/O; the same board, task and instant give the same answer,
//! whatever the history of the board. All sums are integers, so a stored decision can be recomputed to the bit.
//!
//! - [`Board`] is the long-lived snapshot: caregivers with their rounds, kept up to date change by change.
//! - [`insert`] finds the best person, or the best team that can be there together, for one visit.
//! - [`match_many`] solves many waiting visits together, one visit per person. [`Costs`] is the whole table behind
//!   it, for outside judges.
//! - [`cost_with`] is what it would cost with one certain person: whether moving a promise is worth it.
//! - [`rounds::improve`] searches for better rounds of everybody in the background.
//!
//! Hard rules live one per file in [`constraints`], wishes one per file in [`goals`].

pub mod board;
mod calendar;
pub mod constraints;
pub mod goals;
mod insert;
mod kept;
mod matching;
mod pick;
mod query;
mod report;
mod round;
pub mod rounds;
mod search;
mod shortage;
mod single;
mod task;
mod team;
mod timetables;
mod travel;
mod worker;

pub use self::{
    board::{Board, UnknownCaregiver},
    goals::{Goals, Weights},
    insert::{cost_with, insert},
    matching::{Costs, match_many},
    report::{Moved, Placement, Report},
    task::{KeptSeat, Task},
    travel::{PlaceIx, Travel},
    worker::{Commitment, Progress, Whereabouts, Worker},
};
