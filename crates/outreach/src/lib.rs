//! How a district reaches people away from its own screens: a nearest caregiver in the rain, a daughter at work, a
//! supervisor asleep. Used by escalation of alarms and by every service that has to tell somebody something.
//!
//! | channel | protocol | module |
//! | --- | --- | --- |
//! | web push | RFC 8030, payload RFC 8291, sender RFC 8292 | [`push`] |
//! | SMS through a carrier | SMPP 3.4 | [`smpp`] |
//! | SMS through a gateway | signed HTTP | [`gateway`] |
//! | phone call | SIP (RFC 3261), RTP (RFC 3550), keys by RFC 4733 or INFO | [`sip`] |
//! | e-mail | SMTP submission (RFC 6409) over TLS | [`mail`] |
//!
//! A [`plan::Plan`] says in which order a person's [`Way`]s are tried and how long each may take; [`plan::State`] is
//! its sans-IO state machine, which a service keeps with its own events, and [`plan::driver`] carries it out. A try
//! ends [`Reached`] or in a [`Failure`] that says whether trying again can help. Everything is idempotent by
//! [`MessageId`]: a message that comes twice rings once.
//!
//! Whom a message goes to and what it says are personal data: [`Way`] and [`Content`] print as `***`, failures name
//! the peer's code and never repeat its text, and [`plan::State`] holds neither.

pub mod back_off;
pub mod config;
mod failure;
pub mod gateway;
mod http;
pub mod mail;
mod message;
pub mod plan;
pub mod push;
mod sender;
pub mod sip;
pub mod smpp;
#[cfg(feature = "testing")]
pub mod testing;
mod tls;

pub use config::{Outreach, OutreachConfig};
pub use failure::{Failure, FailureKind, Reason};
pub use message::{Channel, Content, InvalidAddress, MailAddress, MessageId, PhoneNumber, Urgency, Way};
pub use sender::{Attempt, Delivery, Inbound, Key, Reached, Receipt, Sender, Unusable};
