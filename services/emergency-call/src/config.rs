//! What can be configured, each part in its own section.

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf};

use domain::{id::DistrictId, unit::Seconds};
use outreach::OutreachConfig;
use runtime::{NatsConfig, RuntimeConfig, Secret};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{core::settings::Settings, reach::ways::Ways};

/// The whole configuration of the `emergency-call` program.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProgramConfig {
    /// Clock, telemetry, admin listener.
    #[serde(default)]
    pub runtime: RuntimeConfig,
    /// The bus.
    #[serde(default)]
    pub nats: NatsConfig,
    /// Alarms themselves.
    pub emergency: Config,
}

impl runtime::AppConfig for ProgramConfig {
    fn runtime(&self) -> &RuntimeConfig {
        &self.runtime
    }
}

/// One district's alarms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Whose alarms.
    pub district: DistrictId,
    /// The folder of `cards.key` and `devices.key`, both made at first start. Every process of the district needs the
    /// same two files.
    pub state: PathBuf,
    /// Ladders and patience.
    #[serde(default)]
    pub rules: Settings,
    /// The ways in.
    #[serde(default)]
    pub listen: Listen,
    /// What devices know the platform by, where they speak TLS.
    #[serde(default)]
    pub tls: Option<Tls>,
    /// Vendors' clouds and LoRaWAN network servers by name, with the secret shared with each.
    #[serde(default)]
    pub vendors: BTreeMap<String, Secret>,
    /// Channels to people away from the screens. One left out is missing, and the screens say so.
    #[serde(default)]
    pub outreach: OutreachConfig,
    /// In which order people are reached by them.
    #[serde(default)]
    pub ways: Ways,
    /// How long the search for the nearest may take before the last known positions are used, in milliseconds.
    #[serde(default = "default_search")]
    pub search_ms: u64,
    /// How long the active process may be silent before a standby takes over, in milliseconds.
    #[serde(default = "default_lease")]
    pub lease_ttl_ms: u64,
}

/// The ways in; one left out is closed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Listen {
    /// MQTT 3.1.1 and 5.
    pub mqtt: Option<SocketAddr>,
    /// The same over TLS, with the certificate of [`Config::tls`].
    pub mqtts: Option<SocketAddr>,
    /// MQTT clients need no password. For a closed network or a test only.
    pub mqtt_anonymous: bool,
    /// Webhooks and uplinks by HTTP.
    pub http: Option<SocketAddr>,
    /// SCAIP by SIP, UDP and TCP on the same port.
    pub sip: Option<SocketAddr>,
    /// How often a SCAIP unit shall ping, told it with each ping's answer; `None` leaves that to the unit.
    pub scaip_heartbeat: Option<Seconds>,
    /// JT/T 808 terminals.
    pub jt808: Option<SocketAddr>,
    /// Elders' GPS watches.
    pub watch: Option<SocketAddr>,
    /// Connections of each of the TCP listeners at a time, `None` for 20 000.
    pub max_connections: Option<usize>,
}

/// A certificate and its key, both PEM. Read at the start: a renewed one takes effect with the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// The certificate, and those between it and the authority.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

const fn default_lease() -> u64 {
    3000
}

const fn default_search() -> u64 {
    250
}

impl Config {
    /// The usual habits, no way in but the bus.
    pub fn of(district: DistrictId, state: PathBuf) -> Self {
        Self {
            district,
            state,
            rules: Settings::default(),
            listen: Listen::default(),
            tls: None,
            vendors: BTreeMap::new(),
            outreach: OutreachConfig::default(),
            ways: Ways::default(),
            search_ms: default_search(),
            lease_ttl_ms: default_lease(),
        }
    }
}
