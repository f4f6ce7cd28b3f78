//! SMS through a carrier's short message centre, by the *Short Message Peer to Peer Protocol* 3.4 (SMPP Developers Forum,
//! 12-Oct-1999; sections below are of that document).
//!
//! Only the operations a dispatcher needs are here, so the codec is our own and small: [`pdu`] reads and writes,
//! [`text`] cuts a text into parts, [`receipt`] reads delivery receipts, [`session`] is the sans-IO life of one
//! connection (bind, window, enquire_link, throttling, time-outs), and [`link`] keeps a connection alive on tokio.

pub mod link;
pub mod pdu;
pub mod receipt;
pub mod session;
pub mod status;
pub mod text;

pub use link::{LongText, SmppConfig, SmppSms};
