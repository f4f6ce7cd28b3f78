//! What becomes of a message nobody can handle: it is set aside where the desk sees it, and life goes on.

use domain::id::DistrictId;
use runtime::{Clock, Entropy, SharedClock};
use schemas::{
    dead_letter::{DeadLetter, MAX_PAYLOAD},
    envelope::CloudEvent,
    subject::{self, Service},
};

use crate::{Bus, Sequence, StreamMessage, message::Undecodable, stream::in_full};

/// Where a service sets its poison messages aside.
#[derive(Debug, Clone)]
pub struct DeadLetters {
    bus: Bus,
    service: Service,
    district: DistrictId,
    clock: SharedClock,
    entropy: Entropy,
}

/// A message that cannot be handled, and why.
#[derive(Debug, Clone, Copy)]
pub struct Poison<'a> {
    /// Where it came from.
    pub subject: &'a str,
    /// Its place in its stream, where it has one.
    pub sequence: Option<Sequence>,
    /// The delivery, if it is not the first.
    pub again: Option<&'a str>,
    /// Its content.
    pub payload: &'a [u8],
    /// A stable code in `snake_case`, e.g. `undecodable`.
    pub code: &'a str,
    /// What exactly is wrong.
    pub detail: &'a str,
}

impl DeadLetters {
    /// For one service of one district.
    pub fn new(
        bus: &Bus,
        service: Service,
        district: DistrictId,
        clock: SharedClock,
        entropy: Entropy,
    ) -> Self {
        Self { bus: bus.clone(), service, district, clock, entropy }
    }

    /// Where the service is told to handle a message of that stream once more.
    pub(crate) fn again(&self, stream: &str) -> String {
        subject::again(&self.district, self.service, stream)
    }

    /// Sets a message aside, durably. If even that fails, the log has it: a follower never stops for a poison
    /// message.
    pub async fn keep(&self, poison: Poison<'_>) {
        let letter = DeadLetter {
            service: self.service.as_str().to_owned(),
            district: self.district.clone(),
            subject: poison.subject.to_owned(),
            sequence: poison.sequence.map(|sequence| sequence.0),
            code: poison.code.to_owned(),
            detail: poison.detail.to_owned(),
            payload: excerpt(poison.payload),
            at: self.clock.now(),
        };
        tracing::warn!(
            subject = poison.subject,
            sequence = poison.sequence.map(|sequence| sequence.0),
            code = poison.code,
            detail = poison.detail,
            "message set aside as a dead letter"
        );
        if let Err(error) = self.store(letter, poison.again).await {
            tracing::error!(
                error,
                subject = poison.subject,
                "the dead letter could not be stored; only this log has it"
            );
        }
    }

    /// Sets aside a stream's message that cannot be decoded.
    pub async fn keep_undecodable(&self, message: &StreamMessage, error: &Undecodable) {
        self.keep(Poison {
            subject: &message.subject,
            sequence: Some(message.sequence),
            again: message.again.as_deref(),
            payload: &message.payload,
            code: "undecodable",
            detail: &error.to_string(),
        })
        .await;
    }

    async fn store(&self, letter: DeadLetter, again: Option<&str>) -> Result<(), String> {
        // The same poison message found again after a restart is the same letter; delivered again and given up again it
        // is another one.
        let id = match (letter.sequence, again) {
            (Some(sequence), None) => format!("dead-{}-{}-{sequence}", letter.service, letter.subject),
            (Some(sequence), Some(again)) => {
                format!("dead-{}-{}-{sequence}-{again}", letter.service, letter.subject)
            }
            (None, _) => self.entropy.text_id(),
        };
        let subject = subject::dead_letter(&self.district, self.service);
        let event = CloudEvent::new(id, self.service.source(), self.district.clone(), letter.at, letter);
        let payload = serde_json::to_vec(&event).map_err(|error| error.to_string())?;
        let mut headers = async_nats::HeaderMap::new();
        headers.insert(async_nats::header::NATS_MESSAGE_ID, event.id.as_str());
        let sent = self.bus.jetstream().publish_with_headers(subject, headers, payload.into()).await;
        let stored = match sent {
            Ok(ack) => ack.await,
            Err(error) => Err(error),
        };
        stored.map(drop).map_err(|error| in_full(&error))
    }
}

/// The first [`MAX_PAYLOAD`] bytes as text, undecodable bytes replaced.
fn excerpt(payload: &[u8]) -> String {
    let first = payload.get(..MAX_PAYLOAD).unwrap_or(payload);
    String::from_utf8_lossy(first).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_bounded_text() {
        assert_eq!(excerpt(b"{\"a\":1}"), "{\"a\":1}");
        assert_eq!(excerpt(&[b'x'; MAX_PAYLOAD + 1]).len(), MAX_PAYLOAD);
        assert_eq!(excerpt(&[0xff, b'a']), "\u{fffd}a");
    }
}
