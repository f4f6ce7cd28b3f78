//! From the streams to a core: everything emergency-call knows can be read again at any instant.

use bus::{Bus, DeadLetters, Followed, Sequence, StartFrom, StreamMessage};
use domain::{id::DistrictId, time::Timestamp};
use runtime::{BoxError, SharedClock};
use schemas::{
    emergency::{DeviceEvent, Heard, IncidentEvent, Outage},
    envelope::CloudEvent,
    subject::{self, StreamKind},
};
use serde::de::DeserializeOwned;

use crate::core::{Core, settings::Settings};

/// A core as of some sequence of either stream.
pub struct Rebuilt {
    /// The core.
    pub core: Core,
    /// Through where the ALARMS stream was read.
    pub alarms: Sequence,
    /// Through where the DEVICES stream was read.
    pub devices: Sequence,
}

/// Reads both streams.
pub async fn core(
    bus: &Bus,
    district: &DistrictId,
    dead: &DeadLetters,
    (settings, outreach): (Settings, bool),
    clock: &SharedClock,
) -> Result<Rebuilt, BoxError> {
    let (device_messages, devices) = latest(bus, &StreamKind::Devices.name(district)).await?;
    let (alarm_messages, alarms) = latest(bus, &StreamKind::Alarms.name(district)).await?;
    let now: Timestamp = clock.now();
    let mut core = Core::new(settings);
    if outreach {
        core.with_outreach();
    }
    let mut heard: Vec<Heard> = Vec::new();
    let prefix = |what: &str| format!("care.v1.{district}.device.{what}.");
    let (states, outages, shares) = (prefix("state"), prefix("outage"), prefix("heard"));
    for message in &device_messages {
        let on = message.subject.as_str();
        if on.starts_with(&states) {
            if let Some(event) = read::<DeviceEvent>(message, dead).await {
                core.restore_device(event);
            }
        } else if on.starts_with(&outages) {
            if let Some(outage) = read::<Outage>(message, dead).await {
                core.restore_outage(outage);
            }
        } else if on.starts_with(&shares) {
            heard.extend(read::<Heard>(message, dead).await);
        }
    }
    for share in &heard {
        core.restore_heard(share, now);
    }
    let takeover = subject::alarms_takeover(district);
    for message in alarm_messages.iter().filter(|message| message.subject.as_str() != takeover) {
        if let Some(event) = read::<IncidentEvent>(message, dead).await {
            core.restore(event.incident, now);
        }
    }
    core.begin(now);
    Ok(Rebuilt { core, alarms, devices })
}

/// The last message of each subject, in the order of the stream.
async fn latest(bus: &Bus, stream: &str) -> Result<(Vec<StreamMessage>, Sequence), BoxError> {
    let mut follower = bus.follow(stream, &[], StartFrom::LastPerSubject).await?;
    let mut messages = Vec::new();
    loop {
        match follower.next().await {
            Followed::CaughtUp { through } => return Ok((messages, through)),
            Followed::Reset => messages.clear(),
            Followed::Message(message) => messages.push(message),
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
