//! Organisations to which no work orders may go at present, by word of `accounts` (Changsha Art. 43; that it stops work
//! orders is ours). Their people count as suspended for as long, whatever their own profiles say.

use std::collections::{BTreeSet, HashMap};

use domain::{
    caregiver::CaregiverProfile,
    id::{CaregiverId, OrganisationId},
    time::Timestamp,
};

use super::Core;

/// Who is stopped, and everyone's profile as the registry has it.
#[derive(Debug, Default)]
pub struct Standings {
    stopped: BTreeSet<OrganisationId>,
    profiles: HashMap<CaregiverId, CaregiverProfile>,
}

impl Core {
    /// Takes a profile as the registry has it.
    pub(super) fn learn_caregiver(&mut self, profile: CaregiverProfile, now: Timestamp) {
        let stopped = self.standings.stopped.contains(&profile.organisation);
        self.standings.profiles.insert(profile.id.clone(), profile.clone());
        self.take_profile(CaregiverProfile { suspended: profile.suspended || stopped, ..profile }, now);
    }

    /// Work orders may not, or may again, go to an organisation.
    pub(super) fn stand(&mut self, organisation: &OrganisationId, stopped: bool, now: Timestamp) {
        let news = if stopped {
            self.standings.stopped.insert(organisation.clone())
        } else {
            self.standings.stopped.remove(organisation)
        };
        if !news {
            return;
        }
        let mut theirs: Vec<CaregiverProfile> =
            self.standings.profiles.values().filter(|p| p.organisation == *organisation).cloned().collect();
        theirs.sort_by(|a, b| a.id.cmp(&b.id));
        for profile in theirs {
            self.take_profile(CaregiverProfile { suspended: profile.suspended || stopped, ..profile }, now);
        }
    }

    fn take_profile(&mut self, profile: CaregiverProfile, now: Timestamp) {
        self.profiled.insert(profile.id.clone());
        if self.roster.profile(profile, &self.orders) {
            self.capacity(now);
        }
    }
}
