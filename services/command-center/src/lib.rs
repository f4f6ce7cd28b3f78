//! The edge of a district: people come in here, and everything that happens goes out to them live.
//!
//! It owns accounts, sign-ins and the audit log ([`store`]), and no data of the district: orders, people and positions
//! it knows from the streams ([`follow`], [`live`]), and what people want done it hands to the owner
//! ([`neighbours`]). A neighbour that is away shows as away; nothing hangs.
//!
//! | question | module |
//! | --- | --- |
//! | what can be set | [`config`] |
//! | who may come in, and how far they see | [`access`] |
//! | the endpoints, one table for all of them | [`http`] |
//! | the live stream | [`live`] |
//! | how it all starts | [`start`](mod@start) |

pub mod access;
pub mod cap;
pub mod config;
pub mod edge;
mod follow;
pub mod http;
pub mod live;
pub mod metrics;
pub mod neighbours;
pub mod start;
pub mod store;

pub use config::{Config, ProgramConfig};
pub use http::openapi::openapi;
pub use start::{Started, start};

/// The first bytes of a digest in hexadecimal digits: enough to tell contents apart.
fn short_hex(digest: &[u8]) -> String {
    use std::fmt::Write;
    digest.iter().take(12).fold(String::with_capacity(24), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// A unit variant's name on the wire.
fn wire_name<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}
