//! DEAD: what services could not handle, with what the desk has done about it.

use bus::{Followed, StartFrom};
use runtime::{BoxError, health::Part};
use schemas::{dead_letter::DeadLetter, envelope::CloudEvent, live::Letter, subject::StreamKind};
use tokio_util::sync::CancellationToken;

use super::{Feed, next, unless_stopped};
use crate::live::world::Kept;

pub(super) async fn follow(feed: Feed, health: Part, stop: CancellationToken) -> Result<(), BoxError> {
    let opening = feed.open(StreamKind::Dead, StartFrom::First, &health);
    let Some(mut follower) = unless_stopped(opening, &stop).await else { return Ok(()) };
    let mut caught_up = false;
    while let Some(followed) = next(&mut follower, &stop).await {
        match followed {
            Followed::Message(message) => match message.decode::<CloudEvent<DeadLetter>>() {
                Ok(event) => {
                    let settled = feed.store.settled_letter(&event.id).await.unwrap_or_else(|error| {
                        tracing::error!(%error, "whether a dead letter was seen to cannot be read; it shows as open");
                        None
                    });
                    let letter = Letter { id: message.sequence.0, letter: event.data, settled };
                    let kept = Kept { event: event.id, letter: letter.into() };
                    feed.live.change(|core| core.dead_letter(kept, caught_up));
                }
                // Setting it aside would put it back where it came from.
                Err(error) => tracing::warn!(%error, "a dead letter cannot be read"),
            },
            Followed::CaughtUp { .. } => {
                caught_up = true;
                health.ready();
            }
            Followed::Reset => {
                feed.live.change(|core| {
                    core.world.forget_letters();
                    Vec::new()
                });
            }
        }
    }
    Ok(())
}
