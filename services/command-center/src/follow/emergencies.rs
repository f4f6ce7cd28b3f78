//! ALARMS and DEVICES: every emergency as it stands, told at once; every device as it is.

use std::sync::Arc;

use bus::{Followed, StartFrom};
use runtime::{BoxError, health::Part};
use schemas::{
    emergency::{DeviceEvent, IncidentEvent, Outage},
    envelope::CloudEvent,
    subject::{self, StreamKind},
};
use tokio_util::sync::CancellationToken;

use super::{Feed, next, unless_stopped};
use crate::live::core::Core;

pub(super) async fn follow_incidents(
    feed: Feed,
    health: Part,
    stop: CancellationToken,
) -> Result<(), BoxError> {
    let opening = feed.open(StreamKind::Alarms, StartFrom::LastPerSubject, &health);
    let Some(mut follower) = unless_stopped(opening, &stop).await else { return Ok(()) };
    let takeover = subject::alarms_takeover(&feed.district);
    let mut caught_up = false;
    while let Some(followed) = next(&mut follower, &stop).await {
        match followed {
            Followed::Message(message) if message.subject.as_str() == takeover => {}
            Followed::Message(message) => match message.decode::<CloudEvent<IncidentEvent>>() {
                Ok(event) => {
                    let incident = Arc::new(event.data.incident);
                    // Who watches already need not be told what was over before.
                    let news = caught_up || !incident.stage.is_closed();
                    feed.live.change(|core| core.incident(&incident, news));
                }
                Err(error) => feed.dead.keep_undecodable(&message, &error).await,
            },
            Followed::CaughtUp { .. } => {
                caught_up = true;
                health.ready();
            }
            Followed::Reset => {
                tracing::warn!("the stream of alarms was made anew; everything known of them is forgotten");
                caught_up = false;
                feed.live.change(Core::forget_incidents);
            }
        }
    }
    Ok(())
}

pub(super) async fn follow_devices(
    feed: Feed,
    health: Part,
    stop: CancellationToken,
) -> Result<(), BoxError> {
    let opening = feed.open(StreamKind::Devices, StartFrom::LastPerSubject, &health);
    let Some(mut follower) = unless_stopped(opening, &stop).await else { return Ok(()) };
    let about = |what: &str| format!("care.v1.{}.device.{what}.", feed.district);
    let (states, outages) = (about("state"), about("outage"));
    while let Some(followed) = next(&mut follower, &stop).await {
        let message = match followed {
            Followed::Message(message) => message,
            Followed::CaughtUp { .. } => {
                health.ready();
                continue;
            }
            Followed::Reset => {
                feed.live.change(|core| {
                    core.world.devices.clear();
                    Vec::new()
                });
                continue;
            }
        };
        let on = message.subject.as_str();
        let decoded = if on.starts_with(&states) {
            message.decode::<CloudEvent<DeviceEvent>>().map(|event| {
                feed.live.change(|core| {
                    core.world.devices.put(event.data);
                    Vec::new()
                });
            })
        } else if on.starts_with(&outages) {
            message.decode::<CloudEvent<Outage>>().map(|event| {
                feed.live.change(|core| {
                    core.world.devices.put_outage(event.data);
                    Vec::new()
                });
            })
        } else {
            // When each was last heard, and marks of take-overs: nobody here asks.
            continue;
        };
        if let Err(error) = decoded {
            feed.dead.keep_undecodable(&message, &error).await;
        }
    }
    Ok(())
}
