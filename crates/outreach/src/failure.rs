//! Why a try did not reach anybody, and whether the same try can do better later.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

/// Whether trying the same way again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// It did not go out; the same try may succeed later.
    Temporary,
    /// The same try will fail again: the address or the set-up has to change first.
    Permanent,
    /// It may have gone out: the answer is missing. Trying again may reach the person twice.
    Unknown,
}

/// What went wrong, in the words every channel shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The address existed and does no more (push subscription ended, number ported away): forget it.
    AddressGone,
    /// No such number, mailbox or subscription, or not one this channel can use.
    AddressInvalid,
    /// The peer will not take this message from us: content, sender or contract.
    Refused,
    /// The peer does not accept our credentials.
    Credentials,
    /// The message is longer than the channel carries.
    TooLarge,
    /// The channel is not configured in this district.
    NotConfigured,
    /// The person pushed the call away without listening.
    Rejected,
    /// The line is busy.
    Busy,
    /// It rang and nobody picked up.
    NoAnswer,
    /// The peer asks to send more slowly.
    Throttled,
    /// The peer says that it cannot work now.
    Unavailable,
    /// No connection to the peer.
    Unreachable,
    /// The plan did not need this try any more.
    Stopped,
    /// Sent, and no answer within the time given.
    TimedOut,
    /// The connection broke after the message was sent.
    Broken,
    /// The peer answered something this protocol does not know.
    Protocol,
}

impl Reason {
    /// Whether trying again can help.
    pub const fn kind(self) -> FailureKind {
        match self {
            Self::AddressGone
            | Self::AddressInvalid
            | Self::Refused
            | Self::Credentials
            | Self::TooLarge
            | Self::NotConfigured
            | Self::Rejected => FailureKind::Permanent,
            Self::Busy
            | Self::NoAnswer
            | Self::Throttled
            | Self::Unavailable
            | Self::Unreachable
            | Self::Stopped => FailureKind::Temporary,
            Self::TimedOut | Self::Broken | Self::Protocol => FailureKind::Unknown,
        }
    }
}

/// A try that reached nobody, as far as is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{reason:?}: {detail}")]
pub struct Failure {
    /// What went wrong.
    pub reason: Reason,
    /// Where and with which code of the peer's, for the log. Never an address, a text or a secret.
    pub detail: String,
    /// When the peer asked to be tried again, in milliseconds from now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

impl Failure {
    /// A failure for this reason; `detail` must be free of personal data.
    pub fn new(reason: Reason, detail: impl fmt::Display) -> Self {
        Self { reason, detail: detail.to_string(), retry_after_ms: None }
    }

    /// The same, to be tried again after so long.
    #[must_use]
    pub fn after(mut self, wait: Option<Duration>) -> Self {
        self.retry_after_ms = wait.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
        self
    }

    /// Whether trying again can help.
    pub const fn kind(&self) -> FailureKind {
        self.reason.kind()
    }
}
