//! The words of the house: ids, units, coordinates with their datum, time windows, who may do what, and the
//! life of a work order (工单) as a state machine whose transitions consume the state before them.
//!
//! Everything here is pure: no clock, no randomness, no I/O. It depends on no other crate of the workspace.

pub mod agenda;
pub mod alarm;
pub mod calendar;
pub mod caregiver;
pub mod command;
pub mod decision;
pub mod device;
pub mod elder;
pub mod escalation;
pub mod geo;
pub mod id;
pub mod incident;
pub mod meal;
pub mod order;
pub mod priority;
pub mod reach;
pub mod service;
pub mod time;
pub mod unit;
pub mod word;
pub mod working_days;
