//! What a day's travel times are found on.

use domain::{geo::Wgs84, unit::Seconds};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What travel times are found on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Network {
    /// A street network made from a seed; the same seed makes the same streets.
    Generated(GeneratedNetwork),
    /// A map file (`.osm.pbf`, `.osm`, `.osm.gz`), its path relative to the day file.
    Osm(String),
    /// No map: the great circle × a factor.
    GreatCircle(GreatCircle),
    /// Explicit travel times, as published instances have them.
    Matrix(TravelMatrix),
}

/// A generated street network.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GeneratedNetwork {
    /// The same seed makes the same streets.
    pub seed: u64,
    /// Length of its side in kilometres, 1 to 40.
    pub side_km: f64,
    /// Its middle.
    pub centre: Wgs84,
}

/// The great circle × a factor, at an average speed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GreatCircle {
    /// How much longer streets are than the great circle, 1 to 5.
    pub detour_factor: f64,
    /// Average speed on foot, km/h.
    pub walk_kmh: f64,
    /// Average speed on an e-bike, km/h.
    pub e_bike_kmh: f64,
    /// Average speed by car, km/h.
    pub car_kmh: f64,
}

impl Default for GreatCircle {
    /// A Chinese city with a grid of streets.
    fn default() -> Self {
        Self { detour_factor: 1.3, walk_kmh: 4.5, e_bike_kmh: 15.0, car_kmh: 22.0 }
    }
}

/// Travel times between listed places, the same for every mode. Every place of the day is one of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TravelMatrix {
    /// The places, in the order of rows and columns.
    pub places: Vec<Wgs84>,
    /// `seconds[from][to]`.
    pub seconds: Vec<Vec<Seconds>>,
}
