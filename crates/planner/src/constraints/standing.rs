//! Only staff who may work at all: not suspended, trained before starting, with a health certificate
//! (Changsha Art. 25).

use domain::{caregiver::CaregiverProfile, decision::Exclusion};

/// What keeps this person from any visit, whatever the day.
pub const fn forbids(profile: &CaregiverProfile) -> Option<Exclusion> {
    if profile.suspended {
        Some(Exclusion::Suspended)
    } else if !profile.trained {
        Some(Exclusion::Untrained)
    } else if profile.health_certificate.is_none() {
        Some(Exclusion::NoHealthCertificate)
    } else {
        None
    }
}
