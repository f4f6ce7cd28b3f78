//! Who is nearest: asked of caregiver-location with a bounded wait; without an answer, from the positions seen last.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bus::{Bus, Followed, StartFrom};
use domain::{
    caregiver::Duty,
    escalation::Search,
    geo::Wgs84,
    id::{CaregiverId, DistrictId},
    incident::Found,
    priority::Priority,
    time::Timestamp,
    unit::Seconds,
};
use futures::StreamExt;
use schemas::{
    envelope::CloudEvent,
    position::{Moved, Nearest, NearestQuery, Position, Presence},
    subject::{self, Service, StreamKind},
};

/// A last known position counts so long.
const FRESH: Seconds = Seconds::hours(2);
/// Pause before following again.
const PAUSE: Duration = Duration::from_secs(1);

#[derive(Debug, Default)]
struct Known {
    at: HashMap<CaregiverId, (Wgs84, Timestamp)>,
    duty: HashMap<CaregiverId, Duty>,
}

/// Finds responders.
#[derive(Debug, Clone)]
pub struct Responders {
    bus: Bus,
    district: DistrictId,
    within: Duration,
    known: Arc<Mutex<Known>>,
}

impl Responders {
    /// Knows nobody until [`Responders::follow`] runs.
    pub fn new(bus: &Bus, district: &DistrictId, within: Duration) -> Self {
        Self { bus: bus.clone(), district: district.clone(), within, known: Arc::default() }
    }

    /// The nearest for a search.
    pub async fn nearest(
        &self,
        search: &Search,
        place: Option<Wgs84>,
        now: Timestamp,
    ) -> (Vec<CaregiverId>, Found) {
        let Some(place) = place else { return (Vec::new(), Found::Nobody) };
        let query = NearestQuery {
            place,
            k: search.k.clamp(1, 100),
            within: search.within,
            by_road: true,
            qualifications: search.qualifications.clone(),
            available: true,
            // A visit that can wait may be broken off for an emergency; an urgent one is somebody's emergency, too.
            spare: Some(Priority::Urgent),
        };
        let to = subject::ask(&self.district, Service::CaregiverLocation, "nearest");
        match self.bus.request::<_, Nearest>(to, &query, self.within).await {
            Ok(nearest) => (nearest.found.into_iter().map(|near| near.caregiver).collect(), Found::Live),
            Err(error) => {
                tracing::warn!(%error, "the nearest are taken from the last known positions");
                (self.last_known(search, place, now), Found::LastKnown)
            }
        }
    }

    fn last_known(&self, search: &Search, place: Wgs84, now: Timestamp) -> Vec<CaregiverId> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut near: Vec<_> = known
            .at
            .iter()
            .filter(|(who, (_, at))| {
                *at + FRESH >= now && known.duty.get(*who).is_none_or(|duty| *duty == Duty::On)
            })
            .map(|(who, (at, _))| (place.distance(*at), who.clone()))
            .filter(|(distance, _)| *distance <= search.within)
            .collect();
        near.sort();
        near.into_iter().take(usize::from(search.k)).map(|(_, who)| who).collect()
    }

    fn learn(&self, position: Position) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.at.insert(position.caregiver, (position.place, position.at));
    }

    /// Keeps the last known positions and duties, for ever.
    pub async fn follow(self) {
        tokio::join!(self.positions(), self.duties(), self.moves());
    }

    /// What was saved before this process began. A stream its owner has not made yet is tried again.
    async fn positions(&self) {
        let stream = StreamKind::Positions.name(&self.district);
        let mut follower = loop {
            match self.bus.follow(stream.clone(), &[], StartFrom::LastPerSubject).await {
                Ok(follower) => break follower,
                Err(error) => {
                    tracing::debug!(%error, "no last known positions yet");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        };
        loop {
            if let Followed::Message(message) = follower.next().await
                && let Ok(position) = message.decode::<Position>()
            {
                self.learn(position);
            }
        }
    }

    async fn duties(&self) {
        let stream = StreamKind::Presence.name(&self.district);
        let mut follower = loop {
            match self.bus.follow(stream.clone(), &[], StartFrom::LastPerSubject).await {
                Ok(follower) => break follower,
                Err(_) => tokio::time::sleep(PAUSE).await,
            }
        };
        loop {
            if let Followed::Message(message) = follower.next().await
                && let Ok(event) = message.decode::<CloudEvent<Presence>>()
            {
                let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
                known.duty.insert(event.data.caregiver, event.data.duty);
            }
        }
    }

    async fn moves(&self) {
        loop {
            if let Ok(mut moves) = self.bus.subscribe(&subject::positions_moved(&self.district)).await {
                while let Some(message) = moves.next().await {
                    for position in message.decode::<Moved>().map(|m| m.positions).unwrap_or_default() {
                        self.learn(position);
                    }
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}
