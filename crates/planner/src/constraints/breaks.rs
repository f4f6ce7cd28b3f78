//! A break is a break: nobody is asked during one, and neither a visit nor the way to it lies in a rostered one
//! (`crate::calendar` moves work behind it).

use domain::{caregiver::Duty, decision::Exclusion};

/// Whether they have a break right now.
pub const fn forbids(duty: Duty) -> Option<Exclusion> {
    match duty {
        Duty::Break => Some(Exclusion::OnBreak),
        Duty::Off | Duty::On => None,
    }
}
