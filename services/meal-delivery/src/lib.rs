//! Meals (助餐) of one district, from menu to doorstep: owns the MEALS and DINERS streams.
//!
//! ```text
//! requests ──┐                          ┌─► MEALS, DINERS (one durable message per decision, fenced)
//! profiles ──┤                          ├─► answers, once durable
//! positions ─┼─► core (no I/O) ─effects─┼─► accounts: holds (bounded wait; kitchens do not stop)
//! answers ───┤        ▲                 ├─► emergency-call: somebody looks where nobody opens
//! plans ─────┘        └── deadlines     └─► planner: rounds, beside the core
//! ```
//!
//! - [`core`] decides: a state machine without I/O, the same in a process, a test and a benchmark.
//! - [`active`] is the process that acts for the district; [`start`] joins it with the lease.

pub mod active;
pub mod config;
pub mod core;
mod metrics;
mod neighbours;
pub mod planner;
mod rebuild;
pub mod start;

pub use config::{Config, ProgramConfig};
pub use start::start;
