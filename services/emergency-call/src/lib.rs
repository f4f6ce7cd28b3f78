//! Alarms (警情), escalation and device supervision of one district: owns the ALARMS and DEVICES streams.
//!
//! ```text
//! MQTT ────┐                                   ┌─► ALARMS, DEVICES (one durable message per decision, fenced)
//! HTTP ────┤                                   │
//! SCAIP ───┼─► decode ─► core (no I/O) ─effects┼─► the device's answer, once durable
//! JT/T 808 ┤                ▲                  ├─► calls to desk, responders, family
//! watch ───┘                └── deadlines ─────┴─► who is nearest? (bounded wait, last known in its place)
//! ```
//!
//! - [`decode`] understands what devices say: pure functions, one protocol a module.
//! - [`core`] decides: a state machine without I/O, the same in a process and in a test.
//! - [`active`] is the process that acts for the district; [`start`] joins it with the lease.
//! - [`reach`] reaches people away from the screens, by the crate `outreach`.
//! - [`listen`] is the ways in. A device is answered only when what it said is durable.

pub mod active;
pub mod cards;
pub mod config;
pub mod core;
pub mod credentials;
pub mod decode;
pub mod ear;
pub mod listen;
mod metrics;
pub mod reach;
mod rebuild;
pub mod responders;
pub mod start;

pub use config::{Config, ProgramConfig};
pub use start::{App, start};
