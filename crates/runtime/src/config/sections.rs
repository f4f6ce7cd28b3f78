//! Sections that several programs share.

use std::net::{Ipv4Addr, SocketAddr};

use domain::time::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::secret::Secret;

/// What [`run`](crate::run) itself needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RuntimeConfig {
    /// How long a shutdown may take before what is left is cut off, in seconds.
    pub grace_seconds: u64,
    /// Where `/healthz`, `/readyz` and `/metrics` are served.
    pub admin: HttpConfig,
    /// Logs, traces, metrics.
    pub telemetry: TelemetryConfig,
    /// The clock of a simulated district; the wall clock when absent.
    pub clock: Option<ClockConfig>,
}

/// A simulated district's clock: it showed `shown` when the wall clock read `wall`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClockConfig {
    /// An instant of the wall clock, RFC 3339.
    pub wall: Timestamp,
    /// What the district's clock showed then, RFC 3339.
    pub shown: Timestamp,
    /// Seconds of the district per second of the wall, 0.1 to 1000.
    pub speed: f64,
}

impl Default for RuntimeConfig {
    fn default() -> Self {
        Self {
            grace_seconds: 20,
            admin: HttpConfig { listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 9090)) },
            telemetry: TelemetryConfig::default(),
            clock: None,
        }
    }
}

/// An HTTP listener.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct HttpConfig {
    /// Address and port; port 0 takes a free one.
    pub listen: SocketAddr,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self { listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)) }
    }
}

/// Where the log goes and how much of it. Export over OTLP is set by the standard `OTEL_*` variables alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TelemetryConfig {
    /// Filter as in `RUST_LOG`, which wins when set: `info`, `dispatch=debug,info`.
    pub log: String,
    /// The form of a log line.
    pub log_format: LogFormat,
}

impl Default for TelemetryConfig {
    fn default() -> Self {
        Self { log: "info".to_owned(), log_format: LogFormat::Auto }
    }
}

/// The form of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people on a terminal, JSON otherwise.
    Auto,
    /// For people.
    Human,
    /// One JSON object a line.
    Json,
}

/// How to reach NATS, and as whom.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NatsConfig {
    /// One or more server addresses, separated by commas: `nats://host:4222`, `tls://host:4222`.
    pub url: String,
    /// User name, together with `password`.
    pub user: Option<String>,
    /// The user's password.
    pub password: Option<Secret>,
    /// Seed of an NKey, instead of user and password.
    pub nkey_seed: Option<Secret>,
    /// Content of a `.creds` file (JWT and seed), instead of user and password.
    pub credentials: Option<Secret>,
    /// PEM file with the certificate authority that signs the servers.
    pub ca_file: Option<std::path::PathBuf>,
    /// PEM file with the client's certificate; needs `key_file`.
    pub cert_file: Option<std::path::PathBuf>,
    /// PEM file with the client certificate's key; needs `cert_file`.
    pub key_file: Option<std::path::PathBuf>,
    /// How long a request to a stream's API or a publish acknowledgement may take, in milliseconds.
    pub timeout_ms: u64,
    /// Copies of each stream: 1 on one machine, 3 in a cluster.
    pub replicas: usize,
}

impl Default for NatsConfig {
    fn default() -> Self {
        Self {
            url: "nats://127.0.0.1:4222".to_owned(),
            user: None,
            password: None,
            nkey_seed: None,
            credentials: None,
            ca_file: None,
            cert_file: None,
            key_file: None,
            timeout_ms: 5_000,
            replicas: 1,
        }
    }
}
