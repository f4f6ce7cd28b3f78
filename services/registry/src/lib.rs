//! Elders, caregivers, organisations, facilities: who they are, where, what they need or may do. Owns the stream PROFILES.
//!
//! ```text
//! commands, imports ──► database: profile + event, one transaction ──► outbox ──► PROFILES (fenced)
//! names? ──► vault: decrypt, mask by role, note the reading ──► answer
//! ```
//!
//! - [`store`] keeps everything in SQLite or PostgreSQL. A change and the event that tells of it are one transaction, so
//!   the database and the bus cannot disagree for longer than the bus is away.
//! - [`vault`] seals names: a key per person, itself sealed with the registry's key. Events never carry a name.
//! - [`publish`] carries the outbox to the bus, under a lease and the stream's fence, and puts back what the stream
//!   has lost.
//! - [`keep`] decides steps about organisations, facilities, rosters, care plans and people's own data, without I/O;
//!   [`terms`] is what the city's document rules about them.
//! - `follow` hears what `accounts` decides about organisations; `ahead` makes care plans' orders.
//! - [`answer`] takes commands and answers who is called what; each reading is noted with its ground (`handing`) before it
//!   is answered, and so is what is refused.
//! - [`find`] answers who is called so, from an index of the names that is in memory only.
//! - [`import`] reads day files, CSV and workbooks, row by row.

mod ahead;
pub mod answer;
pub mod config;
pub mod find;
mod follow;
pub mod handing;
pub mod identity;
pub mod import;
pub mod keep;
pub mod mask;
mod metrics;
pub mod publish;
mod start;
pub mod store;
pub mod terms;
pub mod vault;

pub use config::{Config, ProgramConfig};
pub use start::{StartError, open, rotate, start};
