//! What arrives, before it is decoded.

use bytes::Bytes;
use domain::time::Timestamp;
use serde::de::DeserializeOwned;

use crate::{Sequence, Subject, trace};

/// A message of a core subject. Cheap to move; the payload is shared, not copied.
#[derive(Debug, Clone)]
pub struct Message(pub(crate) async_nats::Message);

impl Message {
    /// Where it was sent to.
    pub fn subject(&self) -> &str {
        &self.0.subject
    }

    /// Its content.
    pub fn payload(&self) -> &Bytes {
        &self.0.payload
    }

    /// Where an answer goes, if one is wanted: for those who answer inline rather than through
    /// [`Server`](crate::Server).
    pub fn reply(&self) -> Option<&Subject> {
        self.0.reply.as_ref()
    }

    /// The content as JSON.
    ///
    /// # Errors
    /// [`Undecodable`] says where it does not fit.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, Undecodable> {
        decode(self.subject(), self.payload())
    }
}

/// A message of a stream.
#[derive(Debug, Clone)]
pub struct StreamMessage {
    /// Its place in the stream.
    pub sequence: Sequence,
    /// Where it was sent to.
    pub subject: Subject,
    /// Its content.
    pub payload: Bytes,
    /// When the server stored it, by the server's clock.
    pub stored: Timestamp,
    /// Handed out once more because the desk wants it so; names that delivery.
    pub again: Option<String>,
    pub(crate) headers: Option<async_nats::HeaderMap>,
}

impl StreamMessage {
    /// The content as JSON.
    ///
    /// # Errors
    /// [`Undecodable`] says where it does not fit.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, Undecodable> {
        decode(&self.subject, &self.payload)
    }

    /// The span in which to handle it, linked to the one that sent it. Disabled unless traces are exported.
    pub fn span(&self) -> tracing::Span {
        trace::process(&self.subject, self.headers.as_ref())
    }
}

/// A payload that is not what its subject promises.
#[derive(Debug, thiserror::Error)]
#[error("the message on {subject} is not a {expected}: {source}")]
pub struct Undecodable {
    /// Where it came from.
    pub subject: String,
    /// The type it should be.
    pub expected: &'static str,
    /// Where and why it is not.
    pub source: serde_json::Error,
}

fn decode<T: DeserializeOwned>(subject: &str, payload: &[u8]) -> Result<T, Undecodable> {
    serde_json::from_slice(payload).map_err(|source| Undecodable {
        subject: subject.to_owned(),
        expected: std::any::type_name::<T>(),
        source,
    })
}
