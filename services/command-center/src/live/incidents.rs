//! Emergencies as the stream ALARMS tells them: every open one, and those closed lately. The edge owns nothing of it.

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    sync::Arc,
};

use domain::{
    id::{CaregiverId, IncidentId},
    incident::{Answer, Callee, Happening, Incident, Subject},
    time::Timestamp,
};

use super::{audience::IncidentReach, world::World};

/// Closed incidents kept for lists and figures; an open one is never let go.
const CLOSED_KEPT: usize = 5_000;

/// Newest first.
pub type IncidentKey = (std::cmp::Reverse<i64>, IncidentId);

/// All emergencies that matter now.
#[derive(Debug, Default)]
pub struct Incidents {
    known: HashMap<IncidentId, Arc<Incident>>,
    by_age: BTreeSet<IncidentKey>,
    /// In the order they were closed.
    closed: VecDeque<IncidentId>,
}

/// The key of an incident in lists.
pub fn key(incident: &Incident) -> IncidentKey {
    (std::cmp::Reverse(incident.opened_at.as_millis()), incident.id.clone())
}

impl Incidents {
    /// An incident as it is now. `Err` if that is no news; otherwise as it was before.
    pub fn put(&mut self, incident: &Arc<Incident>) -> Result<Option<Arc<Incident>>, Stale> {
        let before = self.known.get(&incident.id).cloned();
        if before.as_ref().is_some_and(|known| known.revision >= incident.revision) {
            return Err(Stale);
        }
        if incident.stage.is_closed() && before.as_ref().is_none_or(|b| !b.stage.is_closed()) {
            self.closed.push_back(incident.id.clone());
        }
        self.by_age.insert(key(incident));
        self.known.insert(incident.id.clone(), Arc::clone(incident));
        while self.closed.len() > CLOSED_KEPT {
            let Some(oldest) = self.closed.pop_front() else { break };
            if let Some(incident) = self.known.remove(&oldest) {
                self.by_age.remove(&key(&incident));
            }
        }
        Ok(before)
    }

    /// The stream was made anew.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// One of them.
    pub fn get(&self, id: &IncidentId) -> Option<&Arc<Incident>> {
        self.known.get(id)
    }

    /// Newest first, after that key.
    pub fn after(&self, after: Option<&IncidentKey>) -> impl Iterator<Item = &Arc<Incident>> {
        use std::ops::Bound;
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.by_age.range((from, Bound::Unbounded)).filter_map(|(_, id)| self.known.get(id))
    }

    /// Open ones, and those that changed at or after `since`.
    pub fn current(&self, since: Timestamp) -> impl Iterator<Item = &Arc<Incident>> {
        self.after(None).filter(move |incident| {
            let last = incident.timeline.last().map_or(incident.opened_at, |entry| entry.at);
            !incident.stage.is_closed() || last >= since
        })
    }
}

/// What came is no newer than what is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stale;

/// Whom an incident concerns.
pub fn reach(incident: &Incident, world: &World) -> IncidentReach {
    let (elder, about) = match &incident.subject {
        Subject::Elder(elder) => (Some(elder.clone()), None),
        Subject::Caregiver(caregiver) => (None, Some(caregiver.clone())),
        Subject::Device(_) => (None, None),
    };
    let profile = elder.as_ref().and_then(|elder| world.elder(elder));
    let mut caregivers: Vec<CaregiverId> = about.into_iter().chain(people(incident).cloned()).collect();
    caregivers.sort();
    caregivers.dedup();
    let street = incident.street.clone().or_else(|| profile.map(|profile| profile.street.clone()));
    IncidentReach { street, community: profile.map(|p| p.community.clone()), elder, caregivers }
}

/// Caregivers who are asked, go or went.
fn people(incident: &Incident) -> impl Iterator<Item = &CaregiverId> {
    let called =
        incident.calls.iter().filter(|call| matches!(call.answer, Answer::Waiting | Answer::Accepted));
    let called = called.filter_map(|call| match &call.callee {
        Callee::Caregiver { caregiver } => Some(caregiver),
        _ => None,
    });
    called.chain(incident.stage.responders().iter().map(|responder| &responder.caregiver))
}

/// The incident for caregivers, elders and families: without the desk's remarks, without who else is called in what
/// order, and without those who declined or were too late.
pub fn for_the_field(incident: &Incident) -> Incident {
    let mut seen = incident.clone();
    seen.calls.retain(|call| {
        matches!(call.callee, Callee::Caregiver { .. })
            && matches!(call.answer, Answer::Waiting | Answer::Accepted)
    });
    for call in &mut seen.calls {
        call.reach = None;
    }
    seen.timeline.retain(|entry| {
        matches!(
            entry.what,
            Happening::Opened { .. }
                | Happening::TestAsked { .. }
                | Happening::Pressed { .. }
                | Happening::Cleared { .. }
                | Happening::Acknowledged { .. }
                | Happening::Accepted { .. }
                | Happening::Arrived { .. }
                | Happening::Closed { .. }
        )
    });
    seen.claim = None;
    seen
}
