//! What every main needs, so that a service's own `main` is a few dozen lines: clock and entropy, configuration,
//! telemetry, health, and a shutdown in order.
//!
//! This is the only crate that reads the wall clock or the operating system's randomness. Everything else takes a
//! [`Clock`], an [`Entropy`], or the value itself as a parameter, so that a day can be simulated and a bug replayed.
//!
//! ```no_run
//! # use runtime::{BoxError, Context, RuntimeConfig, Service, TaskKind};
//! #[derive(Debug, Default, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
//! #[serde(default, deny_unknown_fields)]
//! struct Config {
//!     runtime: RuntimeConfig,
//! }
//! impl runtime::AppConfig for Config {
//!     fn runtime(&self) -> &RuntimeConfig {
//!         &self.runtime
//!     }
//! }
//!
//! async fn build(_config: Config, context: Context) -> Result<(), BoxError> {
//!     context.tasks.spawn(TaskKind::Worker, "planner", |stop| async move {
//!         stop.cancelled().await;
//!         Ok(())
//!     });
//!     Ok(())
//! }
//!
//! fn main() -> std::process::ExitCode {
//!     runtime::run(Service { name: "dispatch", version: env!("CARGO_PKG_VERSION") }, build)
//! }
//! ```

pub mod admin;
mod app;
mod clock;
pub mod config;
mod entropy;
pub mod health;
mod key;
pub mod metrics;
mod signal;
pub mod tasks;
pub mod telemetry;

pub use app::{AppConfig, Context, Service, run};
pub use clock::{Clock, ManualClock, ScaledClock, SharedClock, SystemClock};
pub use config::{
    secret::Secret,
    sections::{ClockConfig, HttpConfig, NatsConfig, RuntimeConfig, TelemetryConfig},
};
pub use entropy::Entropy;
pub use health::Health;
pub use key::key_file;
pub use tasks::{TaskKind, Tasks};

/// Any error, where only a person reads it.
pub type BoxError = Box<dyn std::error::Error + Send + Sync + 'static>;
