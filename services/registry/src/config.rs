//! What can be configured.

use std::path::PathBuf;

use domain::id::DistrictId;
use runtime::{NatsConfig, RuntimeConfig};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The whole configuration of the `registry` program.
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
    pub registry: Config,
}

impl runtime::AppConfig for ProgramConfig {
    fn runtime(&self) -> &RuntimeConfig {
        &self.runtime
    }
}

/// One district's people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Whose people.
    pub district: DistrictId,
    /// The folder of `registry.sqlite` and, unless `key_file` says otherwise, of `registry.key`. Made at first start.
    pub state: PathBuf,
    /// The key that opens the vault, 32 bytes, readable by its owner only; made at first start. Without it the names
    /// are lost: keep a copy apart from the database.
    #[serde(default)]
    pub key_file: Option<PathBuf>,
    /// A day file whose people are imported at each start; who is there already is brought up to date.
    #[serde(default)]
    pub day: Option<PathBuf>,
    /// How long it is remembered who read whose name, in days.
    #[serde(default = "default_audit_days")]
    pub audit_days: u32,
    /// How long the publishing process may be silent before another takes over, in milliseconds.
    #[serde(default = "default_lease")]
    pub lease_ttl_ms: u64,
}

const fn default_audit_days() -> u32 {
    3 * 365
}

const fn default_lease() -> u64 {
    3000
}

impl Config {
    /// The usual habits.
    pub fn of(district: DistrictId, state: PathBuf) -> Self {
        Self {
            district,
            state,
            key_file: None,
            day: None,
            audit_days: default_audit_days(),
            lease_ttl_ms: default_lease(),
        }
    }

    /// Where the key is.
    pub fn key_path(&self) -> PathBuf {
        self.key_file.clone().unwrap_or_else(|| self.state.join("registry.key"))
    }
}
