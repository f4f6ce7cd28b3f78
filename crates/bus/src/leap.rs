//! How a writer takes a stream over: it leaps over every message its predecessor may still have on the way.
//!
//! A writer has at most [`IN_FLIGHT`] messages that are not acknowledged, each expecting a sequence of its own. The
//! highest any of them can expect lies less than [`IN_FLIGHT`] above the last one that is stored. Whoever takes over
//! first moves the stream [`LEAP`] sequences on, in one atomic batch of blank messages that expects the sequence up to
//! which it has read: all of them are stored or none. Afterwards no message of the predecessor expects a sequence the
//! stream will ever have again, so each of them is refused, whenever it arrives.
//!
//! This leans on sequences alone, which replicas agree on. `Nats-Expected-Last-Msg-Id` would name the writer at no
//! cost, but a replica keeps the last id in memory and not across a catch-up: after a fault it refuses what the others
//! have stored and never agrees with them again (seen with nats-server 2.15.1, three nodes). A sequence per subject is
//! agreed on, too, but a cluster allows one message at a time to expect one.

use async_nats::{
    HeaderMap, RequestErrorKind, header,
    jetstream::{ErrorCode, publish::PublishAck, response::Response},
};
use bytes::Bytes;

use crate::{Bus, Sequence, stream::in_full};

/// So many messages of one writer are on their way at most.
pub const IN_FLIGHT: usize = 64;
/// So many sequences a writer that takes over skips.
pub const LEAP: u64 = IN_FLIGHT as u64 + 1;

const BATCH_ID: &str = "Nats-Batch-Id";
const BATCH_SEQUENCE: &str = "Nats-Batch-Sequence";
const BATCH_COMMIT: &str = "Nats-Batch-Commit";
/// Marks a message that says nothing.
const BLANK: &str = "Care-Blank";

/// Why a writer did not take over.
#[derive(Debug)]
pub(crate) enum LeapError {
    /// The stream does not end where it was read up to.
    Overtaken,
    /// The server refused.
    Refused(String),
    /// The server did not answer; the stream may have moved or not.
    Unknown(String),
}

/// Whether a message is one of those a writer leaps over.
pub(crate) fn is_blank(headers: Option<&HeaderMap>) -> bool {
    headers.is_some_and(|headers| headers.get(BLANK).is_some())
}

/// Moves a stream that ends with `last` on by [`LEAP`].
pub(crate) async fn leap(bus: &Bus, stream: &str, last: Sequence) -> Result<(), LeapError> {
    let info = bus.stream_info(stream).await.map_err(|error| LeapError::Refused(error.to_string()))?;
    if !info.config.allow_atomic_publish {
        return Err(LeapError::Refused(
            "it takes no atomic batches; its owner declares it with them".to_owned(),
        ));
    }
    let subject = info
        .config
        .subjects
        .first()
        .and_then(|all| all.strip_suffix('>'))
        .map(|prefix| format!("{prefix}blank"))
        .ok_or_else(|| LeapError::Refused("it keeps no subject that ends with >".to_owned()))?;
    let client = bus.client();
    let batch = client.new_inbox();
    for number in 1..LEAP {
        client
            .publish_with_headers(subject.clone(), headers(&batch, number, last), Bytes::new())
            .await
            .map_err(|error| LeapError::Unknown(in_full(&error)))?;
    }
    let answer = client
        .request_with_headers(subject, headers(&batch, LEAP, last), Bytes::new())
        .await
        .map_err(|error| match error.kind() {
            RequestErrorKind::NoResponders => LeapError::Refused("nobody keeps it just now".to_owned()),
            _ => LeapError::Unknown(in_full(&error)),
        })?;
    match serde_json::from_slice::<Response<PublishAck>>(&answer.payload) {
        Ok(Response::Ok(ack)) if ack.sequence == last.0 + LEAP => Ok(()),
        Ok(Response::Ok(ack)) => {
            Err(LeapError::Unknown(format!("the leap from {last} ended at {}", ack.sequence)))
        }
        Ok(Response::Err { error }) => match error.error_code() {
            ErrorCode::STREAM_WRONG_LAST_SEQUENCE | ErrorCode::STREAM_WRONG_LAST_SEQUENCE_CONSTANT => {
                Err(LeapError::Overtaken)
            }
            _ => Err(LeapError::Refused(error.to_string())),
        },
        Err(error) => Err(LeapError::Unknown(error.to_string())),
    }
}

fn headers(batch: &str, number: u64, last: Sequence) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(BLANK, "1");
    headers.insert(BATCH_ID, batch);
    headers.insert(BATCH_SEQUENCE, number.to_string().as_str());
    if number == 1 {
        headers.insert(header::NATS_EXPECTED_LAST_SEQUENCE, header::HeaderValue::from(last.0));
    }
    if number == LEAP {
        headers.insert(BATCH_COMMIT, "1");
    }
    headers
}
