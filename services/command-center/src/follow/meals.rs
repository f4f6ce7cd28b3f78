//! MEALS and DINERS: every meal, round and menu as it stands; who eats, cooks and carries.

use bus::{Followed, StartFrom};
use runtime::{BoxError, health::Part};
use schemas::{
    envelope::CloudEvent,
    meal::MealEvent,
    subject::{self, StreamKind},
};
use tokio_util::sync::CancellationToken;

use super::{Feed, next, unless_stopped};

pub(super) async fn follow_meals(feed: Feed, health: Part, stop: CancellationToken) -> Result<(), BoxError> {
    follow(feed, StreamKind::Meals, health, stop).await
}

pub(super) async fn follow_diners(feed: Feed, health: Part, stop: CancellationToken) -> Result<(), BoxError> {
    follow(feed, StreamKind::Diners, health, stop).await
}

async fn follow(feed: Feed, kind: StreamKind, health: Part, stop: CancellationToken) -> Result<(), BoxError> {
    let opening = feed.open(kind, StartFrom::LastPerSubject, &health);
    let Some(mut follower) = unless_stopped(opening, &stop).await else { return Ok(()) };
    let mut caught_up = false;
    let takeovers = [subject::meals_takeover(&feed.district), subject::diners_takeover(&feed.district)];
    while let Some(followed) = next(&mut follower, &stop).await {
        match followed {
            Followed::Message(message) if takeovers.iter().any(|mark| mark == message.subject.as_str()) => {}
            Followed::Message(message) => match message.decode::<CloudEvent<MealEvent>>() {
                Ok(event) => {
                    let at = event.time;
                    feed.live.change(|core| {
                        // Nobody who watches need be told what was so before.
                        core.meal(event.data, at, caught_up);
                        Vec::new()
                    });
                }
                Err(error) => feed.dead.keep_undecodable(&message, &error).await,
            },
            Followed::CaughtUp { .. } => {
                caught_up = true;
                health.ready();
            }
            Followed::Reset => {
                caught_up = false;
                feed.live.change(|core| {
                    match kind {
                        StreamKind::Diners => core.world.meals.clear_diners(),
                        _ => core.world.meals.clear_days(),
                    }
                    Vec::new()
                });
            }
        }
    }
    Ok(())
}
