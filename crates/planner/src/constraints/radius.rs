//! Work lies within the person's own radius of where they are, as the crow flies.

use domain::{decision::Exclusion, geo::Wgs84, unit::Metres};

/// Whether the door lies farther than they go.
pub fn forbids(at: Wgs84, door: Wgs84, radius: Metres) -> Option<Exclusion> {
    if at.distance(door) > radius { Some(Exclusion::OutsideRadius) } else { None }
}
