//! Who travels: on foot, on an e-bike, by car.

use std::{fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A way of getting about, with its own access rules, one-way rules and speeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// On foot (步行).
    Walk,
    /// On an e-bike (电动自行车): a non-motor vehicle in Chinese law, capped at 25 km/h by GB 17761-2018.
    EBike,
    /// By car (汽车).
    Car,
}

impl Profile {
    /// Every profile, in the order of their indices.
    pub const ALL: [Self; 3] = [Self::Walk, Self::EBike, Self::Car];

    /// The name used in files and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Walk => "walk",
            Self::EBike => "e_bike",
            Self::Car => "car",
        }
    }

    /// Picks this profile's item of an array ordered like [`Profile::ALL`].
    pub const fn of<T>(self, per_profile: &[T; 3]) -> &T {
        let [walk, e_bike, car] = per_profile;
        match self {
            Self::Walk => walk,
            Self::EBike => e_bike,
            Self::Car => car,
        }
    }

    /// Picks this profile's item for change.
    pub const fn of_mut<T>(self, per_profile: &mut [T; 3]) -> &mut T {
        let [walk, e_bike, car] = per_profile;
        match self {
            Self::Walk => walk,
            Self::EBike => e_bike,
            Self::Car => car,
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A profile's name that is none of `walk`, `e_bike`, `car`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no profile; use walk, e_bike or car")]
pub struct UnknownProfile(String);

impl FromStr for Profile {
    type Err = UnknownProfile;
    fn from_str(name: &str) -> Result<Self, UnknownProfile> {
        Self::ALL.into_iter().find(|p| p.name() == name).ok_or_else(|| UnknownProfile(name.to_owned()))
    }
}

/// A set of profiles in a byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProfileSet(u8);

impl ProfileSet {
    /// No profile.
    pub const EMPTY: Self = Self(0);

    const fn bit(profile: Profile) -> u8 {
        match profile {
            Profile::Walk => 1,
            Profile::EBike => 2,
            Profile::Car => 4,
        }
    }

    /// Adds a profile.
    pub const fn insert(&mut self, profile: Profile) {
        self.0 |= Self::bit(profile);
    }

    /// Whether the profile is in the set.
    pub const fn contains(self, profile: Profile) -> bool {
        self.0 & Self::bit(profile) != 0
    }

    /// Whether no profile is in the set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl FromIterator<Profile> for ProfileSet {
    fn from_iter<I: IntoIterator<Item = Profile>>(profiles: I) -> Self {
        let mut set = Self::EMPTY;
        profiles.into_iter().for_each(|p| set.insert(p));
        set
    }
}
