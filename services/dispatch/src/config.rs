//! What can be configured, each part in its own section.

use std::path::PathBuf;

use domain::id::DistrictId;
use runtime::{NatsConfig, RuntimeConfig};
use serde::{Deserialize, Serialize};

use crate::core::settings::Settings;

/// The whole configuration of the `dispatch` program.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProgramConfig {
    /// Clock, telemetry, admin listener.
    #[serde(default)]
    pub runtime: RuntimeConfig,
    /// The bus.
    #[serde(default)]
    pub nats: NatsConfig,
    /// Whose orders, on which streets.
    pub district: DistrictConfig,
    /// Limits, habits, the lease.
    #[serde(default)]
    pub dispatch: Config,
}

impl runtime::AppConfig for ProgramConfig {
    fn runtime(&self) -> &RuntimeConfig {
        &self.runtime
    }
}

/// The district.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DistrictConfig {
    /// Its id, part of every subject.
    pub id: DistrictId,
    /// The road network: a prepared file, or OpenStreetMap (`.osm.pbf`, `.osm`, `.osm.gz`). Without one, travel times
    /// are great circles × a factor, and say so.
    #[serde(default)]
    pub map: Option<PathBuf>,
}

/// Dispatch's own settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Limits and habits.
    pub limits: Settings,
    /// How long the active process may be silent before a standby takes over, in milliseconds.
    pub lease_ttl_ms: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self { limits: Settings::default(), lease_ttl_ms: 3000 }
    }
}
