//! What can be configured, each part in its own section.

use std::path::PathBuf;

use domain::id::DistrictId;
use runtime::{NatsConfig, RuntimeConfig};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::core::settings::Settings;

/// The whole configuration of the `meal-delivery` program.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProgramConfig {
    /// Clock, telemetry, admin listener.
    #[serde(default)]
    pub runtime: RuntimeConfig,
    /// The bus.
    #[serde(default)]
    pub nats: NatsConfig,
    /// Meals themselves.
    pub meals: Config,
}

impl runtime::AppConfig for ProgramConfig {
    fn runtime(&self) -> &RuntimeConfig {
        &self.runtime
    }
}

/// One district's meals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Whose meals.
    pub district: DistrictId,
    /// The folder of `codes.key`, made at first start, from which the codes of boxes follow. Every process of the
    /// district needs the same file.
    pub state: PathBuf,
    /// The road network: a prepared file, or OpenStreetMap (`.osm.pbf`, `.osm`, `.osm.gz`). Without one, travel times
    /// are great circles × a factor.
    #[serde(default)]
    pub map: Option<PathBuf>,
    /// Limits and habits.
    #[serde(default)]
    pub rules: Settings,
    /// How many threads plan rounds.
    #[serde(default = "default_threads")]
    pub threads: usize,
    /// How long the active process may be silent before a standby takes over, in milliseconds.
    #[serde(default = "default_lease")]
    pub lease_ttl_ms: u64,
}

const fn default_threads() -> usize {
    2
}

const fn default_lease() -> u64 {
    3000
}

impl Config {
    /// The usual habits for a district without a map.
    pub fn of(district: DistrictId, state: PathBuf) -> Self {
        Self {
            district,
            state,
            map: None,
            rules: Settings::default(),
            threads: default_threads(),
            lease_ttl_ms: default_lease(),
        }
    }
}
