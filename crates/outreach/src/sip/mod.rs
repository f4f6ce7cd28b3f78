//! A phone call that speaks a prompt and waits for a key: 1 accepts, 2 declines. One leg out, through the carrier's or
//! the town's own exchange.
//!
//! | what | source | module |
//! | --- | --- | --- |
//! | messages | RFC 3261 §7, §25 | [`message`] |
//! | sign-in of a call | RFC 3261 §22, RFC 2617, RFC 7616, RFC 8760 | [`digest`] |
//! | the call's life: INVITE, CANCEL, ACK, BYE, repeats | RFC 3261 §9, §13–15, §17.1 | [`call`] |
//! | putting through to the desk: REFER and how it went | RFC 3515, RFC 3420 | [`call`] |
//! | what is spoken with what | RFC 3264, RFC 4566 | [`sdp`] |
//! | sound | ITU-T G.711, RFC 3550, RFC 3551 | [`g711`], [`rtp`], [`prompt`] |
//! | keys | RFC 4733, INFO with `application/dtmf-relay` (RFC 6086 names the method) | [`keys`] |
//!
//! All of these are pure; [`line`](mod@line) alone holds sockets.

pub mod call;
pub mod digest;
pub mod g711;
pub mod keys;
pub mod line;
pub mod message;
pub mod prompt;
pub mod rtp;
pub mod sdp;

pub use line::{Line, Phone, SipConfig};
