//! Coordinates that know their datum.
//!
//! Phones and map services in China report GCJ-02, which is off WGS-84 by 300–500 m; a coordinate without its
//! datum is a bug. Everything inside the house is [`Wgs84`]; what comes in is a [`Reported`] and is converted once.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::unit::Metres;

/// Mean earth radius in metres (IUGG).
const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// A place in WGS-84, degrees.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Degrees")]
pub struct Wgs84 {
    /// Longitude, −180 … 180.
    lon: f64,
    /// Latitude, −90 … 90.
    lat: f64,
}

#[derive(Deserialize, JsonSchema)]
#[schemars(rename = "Wgs84")]
struct Degrees {
    /// Longitude in degrees.
    #[schemars(range(min = -180, max = 180))]
    lon: f64,
    /// Latitude in degrees.
    #[schemars(range(min = -90, max = 90))]
    lat: f64,
}

/// A coordinate outside the world.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("longitude {lon}, latitude {lat} lies outside the world (±180, ±90)")]
pub struct OutsideTheWorld {
    lon: f64,
    lat: f64,
}

impl TryFrom<Degrees> for Wgs84 {
    type Error = OutsideTheWorld;
    fn try_from(d: Degrees) -> Result<Self, OutsideTheWorld> {
        Self::new(d.lon, d.lat)
    }
}

impl Wgs84 {
    /// Longitude first, as in GeoJSON.
    ///
    /// # Errors
    /// [`OutsideTheWorld`] for anything not finite or not on the globe.
    pub fn new(lon: f64, lat: f64) -> Result<Self, OutsideTheWorld> {
        if lon.is_finite() && lat.is_finite() && lon.abs() <= 180.0 && lat.abs() <= 90.0 {
            Ok(Self { lon, lat })
        } else {
            Err(OutsideTheWorld { lon, lat })
        }
    }

    /// Longitude in degrees.
    pub const fn lon(self) -> f64 {
        self.lon
    }

    /// Latitude in degrees.
    pub const fn lat(self) -> f64 {
        self.lat
    }

    /// Great-circle distance in metres (haversine).
    pub fn distance_m(self, other: Self) -> f64 {
        let (lat1, lat2) = (self.lat.to_radians(), other.lat.to_radians());
        let half_dlat = (lat2 - lat1) / 2.0;
        let half_dlon = (other.lon - self.lon).to_radians() / 2.0;
        let a = half_dlat.sin().powi(2) + lat1.cos() * lat2.cos() * half_dlon.sin().powi(2);
        2.0 * EARTH_RADIUS_M * a.sqrt().min(1.0).asin()
    }

    /// Great-circle distance rounded to whole metres.
    pub fn distance(self, other: Self) -> Metres {
        Metres(self.distance_m(other).round() as i64)
    }

    /// The place so many metres east and north of here; good within tens of kilometres.
    #[must_use]
    pub fn offset_m(self, east: f64, north: f64) -> Self {
        let lat = (self.lat + (north / EARTH_RADIUS_M).to_degrees()).clamp(-90.0, 90.0);
        let scale = self.lat.to_radians().cos().max(1e-6);
        let lon = self.lon + (east / (EARTH_RADIUS_M * scale)).to_degrees();
        Self { lon: (lon + 540.0).rem_euclid(360.0) - 180.0, lat }
    }

    /// The same place as Chinese maps show it.
    pub fn to_gcj02(self) -> Gcj02 {
        let (dlon, dlat) = gcj_offset(self.lon, self.lat);
        Gcj02 { lon: self.lon + dlon, lat: self.lat + dlat }
    }
}

/// A place in GCJ-02, the obfuscated datum of Chinese maps, degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gcj02 {
    /// Longitude in degrees.
    pub lon: f64,
    /// Latitude in degrees.
    pub lat: f64,
}

impl Gcj02 {
    /// The true place, by fixed-point iteration to well under a metre.
    ///
    /// # Errors
    /// [`OutsideTheWorld`] when the coordinate is not on the globe.
    pub fn to_wgs84(self) -> Result<Wgs84, OutsideTheWorld> {
        Wgs84::new(self.lon, self.lat)?;
        let (mut lon, mut lat) = (self.lon, self.lat);
        for _ in 0..4 {
            let (dlon, dlat) = gcj_offset(lon, lat);
            lon = self.lon - dlon;
            lat = self.lat - dlat;
        }
        Wgs84::new(lon, lat)
    }
}

/// The datum a coordinate was reported in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Datum {
    /// GPS.
    #[serde(rename = "wgs84")]
    Wgs84,
    /// Chinese map services and most Chinese phones' map SDKs.
    #[serde(rename = "gcj02")]
    Gcj02,
}

/// A coordinate as someone reported it, before conversion.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Reported {
    /// Longitude in degrees of `datum`.
    pub lon: f64,
    /// Latitude in degrees of `datum`.
    pub lat: f64,
    /// Which datum the two are in.
    pub datum: Datum,
}

impl Reported {
    /// Converts to the house's datum.
    ///
    /// # Errors
    /// [`OutsideTheWorld`] when the coordinate is not on the globe.
    pub fn to_wgs84(self) -> Result<Wgs84, OutsideTheWorld> {
        match self.datum {
            Datum::Wgs84 => Wgs84::new(self.lon, self.lat),
            Datum::Gcj02 => Gcj02 { lon: self.lon, lat: self.lat }.to_wgs84(),
        }
    }
}

impl From<Wgs84> for Reported {
    fn from(at: Wgs84) -> Self {
        Self { lon: at.lon, lat: at.lat, datum: Datum::Wgs84 }
    }
}

/// The published polynomial of the obfuscation (Krasovsky 1940 ellipsoid); zero outside China's bounding box.
fn gcj_offset(lon: f64, lat: f64) -> (f64, f64) {
    const A: f64 = 6_378_245.0;
    const EE: f64 = 0.006_693_421_622_965_943;
    if !(72.004..=137.8347).contains(&lon) || !(0.8293..=55.8271).contains(&lat) {
        return (0.0, 0.0);
    }
    let (x, y) = (lon - 105.0, lat - 35.0);
    let pi = std::f64::consts::PI;
    let common = (20.0 * (6.0 * x * pi).sin() + 20.0 * (2.0 * x * pi).sin()) * 2.0 / 3.0;
    let mut dlat = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * x.abs().sqrt();
    dlat += common;
    dlat += (20.0 * (y * pi).sin() + 40.0 * (y / 3.0 * pi).sin()) * 2.0 / 3.0;
    dlat += (160.0 * (y / 12.0 * pi).sin() + 320.0 * (y * pi / 30.0).sin()) * 2.0 / 3.0;
    let mut dlon = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * x.abs().sqrt();
    dlon += common;
    dlon += (20.0 * (x * pi).sin() + 40.0 * (x / 3.0 * pi).sin()) * 2.0 / 3.0;
    dlon += (150.0 * (x / 12.0 * pi).sin() + 300.0 * (x / 30.0 * pi).sin()) * 2.0 / 3.0;
    let rad = lat.to_radians();
    let magic = 1.0 - EE * rad.sin().powi(2);
    let sqrt_magic = magic.sqrt();
    let dlat = (dlat * 180.0) / ((A * (1.0 - EE)) / (magic * sqrt_magic) * pi);
    let dlon = (dlon * 180.0) / (A / sqrt_magic * rad.cos() * pi);
    (dlon, dlat)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn tiananmen_moves_by_half_a_kilometre() {
        // The widely published pair for this landmark: WGS-84 116.3912757, 39.906217 <-> GCJ-02 116.3975, 39.9076.
        let wgs = Wgs84::new(116.391_275_7, 39.906_217).unwrap();
        let gcj = wgs.to_gcj02();
        assert!((gcj.lon - 116.397_518).abs() < 1e-4, "{gcj:?}");
        assert!((gcj.lat - 39.907_619).abs() < 1e-4, "{gcj:?}");
    }

    #[test]
    fn outside_china_nothing_moves() {
        let sao_paulo = Wgs84::new(-46.63, -23.55).unwrap();
        assert_eq!(sao_paulo.to_gcj02().to_wgs84().unwrap(), sao_paulo);
    }

    #[test]
    fn a_coordinate_without_datum_is_refused() {
        assert!(serde_json::from_str::<Reported>(r#"{"lon":116.4,"lat":39.9}"#).is_err());
        assert!(serde_json::from_str::<Wgs84>(r#"{"lon":316.4,"lat":39.9}"#).is_err());
    }

    proptest! {
        #[test]
        fn the_conversion_is_undone_within_a_metre(lon in 73.0..137.0f64, lat in 1.0..55.0f64) {
            let there = Wgs84::new(lon, lat).unwrap();
            let back = there.to_gcj02().to_wgs84().unwrap();
            prop_assert!(there.distance_m(back) < 1.0);
        }

        #[test]
        fn an_offset_is_as_far_as_it_says(east in -5000.0..5000.0f64, north in -5000.0..5000.0f64) {
            let here = Wgs84::new(98.29, 39.77).unwrap();
            let want = (east * east + north * north).sqrt();
            prop_assert!((here.distance_m(here.offset_m(east, north)) - want).abs() < 0.01 * want + 0.5);
        }
    }
}
