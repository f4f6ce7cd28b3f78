//! Follows what `accounts` decides about organisations: work orders stop or go on, a yearly rating. The registry keeps it
//! with the organisation and publishes it. The same word may come twice; `accounts` may come later.

use std::time::Duration;

use bus::{Bus, DeadLetters, Followed, StartFrom, StreamError, StreamMessage, message::Undecodable};
use runtime::{BoxError, SharedClock};
use schemas::{
    account::standing::{Rated, Standing},
    envelope::CloudEvent,
    subject::{self, StreamKind},
};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::{keep::organisation::Word, store::Store};

/// Before looking again for a stream that nobody has made yet, or trying a write again.
const PAUSE: Duration = Duration::from_secs(1);

/// Listens to `accounts`.
#[derive(Debug)]
pub(crate) struct Words {
    pub store: Store,
    pub bus: Bus,
    pub clock: SharedClock,
    pub changed: std::sync::Arc<Notify>,
    pub dead: DeadLetters,
}

impl Words {
    /// Follows until told to stop.
    pub async fn run(self, stop: CancellationToken) -> Result<(), BoxError> {
        tokio::select! {
            () = self.follow() => Ok(()),
            () = stop.cancelled() => Ok(()),
        }
    }

    async fn follow(&self) {
        let district = self.store.district();
        let stream = StreamKind::Funding.name(district);
        let wanted = [subject::standings(district), subject::ratings(district)];
        let filters: Vec<&str> = wanted.iter().map(String::as_str).collect();
        loop {
            match self.bus.follow(stream.clone(), &filters, StartFrom::LastPerSubject).await {
                Ok(follower) => {
                    let mut follower = follower.and_again(&self.dead);
                    loop {
                        if let Followed::Message(message) = follower.next().await {
                            self.take(&message).await;
                        }
                    }
                }
                Err(StreamError::Missing { .. }) => {}
                Err(error) => tracing::warn!(%error, "the word of accounts cannot be followed yet"),
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn take(&self, message: &StreamMessage) {
        let word = match read(message) {
            Ok(word) => word,
            Err(error) => return self.dead.keep_undecodable(message, &error).await,
        };
        loop {
            match self.store.hear(&word, self.clock.now()).await {
                Ok(true) => return self.changed.notify_one(),
                Ok(false) => return,
                Err(error) => tracing::warn!(%error, "the word of accounts is not kept yet; trying again"),
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

fn read(message: &StreamMessage) -> Result<Word, Undecodable> {
    if message.subject.contains(".funding.rating.") {
        Ok(Word::Rated(message.decode::<CloudEvent<Rated>>()?.data))
    } else {
        Ok(Word::Standing(message.decode::<CloudEvent<Standing>>()?.data))
    }
}
