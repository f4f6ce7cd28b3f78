//! The bus against a real nats-server.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod again;
mod closing;
mod fence;
mod follow;
mod lease;
mod request;
mod streams;
mod support;
