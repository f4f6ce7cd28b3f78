//! What can be configured, each part in its own section.

use std::path::PathBuf;

use domain::id::DistrictId;
use runtime::{NatsConfig, RuntimeConfig, Secret};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::core::{Bounds, Rules};

/// The whole configuration of the `caregiver-location` program.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProgramConfig {
    /// Telemetry, admin listener.
    #[serde(default)]
    pub runtime: RuntimeConfig,
    /// The bus.
    #[serde(default)]
    pub nats: NatsConfig,
    /// The service itself.
    pub location: Config,
}

impl runtime::AppConfig for ProgramConfig {
    fn runtime(&self) -> &RuntimeConfig {
        &self.runtime
    }
}

/// One district's positions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Whose caregivers.
    pub district: DistrictId,
    /// The road network: a prepared file, or OpenStreetMap (`.osm.pbf`, `.osm`, `.osm.gz`). Without one, ways are great
    /// circles × a factor, and say so.
    #[serde(default)]
    pub map: Option<PathBuf>,
    /// Where the district's people can be; by default what the map shows, and without a map anywhere.
    #[serde(default)]
    pub bounds: Option<BoundsConfig>,
    /// So many metres beyond the bounds are still believed: people live and shop across the border.
    #[serde(default = "default_margin")]
    pub bounds_margin_metres: f64,
    /// Which fixes are believed, when a signal is lost, when a door is reached.
    #[serde(default)]
    pub rules: Rules,
    /// Who moved is announced every so many milliseconds.
    #[serde(default = "default_announce")]
    pub announce_ms: u64,
    /// For a ranking by road so many times more people are looked at than asked for.
    #[serde(default = "default_shortlist")]
    pub road_shortlist_factor: u16,
    /// How long the active process may be silent before a standby takes over, in milliseconds.
    #[serde(default = "default_lease")]
    pub lease_ttl_ms: u64,
    /// Where positions are mirrored; nowhere by default.
    #[serde(default)]
    pub redis: Option<RedisConfig>,
}

/// A rectangle in degrees, WGS-84.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BoundsConfig {
    /// Western longitude.
    pub west: f64,
    /// Southern latitude.
    pub south: f64,
    /// Eastern longitude.
    pub east: f64,
    /// Northern latitude.
    pub north: f64,
}

/// The mirror in Redis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RedisConfig {
    /// `redis://user:password@host:6379/0`.
    pub url: Secret,
    /// A position that is not renewed goes after so many seconds.
    #[serde(default = "default_ttl")]
    pub ttl_seconds: u64,
    /// One batch of commands may take so many milliseconds.
    #[serde(default = "default_redis_timeout")]
    pub timeout_ms: u64,
}

const fn default_margin() -> f64 {
    20_000.0
}

const fn default_announce() -> u64 {
    250
}

const fn default_shortlist() -> u16 {
    3
}

const fn default_lease() -> u64 {
    3000
}

const fn default_ttl() -> u64 {
    3600
}

const fn default_redis_timeout() -> u64 {
    500
}

/// A rectangle that is none.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error(
    "location.bounds from {west} {south} to {east} {north} are no rectangle on the globe; \
     west must not exceed east (±180) nor south north (±90)"
)]
pub struct BadBounds {
    west: f64,
    south: f64,
    east: f64,
    north: f64,
}

impl Config {
    /// The usual habits for a district without a map.
    pub fn of(district: DistrictId) -> Self {
        Self {
            district,
            map: None,
            bounds: None,
            bounds_margin_metres: default_margin(),
            rules: Rules::default(),
            announce_ms: default_announce(),
            road_shortlist_factor: default_shortlist(),
            lease_ttl_ms: default_lease(),
            redis: None,
        }
    }

    /// Where fixes are believed: what is configured, else what the map shows, each with the margin; else anywhere.
    ///
    /// # Errors
    /// [`BadBounds`] if what is configured is no rectangle.
    pub(crate) fn believed(&self, roads: &roads::Roads) -> Result<Bounds, BadBounds> {
        let bounds = match self.bounds {
            Some(BoundsConfig { west, south, east, north }) => {
                let globe = west >= -180.0 && east <= 180.0 && south >= -90.0 && north <= 90.0;
                if !(globe && west <= east && south <= north) {
                    return Err(BadBounds { west, south, east, north });
                }
                Bounds { west, south, east, north }
            }
            None => match roads.network().and_then(roads::Network::bounds) {
                Some((low, high)) => {
                    Bounds { west: low.lon(), south: low.lat(), east: high.lon(), north: high.lat() }
                }
                None => return Ok(Bounds::WORLD),
            },
        };
        Ok(bounds.widened(self.bounds_margin_metres))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(bounds: BoundsConfig) -> Config {
        Config { bounds: Some(bounds), ..Config::of(DistrictId::new("d").unwrap()) }
    }

    #[test]
    fn bounds_are_checked_and_widened() {
        let roads = roads::Roads::fallback_only(roads::FallbackModel::default());
        let good = BoundsConfig { west: 98.0, south: 39.5, east: 98.5, north: 40.0 };
        let believed = config(good).believed(&roads).unwrap();
        assert!(believed.west < 97.9 && believed.north > 40.1, "{believed:?}");
        let bad = BoundsConfig { west: 99.0, ..good };
        assert!(config(bad).believed(&roads).unwrap_err().to_string().contains("west must not exceed east"));
        let none = Config::of(DistrictId::new("d").unwrap());
        assert_eq!(none.believed(&roads).unwrap(), Bounds::WORLD);
    }

    #[test]
    fn a_misspelt_key_is_refused() {
        let error = serde_json::from_str::<Config>(r#"{"district":"d","announce":1}"#).unwrap_err();
        assert!(error.to_string().contains("announce"), "{error}");
        let usual = Config::of(DistrictId::new("d").unwrap());
        assert_eq!(serde_json::from_str::<Config>(r#"{"district":"d"}"#).unwrap(), usual);
    }
}
