//! The one way an order changes: indices, the roster's commitments and deadlines follow, and the change is committed.

use domain::{
    decision::Decision,
    id::{CaregiverId, OrderId},
    order::{Order, Stage},
    time::Timestamp,
};
use schemas::order::OrderEvent;

use super::{Core, Effect, Ticket};

/// How many caregivers per elder count as familiar.
const FAMILIAR: usize = 3;

impl Core {
    /// Takes the order as it now is, and commits it.
    pub(super) fn commit(
        &mut self,
        mut order: Order,
        decision: Option<Decision>,
        answer: Option<Ticket>,
        now: Timestamp,
    ) {
        order.revision = order.revision.saturating_add(1);
        self.adopt(order.clone(), now);
        let event = Box::new(OrderEvent { order, decision });
        self.effects.push(Effect::Commit { event, answer });
    }

    /// Takes an order from the stream, without committing anything.
    pub fn restore(&mut self, order: Order, now: Timestamp) {
        let forgotten = order.stage.is_closed()
            && order.timeline.last().is_none_or(|e| e.at + self.settings.remember_closed < now);
        if !forgotten {
            self.adopt(order, now);
        }
    }

    fn adopt(&mut self, order: Order, now: Timestamp) {
        let id = order.id.clone();
        let before = self.forget_indices(&id);
        let after: Vec<CaregiverId> = order.people().cloned().collect();

        let closed = order.stage.is_closed();
        if !closed {
            self.roster.open_door(&order);
        }
        if closed {
            let at = order.timeline.last().map_or(now, |e| e.at);
            self.closed.insert((at, id.clone()));
            self.remember_service(&order);
        } else if order.missing() > 0 {
            self.waiting.insert((order.priority, order.created_at, id.clone()));
        }
        self.agenda.set(&id, self.due(&order));
        self.orders.insert(id.clone(), order);

        let mut freed = false;
        for caregiver in before.iter().chain(&after) {
            let serving = !closed && after.contains(caregiver);
            freed |= self.roster.engage(caregiver, &id, serving, &self.orders);
        }
        if closed {
            self.roster.close_door(&id);
        }
        if freed {
            self.capacity(now);
        }
        self.forget_closed(now);
    }

    /// Takes the order out of the indices and tells who was on it.
    fn forget_indices(&mut self, id: &OrderId) -> Vec<CaregiverId> {
        let Some(old) = self.orders.get(id) else { return Vec::new() };
        self.waiting.remove(&(old.priority, old.created_at, id.clone()));
        if let Some(last) = old.timeline.last().filter(|_| old.stage.is_closed()) {
            self.closed.remove(&(last.at, id.clone()));
        }
        old.people().cloned().collect()
    }

    /// Continuity: who served this elder lately, and how much each has worked.
    fn remember_service(&mut self, order: &Order) {
        let Stage::Done(done) = &order.stage else { return };
        let familiar = self.served.entry(order.elder.clone()).or_default();
        for member in &done.service.visit.team {
            familiar.retain(|c| *c != member.caregiver);
            familiar.insert(0, member.caregiver.clone());
            self.roster.worked(&member.caregiver, done.finished_at.since(done.service.started_at));
        }
        familiar.truncate(FAMILIAR);
    }

    fn forget_closed(&mut self, now: Timestamp) {
        while let Some((at, id)) = self.closed.first().cloned() {
            if at + self.settings.remember_closed >= now {
                return;
            }
            self.closed.remove(&(at, id.clone()));
            self.orders.remove(&id);
            self.agenda.set(&id, None);
        }
    }
}
