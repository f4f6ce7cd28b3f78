//! Work orders (工单), offers and assignments of one district: owns the ORDERS stream.
//!
//! ```text
//! requests ─┐                         ┌─► ORDERS (one durable message per decision, fenced)
//! profiles ─┤                         │
//! presence ─┼─► core (no I/O) ─effects┼─► answers, once durable
//! moves    ─┤        ▲                │
//! geofence ─┘        └── deadlines ───┘
//! ```
//!
//! - [`core`] decides: a state machine without I/O, the same in a process, a test and the simulator.
//! - [`active`] is the process that acts for the district: it rebuilds the core from the streams, fences the one
//!   before it, feeds the core and carries out its effects in order.
//! - [`start`] joins the two with the lease: of all processes of a district exactly one acts.

pub mod active;
pub mod config;
pub mod core;
mod feed;
mod funds;
mod metrics;
mod rebuild;
pub mod start;

pub use config::{Config, ProgramConfig};
pub use start::start;
