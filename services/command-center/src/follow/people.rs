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

pub(super) async fn follow_profiles(
    feed: Feed,
    health: Part,
    stop: CancellationToken,
) -> Result<(), BoxError> {
    let opening = feed.open(StreamKind::Profiles, StartFrom::LastPerSubject, &health);
    let Some(mut follower) = unless_stopped(opening, &stop).await else { return Ok(()) };
    let elders = format!("care.v1.{}.profile.elder.", feed.district);
    while let Some(followed) = next(&mut follower, &stop).await {
        let message = match followed {
            Followed::Message(message) => message,
            Followed::CaughtUp { .. } => {
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
        } else {
            message
                .decode::<CloudEvent<CaregiverProfiled>>()
                .map(|event| feed.live.change(|core| core.caregiver(event.data.caregiver)))
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
    while let Some(followed) = next(&mut follower, &stop).await {
        match followed {
            Followed::Message(message) => match message.decode::<CloudEvent<Presence>>() {
                Ok(event) => feed.live.change(|core| core.presence(event.data)),
                Err(error) => feed.dead.keep_undecodable(&message, &error).await,
            },
            Followed::CaughtUp { .. } => health.ready(),
            Followed::Reset => {}
        }
    }
    Ok(())
}
