//! Follows PROFILES: who is a caregiver, what they may do, how they travel.

use bus::{Bus, DeadLetters, Followed};
use domain::id::DistrictId;
use runtime::{BoxError, health::Part};
use schemas::{envelope::CloudEvent, profile::CaregiverProfiled, subject::StreamKind};
use tokio_util::sync::CancellationToken;

use super::follow_when_there;
use crate::shared::Shared;

/// Follows until told to stop. Ready once all profiles there are are known.
pub(crate) async fn follow(
    bus: Bus,
    district: DistrictId,
    core: Shared,
    dead: DeadLetters,
    health: Part,
    stop: CancellationToken,
) -> Result<(), BoxError> {
    let stream = StreamKind::Profiles.name(&district);
    let filter = format!("care.v1.{district}.profile.caregiver.*");
    health.not_ready(format!("waiting for {stream}, which the registry makes"));
    let filters = [filter.as_str()];
    let following = follow_when_there(&bus, &stream, &filters, &dead, &stop);
    let Some(mut profiles) = following.await else { return Ok(()) };
    loop {
        let followed = tokio::select! {
            followed = profiles.next() => followed,
            () = stop.cancelled() => return Ok(()),
        };
        match followed {
            Followed::Message(message) => match message.decode::<CloudEvent<CaregiverProfiled>>() {
                Ok(event) => core.write().profile(event.data.caregiver),
                Err(error) => dead.keep_undecodable(&message, &error).await,
            },
            Followed::CaughtUp { .. } => health.ready(),
            Followed::Reset => {}
        }
    }
}
