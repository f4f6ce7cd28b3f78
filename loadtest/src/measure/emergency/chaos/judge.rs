//! What is durable against what was answered.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use bus::{Bus, Followed, StartFrom};
use domain::{
    id::{DistrictId, IncidentId},
    incident::Incident,
};
use schemas::{emergency::IncidentEvent, envelope::CloudEvent, subject::StreamKind};

use super::presses::Press;

/// Presses that were answered and are not kept, and what is kept twice.
pub fn judge(incidents: &[Incident], acknowledged: &[Press]) -> (usize, usize) {
    let mut kept: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for incident in incidents {
        for press in &incident.presses {
            *kept.entry((press.device.as_str(), press.key.as_deref().unwrap_or_default())).or_default() += 1;
        }
    }
    let lost = acknowledged
        .iter()
        .filter(|press| !kept.contains_key(&(press.device().as_str(), press.id.as_str())))
        .count();
    let twice: usize = kept.values().map(|times| times - 1).sum();
    // Nobody closes anything here, so whoever presses has exactly one emergency.
    let devices: BTreeSet<&str> = incidents.iter().map(|incident| incident.device.as_str()).collect();
    (lost, twice + incidents.len() - devices.len())
}

/// The incidents as they are durable.
///
/// # Errors
/// If the stream cannot be read.
pub async fn incidents(bus: &Bus, district: &DistrictId) -> Result<Vec<Incident>> {
    let mut follower = bus.follow(StreamKind::Alarms.name(district), &[], StartFrom::LastPerSubject).await?;
    let mut incidents: BTreeMap<IncidentId, Incident> = BTreeMap::new();
    loop {
        match follower.next().await {
            Followed::CaughtUp { .. } => return Ok(incidents.into_values().collect()),
            Followed::Reset => incidents.clear(),
            Followed::Message(message) if message.subject.contains('~') => {}
            Followed::Message(message) => {
                let event: CloudEvent<IncidentEvent> = message.decode()?;
                incidents.insert(event.data.incident.id.clone(), event.data.incident);
            }
        }
    }
}
