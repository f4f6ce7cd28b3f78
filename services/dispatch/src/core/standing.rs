//! Organisations to which no work orders may go: at present, by word of `accounts` (Changsha Art. 43; that it stops work
//! orders is ours), or outside their contract, by word of the registry. Their people count as suspended for as long, and
//! as away for the days that the contract does not cover, whatever their own profiles say.

use std::collections::{BTreeSet, HashMap};

use domain::{
    caregiver::CaregiverProfile,
    id::{CaregiverId, OrganisationId},
    time::{Timestamp, Window},
};
use schemas::registry::organisation::{Organisation, Served};

use super::Core;

/// Who is stopped, whose contract covers which days, and everyone's profile as the registry has it.
#[derive(Debug, Default)]
pub struct Standings {
    stopped: BTreeSet<OrganisationId>,
    served: HashMap<OrganisationId, Served>,
    profiles: HashMap<CaregiverId, CaregiverProfile>,
}

impl Standings {
    /// The profile as far as the employer's standing leaves it.
    fn left(&self, profile: &CaregiverProfile) -> CaregiverProfile {
        let mut left = profile.clone();
        left.suspended |= self.stopped.contains(&profile.organisation);
        match self.served.get(&profile.organisation) {
            None | Some(Served::Always) => {}
            Some(Served::Never) => left.suspended = true,
            Some(Served::Within(term)) => left.off.extend(outside(term)),
        }
        left
    }
}

/// The time before and after the term, as far as time goes.
fn outside(term: &Window) -> impl Iterator<Item = Window> + use<> {
    let ends =
        [(Timestamp::from_millis(i64::MIN), term.earliest), (term.latest, Timestamp::from_millis(i64::MAX))];
    ends.into_iter().filter_map(|(from, to)| Window::new(from, to).ok())
}

impl Core {
    /// Takes a profile as the registry has it.
    pub(super) fn learn_caregiver(&mut self, profile: CaregiverProfile, now: Timestamp) {
        let left = self.standings.left(&profile);
        self.standings.profiles.insert(profile.id.clone(), profile);
        self.take_profile(left, now);
    }

    /// Work orders may not, or may again, go to an organisation.
    pub(super) fn stand(&mut self, organisation: &OrganisationId, stopped: bool, now: Timestamp) {
        let news = if stopped {
            self.standings.stopped.insert(organisation.clone())
        } else {
            self.standings.stopped.remove(organisation)
        };
        if news {
            self.look_again(organisation, now);
        }
    }

    /// An organisation as the registry has it: its contract ends, begins, goes on.
    pub(super) fn learn_organisation(&mut self, organisation: &Organisation, now: Timestamp) {
        let served = organisation.served();
        let before = self.standings.served.insert(organisation.id.clone(), served);
        if before.unwrap_or(Served::Always) != served {
            self.look_again(&organisation.id, now);
        }
    }

    /// Everyone of theirs, as far as their employer's standing leaves them.
    fn look_again(&mut self, organisation: &OrganisationId, now: Timestamp) {
        let theirs = self.standings.profiles.values().filter(|p| p.organisation == *organisation);
        let mut theirs: Vec<CaregiverProfile> = theirs.map(|profile| self.standings.left(profile)).collect();
        theirs.sort_by(|a, b| a.id.cmp(&b.id));
        for profile in theirs {
            self.take_profile(profile, now);
        }
    }

    fn take_profile(&mut self, profile: CaregiverProfile, now: Timestamp) {
        self.profiled.insert(profile.id.clone());
        if self.roster.profile(profile, &self.orders) {
            self.capacity(now);
        }
    }
}
