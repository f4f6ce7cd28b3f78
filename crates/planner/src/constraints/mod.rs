//! The hard rules, one per file. Who breaks one is no candidate, and the decision says which, by name.
//!
//! They are asked from the cheapest to the dearest, and the first that forbids is the reason given: what someone is
//! ([`standing`], [`duty`], [`signal`]) keeps them off the map of candidates altogether; [`wishes`],
//! [`qualification`], [`breaks`], [`offer`], [`radius`] and [`promises`] are asked on the way to the shortlist;
//! with the travel times known come [`shift`] and [`lateness`], and the dated halves of the others.

pub mod breaks;
pub mod duty;
pub mod lateness;
pub mod offer;
pub mod promises;
pub mod qualification;
pub mod radius;
pub mod shift;
pub mod signal;
pub mod standing;
pub mod wishes;
