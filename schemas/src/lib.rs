//! The contract: what the services say to each other and to the outside. A service knows no other service, only
//! this crate.
//!
//! Rust types are the source; `cargo xtask gen` writes JSON Schema, AsyncAPI and OpenAPI beside them. Within a major
//! version only additions are made, readers ignore unknown fields, and every golden sample ever kept must decode.

pub mod account;
pub mod catalog;
pub mod day;
pub mod dead_letter;
pub mod digest;
pub mod emergency;
pub mod envelope;
mod generate;
pub mod live;
pub mod meal;
pub mod order;
pub mod position;
pub mod problem;
pub mod profile;
pub mod reach;
pub mod registry;
pub mod subject;

pub use generate::generate;
