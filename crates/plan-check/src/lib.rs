//! An independent checker of plans. It shares no logic with the planner and does not know it: it has its own simple
//! words for the facts, replays every round stop by stop, and names every broken rule and every cost.
//!
//! It is slow on purpose: no index, no cache, no shortcut that the planner could have got wrong in the same way.

mod check;
mod cost;
pub mod deliveries;
mod facts;
mod hours;
pub mod published;
mod replay;
mod violation;

pub use self::{
    check::{Findings, check},
    facts::{Facts, Need, Person, Placed, Promise, Stage},
    violation::Violation,
};
