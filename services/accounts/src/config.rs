//! What can be configured.

use std::path::PathBuf;

use domain::id::DistrictId;
use runtime::{NatsConfig, RuntimeConfig, Secret};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::store::Place;

/// The whole configuration of the `accounts` program.
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
    pub accounts: Config,
}

impl runtime::AppConfig for ProgramConfig {
    fn runtime(&self) -> &RuntimeConfig {
        &self.runtime
    }
}

/// One district's money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Whose money.
    pub district: DistrictId,
    /// The folder of `accounts.sqlite`, made at first start; not used where `database` is set.
    pub state: PathBuf,
    /// A PostgreSQL database instead: `postgres://user:password@host/name`.
    #[serde(default)]
    pub database: Option<Secret<String>>,
    /// The city's policy: a city that is built in (`jiayuguan`, `changsha`, `changji`, `yuncheng`, `kangbashi`), or a
    /// pack's file.
    pub policy: String,
    /// The city's catalogue: a file; that of the city that is built in where nothing is said.
    #[serde(default)]
    pub catalogue: Option<PathBuf>,
    /// Holidays and worked weekends: a file; that which is built in where nothing is said.
    #[serde(default)]
    pub calendar: Option<PathBuf>,
    /// What decides about elders who are not known yet, taken over at the start: a file with a JSON object per line.
    #[serde(default)]
    pub people: Option<PathBuf>,
    /// A font with Chinese characters for statements on paper; one that the system brings along where nothing is said.
    #[serde(default)]
    pub font: Option<PathBuf>,
    /// How long the process that follows orders and closes months may be silent before another takes over, in
    /// milliseconds.
    #[serde(default = "default_lease")]
    pub lease_ttl_ms: u64,
}

const fn default_lease() -> u64 {
    3000
}

impl Config {
    /// The usual habits, on SQLite.
    pub fn of(district: DistrictId, state: PathBuf, policy: impl Into<String>) -> Self {
        Self {
            district,
            state,
            database: None,
            policy: policy.into(),
            catalogue: None,
            calendar: None,
            people: None,
            font: None,
            lease_ttl_ms: default_lease(),
        }
    }

    /// Where the books are.
    pub fn place(&self) -> Place {
        self.database.clone().map_or_else(|| Place::Folder(self.state.clone()), Place::Postgres)
    }
}
