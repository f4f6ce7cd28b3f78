//! Against a real nats-server, real clients and real deaths.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod degraded;
mod kill;
mod mqtt;
mod reach;
mod sip;
mod terminals;
mod webhook;
mod world;
