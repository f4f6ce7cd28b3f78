//! What can be configured, each part in its own section.

use std::path::PathBuf;

use domain::id::DistrictId;
use runtime::{NatsConfig, RuntimeConfig};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::core::settings::Settings;

/// The whole configuration of the `dispatch` program.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProgramConfig {
    /// Clock, telemetry, admin listener.
    #[serde(default)]
    pub runtime: RuntimeConfig,
    /// The bus.
    #[serde(default)]
    pub nats: NatsConfig,
    /// Dispatch itself.
    pub dispatch: Config,
}

impl runtime::AppConfig for ProgramConfig {
    fn runtime(&self) -> &RuntimeConfig {
        &self.runtime
    }
}

/// One district's dispatch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Whose orders.
    pub district: DistrictId,
    /// The road network: a prepared file, or OpenStreetMap (`.osm.pbf`, `.osm`, `.osm.gz`). Without one, travel times
    /// are great circles × a factor, and say so.
    #[serde(default)]
    pub map: Option<PathBuf>,
    /// Limits and habits.
    #[serde(default)]
    pub limits: Settings,
    /// How long the active process may be silent before a standby takes over, in milliseconds.
    #[serde(default = "default_lease")]
    pub lease_ttl_ms: u64,
}

const fn default_lease() -> u64 {
    3000
}

impl Config {
    /// The usual habits for a district without a map.
    pub fn of(district: DistrictId) -> Self {
        Self { district, map: None, limits: Settings::default(), lease_ttl_ms: default_lease() }
    }
}
