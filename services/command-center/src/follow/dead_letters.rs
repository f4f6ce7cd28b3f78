//! DEAD: what services could not handle. The edge keeps this stream, for the desk.

use bus::{Followed, StartFrom};
use runtime::{BoxError, health::Part};
use schemas::{dead_letter::DeadLetter, envelope::CloudEvent, subject::StreamKind};
use tokio_util::sync::CancellationToken;

use super::{Feed, next, unless_stopped};

pub(super) async fn follow(feed: Feed, health: Part, stop: CancellationToken) -> Result<(), BoxError> {
    let opening = feed.open(StreamKind::Dead, StartFrom::First, &health);
    let Some(mut follower) = unless_stopped(opening, &stop).await else { return Ok(()) };
    let mut caught_up = false;
    while let Some(followed) = next(&mut follower, &stop).await {
        match followed {
            Followed::Message(message) => match message.decode::<CloudEvent<DeadLetter>>() {
                Ok(event) => {
                    feed.live.change(|core| core.dead_letter(message.sequence.0, event.data, caught_up));
                }
                // Setting it aside would put it back where it came from.
                Err(error) => tracing::warn!(%error, "a dead letter cannot be read"),
            },
            Followed::CaughtUp { .. } => {
                caught_up = true;
                health.ready();
            }
            Followed::Reset => {}
        }
    }
    Ok(())
}
