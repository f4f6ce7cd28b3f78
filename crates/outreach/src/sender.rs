//! What every channel is to the plan: something that takes a try and says what became of it.

use std::{fmt, path::PathBuf, time::Duration};

use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use crate::{Channel, Content, Failure, MessageId, PhoneNumber, Urgency, Way};

/// Names one step of one person's plan for one message. Tries of the same step share it: it is the idempotency key
/// towards peers that have one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    /// Which message.
    pub message: MessageId,
    /// The person's place in the plan.
    pub person: u16,
    /// The step's place in the person's list.
    pub step: u16,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.message, self.person, self.step)
    }
}

/// One try.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// Which step of which message.
    pub key: Key,
    /// The how-manieth try of this step, from 1.
    pub number: u16,
    /// Whom by what.
    pub way: Way,
    /// What to say.
    pub content: Content,
    /// Alarm or notice.
    pub urgency: Urgency,
    /// How long the try may take, all in all.
    pub within: Duration,
    /// Cancelled when nobody needs it any more: a ringing phone stops ringing.
    pub stop: CancellationToken,
}

/// What a try that did not fail came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reached {
    /// The peer took it on. Whether anybody sees it is not known; receipts will name one of these references.
    Taken {
        /// The peer's names for it, one a part.
        references: Vec<String>,
    },
    /// Somebody (or a machine) listened and did not answer.
    Heard,
    /// The person said yes.
    Accepted,
    /// The person said no.
    Declined,
}

/// What became of a message that a peer had taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// On the device.
    Delivered,
    /// Still on its way.
    OnItsWay,
    /// It will not arrive.
    Failed,
}

/// A peer's later word on a message that it had taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Which channel it came by.
    pub channel: Channel,
    /// The peer's name for the message, as in [`Reached::Taken`].
    pub reference: String,
    /// What became of it.
    pub delivery: Delivery,
    /// The peer's code, for the log.
    pub code: String,
}

/// What comes back by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inbound {
    /// About a message that was sent.
    Receipt(Receipt),
    /// A text message from a person, for instance the reply `1`.
    Text {
        /// Who wrote.
        from: PhoneNumber,
        /// What they wrote.
        text: runtime::Secret,
    },
}

/// A channel.
pub trait Sender: Send + Sync {
    /// Which one.
    fn channel(&self) -> Channel;

    /// Carries out one try within [`Attempt::within`], and ends early, cleanly, when [`Attempt::stop`] is cancelled.
    fn send(&self, attempt: Attempt) -> BoxFuture<'_, Result<Reached, Failure>>;
}

/// A channel's configuration that cannot work.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// A value is out of range or of the wrong form.
    #[error("{key} cannot be used: {why}")]
    Value {
        /// The key in the configuration.
        key: &'static str,
        /// What is wrong and what is expected. Never the value of a secret.
        why: String,
    },
    /// A file cannot be read.
    #[error("{key}: cannot read {}: {why}", path.display())]
    File {
        /// The key in the configuration.
        key: &'static str,
        /// Which file.
        path: PathBuf,
        /// Why.
        why: String,
    },
}

impl Unusable {
    pub(crate) fn value(key: &'static str, why: impl fmt::Display) -> Self {
        Self::Value { key, why: why.to_string() }
    }

    pub(crate) fn file(key: &'static str, path: impl Into<PathBuf>, why: impl fmt::Display) -> Self {
        Self::File { key, path: path.into(), why: why.to_string() }
    }
}
