//! Core publishing: at most once, to whoever listens now. For what must not be lost see [`crate::fence`].

use async_nats::client::PublishErrorKind;
use bytes::Bytes;
use serde::Serialize;

use crate::{Bus, Subject, ToSubject, trace};

/// Why a message was not sent.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The value has no form in JSON.
    #[error("cannot encode the message for {subject}: {source}")]
    Encode {
        /// Where to.
        subject: String,
        /// Why.
        source: serde_json::Error,
    },
    /// Larger than the server allows, a malformed subject, or a closed connection.
    #[error("cannot publish to {subject}: {reason}")]
    Refused {
        /// Where to.
        subject: String,
        /// Why.
        reason: String,
    },
}

impl Bus {
    /// Publishes a value as JSON.
    ///
    /// # Errors
    /// [`PublishError`]; being disconnected is none, the message then waits for the next connection.
    pub async fn publish<T: Serialize + ?Sized>(
        &self,
        subject: impl ToSubject,
        value: &T,
    ) -> Result<(), PublishError> {
        let subject = subject.to_subject();
        let payload = encode(&subject, value)?;
        self.publish_bytes(subject, payload).await
    }

    /// Publishes bytes as they are.
    ///
    /// # Errors
    /// As [`Bus::publish`].
    pub async fn publish_bytes(&self, subject: impl ToSubject, payload: Bytes) -> Result<(), PublishError> {
        let subject = subject.to_subject();
        let sent = match trace::send(&subject) {
            Some(headers) => self.client().publish_with_headers(subject.clone(), headers, payload).await,
            None => self.client().publish(subject.clone(), payload).await,
        };
        sent.map_err(|error| PublishError::Refused {
            subject: subject.to_string(),
            reason: match error.kind() {
                PublishErrorKind::Send => "the connection is closed".to_owned(),
                _ => error.to_string(),
            },
        })
    }
}

pub(crate) fn encode<T: Serialize + ?Sized>(subject: &Subject, value: &T) -> Result<Bytes, PublishError> {
    serde_json::to_vec(value)
        .map(Bytes::from)
        .map_err(|source| PublishError::Encode { subject: subject.to_string(), source })
}
