//! What the active process listens to beside requests: profiles, presence, geofences and moves, as inputs of the core.

use std::time::Duration;

use bus::{Bus, DeadLetters, Followed, Follower, StartFrom, StreamError, StreamMessage, Subscription};
use domain::{id::DistrictId, incident::Incident};
use futures::StreamExt;
use runtime::health::Part;
use schemas::{
    account::standing::Standing,
    emergency::IncidentEvent,
    envelope::CloudEvent,
    position::{GeofenceCrossed, Moved, Position, Presence},
    profile::{CaregiverProfiled, ElderProfiled},
    registry::organisation::OrganisationProfiled,
    subject::{self, StreamKind},
};
use serde::de::DeserializeOwned;
use tokio::sync::mpsc;

use crate::core::{Input, settings::Settings};

/// Before subscribing again.
const PAUSE: Duration = Duration::from_secs(1);

/// A source of inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Elders and caregivers.
    Profiles,
    /// Who works.
    Presence,
    /// Last known positions.
    Positions,
    /// Doors reached.
    Geofence,
    /// Organisations that are stopped, by word of `accounts`, which may come later.
    Standings,
    /// Who goes to emergencies, by word of `emergency-call`, which may come later.
    Emergencies,
}

impl Source {
    /// In the order in which a core is filled.
    const ALL: [Self; 6] =
        [Self::Profiles, Self::Standings, Self::Emergencies, Self::Presence, Self::Positions, Self::Geofence];

    /// Whether work goes on without it until its owner has made its stream.
    pub const fn may_come_later(self) -> bool {
        matches!(self, Self::Standings | Self::Emergencies)
    }

    /// What is followed here: `accounts` only where it is asked for the money of orders.
    pub fn of(settings: &Settings) -> impl Iterator<Item = Self> + use<> {
        let funding = settings.funding;
        Self::ALL.into_iter().filter(move |source| funding || *source != Self::Standings)
    }

    const fn kind(self) -> StreamKind {
        match self {
            Self::Profiles => StreamKind::Profiles,
            Self::Presence => StreamKind::Presence,
            Self::Positions => StreamKind::Positions,
            Self::Geofence => StreamKind::Geofence,
            Self::Standings => StreamKind::Funding,
            Self::Emergencies => StreamKind::Alarms,
        }
    }

    /// Follows the source from the last message of each subject.
    pub async fn follow(self, bus: &Bus, district: &DistrictId) -> Result<Follower, StreamError> {
        let stream = self.kind().name(district);
        match self {
            Self::Standings => {
                bus.follow(stream, &[&subject::standings(district)], StartFrom::LastPerSubject).await
            }
            _ => bus.follow(stream, &[], StartFrom::LastPerSubject).await,
        }
    }

    /// The message as an input; one that cannot be read goes to the dead letters.
    pub async fn read(self, message: &StreamMessage, dead: &DeadLetters) -> Option<Input> {
        let input = match self {
            // The mark of a take-over.
            Self::Emergencies if message.subject.ends_with(".~takeover") => return None,
            Self::Emergencies => {
                decode::<CloudEvent<IncidentEvent>>(message).map(|event| goers(&event.data.incident))
            }
            Self::Profiles if message.subject.contains(".profile.elder.") => {
                decode::<CloudEvent<ElderProfiled>>(message).map(|e| Input::Elder(Box::new(e.data.elder)))
            }
            Self::Profiles if message.subject.contains(".profile.organisation.") => {
                decode::<CloudEvent<OrganisationProfiled>>(message)
                    .map(|event| Input::Organisation(Box::new(event.data.organisation)))
            }
            Self::Profiles => decode::<CloudEvent<CaregiverProfiled>>(message)
                .map(|e| Input::Caregiver(Box::new(e.data.caregiver))),
            Self::Presence => decode::<CloudEvent<Presence>>(message).map(|e| Input::Presence(e.data)),
            Self::Positions => decode::<Position>(message).map(|p| Input::Moved(vec![p])),
            Self::Geofence => decode::<CloudEvent<GeofenceCrossed>>(message).map(|e| Input::Geofence(e.data)),
            Self::Standings => decode::<CloudEvent<Standing>>(message).map(|event| {
                let Standing { organisation, stopped, .. } = event.data;
                Input::Standing { organisation, stopped }
            }),
        };
        match input {
            Ok(input) => Some(input),
            Err(error) => {
                dead.keep_undecodable(message, &error).await;
                None
            }
        }
    }
}

/// Who goes, once it is real and not over.
fn goers(incident: &Incident) -> Input {
    let over = incident.drill || incident.stage.is_closed();
    let goers = incident.stage.responders().iter().filter(|_| !over);
    let responders = goers.map(|responder| responder.caregiver.clone()).collect();
    Input::Emergency { incident: incident.id.clone(), responders }
}

fn decode<T: DeserializeOwned>(message: &StreamMessage) -> Result<T, bus::message::Undecodable> {
    message.decode()
}

/// Passes on what the source brings, until nobody listens. Last positions are only for rebuilding: moves are fresher.
pub async fn pump(source: Source, mut follower: Follower, dead: DeadLetters, inputs: mpsc::Sender<Input>) {
    loop {
        tokio::select! {
            followed = follower.next() => {
                let Followed::Message(message) = followed else { continue };
                if let Some(input) = source.read(&message, &dead).await
                    && inputs.send(input).await.is_err()
                {
                    return;
                }
            }
            () = inputs.closed() => return,
        }
    }
}

/// Passes on a source that was not there at the start, from when its owner has made it; work goes on meanwhile.
pub async fn pump_later(
    source: Source,
    (bus, district): (Bus, DistrictId),
    dead: DeadLetters,
    inputs: mpsc::Sender<Input>,
) {
    while !inputs.is_closed() {
        match source.follow(&bus, &district).await {
            Ok(follower) => return pump(source, follower.and_again(&dead), dead, inputs).await,
            Err(StreamError::Missing { .. }) => {}
            Err(error) => tracing::warn!(%error, ?source, "cannot be followed yet; trying again"),
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            () = inputs.closed() => return,
        }
    }
}

/// Passes on moves, until nobody listens; listens again when the subscription ends or cannot be made, and says so
/// meanwhile. A malformed batch is dropped: the next one brings the same people again.
pub async fn pump_moves(bus: Bus, district: DistrictId, inputs: mpsc::Sender<Input>, health: Part) {
    loop {
        match bus.subscribe(&subject::positions_moved(&district)).await {
            Ok(moves) => {
                health.ready();
                if !pass_on(moves, &inputs).await {
                    return;
                }
                tracing::error!("the subscription to positions ended; subscribing again");
            }
            Err(error) => tracing::error!(%error, "positions do not reach dispatch; trying again"),
        }
        health.degraded("positions do not reach dispatch; it goes on with the last known");
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            () = inputs.closed() => return,
        }
    }
}

/// Passes on what the subscription brings. False when nobody listens any more, true when it ended.
async fn pass_on(mut moves: Subscription, inputs: &mpsc::Sender<Input>) -> bool {
    loop {
        tokio::select! {
            message = moves.next() => {
                let Some(message) = message else { return true };
                match message.decode::<Moved>() {
                    Ok(moved) => {
                        if inputs.send(Input::Moved(moved.positions)).await.is_err() {
                            return false;
                        }
                    }
                    Err(error) => tracing::warn!(%error, "a batch of positions is not readable"),
                }
            }
            () = inputs.closed() => return false,
        }
    }
}
