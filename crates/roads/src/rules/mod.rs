//! What each profile may do on a way, and how fast: OpenStreetMap's tags turned into permits.
//!
//! One file per profile (`walk`, `e_bike`, `car`) holds its access rules, one-way rules and table of speeds.
//! Speeds are effective averages door to door, waiting at lights included, not limits.
//!
//! Sources: the OpenStreetMap wiki's *Key:access*, *Key:oneway*, *Key:cycleway* and *OSM tags for routing*;
//! GB 17761-2018 for the e-bike's cap. Ferries carry no `highway=*` and are therefore never used.

pub mod access;
pub mod barrier;
mod car;
mod e_bike;
mod oneway;
mod tags;
mod walk;

use std::num::NonZeroU16;

use serde::{Deserialize, Serialize};

pub use self::tags::Tags;
pub use self::walk::WALKING_SPEED;
use crate::{profile::Profile, road_class::RoadClass};

/// A speed in tenths of a km/h.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Speed(NonZeroU16);

impl Speed {
    /// So many tenths of a km/h; zero becomes the slowest there is, 0.1 km/h.
    pub const fn tenths(tenths_kmh: u16) -> Self {
        match NonZeroU16::new(tenths_kmh) {
            Some(speed) => Self(speed),
            None => Self(NonZeroU16::MIN),
        }
    }

    /// Whole km/h.
    pub const fn kmh(kmh: u16) -> Self {
        Self::tenths(kmh.saturating_mul(10))
    }

    /// In km/h.
    pub fn as_kmh(self) -> f64 {
        f64::from(self.0.get()) / 10.0
    }

    /// Milliseconds for so many decimetres, at least one.
    pub fn millis_for(self, decimetres: u32) -> u64 {
        // 1 dm at 0.1 km/h takes 3 600 ms.
        let tenths = u64::from(self.0.get());
        ((u64::from(decimetres) * 3_600 + tenths / 2) / tenths).max(1)
    }
}

/// How fast a profile goes along a way and against it; `None` where it may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Permit {
    /// In the direction the way is drawn.
    pub forward: Option<Speed>,
    /// Against it.
    pub backward: Option<Speed>,
}

impl Permit {
    /// Not at all.
    pub const NONE: Self = Self { forward: None, backward: None };

    /// Whether neither direction is allowed.
    pub const fn is_none(self) -> bool {
        self.forward.is_none() && self.backward.is_none()
    }

    /// The same way drawn from its other end.
    #[must_use]
    pub const fn reversed(self) -> Self {
        Self { forward: self.backward, backward: self.forward }
    }

    /// What either of two permits of the same street allows, at the better speed.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self { forward: self.forward.max(other.forward), backward: self.backward.max(other.backward) }
    }
}

/// What every profile may do on a way with these tags, in the order of [`Profile::ALL`], and its class.
/// `None` when it is no street or nobody may use it.
pub fn permits(tags: &Tags) -> Option<(RoadClass, [Permit; 3])> {
    let (class, link) = RoadClass::from_highway(tags.get("highway")?)?;
    if tags.is("smoothness", "impassable") || tags.is("route", "ferry") {
        return None;
    }
    let permits = Profile::ALL.map(|profile| permit(profile, tags, class, link));
    permits.iter().any(|p| !p.is_none()).then_some((class, permits))
}

fn permit(profile: Profile, tags: &Tags, class: RoadClass, link: bool) -> Permit {
    let (speed, direction) = match profile {
        Profile::Walk => (walk::speed(tags, class), walk::direction(tags)),
        Profile::EBike => (e_bike::speed(tags, class), e_bike::direction(tags, class)),
        Profile::Car => (car::speed(tags, class, link), car::direction(tags, class)),
    };
    Permit {
        forward: speed.filter(|_| direction.allows_forward()),
        backward: speed.filter(|_| direction.allows_backward()),
    }
}

#[cfg(test)]
mod tests;
