//! Reaching a person away from the screens: the words that every channel, every record and every screen shares. How it
//! is done is the crate `outreach`'s.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// By what a person is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Medium {
    /// Web push to a browser or an installed web app.
    Push,
    /// SMS over SMPP.
    SmsSmpp,
    /// SMS over a gateway's HTTP.
    SmsHttp,
    /// A phone call.
    Call,
    /// E-mail.
    Mail,
}

impl Medium {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Push, Self::SmsSmpp, Self::SmsHttp, Self::Call, Self::Mail];

    /// The name as it stands on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::SmsSmpp => "sms_smpp",
            Self::SmsHttp => "sms_http",
            Self::Call => "call",
            Self::Mail => "mail",
        }
    }
}

/// What a try that did not fail came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Came {
    /// A carrier took it on; whether anybody sees it is not known yet.
    Taken,
    /// It is on the device.
    Delivered,
    /// Somebody (or a machine) listened and did not answer.
    Heard,
    /// The person said yes, by a key.
    Accepted,
    /// The person said no, by a key.
    Declined,
}

impl Came {
    /// The name as it stands on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Delivered => "delivered",
            Self::Heard => "heard",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
        }
    }
}

/// Whether trying the same way again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// It did not go out; the same try may succeed later.
    Temporary,
    /// The same try will fail again: the address or the set-up has to change first.
    Permanent,
    /// It may have gone out: the answer is missing. Trying again may reach the person twice.
    Unknown,
}

/// Why a try reached nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Nobody has told the platform such an address of this person.
    NoAddress,
    /// Who keeps the address does not answer just now.
    AddressAway,
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
            Self::NoAddress
            | Self::AddressGone
            | Self::AddressInvalid
            | Self::Refused
            | Self::Credentials
            | Self::TooLarge
            | Self::NotConfigured
            | Self::Rejected => FailureKind::Permanent,
            Self::AddressAway
            | Self::Busy
            | Self::NoAnswer
            | Self::Throttled
            | Self::Unavailable
            | Self::Unreachable
            | Self::Stopped => FailureKind::Temporary,
            Self::TimedOut | Self::Broken | Self::Protocol => FailureKind::Unknown,
        }
    }
}

/// How far outreach has come with one call of an incident. It holds no address and no word.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Reach {
    /// The ways, in the order in which they are tried.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ways: Vec<Medium>,
    /// Where it stands, as `outreach` writes it down: whoever takes over goes on from here. Nobody else reads it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Nothing more will be tried.
    #[serde(default)]
    pub over: bool,
}
