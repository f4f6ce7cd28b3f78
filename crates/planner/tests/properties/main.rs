//! The planner held to the independent checker and to brute force, on random little districts.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod bad_input;
mod board;
mod insert;
mod matching;
mod reasons;
mod world;
