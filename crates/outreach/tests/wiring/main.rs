//! The channels against peers that were not written here: how they are started stands in the crate's README.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod gateway;
mod mail;
mod plan;
mod push;
mod sip;
mod smpp;
mod support;
