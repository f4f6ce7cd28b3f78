//! What can be set about the edge.

use std::path::PathBuf;

use domain::{
    geo::Wgs84,
    id::{DistrictId, StreetId},
};
use runtime::{AppConfig, HttpConfig, NatsConfig, RuntimeConfig, Secret};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The whole configuration of the `command-center` program.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ProgramConfig {
    /// Clock, telemetry, admin listener.
    pub runtime: RuntimeConfig,
    /// The bus.
    pub nats: NatsConfig,
    /// The edge itself.
    pub edge: Config,
}

impl AppConfig for ProgramConfig {
    fn runtime(&self) -> &RuntimeConfig {
        &self.runtime
    }
}

/// The district.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DistrictConfig {
    /// Its id, part of every subject.
    pub id: DistrictId,
    /// Its name.
    pub name: String,
    /// Its name in English.
    pub name_en: String,
    /// Prepared roads or an OpenStreetMap file; without one the map is empty and ways are straight lines.
    pub map: Option<PathBuf>,
    /// Streets (街道) with their names; others show by their id.
    pub streets: Vec<StreetName>,
    /// Where the map opens when there is no road network: longitude and latitude in degrees, WGS-84.
    pub centre: Option<Wgs84>,
}

impl Default for DistrictConfig {
    #[expect(clippy::expect_used, reason = "a literal of the alphabet is an id")]
    fn default() -> Self {
        Self {
            id: DistrictId::new("jiayuguan").expect("letters are an id"),
            name: "嘉峪关市".to_owned(),
            name_en: "Jiayuguan".to_owned(),
            map: None,
            streets: Vec::new(),
            centre: None,
        }
    }
}

/// A street and its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StreetName {
    /// The street's id.
    pub id: StreetId,
    /// Its name.
    pub name: String,
}

/// The edge of one district.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The district served.
    pub district: DistrictConfig,
    /// Where the API and the web apps are served.
    pub http: HttpConfig,
    /// Folder for accounts, keys and the audit log. Made if it is not there, readable by its owner only.
    pub state: PathBuf,
    /// Key that signs tokens, at least 32 characters; several edges of one district share it. Without one a key is
    /// made in the state folder at the first start and replaced every 30 days.
    pub token_key: Option<Secret>,
    /// Accounts to make at the start where they are not there yet: a JSON file, see [`crate::access::bootstrap`].
    pub bootstrap_users: Option<PathBuf>,
    /// Cookies also without TLS off loopback: only behind a tunnel that is safe by itself.
    pub plain_http: bool,
    /// Says in the apps that this district is simulated.
    pub demo: bool,
    /// What the telephone system signs its call events with, at least 32 characters; without one none are taken.
    pub telephone_key: Option<Secret>,
    /// The district keeps accounts: they are looked after like the other neighbours.
    pub accounts: bool,
    /// Memory of one password hash in KiB (argon2id).
    pub password_memory_kib: u32,
    /// Passes over that memory.
    pub password_passes: u32,
    /// Password hashes computed at a time.
    pub passwords_at_a_time: usize,
    /// Sign-ins from one address that may be under way or have failed; one is forgiven every half minute.
    pub failed_sign_ins: u32,
    /// Proxies in front that append to `X-Forwarded-For`; with none the header is not believed.
    pub proxies: usize,
    /// Open connections at most; more wait to be accepted.
    pub max_connections: usize,
    /// Live streams at most; more are refused with `too_many_streams`.
    pub max_streams: usize,
    /// How many messages of ORDERS are kept for clients that resume.
    pub resume_messages: usize,
    /// Orders closed for longer than this are not in a snapshot, in hours.
    pub snapshot_hours: u32,
    /// Orders kept for lists; beyond it the oldest closed ones go, and are read from the stream when asked for.
    pub orders_kept: usize,
    /// Position reports a caregiver may send a second, on average.
    pub positions_per_second: f64,
    /// Minutes the district's clock is ahead of UTC, for what is counted by the day.
    pub utc_offset_minutes: i32,
    /// How long `dispatch` may take over a command, in milliseconds.
    pub command_timeout_ms: u64,
    /// How long any other question to a neighbour may take, in milliseconds.
    pub ask_timeout_ms: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            district: DistrictConfig::default(),
            http: HttpConfig::default(),
            state: PathBuf::from("state/command-center"),
            token_key: None,
            bootstrap_users: None,
            plain_http: false,
            demo: false,
            telephone_key: None,
            accounts: false,
            password_memory_kib: 19_456,
            password_passes: 2,
            passwords_at_a_time: 2,
            failed_sign_ins: 64,
            proxies: 0,
            max_connections: 20_000,
            max_streams: 10_000,
            resume_messages: 8_192,
            snapshot_hours: 3,
            orders_kept: 50_000,
            positions_per_second: 2.0,
            utc_offset_minutes: 480,
            command_timeout_ms: 2_000,
            ask_timeout_ms: 500,
        }
    }
}
