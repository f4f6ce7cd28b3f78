//! What the wiring tests share.

use std::{future::Future, time::Duration};

use bus::{Bus, Followed, Follower, Sequence, StreamMessage, StreamSpec, testing::NatsServer};
use domain::{id::DistrictId, time::Timestamp};
use schemas::{
    envelope::{CloudEvent, EventData},
    subject::StreamKind,
};
use serde::{Deserialize, Serialize};

/// Longer than anything here takes on a busy machine.
pub const LIMIT: Duration = Duration::from_secs(30);

/// The smallest event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Noted {
    pub order: String,
    pub number: u64,
}

impl EventData for Noted {
    fn event_type(&self) -> String {
        "care.test.noted.v1".to_owned()
    }
    fn aggregate(&self) -> &str {
        &self.order
    }
}

pub fn district() -> DistrictId {
    DistrictId::new("test").unwrap()
}

pub fn event(id: impl Into<String>, number: u64) -> CloudEvent<Noted> {
    let data = Noted { order: format!("o{}", number % 7), number };
    CloudEvent::new(id, "/test", district(), Timestamp::from_millis(0), data)
}

pub fn subject(event: &CloudEvent<Noted>) -> String {
    format!("care.v1.test.order.{}", event.data.order)
}

pub fn orders() -> String {
    StreamKind::Orders.name(&district())
}

/// A connection to a server that has all the streams.
pub async fn prepared(server: &NatsServer) -> Bus {
    let bus = server.connect("test").await;
    bus.reconcile(&StreamSpec::all(&district(), 1)).await.unwrap();
    bus
}

pub async fn soon<T>(what: &str, doing: impl Future<Output = T>) -> T {
    tokio::time::timeout(LIMIT, doing).await.unwrap_or_else(|_| panic!("{what} took longer than {LIMIT:?}"))
}

/// The messages up to the next "caught up".
pub async fn until_caught_up(follower: &mut Follower) -> (Vec<StreamMessage>, Sequence) {
    let mut messages = Vec::new();
    loop {
        match soon("catching up", follower.next()).await {
            Followed::Message(message) => messages.push(message),
            Followed::CaughtUp { through } => return (messages, through),
            Followed::Reset => messages.clear(),
        }
    }
}

pub async fn next_message(follower: &mut Follower) -> StreamMessage {
    soon("the next message", async {
        loop {
            if let Followed::Message(message) = follower.next().await {
                return message;
            }
        }
    })
    .await
}

pub fn number(message: &StreamMessage) -> u64 {
    message.decode::<CloudEvent<Noted>>().unwrap().data.number
}
