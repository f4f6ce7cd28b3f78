//! The service against a real nats-server, and a real redis-server where one is mirrored to.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod faults;
mod flow;
mod mirror;
mod recovery;
mod world;
