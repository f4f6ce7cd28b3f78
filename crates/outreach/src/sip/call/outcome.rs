//! How a call came out, and what that means for the plan.

use crate::{Failure, Reached, Reason};

/// How a call came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Somebody pressed 1.
    Accepted,
    /// Somebody pressed 2.
    Declined,
    /// Somebody, or a machine, listened and pressed nothing.
    Heard,
    /// The line is busy.
    Busy,
    /// The call was pushed away.
    Rejected,
    /// It rang and nobody picked up.
    NoAnswer,
    /// There is no such number.
    NotFound,
    /// The exchange does not accept our credentials.
    Credentials,
    /// The exchange will not carry the call, with this code.
    Refused(u16),
    /// The exchange cannot carry calls now, with this code.
    Unavailable(u16),
    /// The exchange said nothing at all.
    Unreachable,
    /// The other side speaks neither law of G.711.
    NoCommonSound,
    /// Nobody needed the call any more.
    Stopped,
}

impl Outcome {
    /// What a final refusal means (RFC 3261 §21).
    pub const fn of(code: u16) -> Self {
        match code {
            486 | 600 => Self::Busy,
            // 607, RFC 8197: unwanted.
            603 | 607 => Self::Rejected,
            408 | 480 | 487 => Self::NoAnswer,
            404 | 410 | 484 | 485 | 604 => Self::NotFound,
            401 | 407 => Self::Credentials,
            415 | 488 | 606 => Self::NoCommonSound,
            500..=599 => Self::Unavailable(code),
            _ => Self::Refused(code),
        }
    }

    /// In the words that all channels share.
    ///
    /// # Errors
    /// A [`Failure`] when nobody listened.
    pub fn result(self) -> Result<Reached, Failure> {
        let (reason, detail) = match self {
            Self::Accepted => return Ok(Reached::Accepted),
            Self::Declined => return Ok(Reached::Declined),
            Self::Heard => return Ok(Reached::Heard),
            Self::Busy => (Reason::Busy, "the line is busy".to_owned()),
            Self::Rejected => (Reason::Rejected, "the call was pushed away".to_owned()),
            Self::NoAnswer => (Reason::NoAnswer, "nobody picked up".to_owned()),
            Self::NotFound => (Reason::AddressInvalid, "the exchange knows no such number".to_owned()),
            Self::Credentials => (Reason::Credentials, "the exchange refuses our credentials".to_owned()),
            Self::Refused(code) => (Reason::Refused, format!("the exchange answered {code}")),
            Self::Unavailable(code) => (Reason::Unavailable, format!("the exchange answered {code}")),
            Self::Unreachable => (Reason::Unreachable, "the exchange does not answer".to_owned()),
            Self::NoCommonSound => (Reason::Refused, "the other side does not speak G.711".to_owned()),
            Self::Stopped => (Reason::Stopped, "the call was not needed any more".to_owned()),
        };
        Err(Failure::new(reason, detail))
    }
}
