//! Nobody is matched whose place is unknown or too old to be relied on; a stale one is matched at a price
//! ([`crate::goals::staleness`]).

use domain::{caregiver::Signal, decision::Exclusion};

/// Whether the position is too old, or was never known.
pub const fn forbids(signal: Signal) -> Option<Exclusion> {
    match signal {
        Signal::None | Signal::Lost => Some(Exclusion::PositionLost),
        Signal::Fresh | Signal::Stale => None,
    }
}
