//! Where the district's caregivers are: positions, presence, geofences, and who is nearest. Owns the streams PRESENCE,
//! GEOFENCE and POSITIONS.
//!
//! ```text
//! position reports ─┐            ┌─► who moved (core, coalesced) ──► the map
//! duty commands    ─┤            ├─► POSITIONS (last value, in memory), Redis where configured
//! PROFILES, ORDERS ─┼─► core ────┼─► PRESENCE, GEOFENCE (durable, fenced)
//! time             ─┘  (no I/O)  └─► answers: who is nearest, duty
//! ```
//!
//! - [`core`] judges and remembers: a state machine without I/O. All thresholds are its [`core::Rules`].
//! - `inbound` reads the bus. Reports are the hot path: parsed from the bytes, judged in batches, no task and no
//!   allocation for each.
//! - `active`: of all processes of a district one holds the lease, takes duty commands and writes. The others hear
//!   the same reports, answer the same questions and are ready to take over.
//! - `outbound` writes: coalesced by person, so that it is bounded however long the bus is away.
//! - `recover`: after a restart everything comes back from the last values in the streams, or from Redis.
//!
//! A caregiver is tracked on shift only. When the shift ends the position is removed from the index, the stream and
//! Redis, and fixes from outside the shift are rejected, late ones too.

mod active;
pub mod config;
pub mod core;
mod inbound;
mod metrics;
mod outbound;
mod recover;
mod shared;
mod start;

pub use config::{Config, ProgramConfig};
pub use start::{StartError, roads, start};
