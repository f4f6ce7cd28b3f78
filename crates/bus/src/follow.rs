//! Following a stream: first what is there, then what comes, without a gap, across reconnects and restarts of the
//! server.
//!
//! The consumer at the server is short-lived and thrown away whenever anything looks odd: a reconnect, a missed
//! heartbeat, a message out of turn. The next one starts right after the last message handed out, so nothing is left
//! out and nothing comes twice.

use std::{future::Future, pin::Pin, time::Duration};

use async_nats::{
    jetstream::consumer::{AckPolicy, DeliverPolicy, pull},
    jetstream::message::Message as Raw,
};
use domain::time::Timestamp;
use futures::StreamExt;
use tokio::sync::{mpsc, watch};

use crate::{
    Bus, DeadLetters, Link, Sequence, StreamError, StreamMessage, again, answers::reconnected,
    leap::is_blank, stream::in_full,
};

/// Where to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartFrom {
    /// With the last message of each subject: what a service needs to rebuild its state.
    LastPerSubject,
    /// With the oldest message there is.
    First,
    /// Right after this one.
    After(Sequence),
    /// With whatever comes next.
    New,
}

/// What a follower sees.
#[derive(Debug, Clone)]
pub enum Followed {
    /// The next message.
    Message(StreamMessage),
    /// Everything up to and including this sequence has been handed out. Comes once at the beginning and again after
    /// each interruption.
    ///
    /// A [`FencedWriter`](crate::FencedWriter) opened here fails with its first message if somebody else has written
    /// since.
    CaughtUp {
        /// The stream's last sequence, as far as the state now known reaches.
        through: Sequence,
    },
    /// The stream is not the one followed so far: it was made anew, for one kept in memory by a restart of the
    /// server. Forget what came of it; everything comes again from its beginning.
    Reset,
}

/// Follows one stream. Ends never; errors on the way are logged and tried again.
pub struct Follower {
    source: Source,
    state: State,
    link: watch::Receiver<Link>,
    /// The last sequence handed out or known not to be of interest; `None` while only `source.start` tells.
    position: Option<Sequence>,
    /// When the stream was created, to tell it from a namesake.
    created: Option<i128>,
    failures: u32,
    /// Messages the desk wants handled once more.
    again: Option<mpsc::Receiver<StreamMessage>>,
}

#[derive(Debug, Clone)]
struct Source {
    bus: Bus,
    stream: String,
    filters: Vec<String>,
    start: StartFrom,
}

enum State {
    Opening(Pin<Box<dyn Future<Output = Result<Opened, StreamError>> + Send>>),
    Open(Box<Open>),
}

struct Opened {
    created: i128,
    /// The stream's last sequence before the consumer was made.
    last: Sequence,
    reset: bool,
    pending: u64,
    /// The consumer begins right after this, if it does not begin at the start.
    position: Option<Sequence>,
    messages: pull::Stream,
}

struct Open {
    messages: pull::Stream,
    /// The consumer's own count of messages, to notice one out of turn.
    delivered: u64,
    /// Caught up once this sequence is reached; `None` once that was said.
    target: Option<Sequence>,
    pending: u64,
    /// To be said before anything else.
    reset: bool,
}

impl Bus {
    /// Follows the messages of a stream on the given subjects (wildcards allowed; none means all).
    ///
    /// # Errors
    /// [`StreamError`] if the stream is not there or the server does not answer. Later troubles are not errors.
    pub async fn follow(
        &self,
        stream: impl Into<String>,
        filters: &[&str],
        start: StartFrom,
    ) -> Result<Follower, StreamError> {
        let source = Source {
            bus: self.clone(),
            stream: stream.into(),
            filters: filters.iter().map(|&filter| filter.to_owned()).collect(),
            start,
        };
        let link = self.link();
        let opened = self.asking_again(|| source.clone().open(None, None)).await?;
        let mut follower = Follower {
            state: State::Opening(Box::pin(std::future::pending())),
            source,
            link,
            position: None,
            created: None,
            failures: 0,
            again: None,
        };
        follower.link.mark_unchanged();
        follower.begin(opened);
        Ok(follower)
    }

    /// One message by its place in the stream; `None` if it is not there (any more).
    ///
    /// # Errors
    /// [`StreamError`] if the stream is not there or the server does not answer in time.
    pub async fn message_at(
        &self,
        stream: &str,
        subject: &str,
        sequence: Sequence,
    ) -> Result<Option<StreamMessage>, StreamError> {
        let before = Sequence(sequence.0.saturating_sub(1));
        let mut follower = self.follow(stream, &[subject], StartFrom::After(before)).await?;
        let late = |_| StreamError::Server {
            stream: stream.to_owned(),
            reason: format!("message {sequence:?} did not arrive within {:?}", self.timeout()),
        };
        match tokio::time::timeout(self.timeout(), follower.next()).await.map_err(late)? {
            Followed::Message(message) if message.sequence == sequence => Ok(Some(message)),
            _ => Ok(None),
        }
    }

    /// The messages of one subject, oldest first, at most `limit` of the newest: its history for an auditor.
    ///
    /// # Errors
    /// [`StreamError`] if the stream is not there or the server does not answer in time.
    pub async fn messages_for_subject(
        &self,
        stream: &str,
        subject: &str,
        limit: usize,
    ) -> Result<Vec<StreamMessage>, StreamError> {
        let mut follower = self.follow(stream, &[subject], StartFrom::First).await?;
        let mut messages = std::collections::VecDeque::new();
        let reading = async {
            loop {
                match follower.next().await {
                    Followed::Message(message) => {
                        if messages.len() >= limit {
                            messages.pop_front();
                        }
                        messages.push_back(message);
                    }
                    Followed::CaughtUp { .. } => return,
                    Followed::Reset => messages.clear(),
                }
            }
        };
        let late = |_| StreamError::Server {
            stream: stream.to_owned(),
            reason: format!("the history of {subject} did not arrive within {:?}", self.timeout()),
        };
        tokio::time::timeout(self.timeout(), reading).await.map_err(late)?;
        Ok(messages.into())
    }
}

/// How long the server keeps a consumer nobody pulls from.
const FORGET_AFTER: Duration = Duration::from_secs(30);
/// The server says "still here" this often; twice without means it is not.
const HEARTBEAT: Duration = Duration::from_secs(2);
/// How long one pull stands.
const PULL: Duration = Duration::from_secs(20);
/// How many messages one pull asks for.
const BATCH: usize = 500;

impl Source {
    /// Makes a consumer that begins where it should.
    async fn open(self, position: Option<Sequence>, created: Option<i128>) -> Result<Opened, StreamError> {
        // The stream's state is read before the consumer is made: whatever is stored in between comes through it.
        let info = self.bus.stream_info(&self.stream).await?;
        let now_created = info.created.unix_timestamp_nanos();
        let last = Sequence(info.state.last_sequence);
        let wanted = position.or(match self.start {
            StartFrom::After(sequence) => Some(sequence),
            StartFrom::New => Some(last),
            StartFrom::LastPerSubject | StartFrom::First => None,
        });
        let reset =
            created.is_some_and(|then| then != now_created) || wanted.is_some_and(|wanted| wanted > last);
        let wanted = wanted.filter(|_| !reset);
        let deliver_policy = match wanted {
            Some(after) => DeliverPolicy::ByStartSequence { start_sequence: after.next().0 },
            None if self.start == StartFrom::LastPerSubject => DeliverPolicy::LastPerSubject,
            None => DeliverPolicy::All,
        };
        let failed = |error: &dyn std::error::Error| StreamError::Server {
            stream: self.stream.clone(),
            reason: format!("cannot follow it: {}", in_full(error)),
        };
        let consumer = self
            .bus
            .jetstream()
            .create_consumer_on_stream(self.consumer(deliver_policy, info.config.subjects), &self.stream)
            .await
            .map_err(|error| failed(&error))?;
        let messages = consumer
            .stream()
            .max_messages_per_batch(BATCH)
            .expires(PULL)
            .heartbeat(HEARTBEAT)
            .messages()
            .await
            .map_err(|error| failed(&error))?;
        Ok(Opened {
            created: now_created,
            last,
            reset,
            pending: consumer.cached_info().num_pending,
            // After a reset even `StartFrom::New` begins at the beginning, and must go on from there.
            position: if reset { Some(Sequence::ZERO) } else { wanted },
            messages,
        })
    }

    /// "The last of each subject" needs a filter, so no filter is written as all of the stream's subjects.
    fn consumer(&self, deliver_policy: DeliverPolicy, all_subjects: Vec<String>) -> pull::Config {
        pull::Config {
            deliver_policy,
            filter_subjects: if self.filters.is_empty() { all_subjects } else { self.filters.clone() },
            ack_policy: AckPolicy::None,
            memory_storage: true,
            num_replicas: 1,
            inactive_threshold: FORGET_AFTER,
            ..pull::Config::default()
        }
    }
}

/// A message to be handled once more; waits for ever where there can be none.
async fn wanted_again(again: &mut Option<mpsc::Receiver<StreamMessage>>) -> StreamMessage {
    if let Some(wanted) = again
        && let Some(message) = wanted.recv().await
    {
        return message;
    }
    *again = None;
    std::future::pending().await
}

impl Follower {
    /// Also hands out messages which this service gave up and the desk wants handled once more: each with
    /// [`StreamMessage::again`] set, out of turn, and only while nothing newer was said on its subject.
    #[must_use]
    pub fn and_again(mut self, dead: &DeadLetters) -> Self {
        let Source { bus, stream, .. } = &self.source;
        self.again = Some(again::listen(bus, stream, dead));
        self
    }

    /// The next thing to know. Waits as long as there is none. Dropping the wait loses nothing.
    pub async fn next(&mut self) -> Followed {
        loop {
            match &mut self.state {
                State::Opening(opening) => {
                    let opened = tokio::select! {
                        opened = opening => Some(opened),
                        () = reconnected(&mut self.link) => None,
                    };
                    match opened {
                        Some(Ok(opened)) => self.begin(opened),
                        Some(Err(error)) => self.interrupted(&error),
                        None => self.reopen_at_once(),
                    }
                }
                State::Open(open) => {
                    if std::mem::take(&mut open.reset) {
                        return Followed::Reset;
                    }
                    let position = self.position.unwrap_or_default();
                    if let Some(target) = open.target
                        && (open.pending == 0 || position >= target)
                    {
                        open.target = None;
                        let through = position.max(target);
                        self.position = Some(through);
                        return Followed::CaughtUp { through };
                    }
                    if let Some(message) = self.receive().await {
                        return Followed::Message(message);
                    }
                }
            }
        }
    }

    /// The sequence up to which everything was handed out.
    pub fn position(&self) -> Sequence {
        self.position.unwrap_or_default()
    }

    /// One message of the open consumer, or nothing and a new consumer on its way.
    async fn receive(&mut self) -> Option<StreamMessage> {
        let State::Open(open) = &mut self.state else { return None };
        let received = tokio::select! {
            biased;
            received = open.messages.next() => received,
            message = wanted_again(&mut self.again) => return Some(message),
            () = reconnected(&mut self.link) => {
                self.reopen_at_once();
                return None;
            }
        };
        let trouble = match received {
            Some(Ok(message)) => match read(message) {
                Ok(read) if read.delivered == open.delivered + 1 => {
                    open.delivered = read.delivered;
                    open.pending = read.pending;
                    self.failures = 0;
                    self.position = Some(read.message.sequence);
                    return (!is_blank(read.message.headers.as_ref())).then_some(read.message);
                }
                Ok(read) => format!("message {} came in place of {}", read.delivered, open.delivered + 1),
                Err(error) => error,
            },
            Some(Err(error)) => in_full(&error),
            None => "the connection was closed".to_owned(),
        };
        tracing::debug!(stream = self.source.stream, trouble, "following goes on with a new consumer");
        self.failures = self.failures.saturating_add(1);
        self.reopen();
        None
    }

    fn begin(&mut self, opened: Opened) {
        if opened.reset {
            tracing::warn!(stream = self.source.stream, "the stream was made anew; everything comes again");
        }
        self.created = Some(opened.created);
        self.position = opened.position;
        self.state = State::Open(Box::new(Open {
            messages: opened.messages,
            delivered: 0,
            target: Some(opened.last),
            pending: opened.pending,
            reset: opened.reset,
        }));
    }

    fn interrupted(&mut self, error: &StreamError) {
        self.failures = self.failures.saturating_add(1);
        tracing::warn!(stream = self.source.stream, %error, "following is interrupted; trying again");
        self.reopen();
    }

    /// What was asked on the old connection is never answered.
    fn reopen_at_once(&mut self) {
        self.failures = 0;
        self.reopen();
    }

    fn reopen(&mut self) {
        let pause = match self.failures {
            0 => Duration::ZERO,
            n => Duration::from_millis(50).saturating_mul(1 << n.min(5)),
        };
        let (source, position, created) = (self.source.clone(), self.position, self.created);
        self.state = State::Opening(Box::pin(async move {
            tokio::time::sleep(pause).await;
            source.open(position, created).await
        }));
    }
}

struct Read {
    message: StreamMessage,
    delivered: u64,
    pending: u64,
}

fn read(raw: Raw) -> Result<Read, String> {
    let (delivered, pending) = {
        let info = raw.info().map_err(|error| error.to_string())?;
        (info.consumer_sequence, info.pending)
    };
    Ok(Read { message: read_message(raw)?, delivered, pending })
}

/// Takes a delivery apart.
fn read_message(raw: Raw) -> Result<StreamMessage, String> {
    let (sequence, stored) = {
        let info = raw.info().map_err(|error| error.to_string())?;
        (info.stream_sequence, info.published)
    };
    let stored_ms = i64::try_from(stored.unix_timestamp_nanos() / 1_000_000).unwrap_or_default();
    let async_nats::Message { subject, payload, headers, .. } = raw.split().0;
    Ok(StreamMessage {
        sequence: Sequence(sequence),
        subject,
        payload,
        stored: Timestamp::from_millis(stored_ms),
        again: None,
        headers,
    })
}
