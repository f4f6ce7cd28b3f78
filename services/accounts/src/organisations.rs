//! Follows the registry's organisations: whether one is designated, under contract, stopped. Every process follows them
//! for itself, since every process answers commands; what is only read needs no lease.

use std::{sync::Arc, time::Duration};

use bus::{Bus, Followed, StartFrom, StreamError};
use domain::id::DistrictId;
use runtime::{BoxError, health::Part};
use schemas::{
    envelope::CloudEvent,
    registry::organisation::OrganisationProfiled,
    subject::{self, StreamKind},
};
use tokio_util::sync::CancellationToken;

use crate::rulebook::Rulebook;

/// Before looking again for a stream that nobody has made yet.
const PAUSE: Duration = Duration::from_millis(500);

/// Listens to the registry.
#[derive(Debug)]
pub(crate) struct Organisations {
    pub rules: Arc<Rulebook>,
    pub bus: Bus,
    pub district: DistrictId,
    /// Ready once all that was published is known.
    pub health: Part,
}

impl Organisations {
    /// Follows until told to stop.
    pub async fn run(self, stop: CancellationToken) -> Result<(), BoxError> {
        tokio::select! {
            () = self.follow() => Ok(()),
            () = stop.cancelled() => Ok(()),
        }
    }

    async fn follow(&self) {
        let (stream, all) =
            (StreamKind::Profiles.name(&self.district), subject::organisation_profiles(&self.district));
        let mut follower = loop {
            match self.bus.follow(stream.clone(), &[&all], StartFrom::LastPerSubject).await {
                Ok(follower) => break follower,
                Err(StreamError::Missing { .. }) => {
                    self.health.not_ready("the registry has published nothing yet".to_owned());
                }
                Err(error) => tracing::warn!(%error, "the registry's organisations cannot be followed yet"),
            }
            tokio::time::sleep(PAUSE).await;
        };
        let designations = &self.rules.designations;
        loop {
            match follower.next().await {
                Followed::Message(message) => match message.decode::<CloudEvent<OrganisationProfiled>>() {
                    Ok(event) => designations.learn(&event.data.organisation),
                    Err(error) => tracing::warn!(%error, "an organisation cannot be read"),
                },
                Followed::CaughtUp { .. } => {
                    designations.complete();
                    self.health.ready();
                }
                Followed::Reset => designations.forget(),
            }
        }
    }
}
