//! Each of the team holds all qualifications the service takes, each certificate valid at the time of service, as
//! the health certificate (Jiayuguan Art. 13, Changsha Art. 25). A lapse takes effect at once.
//!
//! The time of service is its start and its end: a certificate that lapses while the elder is being served does not
//! do.

use std::collections::BTreeSet;

use domain::{
    caregiver::{CaregiverProfile, Unfit},
    decision::Exclusion,
    service::Qualification,
    time::{Timestamp, Window},
};

/// A set of qualifications as bits, to rule out most people by one instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Skills(u16);

impl Skills {
    /// What a task takes.
    pub fn needed(qualifications: &BTreeSet<Qualification>) -> Self {
        qualifications.iter().copied().collect()
    }

    /// What someone has a certificate for, valid or not.
    pub fn held(profile: &CaregiverProfile) -> Self {
        profile.certificates.iter().map(|c| c.qualification).collect()
    }

    /// Whether all of `needed` are among these.
    pub const fn cover(self, needed: Self) -> bool {
        self.0 & needed.0 == needed.0
    }
}

impl FromIterator<Qualification> for Skills {
    fn from_iter<I: IntoIterator<Item = Qualification>>(all: I) -> Self {
        Self(all.into_iter().fold(0, |bits, q| bits | 1 << q as u16))
    }
}

/// Whether the person may serve this from the first to the last instant of the span.
pub fn forbids(
    profile: &CaregiverProfile,
    needed: &BTreeSet<Qualification>,
    service: Window,
) -> Option<Exclusion> {
    let fit = profile.may_serve(needed, service.earliest).and(profile.may_serve(needed, service.latest));
    fit.err().map(reason)
}

/// When certificates of this person begin to be valid, after `from` and not after `to`.
pub fn begins(profile: &CaregiverProfile, from: Timestamp, to: Timestamp) -> impl Iterator<Item = Timestamp> {
    let certificates = profile.certificates.iter().map(|c| c.valid.earliest);
    certificates
        .chain(profile.health_certificate.map(|valid| valid.earliest))
        .filter(move |begin| from < *begin && *begin <= to)
}

/// Whether the person may serve this at that instant.
pub fn forbids_at(
    profile: &CaregiverProfile,
    needed: &BTreeSet<Qualification>,
    at: Timestamp,
) -> Option<Exclusion> {
    profile.may_serve(needed, at).err().map(reason)
}

const fn reason(unfit: Unfit) -> Exclusion {
    match unfit {
        Unfit::Suspended => Exclusion::Suspended,
        Unfit::Untrained => Exclusion::Untrained,
        Unfit::NoHealthCertificate => Exclusion::NoHealthCertificate,
        Unfit::Unqualified => Exclusion::Unqualified,
        Unfit::Unavailable => Exclusion::Unavailable,
    }
}
