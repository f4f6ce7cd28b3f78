//! The district fence: one process writes a stream alone, and finds out at once when it no longer does.
//!
//! Each message carries the sequence the stream must have before it (`Nats-Expected-Last-Sequence`). Messages are
//! pipelined: the second goes out before the first is acknowledged, expecting the sequence the first will get. So
//! what is stored is always a prefix of what was sent, in the order sent, with nobody else's message in between.
//!
//! The sequence alone does not fence a pipeline: two writers that began at the same sequence expect the same numbers,
//! and a message of the one may arrive just when the other has written up to the number before it. So a writer begins
//! by leaping over whatever another may still have on the way, see [`leap`](crate::leap), and has a bounded number of
//! messages on the way itself. A first message thus never follows the last one directly; sequences have gaps.
//!
//! After any failure the writer is poisoned. Its owner then steps down or rebuilds from the stream and opens a new
//! writer; nothing else tells what was stored.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
};

use async_nats::{
    HeaderMap, header,
    jetstream::context::{PublishError, PublishErrorKind},
    jetstream::publish::PublishAck,
};
use bytes::Bytes;
use schemas::envelope::CloudEvent;
use serde::Serialize;
use tokio::sync::{Semaphore, oneshot};

use crate::{
    Bus, Sequence, Subject, ToSubject,
    leap::{IN_FLIGHT, LEAP, LeapError, leap},
    stream::{LARGEST_MESSAGE, in_full},
    trace,
};

/// Room for the headers of a message, which count towards its size.
const HEADERS: usize = 1024;

/// Why a message is not, or not surely, in the stream.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FenceError {
    /// Someone else has written the stream. This message is not in it.
    #[error(
        "the fence of stream {stream} is lost: sequence {expected} was expected to be its last, but it is not"
    )]
    Lost {
        /// The stream.
        stream: String,
        /// What this writer took for the last sequence.
        expected: Sequence,
    },
    /// The server did not confirm. The message may be in the stream or not; reading the stream tells.
    #[error(
        "stream {stream} did not confirm the message after {expected}: {reason}; whether it is stored is unknown"
    )]
    Unknown {
        /// The stream.
        stream: String,
        /// The sequence the message was to follow.
        expected: Sequence,
        /// What happened.
        reason: String,
    },
    /// The server refused the message. It is not in the stream.
    #[error("stream {stream} refused the message after {expected}: {reason}")]
    Refused {
        /// The stream.
        stream: String,
        /// The sequence the message was to follow.
        expected: Sequence,
        /// What the server says.
        reason: String,
    },
    /// A message with this id was stored before, here. Nothing was added, so everything sent behind it fails.
    #[error("stream {stream} has had this message since sequence {stored}")]
    Duplicate {
        /// The stream.
        stream: String,
        /// Where it is.
        stored: Sequence,
    },
    /// An earlier message of this writer failed; this one was not sent.
    #[error("this writer of stream {stream} is spent: an earlier message failed; rebuild from the stream")]
    Poisoned {
        /// The stream.
        stream: String,
    },
    /// The message could not be encoded or is malformed. It was not sent and the writer is as good as before.
    #[error("cannot write to stream {stream}: {reason}")]
    Unsendable {
        /// The stream.
        stream: String,
        /// Why.
        reason: String,
    },
}

/// The only writer of a stream, as long as nobody else writes.
#[derive(Debug)]
pub struct FencedWriter {
    bus: Bus,
    fence: Arc<Fence>,
    /// What the stream's last sequence will be once everything sent is stored.
    expected: Sequence,
    /// Whether the stream has been taken over.
    begun: bool,
    /// A permit for each message on its way.
    room: Arc<Semaphore>,
}

#[derive(Debug)]
struct Fence {
    stream: String,
    poisoned: AtomicBool,
}

impl FencedWriter {
    /// A writer for a stream whose last sequence is `last`: the one up to which the owner has read, see
    /// [`Followed::CaughtUp`](crate::Followed::CaughtUp). Nothing is sent yet; if others have written since, the
    /// first message tells.
    pub fn open(bus: &Bus, stream: impl Into<String>, last: Sequence) -> Self {
        let fence = Fence { stream: stream.into(), poisoned: AtomicBool::new(false) };
        let room = Arc::new(Semaphore::new(IN_FLIGHT));
        Self { bus: bus.clone(), fence: Arc::new(fence), expected: last, begun: false, room }
    }

    /// Sends an event; its `id` is the message's id for deduplication.
    ///
    /// The order of the calls is the order in the stream. Returning means *sent*; the [`PendingAck`] tells when it is
    /// *stored*, and need not be awaited before the next call. The first call takes the stream over and waits for that;
    /// later ones wait only when [`IN_FLIGHT`](crate::leap::IN_FLIGHT) are on their way.
    ///
    /// # Errors
    /// [`FenceError::Poisoned`], [`FenceError::Unsendable`]; all else comes with the acknowledgement.
    pub async fn publish<T: Serialize>(
        &mut self,
        subject: impl ToSubject,
        event: &CloudEvent<T>,
    ) -> Result<PendingAck, FenceError> {
        let payload = serde_json::to_vec(event).map_err(|error| self.fence.unsendable(&error))?;
        self.publish_bytes(subject, &event.id, payload.into()).await
    }

    /// The same for content that is encoded already.
    ///
    /// # Errors
    /// As [`FencedWriter::publish`].
    pub async fn publish_bytes(
        &mut self,
        subject: impl ToSubject,
        message_id: &str,
        payload: Bytes,
    ) -> Result<PendingAck, FenceError> {
        self.sound()?;
        if payload.len() + HEADERS > LARGEST_MESSAGE as usize {
            // Sent, it would be refused, and with it everything behind it.
            let reason =
                format!("the message has {} bytes, at most {LARGEST_MESSAGE} are kept", payload.len());
            return Err(FenceError::Unsendable { stream: self.fence.stream.clone(), reason });
        }
        let subject = subject.to_subject();
        let id: header::HeaderValue = message_id.parse().map_err(|error| self.fence.unsendable(&error))?;
        if !self.begun
            && let Err(error) = self.begin().await
        {
            return Ok(PendingAck::failed(error, self.expected, &self.fence));
        }
        // If this call is dropped while it waits for room, nothing was sent and the expectation stands.
        let permit =
            Arc::clone(&self.room).acquire_owned().await.map_err(|error| self.fence.unsendable(&error))?;
        self.sound()?;
        let headers = self.headers(&subject, id);
        match self.bus.jetstream().publish_with_headers(subject, headers, payload).await {
            Ok(ack) => {
                let after = self.expected;
                self.expected = after.next();
                let (tell, told) = oneshot::channel();
                let (fence, no_more_answers) = (Arc::clone(&self.fence), self.bus.no_more_answers());
                // Awaited whether or not anybody wants to know: what is on its way is counted until it is answered.
                tokio::spawn(async move {
                    let outcome = tokio::select! {
                        biased;
                        outcome = ack.into_future() => fence.judge(outcome, after),
                        // The connection it was sent on is gone for good; waiting longer would be in vain.
                        () = no_more_answers.cancelled() => Err(fence.cut_off(after)),
                    };
                    drop(permit);
                    // Nobody listens if the ack was dropped.
                    let _ = tell.send(outcome);
                });
                Ok(PendingAck { told, after, fence: Arc::clone(&self.fence) })
            }
            Err(error) => Err(self.fence.not_sent(&error, self.expected)),
        }
    }

    /// Takes the stream over.
    async fn begin(&mut self) -> Result<(), FenceError> {
        let (stream, expected) = (self.fence.stream.clone(), self.expected);
        match leap(&self.bus, &stream, expected).await {
            Ok(()) => {
                self.expected = Sequence(expected.0 + LEAP);
                self.begun = true;
                Ok(())
            }
            Err(error) => {
                self.fence.poisoned.store(true, Ordering::Release);
                Err(match error {
                    LeapError::Overtaken => FenceError::Lost { stream, expected },
                    LeapError::Refused(reason) => FenceError::Refused { stream, expected, reason },
                    LeapError::Unknown(reason) => FenceError::Unknown { stream, expected, reason },
                })
            }
        }
    }

    fn sound(&self) -> Result<(), FenceError> {
        if self.is_poisoned() {
            return Err(FenceError::Poisoned { stream: self.fence.stream.clone() });
        }
        Ok(())
    }

    fn headers(&self, subject: &Subject, id: header::HeaderValue) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::NATS_EXPECTED_LAST_SEQUENCE, header::HeaderValue::from(self.expected.0));
        headers.insert(header::NATS_MESSAGE_ID, id);
        trace::send_with(subject, &mut headers);
        headers
    }

    /// The sequence of the last message sent, once it is stored.
    pub const fn expected(&self) -> Sequence {
        self.expected
    }

    /// Whether a message has failed, after which every further one is refused.
    pub fn is_poisoned(&self) -> bool {
        self.fence.poisoned.load(Ordering::Acquire)
    }
}

/// A message on its way. Resolves to its sequence once it is stored.
///
/// Dropping it does not take the message back; a failure then shows with the next message.
#[must_use = "only the acknowledgement tells that the message is stored"]
pub struct PendingAck {
    told: oneshot::Receiver<Result<Sequence, FenceError>>,
    after: Sequence,
    fence: Arc<Fence>,
}

impl PendingAck {
    /// Of a message that was never sent, since the stream could not be taken over.
    fn failed(error: FenceError, after: Sequence, fence: &Arc<Fence>) -> Self {
        let (tell, told) = oneshot::channel();
        // The receiver is right here.
        let _ = tell.send(Err(error));
        Self { told, after, fence: Arc::clone(fence) }
    }
}

impl Future for PendingAck {
    type Output = Result<Sequence, FenceError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let told = ready!(Pin::new(&mut self.told).poll(cx));
        // Unanswered only when the runtime is being shut down.
        Poll::Ready(told.unwrap_or_else(|_| Err(self.fence.cut_off(self.after))))
    }
}

impl fmt::Debug for PendingAck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingAck")
            .field("after", &self.after)
            .field("fence", &self.fence)
            .finish_non_exhaustive()
    }
}

impl Fence {
    fn judge(
        &self,
        outcome: Result<PublishAck, PublishError>,
        after: Sequence,
    ) -> Result<Sequence, FenceError> {
        let stream = || self.stream.clone();
        let error = match outcome {
            Ok(ack) if ack.stream != self.stream => FenceError::Refused {
                stream: stream(),
                expected: after,
                reason: format!("the subject belongs to stream {}, which took it", ack.stream),
            },
            Ok(ack) if ack.duplicate => {
                FenceError::Duplicate { stream: stream(), stored: Sequence(ack.sequence) }
            }
            Ok(ack) => return Ok(Sequence(ack.sequence)),
            Err(error) => match error.kind() {
                PublishErrorKind::WrongLastSequence => FenceError::Lost { stream: stream(), expected: after },
                PublishErrorKind::TimedOut | PublishErrorKind::BrokenPipe => {
                    FenceError::Unknown { stream: stream(), expected: after, reason: in_full(&error) }
                }
                _ => FenceError::Refused { stream: stream(), expected: after, reason: in_full(&error) },
            },
        };
        self.poisoned.store(true, Ordering::Release);
        Err(error)
    }

    fn cut_off(&self, expected: Sequence) -> FenceError {
        self.poisoned.store(true, Ordering::Release);
        let reason = "the connection was lost before the answer came".to_owned();
        FenceError::Unknown { stream: self.stream.clone(), expected, reason }
    }

    /// An error before the message left. A full pipeline that did not move in time leaves open what became of the
    /// messages before, so the writer is spent; a message that cannot be sent at all harms nobody.
    fn not_sent(&self, error: &PublishError, expected: Sequence) -> FenceError {
        match error.kind() {
            PublishErrorKind::TimedOut | PublishErrorKind::MaxAckPending | PublishErrorKind::BrokenPipe => {
                self.poisoned.store(true, Ordering::Release);
                FenceError::Unknown { stream: self.stream.clone(), expected, reason: in_full(error) }
            }
            _ => self.unsendable(error),
        }
    }

    fn unsendable(&self, error: &dyn std::error::Error) -> FenceError {
        FenceError::Unsendable { stream: self.stream.clone(), reason: in_full(error) }
    }
}
