//! What the active process listens to beside requests: profiles, presence, geofences and moves, as inputs of the core.

use bus::{Bus, DeadLetters, Followed, Follower, StartFrom, StreamMessage};
use domain::id::DistrictId;
use futures::StreamExt;
use schemas::{
    envelope::CloudEvent,
    position::{GeofenceCrossed, Moved, Position, Presence},
    profile::{CaregiverProfiled, ElderProfiled},
    subject::{self, StreamKind},
};
use serde::de::DeserializeOwned;
use tokio::sync::mpsc;

use crate::core::Input;

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
}

impl Source {
    /// In the order in which a core is filled.
    pub const ALL: [Self; 4] = [Self::Profiles, Self::Presence, Self::Positions, Self::Geofence];

    const fn kind(self) -> StreamKind {
        match self {
            Self::Profiles => StreamKind::Profiles,
            Self::Presence => StreamKind::Presence,
            Self::Positions => StreamKind::Positions,
            Self::Geofence => StreamKind::Geofence,
        }
    }

    /// Follows the source from the last message of each subject.
    pub async fn follow(self, bus: &Bus, district: &DistrictId) -> Result<Follower, bus::StreamError> {
        bus.follow(self.kind().name(district), &[], StartFrom::LastPerSubject).await
    }

    /// The message as an input; one that cannot be read goes to the dead letters.
    pub async fn read(self, message: &StreamMessage, dead: &DeadLetters) -> Option<Input> {
        let input = match self {
            Self::Profiles if message.subject.contains(".profile.elder.") => {
                decode::<CloudEvent<ElderProfiled>>(message).map(|e| Input::Elder(Box::new(e.data.elder)))
            }
            Self::Profiles => decode::<CloudEvent<CaregiverProfiled>>(message)
                .map(|e| Input::Caregiver(Box::new(e.data.caregiver))),
            Self::Presence => decode::<CloudEvent<Presence>>(message).map(|e| Input::Presence(e.data)),
            Self::Positions => decode::<Position>(message).map(|p| Input::Moved(vec![p])),
            Self::Geofence => decode::<CloudEvent<GeofenceCrossed>>(message).map(|e| Input::Geofence(e.data)),
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

/// Passes on moves, until nobody listens. A malformed batch is dropped: the next one brings the same people again.
pub async fn pump_moves(bus: Bus, district: DistrictId, inputs: mpsc::Sender<Input>) {
    let mut moves = match bus.subscribe(&subject::positions_moved(&district)).await {
        Ok(moves) => moves,
        Err(error) => {
            tracing::error!(%error, "positions do not reach dispatch; it goes on with the last known");
            return;
        }
    };
    loop {
        tokio::select! {
            message = moves.next() => {
                let Some(message) = message else { return };
                match message.decode::<Moved>() {
                    Ok(moved) => {
                        if inputs.send(Input::Moved(moved.positions)).await.is_err() {
                            return;
                        }
                    }
                    Err(error) => tracing::warn!(%error, "a batch of positions is not readable"),
                }
            }
            () = inputs.closed() => return,
        }
    }
}
