//! Without a map: the great circle, times a factor for the detours of real streets.

use domain::{geo::Wgs84, unit::Metres};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    profile::Profile,
    travel::{TravelSource, TravelTime},
};

/// Travel times as the crow flies, for where there is no map or a point is off it. Every answer is marked
/// [`TravelSource::GreatCircle`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FallbackModel {
    /// How much longer streets are than the great circle. Cities with a grid lie between 1.2 and 1.4.
    pub detour_factor: f64,
    /// Average speed on foot, km/h.
    pub walk_kmh: f64,
    /// Average speed on an e-bike, km/h.
    pub e_bike_kmh: f64,
    /// Average speed by car in a city, km/h.
    pub car_kmh: f64,
}

impl Default for FallbackModel {
    fn default() -> Self {
        Self { detour_factor: 1.3, walk_kmh: 4.5, e_bike_kmh: 15.0, car_kmh: 22.0 }
    }
}

impl FallbackModel {
    /// The average speed of a profile in km/h.
    pub fn speed_kmh(&self, profile: Profile) -> f64 {
        *profile.of(&[self.walk_kmh, self.e_bike_kmh, self.car_kmh])
    }

    /// The estimate between two coordinates.
    pub fn travel(&self, profile: Profile, from: Wgs84, to: Wgs84) -> TravelTime {
        let metres = from.distance_m(to) * self.detour_factor.max(1.0);
        let kmh = self.speed_kmh(profile).max(0.1);
        TravelTime {
            millis: (metres * 3_600.0 / kmh).round() as u64,
            metres: Metres(metres.round() as i64),
            source: TravelSource::GreatCircle,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kilometre_is_a_kilometre_and_a_third_and_marked() {
        let from = Wgs84::new(98.29, 39.77).unwrap();
        let travel = FallbackModel::default().travel(Profile::EBike, from, from.offset_m(1000.0, 0.0));
        assert_eq!(travel.metres, Metres(1300));
        assert_eq!(travel.seconds().get(), 312);
        assert!(travel.is_estimate());
    }
}
