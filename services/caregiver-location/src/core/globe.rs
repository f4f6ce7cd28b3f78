//! Places as points in space. The straight line between two points on a sphere grows with the way along the ground,
//! so distances compare exactly without a sine, a cosine or a root: one trigonometric step per fix, none per
//! comparison.

use domain::{geo::Wgs84, unit::Metres};

/// Mean earth radius in metres (IUGG), the same as in [`Wgs84::distance_m`].
const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// A point on the globe, in metres from the earth's centre.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Xyz {
    x: f64,
    y: f64,
    z: f64,
}

impl Xyz {
    pub(crate) fn of(place: Wgs84) -> Self {
        let (sin_lat, cos_lat) = place.lat().to_radians().sin_cos();
        let (sin_lon, cos_lon) = place.lon().to_radians().sin_cos();
        Self {
            x: EARTH_RADIUS_M * cos_lat * cos_lon,
            y: EARTH_RADIUS_M * cos_lat * sin_lon,
            z: EARTH_RADIUS_M * sin_lat,
        }
    }

    /// The square of the straight line through the earth, for comparing.
    pub(crate) fn chord2(self, other: Self) -> f64 {
        let (dx, dy, dz) = (self.x - other.x, self.y - other.y, self.z - other.z);
        dx * dx + dy * dy + dz * dz
    }

    /// Along the ground, in metres.
    pub(crate) fn distance_m(self, other: Self) -> f64 {
        arc_m(self.chord2(other))
    }
}

/// The square of the straight line that spans so many metres along the ground.
pub(crate) fn chord2_of(arc_m: f64) -> f64 {
    let half_angle = (arc_m / (2.0 * EARTH_RADIUS_M)).clamp(0.0, std::f64::consts::FRAC_PI_2);
    (2.0 * EARTH_RADIUS_M * half_angle.sin()).powi(2)
}

/// The way along the ground that a straight line spans.
pub(crate) fn arc_m(chord2: f64) -> f64 {
    2.0 * EARTH_RADIUS_M * (chord2.sqrt() / (2.0 * EARTH_RADIUS_M)).min(1.0).asin()
}

/// The same in whole metres.
pub(crate) fn arc(chord2: f64) -> Metres {
    Metres(arc_m(chord2).round() as i64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn distances_are_those_of_the_great_circle(
            lon in -180.0..180.0f64, lat in -80.0..80.0f64, east in -50_000.0..50_000.0f64, north in -50_000.0..50_000.0f64,
        ) {
            let here = Wgs84::new(lon, lat).unwrap();
            let there = here.offset_m(east, north);
            let (a, b) = (Xyz::of(here), Xyz::of(there));
            prop_assert!((a.distance_m(b) - here.distance_m(there)).abs() < 1e-3);
            prop_assert!((arc_m(chord2_of(east.abs())) - east.abs()).abs() < 1e-3);
        }
    }
}
