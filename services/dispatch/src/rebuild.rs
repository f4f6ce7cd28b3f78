//! From the streams to a core: everything dispatch knows can be read again at any instant.

use std::sync::Arc;

use bus::{Bus, DeadLetters, Followed, Follower, Sequence, StartFrom, StreamError};
use domain::{id::DistrictId, order::Order, time::Timestamp};
use roads::Roads;
use runtime::{BoxError, SharedClock};
use schemas::{
    envelope::CloudEvent,
    order::OrderEvent,
    subject::{self, StreamKind},
};

use crate::{
    core::{Core, settings::Settings},
    feed::Source,
};

/// A core as of some sequence of the ORDERS stream, and the sources to go on from.
pub struct Rebuilt {
    /// The core.
    pub core: Core,
    /// Where each source goes on.
    pub sources: Vec<(Source, Follower)>,
    /// Sources whose stream nobody has made yet.
    pub missing: Vec<Source>,
}

/// The orders as they are durable, and the sequence up to which that holds.
pub async fn orders(
    bus: &Bus,
    district: &DistrictId,
    dead: &DeadLetters,
) -> Result<(Vec<Order>, Sequence), BoxError> {
    let mut follower = bus.follow(StreamKind::Orders.name(district), &[], StartFrom::LastPerSubject).await?;
    let takeover = subject::takeover(district);
    let mut orders = Vec::new();
    loop {
        match follower.next().await {
            Followed::CaughtUp { through } => return Ok((orders, through)),
            Followed::Reset => orders.clear(),
            Followed::Message(message) if message.subject.as_str() == takeover => {}
            Followed::Message(message) => match message.decode::<CloudEvent<OrderEvent>>() {
                Ok(event) => orders.push(event.data.order),
                Err(error) => dead.keep_undecodable(&message, &error).await,
            },
        }
    }
}

/// Fills a core with people and orders. The orders come last, so that their people are known.
pub async fn core(
    (bus, district, dead): (&Bus, &DistrictId, &DeadLetters),
    (settings, roads, clock): (Settings, Arc<Roads>, &SharedClock),
    orders: Vec<Order>,
) -> Result<Rebuilt, BoxError> {
    let followed = Source::of(&settings);
    let mut core = Core::new(district.clone(), settings, roads);
    let mut sources = Vec::new();
    let mut missing = Vec::new();
    let mut crossings = Vec::new();
    for source in followed {
        let mut follower = match source.follow(bus, district).await {
            Err(StreamError::Missing { .. }) if source.may_come_later() => {
                missing.push(source);
                continue;
            }
            follower => follower?,
        };
        loop {
            match follower.next().await {
                Followed::CaughtUp { .. } => break,
                Followed::Reset => {}
                Followed::Message(message) => {
                    let Some(input) = source.read(&message, dead).await else { continue };
                    if source == Source::Geofence {
                        crossings.push(input);
                    } else {
                        core.learn(input, clock.now());
                    }
                }
            }
        }
        if source != Source::Positions {
            sources.push((source, follower.and_again(dead)));
        }
    }
    let now: Timestamp = clock.now();
    for order in orders {
        core.restore(order, now);
    }
    for crossing in crossings {
        core.learn(crossing, now);
    }
    Ok(Rebuilt { core, sources, missing })
}
