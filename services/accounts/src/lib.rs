//! Who may get what, and every fen accounted.
//!
//! ```text
//! commands, ORDERS ─► desk ─► one transaction: purses + entries + events ─► outbox ─► FUNDING (fenced)
//! ```
//!
//! - [`policy`], [`catalogue`], [`rulebook`]: what the city rules, as data, and what follows from it for one person.
//! - [`ledger`] decides without I/O: what is given, held, taken, given back, and what lapses.
//! - [`matter`] decides, without I/O as well, what becomes of applications, complaints, corrections and the like.
//! - [`designation`] says where silver points may be spent, as `organisations` hears it of the registry.
//! - [`grant`] computes what operators get, for approval.
//! - [`store`] keeps the books in SQLite or PostgreSQL; [`statement`] writes settlements as workbooks.
//! - [`desk`] takes work and answers once it is durable; [`start`] joins all with the bus.

mod asks;
pub mod builtin;
pub mod catalogue;
pub mod config;
pub mod designation;
pub mod desk;
pub mod grant;
pub mod ledger;
pub mod matter;
mod metrics;
mod midnight;
mod orders;
mod organisations;
mod paper;
pub mod people;
pub mod policy;
mod publish;
mod questions;
pub mod rulebook;
mod start;
pub mod statement;
pub mod store;

pub use config::{Config, ProgramConfig};
pub use start::{StartError, start};
