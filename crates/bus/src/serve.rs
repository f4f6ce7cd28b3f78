//! Answering requests, a bounded number at a time.

use std::{future::Future, sync::Arc};

use bytes::Bytes;
use futures::{StreamExt, stream::FuturesUnordered};
use runtime::BoxError;
use schemas::problem::{Problem, Reply};
use serde::{Serialize, de::DeserializeOwned};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use crate::{Bus, Message, Subject, SubscribeError, Subscription, trace};

/// Where answers may go. A requester names the reply subject, and the answer is published with the rights of whoever
/// answers: any other subject could be a stream's, and the answer an event in it.
const INBOXES: &str = "_INBOX.";

/// Where and how requests are taken.
#[derive(Debug, Clone)]
pub struct Endpoint {
    subject: String,
    group: Option<String>,
    concurrency: usize,
    max_payload: usize,
}

impl Endpoint {
    /// Takes requests on this subject, which may hold wildcards: 64 at a time, of at most 64 KiB each.
    pub fn new(subject: impl Into<String>) -> Self {
        Self { subject: subject.into(), group: None, concurrency: 64, max_payload: 64 * 1024 }
    }

    /// Shares the requests among all replicas that name the same group.
    #[must_use]
    pub fn group(mut self, group: impl Into<String>) -> Self {
        self.group = Some(group.into());
        self
    }

    /// How many requests are handled at a time; further ones wait.
    #[must_use]
    pub const fn concurrency(mut self, at_a_time: usize) -> Self {
        self.concurrency = at_a_time;
        self
    }

    /// The largest request in bytes; larger ones are refused unread.
    #[must_use]
    pub const fn max_payload(mut self, bytes: usize) -> Self {
        self.max_payload = bytes;
        self
    }
}

/// One request to be answered.
#[derive(Debug, Clone)]
pub struct Call<Q> {
    /// The subject it came on; of interest where the endpoint's has wildcards.
    pub subject: Subject,
    /// The question.
    pub body: Q,
}

/// An endpoint that takes requests; [`Server::run`] answers them.
#[derive(Debug)]
pub struct Server {
    bus: Bus,
    endpoint: Endpoint,
    requests: Subscription,
}

impl Bus {
    /// Starts taking requests; they wait until [`Server::run`].
    ///
    /// # Errors
    /// [`SubscribeError`] for a malformed subject or a closed connection.
    pub async fn serve(&self, endpoint: Endpoint) -> Result<Server, SubscribeError> {
        let requests = match &endpoint.group {
            Some(group) => self.queue_subscribe(&endpoint.subject, group).await?,
            None => self.subscribe(&endpoint.subject).await?,
        };
        Ok(Server { bus: self.clone(), endpoint, requests })
    }
}

impl Server {
    /// Answers until told to stop; then takes no more, answers what has arrived, and returns.
    ///
    /// A body that is not a `Q` is answered with the problem `malformed`, one that is too large with `too_large`. A
    /// request that wants its answer anywhere but in an inbox is not even read.
    ///
    /// # Errors
    /// If the subscription ends although nobody asked it to, which means that the connection was closed.
    pub async fn run<Q, A, F, Fut>(mut self, stop: CancellationToken, handler: F) -> Result<(), BoxError>
    where
        Q: DeserializeOwned,
        A: Serialize,
        F: Fn(Call<Q>) -> Fut,
        Fut: Future<Output = Result<A, Problem>>,
    {
        let handler = Arc::new(handler);
        let mut at_work = FuturesUnordered::new();
        let mut stopping = false;
        loop {
            let room = at_work.len() < self.endpoint.concurrency;
            tokio::select! {
                () = stop.cancelled(), if !stopping => {
                    stopping = true;
                    self.requests.drain().await;
                }
                Some(()) = at_work.next(), if !at_work.is_empty() => {}
                request = self.requests.next(), if room => match request {
                    Some(request) => {
                        let (bus, handler) = (self.bus.clone(), Arc::clone(&handler));
                        let max_payload = self.endpoint.max_payload;
                        at_work.push(async move { answer(&bus, request, max_payload, &*handler).await });
                    }
                    None => break,
                },
            }
        }
        while at_work.next().await.is_some() {}
        if stopping {
            Ok(())
        } else {
            Err(format!("no more requests on {}: the connection was closed", self.endpoint.subject).into())
        }
    }
}

async fn answer<Q, A, F, Fut>(bus: &Bus, request: Message, max_payload: usize, handler: &F)
where
    Q: DeserializeOwned,
    A: Serialize,
    F: Fn(Call<Q>) -> Fut,
    Fut: Future<Output = Result<A, Problem>>,
{
    let async_nats::Message { subject, reply, payload, headers, .. } = request.0;
    let span = trace::answer(&subject, headers.as_ref());
    if let Some(elsewhere) = reply.as_ref().filter(|reply| !reply.starts_with(INBOXES)) {
        tracing::warn!(%subject, %elsewhere, "ignored a request whose answer would go elsewhere than to an inbox");
        return;
    }
    let outcome: Reply<A> = match read(&payload, max_payload) {
        Ok(body) => handler(Call { subject: subject.clone(), body }).instrument(span).await.into(),
        Err(problem) => Reply::Problem(problem),
    };
    let Some(reply_to) = reply else {
        tracing::debug!(%subject, "a request without a reply subject; the answer goes nowhere");
        return;
    };
    if let Err(error) = bus.client().publish(reply_to, write(&outcome)).await {
        tracing::warn!(%subject, %error, "the answer could not be sent");
    }
}

fn read<Q: DeserializeOwned>(payload: &[u8], max_payload: usize) -> Result<Q, Problem> {
    if payload.len() > max_payload {
        let detail = format!("the request has {} bytes, at most {max_payload} are taken", payload.len());
        return Err(Problem::new(413, "too_large", detail));
    }
    serde_json::from_slice(payload).map_err(|error| Problem::malformed(error.to_string()))
}

fn write<A: Serialize>(reply: &Reply<A>) -> Bytes {
    let problem = |error: serde_json::Error| {
        let problem = Problem::new(500, "unwritable_answer", error.to_string());
        serde_json::to_vec(&Reply::<()>::Problem(problem)).unwrap_or_default()
    };
    serde_json::to_vec(reply).unwrap_or_else(problem).into()
}
