//! An elder moves or leaves: open orders follow, as long as nobody is on the way.

use domain::{
    elder::ElderProfile,
    id::OrderId,
    order::{Happening, Order, Stage, timeline::HandBack},
    time::Timestamp,
};

use super::Core;

impl Core {
    /// Takes a profile; who moved or left is looked after once the input is taken.
    pub(super) fn learn_elder(&mut self, elder: ElderProfile) {
        let id = elder.id.clone();
        let before = self.elders.insert(id.clone(), elder);
        let now = self.elders.get(&id);
        if let (Some(before), Some(now)) = (before, now)
            && (address(&before) != address(now) || now.closed)
        {
            self.relocated.insert(id);
        }
    }

    /// Notes that an order read from the stream is not where its elder is.
    pub(super) fn compare_with_elder(&mut self, order: &Order) {
        let elder = self.elders.get(&order.elder);
        if elder.is_some_and(|elder| elder.closed || elder.place != order.place) {
            self.relocated.insert(order.elder.clone());
        }
    }

    /// Brings the open orders of whoever moved or left up to date.
    pub(super) fn follow_elders(&mut self, now: Timestamp) {
        for elder in std::mem::take(&mut self.relocated) {
            let Some(elder) = self.elders.get(&elder).cloned() else { continue };
            let theirs = self.orders.values().filter(|o| o.elder == elder.id && !o.stage.is_closed());
            let mut theirs: Vec<OrderId> = theirs.map(|o| o.id.clone()).collect();
            theirs.sort();
            for order in theirs {
                let Some(order) = self.orders.get(&order).cloned() else { continue };
                self.follow_elder(order, &elder, now);
            }
        }
    }

    fn follow_elder(&mut self, mut order: Order, elder: &ElderProfile, now: Timestamp) {
        let under_way = matches!(order.stage, Stage::EnRoute(_) | Stage::Arrived(_));
        if elder.closed {
            if order.stage.service().is_none() && !matches!(order.stage, Stage::AtDesk(_)) {
                order = order.hand_back(HandBack::ElderClosed, now);
                order.note(now, Happening::HandedBack { reason: HandBack::ElderClosed });
                self.commit(order, None, None, now);
            }
        } else if !under_way && order.stage.service().is_none() && order.place != elder.place {
            order.place = elder.place;
            order.street = elder.street.clone();
            order.community = elder.community.clone();
            order.arrival_radius = elder.arrival_radius;
            order.note(now, Happening::Changed);
            self.fill_and_commit(order, None, now);
        }
    }
}

/// What an order takes from the profile.
fn address(elder: &ElderProfile) -> (domain::geo::Wgs84, bool) {
    (elder.place, elder.closed)
}
