//! Whole rounds, improved in the background: as good as time allows, from any start, at any moment.
//!
//! [`improve`] takes a [`Model`] and, if there is one, the plan that people hold, and searches until its [`Budget`] is
//! used up: *ruin* takes strings of neighbouring stops out (`ruin.rs`), *recreate* puts every task back where it costs
//! least (`recreate.rs`), *annealing* decides whether to go on from there (`anneal.rs`). Several chains do so side by
//! side (`search.rs`), from the plan that people hold (`warm.rs`).
//!
//! What makes it fast: every node knows its earliest start and the latest starts that harm nobody after it
//! (`timing.rs`), across linked tasks too, so that almost every position is judged by a handful of additions
//! (`spot.rs`, `team.rs`, `transfer.rs`); delays are followed only where somebody would be late (`probe.rs`). The whole
//! state is a few flat arrays that are copied, not rebuilt (`state.rs`).
#![expect(clippy::indexing_slicing, reason = "indices into dense arrays that `dense.rs` numbered itself")]

mod absent;
mod anneal;
mod bits;
mod clock;
mod dense;
mod fleet;
mod memory;
mod model;
mod probe;
mod random;
mod recreate;
mod ride;
mod ruin;
mod search;
mod spot;
mod state;
mod team;
mod timing;
mod tools;
mod transfer;
mod warm;

pub use self::{
    absent::{LeftOut, Reason},
    model::{
        Absence, Bond, Cost, FOREVER, Goals, MOST_PARTS, Model, Part, Planned, Profile, Rounds, StopId, Task,
        UNREACHABLE, Worker,
    },
    search::{Budget, Improved, improve},
};
