//! PROFILES and PRESENCE: who lives here, who works here, who is on shift.

use bus::{Followed, StartFrom};
use runtime::{BoxError, health::Part};
use schemas::{
    envelope::CloudEvent,
    position::Presence,
    profile::{CaregiverProfiled, ElderProfiled},
    subject::StreamKind,
};
use tokio_util::sync::CancellationToken;

use super::{Feed, next, unless_stopped};
use crate::live::stream::Source;

pub(super) async fn follow_profiles(
    feed: Feed,
    health: Part,
    stop: CancellationToken,
) -> Result<(), BoxError> {
    let opening = feed.open(StreamKind::Profiles, StartFrom::LastPerSubject, &health);
    let Some(mut follower) = unless_stopped(opening, &stop).await else { return Ok(()) };
    let mut news = false;
    let elders = format!("care.v1.{}.profile.elder.", feed.district);
    let organisations = format!("care.v1.{}.profile.organisation.", feed.district);
    while let Some(followed) = next(&mut follower, &stop).await {
        let message = match followed {
            Followed::Message(message) => message,
            Followed::CaughtUp { .. } => {
                news = true;
                feed.live.caught_up(Source::Profiles);
                health.ready();
                continue;
            }
            // Profiles are replaced one by one as they come again.
            Followed::Reset => continue,
        };
        let decoded = if message.subject.starts_with(&elders) {
            message.decode::<CloudEvent<ElderProfiled>>().map(|event| {
                feed.live.change(|core| {
                    core.elder(event.data.elder);
                    Vec::new()
                });
            })
        } else if message.subject.starts_with(&organisations) {
            // Shown when it is asked for; nothing of it is on the map.
            Ok(())
        } else {
            message
                .decode::<CloudEvent<CaregiverProfiled>>()
                .map(|event| feed.live.change(|core| core.caregiver(event.data.caregiver, news)))
        };
        if let Err(error) = decoded {
            feed.dead.keep_undecodable(&message, &error).await;
        }
    }
    Ok(())
}

pub(super) async fn follow_presence(
    feed: Feed,
    health: Part,
    stop: CancellationToken,
) -> Result<(), BoxError> {
    let opening = feed.open(StreamKind::Presence, StartFrom::LastPerSubject, &health);
    let Some(mut follower) = unless_stopped(opening, &stop).await else { return Ok(()) };
    let mut news = false;
    while let Some(followed) = next(&mut follower, &stop).await {
        match followed {
            Followed::Message(message) => match message.decode::<CloudEvent<Presence>>() {
                Ok(event) => feed.live.change(|core| core.presence(event.data, news)),
                Err(error) => feed.dead.keep_undecodable(&message, &error).await,
            },
            Followed::CaughtUp { .. } => {
                news = true;
                feed.live.caught_up(Source::Presence);
                health.ready();
            }
            Followed::Reset => {}
        }
    }
    Ok(())
}
