//! Only people on shift by their own word are asked; an offer to someone who is off would only run out.

use domain::{caregiver::Duty, decision::Exclusion};

/// Whether duty keeps them off the map of candidates.
pub const fn forbids(duty: Duty) -> Option<Exclusion> {
    match duty {
        Duty::Off => Some(Exclusion::OffDuty),
        Duty::On | Duty::Break => None,
    }
}
