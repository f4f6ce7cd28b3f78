//! Those who are no candidates for any order now, counted and named per reason without being looked at.

use std::collections::{BTreeMap, BTreeSet};

use domain::{decision::Exclusion, id::CaregiverId};

/// People per reason, by id: they have no place to be near by.
#[derive(Debug, Clone, Default)]
pub(crate) struct Absent(BTreeMap<Exclusion, BTreeSet<CaregiverId>>);

impl Absent {
    pub fn insert(&mut self, why: Exclusion, who: CaregiverId) {
        self.0.entry(why).or_default().insert(who);
    }

    pub fn remove(&mut self, why: Exclusion, who: &CaregiverId) {
        if let Some(people) = self.0.get_mut(&why) {
            people.remove(who);
        }
    }

    pub fn by_reason(&self) -> impl Iterator<Item = (Exclusion, &BTreeSet<CaregiverId>)> {
        self.0.iter().map(|(why, people)| (*why, people))
    }
}
