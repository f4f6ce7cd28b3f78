//! Against a real nats-server, and real deaths.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod degraded;
mod kill;
mod world;
