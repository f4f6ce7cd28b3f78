//! Work that needs an acknowledgement each: a durable consumer shared by all replicas, tried again with growing
//! pauses, and set aside as a dead letter when it cannot be done.

use std::{future::Future, time::Duration};

use async_nats::jetstream::{
    AckKind,
    consumer::{self, AckPolicy, DeliverPolicy, PullConsumer, pull},
};
use futures::{StreamExt, stream::FuturesUnordered};
use runtime::BoxError;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use crate::{
    Bus, DeadLetters, StreamError, StreamMessage, dead_letter::Poison, follow::read_message, stream::in_full,
};

/// Which work, and how it is tried.
#[derive(Debug, Clone)]
pub struct WorkSpec {
    /// The stream it comes from.
    pub stream: String,
    /// The consumer's name; replicas with the same name share the work.
    pub name: String,
    /// The subjects of interest; none means all.
    pub filters: Vec<String>,
    /// How long one attempt may take before the server hands the message to someone else.
    pub attempt_limit: Duration,
    /// Pauses before the second, third … attempt; one attempt more than there are pauses, then it is a dead letter.
    pub pauses: Vec<Duration>,
    /// How many messages are worked on at a time.
    pub at_a_time: usize,
}

/// Why a piece of work was not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// It may work later.
    #[error("not now: {0}")]
    Later(String),
    /// It never will.
    #[error("{code}: {detail}")]
    Never {
        /// A stable code in `snake_case`, for the dead letter.
        code: &'static str,
        /// What exactly is wrong.
        detail: String,
    },
}

/// A durable consumer, ready to run.
#[derive(Debug)]
pub struct Worker {
    spec: WorkSpec,
    consumer: PullConsumer,
    dead_letters: DeadLetters,
}

impl Bus {
    /// Makes or updates the consumer at the server.
    ///
    /// # Errors
    /// [`StreamError`] if the stream is not there or the server refuses.
    pub async fn work(&self, spec: WorkSpec, dead_letters: DeadLetters) -> Result<Worker, StreamError> {
        let attempts = spec.pauses.len() + 1;
        let config = pull::Config {
            durable_name: Some(spec.name.clone()),
            deliver_policy: DeliverPolicy::All,
            ack_policy: AckPolicy::Explicit,
            ack_wait: spec.attempt_limit,
            // One delivery more than there are attempts: a message that kills its process each time is then set
            // aside, rather than silently given up by the server.
            max_deliver: i64::try_from(attempts + 1).unwrap_or(i64::MAX),
            filter_subjects: spec.filters.clone(),
            max_ack_pending: i64::try_from(spec.at_a_time.saturating_mul(4)).unwrap_or(i64::MAX),
            ..pull::Config::default()
        };
        let consumer =
            self.jetstream().create_consumer_on_stream(config, &spec.stream).await.map_err(|error| {
                StreamError::Server {
                    stream: spec.stream.clone(),
                    reason: format!("no consumer: {}", in_full(&error)),
                }
            })?;
        Ok(Worker { spec, consumer, dead_letters })
    }
}

/// How often the server says "still here" while there is no work.
const HEARTBEAT: Duration = Duration::from_secs(5);
const PULL: Duration = Duration::from_secs(20);
/// Before pulling again after an error.
const PAUSE: Duration = Duration::from_millis(500);

impl Worker {
    /// Works until told to stop; then finishes what it has begun. What it has only pulled goes to someone else.
    ///
    /// `handler` may see a message more than once and must bear that.
    ///
    /// # Errors
    /// None at present; trouble with the server is logged and tried again.
    pub async fn run<F, Fut>(self, stop: CancellationToken, handler: F) -> Result<(), BoxError>
    where
        F: Fn(StreamMessage) -> Fut,
        Fut: Future<Output = Result<(), Failure>>,
    {
        while !stop.is_cancelled() {
            let trouble = match self.pull().await {
                Ok(messages) => self.work_off(messages, &stop, &handler).await,
                Err(error) => Some(in_full(&error)),
            };
            if let Some(trouble) = trouble {
                tracing::warn!(
                    consumer = self.spec.name,
                    trouble,
                    "pulling work is interrupted; trying again"
                );
                tokio::select! {
                    () = tokio::time::sleep(PAUSE) => {}
                    () = stop.cancelled() => {}
                }
            }
        }
        Ok(())
    }

    async fn pull(&self) -> Result<pull::Stream, consumer::StreamError> {
        let batch = self.spec.at_a_time;
        self.consumer
            .stream()
            .max_messages_per_batch(batch)
            .expires(PULL)
            .heartbeat(HEARTBEAT)
            .messages()
            .await
    }

    /// Until told to stop (`None`) or something goes wrong.
    async fn work_off<F, Fut>(
        &self,
        mut messages: pull::Stream,
        stop: &CancellationToken,
        handler: &F,
    ) -> Option<String>
    where
        F: Fn(StreamMessage) -> Fut,
        Fut: Future<Output = Result<(), Failure>>,
    {
        let mut at_work = FuturesUnordered::new();
        let trouble = loop {
            let room = at_work.len() < self.spec.at_a_time;
            tokio::select! {
                () = stop.cancelled() => break None,
                Some(()) = at_work.next(), if !at_work.is_empty() => {}
                message = messages.next(), if room => match message {
                    Some(Ok(message)) => at_work.push(self.attempt(message, handler)),
                    Some(Err(error)) => break Some(in_full(&error)),
                    None => break Some("the server ended the pull".to_owned()),
                },
            }
        };
        while at_work.next().await.is_some() {}
        trouble
    }

    async fn attempt<F, Fut>(&self, raw: async_nats::jetstream::Message, handler: &F)
    where
        F: Fn(StreamMessage) -> Fut,
        Fut: Future<Output = Result<(), Failure>>,
    {
        let attempt = raw.info().map_or(1, |info| usize::try_from(info.delivered).unwrap_or(1));
        let (message, acker) = match read_message(raw) {
            Ok(read) => read,
            Err(error) => {
                tracing::error!(
                    consumer = self.spec.name,
                    error,
                    "a message without its place in the stream"
                );
                return;
            }
        };
        let attempts = self.spec.pauses.len() + 1;
        let outcome = if attempt > attempts {
            Err(Failure::Later("every attempt before ended without an answer".to_owned()))
        } else {
            let span = message.span();
            handler(message.clone()).instrument(span).await
        };
        let ack = match outcome {
            Ok(()) => AckKind::Ack,
            Err(Failure::Later(reason)) => {
                if let Some(pause) = self.spec.pauses.get(attempt.saturating_sub(1)) {
                    tracing::debug!(consumer = self.spec.name, attempt, reason, "work put off");
                    AckKind::Nak(Some(*pause))
                } else {
                    let detail = format!("given up after {attempts} attempts; the last: {reason}");
                    self.set_aside(&message, "attempts_exhausted", &detail).await
                }
            }
            Err(Failure::Never { code, detail }) => self.set_aside(&message, code, &detail).await,
        };
        if let Err(error) = acker.ack_with(ack).await {
            tracing::warn!(consumer = self.spec.name, %error, "not acknowledged; the work will come again");
        }
    }

    async fn set_aside(&self, message: &StreamMessage, code: &str, detail: &str) -> AckKind {
        let sequence = Some(message.sequence);
        let poison = Poison { subject: &message.subject, sequence, payload: &message.payload, code, detail };
        self.dead_letters.keep(poison).await;
        AckKind::Term
    }
}
