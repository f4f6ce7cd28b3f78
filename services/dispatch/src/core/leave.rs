//! Somebody leaves: what they were asked for goes to the next at once, what they promised goes to a human.

use domain::{
    caregiver::Duty,
    id::CaregiverId,
    order::{Happening, Order, Stage, timeline::HandBack},
    time::Timestamp,
};
use schemas::position::Presence;

use super::{Core, Input};

impl Core {
    /// Whom this input takes off duty.
    pub(super) fn leaver(input: &Input) -> Option<CaregiverId> {
        match input {
            Input::Presence(Presence { caregiver, duty: Duty::Off, .. }) => Some(caregiver.clone()),
            _ => None,
        }
    }

    /// Somebody went off duty: offers are withdrawn, and visits that are due soon are a human's, unless the roster
    /// has them back by then.
    pub(super) fn went_off(&mut self, caregiver: &CaregiverId, now: Timestamp) {
        let soon = now + self.settings.lead;
        for order in self.orders_of(caregiver) {
            let promised = matches!(&order.stage, Stage::Accepted(visit) if visit.start <= soon
                && !self.roster.is_rostered(caregiver, visit.start));
            self.drop_out(order, caregiver, promised, now);
        }
    }

    /// Whoever is suspended, or whose certificate does not hold at the time of the visit, does not go.
    pub(super) fn dismiss_unfit(&mut self, now: Timestamp) {
        for caregiver in std::mem::take(&mut self.profiled) {
            for order in self.orders_of(&caregiver) {
                if self.roster.may_serve(&caregiver, &order, now) {
                    continue;
                }
                let promised = matches!(order.stage, Stage::Accepted(_) | Stage::EnRoute(_));
                self.drop_out(order, &caregiver, promised, now);
            }
        }
    }

    pub(super) fn orders_of(&self, caregiver: &CaregiverId) -> Vec<Order> {
        self.roster.orders_of(caregiver).filter_map(|id| self.orders.get(id)).cloned().collect()
    }

    fn drop_out(&mut self, order: Order, caregiver: &CaregiverId, promised: bool, now: Timestamp) {
        if promised {
            let mut order = order.hand_back(HandBack::CaregiverGone, now);
            order.note(now, Happening::HandedBack { reason: HandBack::CaregiverGone });
            self.commit(order, None, None, now);
        } else if order.stage.seats().iter().any(|seat| seat.caregiver == *caregiver) {
            let mut order = order.vacate(caregiver, now);
            order.note(now, Happening::Released { caregiver: caregiver.clone() });
            self.fill_and_commit(order, None, now);
        }
    }
}
