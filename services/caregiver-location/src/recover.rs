//! After a restart: what the streams remember, last values only.

use bus::{Bus, DeadLetters, Followed, Sequence, StartFrom, StreamError};
use domain::id::DistrictId;
use schemas::{
    envelope::CloudEvent,
    position::{GeofenceCrossed, Position, Presence},
    subject::StreamKind,
};

/// All presences, and the sequence up to which that is so.
///
/// # Errors
/// If the stream is not there or the server does not answer.
pub(crate) async fn presences(
    bus: &Bus,
    district: &DistrictId,
    dead: &DeadLetters,
) -> Result<(Vec<Presence>, Sequence), StreamError> {
    let mut follower =
        bus.follow(StreamKind::Presence.name(district), &[], StartFrom::LastPerSubject).await?;
    let mut presences = Vec::new();
    loop {
        match follower.next().await {
            Followed::Message(message) => match message.decode::<CloudEvent<Presence>>() {
                Ok(event) => presences.push(event.data),
                Err(error) => dead.keep_undecodable(&message, &error).await,
            },
            Followed::CaughtUp { through } => return Ok((presences, through)),
            Followed::Reset => presences.clear(),
        }
    }
}

/// The last crossing of everybody, and the sequence up to which that is so.
///
/// # Errors
/// If the stream is not there or the server does not answer.
pub(crate) async fn crossings(
    bus: &Bus,
    district: &DistrictId,
    dead: &DeadLetters,
) -> Result<(Vec<GeofenceCrossed>, Sequence), StreamError> {
    let mut follower =
        bus.follow(StreamKind::Geofence.name(district), &[], StartFrom::LastPerSubject).await?;
    let mut crossings = Vec::new();
    loop {
        match follower.next().await {
            Followed::Message(message) => match message.decode::<CloudEvent<GeofenceCrossed>>() {
                Ok(event) => crossings.push(event.data),
                Err(error) => dead.keep_undecodable(&message, &error).await,
            },
            Followed::CaughtUp { through } => return Ok((crossings, through)),
            Followed::Reset => crossings.clear(),
        }
    }
}

/// All positions that were written down.
///
/// # Errors
/// If the stream is not there or the server does not answer.
pub(crate) async fn positions(
    bus: &Bus,
    district: &DistrictId,
    dead: &DeadLetters,
) -> Result<Vec<Position>, StreamError> {
    let mut follower =
        bus.follow(StreamKind::Positions.name(district), &[], StartFrom::LastPerSubject).await?;
    let mut positions = Vec::new();
    loop {
        match follower.next().await {
            Followed::Message(message) => match message.decode::<Position>() {
                Ok(position) => positions.push(position),
                Err(error) => dead.keep_undecodable(&message, &error).await,
            },
            Followed::CaughtUp { .. } => return Ok(positions),
            Followed::Reset => positions.clear(),
        }
    }
}
