//! From the streams to a core: everything meal-delivery knows can be read again at any instant.

use std::sync::Arc;

use bus::{Bus, DeadLetters, Followed, Follower, Sequence, StartFrom, StreamMessage};
use domain::{id::DistrictId, time::Timestamp};
use roads::Roads;
use runtime::BoxError;
use schemas::{
    envelope::CloudEvent,
    meal::MealEvent,
    profile::ElderProfiled,
    subject::{self, StreamKind},
};
use serde::de::DeserializeOwned;

use crate::core::{Core, Input, codes::Codes, settings::Settings};

/// A core as of some sequence of either stream, and the elders to go on from.
pub struct Rebuilt {
    /// The core.
    pub core: Core,
    /// Through where the MEALS stream was read.
    pub meals: Sequence,
    /// Through where the DINERS stream was read.
    pub diners: Sequence,
    /// Elders' profiles from there on.
    pub elders: Follower,
}

/// Reads who eats, then what, then where they live.
pub async fn core(
    (bus, district, dead): (&Bus, &DistrictId, &DeadLetters),
    (settings, codes, roads): (Settings, Codes, Arc<Roads>),
    now: Timestamp,
) -> Result<Rebuilt, BoxError> {
    let mut core = Core::new(settings, codes, roads);
    let mut elders = follow_elders(bus, district).await?;
    loop {
        match elders.next().await {
            Followed::CaughtUp { .. } => break,
            Followed::Reset => {}
            Followed::Message(message) => {
                if let Some(event) = read::<ElderProfiled>(&message, dead).await {
                    core.learn_elder(event.elder);
                }
            }
        }
    }
    let (known, diners) = latest(bus, district, StreamKind::Diners, dead).await?;
    let (day, meals) = latest(bus, district, StreamKind::Meals, dead).await?;
    for event in known.into_iter().chain(day) {
        core.restore(event, now);
    }
    Ok(Rebuilt { core, meals, diners, elders: elders.and_again(dead) })
}

async fn follow_elders(bus: &Bus, district: &DistrictId) -> Result<Follower, BoxError> {
    let all = format!("care.v1.{district}.profile.elder.*");
    Ok(bus.follow(StreamKind::Profiles.name(district), &[&all], StartFrom::LastPerSubject).await?)
}

/// An elder's profile as an input; one that cannot be read goes to the dead letters.
pub async fn elder(message: &StreamMessage, dead: &DeadLetters) -> Option<Input> {
    let event = read::<ElderProfiled>(message, dead).await?;
    Some(Input::Elder(Box::new(event.elder)))
}

/// The last message of each subject.
async fn latest(
    bus: &Bus,
    district: &DistrictId,
    kind: StreamKind,
    dead: &DeadLetters,
) -> Result<(Vec<MealEvent>, Sequence), BoxError> {
    let takeovers = [subject::meals_takeover(district), subject::diners_takeover(district)];
    let mut follower = bus.follow(kind.name(district), &[], StartFrom::LastPerSubject).await?;
    let mut events = Vec::new();
    loop {
        match follower.next().await {
            Followed::CaughtUp { through } => return Ok((events, through)),
            Followed::Reset => events.clear(),
            Followed::Message(message) if takeovers.contains(&message.subject.to_string()) => {}
            Followed::Message(message) => events.extend(read::<MealEvent>(&message, dead).await),
        }
    }
}

async fn read<T: DeserializeOwned>(message: &StreamMessage, dead: &DeadLetters) -> Option<T> {
    match message.decode::<CloudEvent<T>>() {
        Ok(event) => Some(event.data),
        Err(error) => {
            dead.keep_undecodable(message, &error).await;
            None
        }
    }
}
