//! A coordinate and where it touches the street network.

use domain::geo::Wgs84;

use crate::{cost::Cost, profile::Profile};

/// A coordinate snapped to its nearest usable street, once, for one profile. Cheap to keep and to copy; used with
/// another profile or another map than it was snapped for, it is snapped again on the way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    pub(crate) at: Wgs84,
    pub(crate) profile: Profile,
    /// The fingerprint of the map it was snapped on.
    pub(crate) map: u64,
    pub(crate) on: Option<Snapped>,
}

/// A point on an edge, with the way to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Snapped {
    pub edge: u32,
    /// How far along the edge, from where it begins.
    pub offset_dm: u32,
    pub point: Wgs84,
    /// From the coordinate to the street, walked in a straight line.
    pub leg: Cost,
}

impl Place {
    /// The coordinate, as it was given.
    pub const fn at(&self) -> Wgs84 {
        self.at
    }

    /// The profile it was snapped for.
    pub const fn profile(&self) -> Profile {
        self.profile
    }

    /// Whether a street of the map is near enough. Where not, answers are great-circle estimates.
    pub const fn is_on_map(&self) -> bool {
        self.on.is_some()
    }

    /// The point of the street it touches.
    pub const fn on_street(&self) -> Option<Wgs84> {
        match self.on {
            Some(on) => Some(on.point),
            None => None,
        }
    }
}
