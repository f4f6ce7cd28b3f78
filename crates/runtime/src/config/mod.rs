//! One way to configure every program: built-in defaults, then a TOML file, then the environment, then flags.
//!
//! * File: `--config FILE` or `CARE_CONFIG`.
//! * Environment: `CARE_` and the key in capitals, `__` between levels: `CARE_NATS__URL` is `nats.url`.
//! * Flags: `--set nats.url=nats://host:4222`, as often as needed.
//!
//! Unknown keys are refused, so a section struct carries `#[serde(default, deny_unknown_fields)]`. An error names the
//! key, where it came from and what is expected. `--print-config` shows what came of it all, secrets hidden.

mod error;
mod load;
mod reference;
pub mod secret;
pub mod sections;

pub use error::ConfigError;
pub use load::{Cli, load, to_toml};
pub use reference::reference;

/// What a program exits with when its configuration is unusable (`EX_USAGE` of sysexits).
pub const EXIT_BAD_CONFIG: u8 = 64;
