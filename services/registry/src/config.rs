//! What can be configured.

use std::path::PathBuf;

use domain::id::DistrictId;
use runtime::{NatsConfig, RuntimeConfig, Secret};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::store::Place;

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
    /// The folder of `registry.sqlite` (not used where `database` is set) and, unless `key_file` says otherwise, of `registry.key`. Made at first start.
    pub state: PathBuf,
    /// A PostgreSQL database instead: `postgres://user:password@host/name`.
    #[serde(default)]
    pub database: Option<Secret<String>>,
    /// Whose terms facilities and contracts keep: a city that is built in (`jiayuguan`, `changsha`, `changji`,
    /// `yuncheng`, `kangbashi`), or a policy pack's file. Without one nothing is due.
    #[serde(default)]
    pub policy: Option<String>,
    /// Holidays and worked weekends: a file; that which is built in where nothing is said.
    #[serde(default)]
    pub calendar: Option<PathBuf>,
    /// Care plans make their orders so many days ahead.
    #[serde(default = "default_ahead")]
    pub plan_days: u8,
    /// How often care plans are looked at, in milliseconds.
    #[serde(default = "default_look")]
    pub plan_every_ms: u64,
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

const fn default_ahead() -> u8 {
    7
}

const fn default_look() -> u64 {
    60_000
}

impl Config {
    /// The usual habits.
    pub fn of(district: DistrictId, state: PathBuf) -> Self {
        Self {
            district,
            state,
            database: None,
            policy: None,
            calendar: None,
            plan_days: default_ahead(),
            plan_every_ms: default_look(),
            key_file: None,
            day: None,
            audit_days: default_audit_days(),
            lease_ttl_ms: default_lease(),
        }
    }

    /// Where the database is.
    pub fn place(&self) -> Place {
        self.database.clone().map_or_else(|| Place::Folder(self.state.clone()), Place::Postgres)
    }

    /// Where the next key waits while keys are being changed.
    pub fn next_key_path(&self) -> PathBuf {
        self.key_path().with_extension("next")
    }

    /// Where the key is.
    pub fn key_path(&self) -> PathBuf {
        self.key_file.clone().unwrap_or_else(|| self.state.join("registry.key"))
    }
}
