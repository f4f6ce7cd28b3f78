//! Asking another service, and typed answers.

use std::time::Duration;

use async_nats::{Request, client::RequestErrorKind};
use bytes::Bytes;
use schemas::problem::{Problem, Reply};
use serde::{Serialize, de::DeserializeOwned};

use crate::{Bus, Subject, ToSubject, publish::encode, trace};

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// Nobody listens on the subject: the service is away, or no process holds its lease just now.
    #[error("nobody answers on {subject}")]
    NoResponders {
        /// Who was asked.
        subject: String,
    },
    /// Someone listens but has not answered. Whether the request took effect is unknown.
    #[error("no answer on {subject} within {after:?}; whether it took effect is unknown")]
    TimedOut {
        /// Who was asked.
        subject: String,
        /// How long it was waited for.
        after: Duration,
    },
    /// The service answered with a problem.
    #[error(transparent)]
    Refused(#[from] Problem),
    /// The answer cannot be read.
    #[error("the answer on {subject} cannot be read: {source}")]
    Undecodable {
        /// Who was asked.
        subject: String,
        /// Where and why.
        source: serde_json::Error,
    },
    /// The request could not be sent.
    #[error("cannot ask on {subject}: {reason}")]
    NotSent {
        /// Who was asked.
        subject: String,
        /// Why.
        reason: String,
    },
}

impl From<RequestError> for Problem {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::Refused(problem) => problem,
            RequestError::NoResponders { .. } => Self::unavailable(error.to_string()),
            RequestError::TimedOut { .. } => {
                Self { retry_after: Some(1), ..Self::new(504, "no_answer_in_time", error.to_string()) }
            }
            RequestError::Undecodable { .. } => Self::new(502, "unreadable_answer", error.to_string()),
            RequestError::NotSent { .. } => Self::new(500, "request_not_sent", error.to_string()),
        }
    }
}

impl Bus {
    /// Asks and waits for the answer, at most `within`.
    ///
    /// # Errors
    /// [`RequestError`]; a problem the service answers with is [`RequestError::Refused`].
    pub async fn request<Q, A>(
        &self,
        subject: impl ToSubject,
        question: &Q,
        within: Duration,
    ) -> Result<A, RequestError>
    where
        Q: Serialize + ?Sized,
        A: DeserializeOwned,
    {
        let subject = subject.to_subject();
        let payload = encode(&subject, question).map_err(|error| RequestError::NotSent {
            subject: subject.to_string(),
            reason: error.to_string(),
        })?;
        let answer = self.request_bytes(&subject, payload, within).await?;
        let reply: Reply<A> = serde_json::from_slice(&answer)
            .map_err(|source| RequestError::Undecodable { subject: subject.to_string(), source })?;
        Ok(Result::from(reply)?)
    }

    /// Asks with bytes as they are and returns the answer as it is.
    ///
    /// # Errors
    /// As [`Bus::request`], but a problem in the answer is not looked for.
    pub async fn request_bytes(
        &self,
        subject: &Subject,
        payload: Bytes,
        within: Duration,
    ) -> Result<Bytes, RequestError> {
        let mut request = Request::new().payload(payload).timeout(Some(within));
        if let Some(headers) = trace::send(subject) {
            request = request.headers(headers);
        }
        match self.client().send_request(subject.clone(), request).await {
            Ok(message) => Ok(message.payload),
            Err(error) => Err(match error.kind() {
                RequestErrorKind::NoResponders => RequestError::NoResponders { subject: subject.to_string() },
                RequestErrorKind::TimedOut => {
                    RequestError::TimedOut { subject: subject.to_string(), after: within }
                }
                _ => RequestError::NotSent { subject: subject.to_string(), reason: error.to_string() },
            }),
        }
    }
}
