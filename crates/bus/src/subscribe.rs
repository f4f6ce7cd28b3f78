//! Listening on core subjects.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures::{Stream, StreamExt};

use crate::{Bus, Message, leap::is_blank};

/// Why there is no subscription.
#[derive(Debug, thiserror::Error)]
#[error("cannot subscribe to {subject}: {reason}")]
pub struct SubscribeError {
    /// What was asked for.
    pub subject: String,
    /// Why not.
    pub reason: String,
}

/// A subscription: a stream of messages that ends when it is drained or the connection is closed.
///
/// Reconnects are survived; what was published meanwhile is not received. The buffer holds 65 536 messages; beyond
/// that messages are dropped and the log says so.
#[derive(Debug)]
pub struct Subscription(async_nats::Subscriber);

impl Bus {
    /// Listens on a subject, which may hold wildcards. Active at the server when this returns.
    ///
    /// # Errors
    /// [`SubscribeError`] for a malformed subject or a closed connection.
    pub async fn subscribe(&self, subject: &str) -> Result<Subscription, SubscribeError> {
        let refused = |reason: String| SubscribeError { subject: subject.to_owned(), reason };
        let subscriber =
            self.client().subscribe(subject.to_owned()).await.map_err(|error| refused(error.to_string()))?;
        self.settle().await;
        Ok(Subscription(subscriber))
    }

    /// Listens as one of a group, each message going to one of its members.
    ///
    /// # Errors
    /// As [`Bus::subscribe`].
    pub async fn queue_subscribe(&self, subject: &str, group: &str) -> Result<Subscription, SubscribeError> {
        let refused = |reason: String| SubscribeError { subject: subject.to_owned(), reason };
        let subscriber = self
            .client()
            .queue_subscribe(subject.to_owned(), group.to_owned())
            .await
            .map_err(|error| refused(error.to_string()))?;
        self.settle().await;
        Ok(Subscription(subscriber))
    }

    /// Lets a new subscription reach the server. While disconnected there is nothing to wait for: the client
    /// subscribes again by itself.
    async fn settle(&self) {
        if self.round_trip(self.timeout()).await.is_err() {
            tracing::debug!("subscribed while NATS is away; effective with the next connection");
        }
    }
}

impl Subscription {
    /// Stops new messages; those that have arrived are still handed out, then the stream ends.
    pub async fn drain(&mut self) {
        // Fails only if the connection is closed, and then the stream ends anyway.
        let _ = self.0.drain().await;
    }
}

impl Stream for Subscription {
    type Item = Message;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Message>> {
        loop {
            match ready!(self.0.poll_next_unpin(cx)) {
                Some(message) if is_blank(message.headers.as_ref()) => {}
                message => return Poll::Ready(message.map(Message)),
            }
        }
    }
}
