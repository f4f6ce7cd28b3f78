//! Somebody goes to an emergency (急救优先): whoever waits for them is planned anew, with the reason, and they are asked
//! for nothing until it is over. Learned from emergency-call's stream alone.

use std::collections::BTreeSet;

use domain::{
    id::{CaregiverId, IncidentId},
    order::{Happening, Order, Stage, timeline::HandBack},
    time::Timestamp,
};

use super::Core;

impl Core {
    /// Who goes to this emergency or is there, as of now; nobody once it is over.
    pub(super) fn emergency(
        &mut self,
        incident: IncidentId,
        responders: BTreeSet<CaregiverId>,
        now: Timestamp,
    ) {
        let before = self.emergencies.remove(&incident).unwrap_or_default();
        let concerned: BTreeSet<CaregiverId> = before.union(&responders).cloned().collect();
        if !responders.is_empty() {
            self.emergencies.insert(incident, responders);
        }
        for caregiver in concerned {
            let away = self.emergencies.values().any(|goers| goers.contains(&caregiver));
            if self.roster.call_away(&caregiver, away, &self.orders) {
                self.capacity(now);
            }
        }
    }

    /// Takes those who went off the visits that cannot wait for them.
    pub(super) fn relieve(&mut self, now: Timestamp) {
        let goers = self.emergencies.iter().flat_map(|(incident, goers)| {
            goers.iter().map(|caregiver| (incident.clone(), caregiver.clone()))
        });
        for (incident, caregiver) in goers.collect::<Vec<_>>() {
            for order in self.orders_of(&caregiver) {
                self.call_off(order, &incident, &caregiver, now);
            }
        }
    }

    fn call_off(&mut self, order: Order, incident: &IncidentId, caregiver: &CaregiverId, now: Timestamp) {
        let soon = now + self.settings.lead;
        let why = Happening::CalledAway { caregiver: caregiver.clone(), incident: incident.clone() };
        match &order.stage {
            // They may be back by then.
            Stage::Accepted(visit) if visit.start > soon => {}
            // An elder is left in the middle of a service: that is a human's.
            Stage::InService(_) => {
                let mut order = order.hand_back(HandBack::CalledAway, now);
                order.note(now, why);
                order.note(now, Happening::HandedBack { reason: HandBack::CalledAway });
                self.commit(order, None, None, now);
            }
            Stage::Waiting(_)
            | Stage::Offered(_)
            | Stage::Accepted(_)
            | Stage::EnRoute(_)
            | Stage::Arrived(_) => {
                let mut order = order.vacate(caregiver, now);
                order.note(now, why);
                self.fill_and_commit(order, None, now);
            }
            _ => {}
        }
    }
}
