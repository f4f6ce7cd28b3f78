//! The live stream (`GET /api/v1/live`): everything that happens in the district, to everyone who may see it, at once.
//!
//! | question | module |
//! | --- | --- |
//! | who sees what | [`audience`], [`redact`] |
//! | what is known | [`world`], [`incidents`], [`devices`], [`meals`], the figures in [`kpi`] and [`answering`] |
//! | events as bytes | [`frame`] |
//! | the log, its readers, resuming, falling behind | [`hub`] |
//! | positions in rounds | [`positions`] |
//! | state and watchers changed together, without I/O | [`core`] |
//! | the lock, the wake-ups and the HTTP body | [`stream`] |

pub mod answering;
pub mod audience;
pub mod core;
pub mod devices;
pub mod frame;
pub mod hub;
pub mod incidents;
pub mod kpi;
pub mod meals;
pub mod positions;
pub mod redact;
pub mod stream;
pub mod world;
